// POST /edit: a form goes in, a picture comes out.
#include "base/strings.h"
#include "engine/image/image.h"
#include "gateway/edit_form.h"
#include "tests/gateway/form_body.h"
#include "tests/gateway/gateway_fixture.h"
#include "tests/gateway/raw_connection.h"
#include "tests/gateway/solid_png.h"

namespace easel {
namespace {

using nlohmann::json;

class EditTest : public GatewayTest {
 protected:
  static FormBody form() {
    FormBody body;
    body.add_file("image", "me.png", solid_png(32, 24)).add("prompt", "make it blue");
    return body;
  }
  httplib::Result edit(const std::string& body, const httplib::Headers& headers = {}) const {
    return client().Post("/edit", headers, body, FormBody::content_type());
  }
  // The error object of an answer with that status and code; its message has `words`.
  static ::testing::AssertionResult refused(const httplib::Result& result, int status,
                                            const char* code, const char* words) {
    if (!result) return ::testing::AssertionFailure() << "no answer";
    const json body = json_of(result);
    if (result->status == status && body.is_object() && body.size() == 3 &&
        body.value("error", "") == code &&
        body.value("message", "").find(words) != std::string::npos &&
        body.value("request_id", "") == result->get_header_value("X-Request-Id")) {
      return ::testing::AssertionSuccess();
    }
    return ::testing::AssertionFailure() << result->status << " " << result->body;
  }
};

TEST_F(EditTest, AnswersWithThePictureAndNamesItInHeaders) {
  start();
  FormBody body = form();
  body.add("seed", "5").add("steps", "3").add("resolution", "640x320").add("strength", "0.5");
  const auto result = edit(body.text(), {{"X-Request-Id", "my-request"}});
  ASSERT_TRUE(result);
  ASSERT_EQ(result->status, 200) << result->body;
  EXPECT_EQ(result->get_header_value("Content-Type"), "image/png");
  EXPECT_EQ(result->body, fake_png(320, 200));
  EXPECT_EQ(result->get_header_value("X-Request-Id"), "my-request");
  EXPECT_EQ(result->get_header_value("X-Seed"), "5");
  EXPECT_EQ(result->get_header_value("X-Model"), "demo");
  EXPECT_EQ(result->get_header_value_count("X-Warning"), 2u);
  EXPECT_EQ(result->get_header_value("X-Warning", "", 0), "only a test");
  EXPECT_EQ(result->get_header_value("X-Warning", "", 1), "64 ?? 48?X-Forged: 1");
  ASSERT_EQ(worker.edits().size(), 1u);
  const v1::EditRequest seen = worker.edits()[0];
  EXPECT_EQ(seen.prompt(), "make it blue");
  ASSERT_EQ(seen.images_size(), 1);
  EXPECT_EQ(seen.images(0).data(), solid_png(32, 24));
  EXPECT_EQ(seen.seed(), 5u);
  EXPECT_EQ(seen.steps(), 3u);
  EXPECT_EQ(seen.width(), 640u);
  EXPECT_EQ(seen.height(), 320u);
  EXPECT_EQ(seen.strength(), 0.5f);
  EXPECT_FALSE(seen.has_mask());
  EXPECT_TRUE(worker.calls().empty()) << "no Generate";
}

TEST_F(EditTest, LeavesWhatIsNotSaidToTheModel) {
  start();
  ASSERT_EQ(edit(form().text())->status, 200);
  const v1::EditRequest seen = worker.edits().at(0);
  EXPECT_FALSE(seen.has_steps() || seen.has_seed() || seen.has_guidance() || seen.has_strength());
  EXPECT_EQ(seen.width(), 0u);
  EXPECT_EQ(seen.model(), "");
}

TEST_F(EditTest, IsInTheHistoryLikeAnyGeneration) {
  start();
  const auto result = edit(form().text());
  ASSERT_EQ(result->status, 200);
  const std::string id = result->get_header_value("X-Generation-Id");
  const json record = get_json("/api/generations/" + id);
  EXPECT_EQ(record["status"], "done");
  EXPECT_EQ(record["prompt"], "make it blue");
  EXPECT_EQ(client().Get(record["image_url"].get<std::string>())->body, result->body);
}

TEST_F(EditTest, TakesThreePicturesAndAMask) {
  start();
  FormBody body = form();
  body.add_file("image", "2", solid_png(20, 20)).add_file("image", "3", solid_png(21, 20));
  const auto three = edit(body.add_file("mask", "m", solid_png(32, 24)).text());
  ASSERT_EQ(three->status, 200) << three->body;
  EXPECT_EQ(worker.edits()[0].images_size(), 3);
  EXPECT_EQ(worker.edits()[0].mask().data(), solid_png(32, 24));
  EXPECT_TRUE(refused(edit(body.add_file("image", "4", solid_png(20, 20)).text()), 400,
                      "invalid_field", "more than 3"));
}

TEST_F(EditTest, ErrorsOfTheWorkerAreTheirStatus) {
  start();
  const std::tuple<grpc::StatusCode, const char*, int, const char*> cases[] = {
      {grpc::StatusCode::INVALID_ARGUMENT, "INVALID_FIELD", 400, "invalid_field"},
      {grpc::StatusCode::RESOURCE_EXHAUSTED, "OUT_OF_MEMORY", 503, "out_of_memory"},
      {grpc::StatusCode::INTERNAL, "INFERENCE_FAILED", 503, "inference_failed"},
      {grpc::StatusCode::DEADLINE_EXCEEDED, "DEADLINE", 504, "deadline"},
      {grpc::StatusCode::RESOURCE_EXHAUSTED, "QUEUE_FULL", 429, "queue_full"},
  };
  for (const auto& [grpc_code, reason, status, code] : cases) {
    worker.set_script(script_failure(grpc_code, reason, "words"));
    EXPECT_TRUE(refused(edit(form().text()), status, code, "")) << reason;
  }
}

TEST_F(EditTest, ThatTakesTooLongIsADeadline) {
  options.generation_timeout = 1;
  worker.set_script(script_hang());
  start();
  EXPECT_TRUE(refused(edit(form().text()), 504, "deadline", ""));
}

TEST_F(EditTest, ACallerThatGoesAwayCancels) {
  worker.set_script(script_hang());
  start();
  {
    RawConnection caller(gateway->port());
    const std::string body = form().text();
    caller.send(concat("POST /edit HTTP/1.1\r\nHost: x\r\nContent-Type: ", FormBody::content_type(),
                       "\r\nContent-Length: ", body.size(), "\r\n\r\n", body));
    ASSERT_TRUE(eventually([&] { return worker.edits().size() == 1; }));
  }
  EXPECT_TRUE(eventually([&] { return worker.cancelled() == 1; }));
}

TEST_F(EditTest, BadPicturesAreRefusedBeforeTheWorkerHearsOfThem) {
  start();
  const auto with = [&](const std::string& picture) {
    return edit(FormBody().add_file("image", "x", picture).add("prompt", "blue").text());
  };
  const std::string whole = solid_png(32, 24);
  std::string huge = whole;  // claims 50,000 × 50,000
  huge.replace(16, 8, std::string("\0\0\xc3\x50\0\0\xc3\x50", 8));
  EXPECT_TRUE(refused(with(huge), 400, "invalid_field", "50000 × 50000"));
  EXPECT_TRUE(refused(with("not an image"), 400, "invalid_field", "allowed: PNG, JPEG, WebP"));
  EXPECT_TRUE(refused(with(""), 400, "invalid_field", "empty"));
  EXPECT_TRUE(refused(with(whole.substr(0, 20)), 400, "invalid_field", "cut short"));
  EXPECT_TRUE(refused(with(solid_png(1, 1)), 400, "invalid_field", "1 × 1"));
  EXPECT_TRUE(worker.edits().empty());
  EXPECT_TRUE(get_json("/api/generations")["items"].empty()) << "nothing was begun";
}

TEST_F(EditTest, BadFormsAreRefused) {
  start();
  EXPECT_TRUE(refused(edit(FormBody().add_file("image", "x", solid_png(32, 24)).text()), 400,
                      "invalid_field", "'prompt'"));
  EXPECT_TRUE(refused(edit(FormBody().add("prompt", "x").text()), 400, "invalid_field", "'image'"));
  EXPECT_TRUE(
      refused(edit(form().add("file", "x").text()), 400, "invalid_field", "'file' is unknown"));
  EXPECT_TRUE(refused(edit(""), 400, "invalid_field", "closing boundary"));
  EXPECT_TRUE(refused(edit("{}"), 400, "invalid_field", "closing boundary"));
  std::string many;
  for (int i = 0; i < 100'000; ++i) {
    many += concat("--", FormBody::kBoundary, "\r\n\r\n\r\n");
  }
  EXPECT_TRUE(refused(edit(many), 400, "invalid_field", "Content-Disposition"));
  EXPECT_TRUE(worker.edits().empty());
}

TEST_F(EditTest, TakesNothingButAFormWithABoundary) {
  start();
  const auto typed = [&](const std::string& type) {
    return client().Post("/edit", form().text(), type);
  };
  EXPECT_TRUE(refused(typed("application/json"), 415, "unsupported_media_type",
                      "must be multipart/form-data"));
  EXPECT_TRUE(refused(typed("multipart/form-data"), 400, "bad_request", "one boundary"));
  EXPECT_TRUE(refused(typed("multipart/form-data; boundary=" + std::string(71, 'x')), 400,
                      "bad_request", "1 to 70"));
  EXPECT_TRUE(refused(client().Post("/api/generate", form().text(), FormBody::content_type()), 415,
                      "unsupported_media_type", "must be application/json"));
  EXPECT_TRUE(refused(client().Get("/edit"), 405, "method_not_allowed", ""));
}

TEST_F(EditTest, APartThatIsTooLongIsRefusedWhileItComes) {
  start();
  RawConnection sender(gateway->port());
  sender.send(concat("POST /edit HTTP/1.1\r\nHost: x\r\nContent-Type: ", FormBody::content_type(),
                     "\r\nContent-Length: ", kMaxEditBody, "\r\n\r\n", FormBody().add_open("seed"),
                     std::string(1000, '1')));
  const std::string answer = sender.receive("}");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 413")) << answer;
  EXPECT_NE(answer.find("'seed' has more than 256 bytes"), std::string::npos) << answer;
}

TEST_F(EditTest, ABodyOverTheLimitIsRefusedByItsHead) {
  start();
  RawConnection sender(gateway->port());
  sender.send(concat("POST /edit HTTP/1.1\r\nHost: x\r\nContent-Type: ", FormBody::content_type(),
                     "\r\nContent-Length: ", size_t{200} << 20, "\r\n\r\n"));
  const std::string answer = sender.receive("}");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 413")) << answer;
}

TEST_F(EditTest, AnUploadLimitIsTheOperators) {
  options.max_upload_megapixels = 1;
  start();
  EXPECT_TRUE(refused(
      edit(FormBody().add_file("image", "x", solid_png(1025, 1024)).add("prompt", "x").text()), 400,
      "invalid_field", "at most 1048576 pixels"));
}

TEST_F(EditTest, CountsAgainstItsSendersLimit) {
  options.rate_limit = 1;  // a minute
  start();
  const auto first = edit(form().text());
  EXPECT_EQ(first->status, 200) << first->body;
  EXPECT_TRUE(first->has_header("RateLimit"));
  EXPECT_TRUE(refused(edit(form().text()), 429, "rate_limited", ""));
  EXPECT_EQ(worker.edits().size(), 1u);
}

TEST_F(EditTest, AMissingDecoderIsToldAtTheStart) {
  options.picture_decoder = (folder / "nowhere").string();
  const auto client = make_worker_client(worker.address());
  const auto created = Gateway::create(options, *client, times);
  ASSERT_FALSE(created.ok());
  EXPECT_NE(created.status().message().find("nowhere"), absl::string_view::npos);
}

}  // namespace
}  // namespace easel
