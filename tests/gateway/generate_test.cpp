#include "engine/image/decode.h"
#include "tests/gateway/gateway_fixture.h"

namespace easel {
namespace {

using nlohmann::json;

class GenerateTest : public GatewayTest {};

TEST_F(GenerateTest, AnswersWithAPictureThatCanBeFetched) {
  start();
  const httplib::Result result = post({{"prompt", "a red circle"}, {"seed", 11}});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->status, 200);
  const json answer = json_of(result);
  EXPECT_EQ(answer["prompt"], "a red circle");
  EXPECT_EQ(answer["status"], "done");
  EXPECT_EQ(answer["seed"], 11);
  EXPECT_EQ(answer["model_used"], "demo");
  EXPECT_EQ(answer["width"], 320);
  EXPECT_EQ(answer["guidance"], 3.5);
  EXPECT_EQ(answer["fingerprint"], "f00d");
  EXPECT_EQ(answer["seconds"], json::parse(R"([{"stage": "denoise", "seconds": 0.5}])"));
  EXPECT_EQ(answer["warnings"], json::array({"only a test", "64 × 48\nX-Forged: 1"}));
  EXPECT_EQ(answer["error"], nullptr);
  const auto picture = client().Get(answer["image_url"].get<std::string>());
  ASSERT_TRUE(picture);
  EXPECT_EQ(picture->status, 200);
  EXPECT_EQ(picture->get_header_value("Content-Type"), "image/png");
  EXPECT_EQ(picture->body, fake_png(320, 200));
}

TEST_F(GenerateTest, MakesAThumbnailOf256Pixels) {
  start();
  const json answer = json_of(post({{"prompt", "x"}}));
  const auto thumbnail = client().Get(answer["thumbnail_url"].get<std::string>());
  ASSERT_TRUE(thumbnail);
  EXPECT_EQ(thumbnail->get_header_value("Content-Type"), "image/webp");
  const absl::StatusOr<Image> image = decode_image(thumbnail->body);
  ASSERT_TRUE(image.ok()) << image.status();
  EXPECT_EQ(image->width, 256);
  EXPECT_EQ(image->height, 160);
}

TEST_F(GenerateTest, AnswersWithWhatTheHistoryWillSay) {
  start();
  const json answer = json_of(post({{"prompt", "x"}, {"negative_prompt", ""}, {"num_images", 2}}));
  const std::string id = answer["generation_id"];
  EXPECT_EQ(answer, json_of(client().Get("/api/generations/" + id)));
}

TEST_F(GenerateTest, StoresEveryPictureOfABatch) {
  start();
  const json answer = json_of(post({{"prompt", "x"}, {"num_images", 3}}));
  ASSERT_EQ(answer["image_urls"].size(), 3U);
  for (const json& url : answer["image_urls"]) {
    EXPECT_EQ(client().Get(url.get<std::string>())->status, 200);
  }
}

TEST_F(GenerateTest, HandsEveryFieldToTheWorker) {
  start();
  const std::string png = fake_png(32, 32);
  post({{"prompt", "p"},
        {"negative_prompt", ""},
        {"engine", "demo"},
        {"seed", 9007199254740991},
        {"steps", 3},
        {"guidance", 2.5},
        {"width", 64},
        {"height", 128},
        {"num_images", 2},
        {"sampler", "euler"},
        {"image", "data:image/png;base64," + httplib::detail::base64_encode(png)},
        {"mask", httplib::detail::base64_encode(png)},
        {"strength", 0.25},
        {"preview_every", 2},
        {"request_id", "my:id-1"},
        {"cache", false},
        {"options", {{"true_cfg", "2"}}}});
  ASSERT_EQ(worker.calls().size(), 1U);
  const v1::GenerateRequest seen = worker.calls()[0].request;
  EXPECT_EQ(seen.request_id(), "my:id-1");
  EXPECT_EQ(seen.model(), "demo");
  EXPECT_TRUE(seen.has_negative_prompt());
  EXPECT_EQ(seen.negative_prompt(), "");
  EXPECT_EQ(seen.seed(), 9007199254740991U);
  EXPECT_EQ(seen.steps(), 3U);
  EXPECT_EQ(seen.guidance(), 2.5F);
  EXPECT_EQ(seen.width(), 64U);
  EXPECT_EQ(seen.height(), 128U);
  EXPECT_EQ(seen.num_images(), 2U);
  EXPECT_EQ(seen.sampler(), "euler");
  EXPECT_EQ(seen.image().data(), png);
  EXPECT_EQ(seen.mask().data(), png);
  EXPECT_EQ(seen.strength(), 0.25F);
  EXPECT_EQ(seen.preview_every(), 2U);
  EXPECT_EQ(seen.options().at("true_cfg"), "2");
}

TEST_F(GenerateTest, LeavesToTheModelWhatWasNotAskedFor) {
  start();
  post({{"prompt", "p"}, {"engine", "auto"}, {"steps", nullptr}});
  const v1::GenerateRequest seen = worker.calls().at(0).request;
  EXPECT_EQ(seen.model(), "");
  EXPECT_FALSE(seen.has_negative_prompt());
  EXPECT_FALSE(seen.has_seed());
  EXPECT_FALSE(seen.has_steps());
  EXPECT_FALSE(seen.has_guidance());
  EXPECT_FALSE(seen.has_strength());
  EXPECT_EQ(seen.width(), 0U);
}

TEST_F(GenerateTest, ClampsEachSideAndSaysWhatWasAskedFor) {
  options.max_image_side = 512;
  start();
  const json answer = json_of(post({{"prompt", "p"}, {"width", 1024}, {"height", 256}}));
  EXPECT_EQ(answer["width"], 512);
  EXPECT_EQ(answer["height"], 256);
  EXPECT_EQ(answer["requested_width"], 1024);
  EXPECT_EQ(answer["requested_height"], 256);
}

TEST_F(GenerateTest, ASizeThatIsLeftToTheModelIsBoundToo) {
  options.max_image_side = 512;
  start();
  post({{"prompt", "p"}});
  EXPECT_EQ(worker.calls().at(0).request.max_default_side(), 512U);
}

TEST_F(GenerateTest, HandsOnRequestIdAndTrace) {
  start();
  const std::string trace = "0af7651916cd43dd8448eb211c80319c";
  const auto result =
      post({{"prompt", "p"}},
           {{"X-Request-Id", "abc-1"}, {"traceparent", "00-" + trace + "-b7ad6b7169203331-01"}});
  EXPECT_EQ(result->get_header_value("X-Request-Id"), "abc-1");
  const SeenCall seen = worker.calls().at(0);
  EXPECT_EQ(seen.request_id, "abc-1");
  EXPECT_EQ(seen.traceparent.substr(3, 32), trace);
  EXPECT_EQ(seen.traceparent.substr(53), "01");
  EXPECT_NE(seen.traceparent.substr(36, 16), "b7ad6b7169203331") << "a span of its own";
}

TEST_F(GenerateTest, RefusesAnIdThatExists) {
  start();
  EXPECT_EQ(post({{"prompt", "p"}, {"request_id", "twice"}})->status, 200);
  const auto again = post({{"prompt", "p"}, {"request_id", "twice"}});
  EXPECT_EQ(again->status, 409);
  EXPECT_EQ(json_of(again)["error"], "conflict");
}

TEST_F(GenerateTest, ShowsTheGenerationInTheHistory) {
  start();
  const json first = json_of(post({{"prompt", "first"}, {"request_id", "a"}}));
  post({{"prompt", "second"}, {"request_id", "b"}});
  const json page = get_json("/api/generations?limit=1");
  ASSERT_EQ(page["items"].size(), 1U);
  EXPECT_EQ(page["items"][0]["prompt"], "second");
  const json next = get_json("/api/generations?limit=1&cursor=" + page["next"].get<std::string>());
  ASSERT_EQ(next["items"].size(), 1U);
  EXPECT_EQ(next["items"][0], first);
  EXPECT_EQ(get_json("/api/generations/a"), first);
}

struct FailureCase {
  grpc::StatusCode code;
  const char* reason;
  int status;
  const char* error;
};

TEST_F(GenerateTest, TellsTheWorkersReasonButNotItsSecrets) {
  start();
  const FailureCase cases[] = {
      {grpc::StatusCode::INVALID_ARGUMENT, "INVALID_FIELD", 400, "invalid_field"},
      {grpc::StatusCode::NOT_FOUND, "MODEL_MISSING", 503, "model_missing"},
      {grpc::StatusCode::FAILED_PRECONDITION, "COMPONENT_MISSING", 503, "model_missing"},
      {grpc::StatusCode::FAILED_PRECONDITION, "BAD_WEIGHTS", 503, "bad_weights"},
      {grpc::StatusCode::RESOURCE_EXHAUSTED, "QUEUE_FULL", 429, "queue_full"},
      {grpc::StatusCode::RESOURCE_EXHAUSTED, "OUT_OF_MEMORY", 503, "out_of_memory"},
      {grpc::StatusCode::INTERNAL, "INFERENCE_FAILED", 503, "inference_failed"},
      {grpc::StatusCode::DEADLINE_EXCEEDED, "DEADLINE", 504, "deadline"},
      {grpc::StatusCode::CANCELLED, "CANCELLED", 409, "cancelled"},
      {grpc::StatusCode::UNAVAILABLE, "DRAINING", 503, "worker_unavailable"},
      {grpc::StatusCode::UNAVAILABLE, "", 503, "worker_unavailable"},
      {grpc::StatusCode::INTERNAL, "", 503, "inference_failed"},
  };
  for (const FailureCase& c : cases) {
    const bool public_words =
        std::string(c.reason) == "INVALID_FIELD" || std::string(c.reason) == "QUEUE_FULL";
    worker.set_script(script_failure(
        c.code, c.reason, public_words ? "for users" : "/secret/path at 10.1.2.3:50051"));
    const auto result = post({{"prompt", "p"}, {"engine", "demo"}});
    ASSERT_TRUE(result);
    EXPECT_EQ(result->status, c.status) << c.reason;
    const json body = json_of(result);
    EXPECT_EQ(body["error"], c.error) << c.reason;
    EXPECT_EQ(result->body.find("secret"), std::string::npos) << result->body;
    EXPECT_EQ(result->body.find("10.1.2.3"), std::string::npos) << result->body;
    const json row = get_json("/api/generations?limit=1")["items"][0];
    EXPECT_EQ(row["error"]["error"],
              c.error == std::string("cancelled") ? row["error"]["error"] : json(c.error));
    EXPECT_EQ(row["status"], c.error == std::string("cancelled") ? "cancelled" : "failed");
  }
}

TEST_F(GenerateTest, AModelThatNobodyHasIsTheCallersFault) {
  start();
  worker.set_script(script_failure(grpc::StatusCode::NOT_FOUND, "MODEL_MISSING", "no such model"));
  const auto result = post({{"prompt", "p"}, {"engine", "nonesuch"}});
  EXPECT_EQ(result->status, 400);
  EXPECT_EQ(json_of(result)["error"], "invalid_field");
}

TEST_F(GenerateTest, RefusesMoreGenerationsThanItMayRun) {
  options.max_generations = 1;
  worker.set_script(script_hang());
  start();
  std::thread first([&] { post({{"prompt", "p"}, {"request_id", "hangs"}}); });
  ASSERT_TRUE(eventually([&] { return worker.calls().size() == 1; }));
  const auto second = post({{"prompt", "p"}});
  EXPECT_EQ(second->status, 429);
  EXPECT_EQ(json_of(second)["error"], "queue_full");
  EXPECT_FALSE(second->get_header_value("Retry-After").empty());
  client().Delete("/api/generations/hangs");
  first.join();
}

}  // namespace
}  // namespace easel
