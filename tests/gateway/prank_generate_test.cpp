// What visitors of a prank get for their prompts.
#include <sys/stat.h>

#include <algorithm>
#include <future>

#include "engine/image/decode.h"
#include "tests/gateway/prank_fixture.h"

namespace easel {
namespace {

using nlohmann::json;

class PrankGenerateTest : public PrankTest {
 protected:
  httplib::Result ask(const json& prank, const json& body,
                      const httplib::Headers& headers = {}) const {
    return send("POST", shared(prank) + "/generate", body, headers);
  }
};

// Every name, and the type of its value, all the way down.
json shape_of(const json& value) {
  if (value.is_object()) {
    json shape = json::object();
    for (const auto& [name, item] : value.items()) shape[name] = shape_of(item);
    return shape;
  }
  if (value.is_array()) return value.empty() ? "list" : json::array({shape_of(value[0])});
  return value.type_name();
}

std::vector<std::string> events_of(const std::string& body) {
  std::vector<std::string> names;
  for (size_t at = body.find("event: "); at != std::string::npos; at = body.find("event: ", at)) {
    at += 7;
    const std::string name = body.substr(at, body.find('\n', at) - at);
    if (names.empty() || names.back() != name) names.push_back(name);
  }
  return names;
}

TEST_F(PrankGenerateTest, AMatchAnswersWithItsPictureAndAllElseIsDrawn) {
  start();
  const json made = make_prank();
  add_trigger(made, "cat", "word");
  const json hit = json_of(ask(made, {{"prompt", "my CÀT, please"}}));
  EXPECT_EQ(hit["width"], 40);
  EXPECT_EQ(worker.calls().size(), 0U);
  const auto picture = client().Get(hit["image_url"].get<std::string>());
  EXPECT_EQ(decode_image(picture->body)->width, 40);
  EXPECT_EQ(client().Get(hit["thumbnail_url"].get<std::string>())->status, 200);

  const json drawn = json_of(ask(made, {{"prompt", "concatenate"}}));
  EXPECT_EQ(drawn["width"], 320);
  ASSERT_EQ(worker.calls().size(), 1U);
  EXPECT_EQ(worker.calls()[0].request.prompt(), "concatenate");
}

TEST_F(PrankGenerateTest, NothingInAnAnswersShapeTellsATriggerFromADrawing) {
  start();
  const json made = make_prank();
  add_trigger(made, "cat");
  for (const json& body :
       {json{{"prompt", "cat"}}, json{{"prompt", "cat"}, {"seed", 5}, {"steps", 3}},
        json{{"prompt", "cat"}, {"num_images", 2}, {"negative_prompt", "dog"}, {"width", 64}}}) {
    json other = body;
    other["prompt"] = "dog";
    json hit = json_of(ask(made, body)), drawn = json_of(ask(made, other));
    for (json* answer : {&hit, &drawn}) {
      // The fake worker always warns; how many warnings there are is the model's matter.
      (*answer)["warnings"] = json::array();
      EXPECT_EQ((*answer)["image_urls"].size(), body.value("num_images", 1));
      const std::string id = (*answer)["generation_id"];
      EXPECT_EQ((*answer)["image_url"], "/static/generations/" + id + ".png");
      EXPECT_EQ(get_json("/api/generations/" + id)["status"], "done");
    }
    EXPECT_EQ(shape_of(hit), shape_of(drawn));
    EXPECT_EQ(hit["model_used"], drawn["model_used"]);
  }
}

TEST_F(PrankGenerateTest, ItsSeedsStagesAndLimitsAreThoseOfDrawings) {
  start();
  const json made = make_prank();
  add_trigger(made, "cat");
  for (int i = 0; i < 4; ++i) {
    const json hit = json_of(ask(made, {{"prompt", "cat"}}));
    EXPECT_LT(hit["seed"].get<uint64_t>(), uint64_t{1} << 32);
    std::vector<std::string> stages;
    for (const json& item : hit["seconds"]) stages.push_back(item["stage"]);
    EXPECT_EQ(stages,
              (std::vector<std::string>{"queue", "load", "encode", "denoise", "decode", "png"}));
  }
  worker.set_most_steps(10);
  const auto too_many = [&] { return ask(made, {{"prompt", "cat"}, {"steps", 11}}); };
  ASSERT_TRUE(eventually([&] {
    ask(made, {{"prompt", "cat"}, {"engine", "unheard_of"}});  // the list is asked for anew
    return too_many()->status == 400;
  }));
  expect_refused(too_many(), 400, "invalid_field", "steps is 11: allowed are 1 to 10");
  EXPECT_EQ(ask(made, {{"prompt", "cat"}, {"steps", 10}})->status, 200);
}

TEST_F(PrankGenerateTest, AsEventsToo) {
  start();
  const json made = make_prank();
  add_trigger(made, "cat");
  const httplib::Headers events = {{"Accept", "text/event-stream"}};
  const auto hit = ask(made, {{"prompt", "cat"}, {"steps", 4}}, events);
  const auto drawn = ask(made, {{"prompt", "dog"}, {"steps", 4}}, events);
  EXPECT_EQ(hit->get_header_value("Content-Type"), drawn->get_header_value("Content-Type"));
  EXPECT_NE(hit->get_header_value("Location").find("/api/generations/"), std::string::npos);
  // The fake worker does not tell of decoding.
  std::vector<std::string> of_drawn = events_of(drawn->body);
  of_drawn.insert(std::find(of_drawn.begin(), of_drawn.end(), "image_ready"), "decoding");
  EXPECT_EQ(events_of(hit->body), of_drawn);
  EXPECT_NE(hit->body.find("data:image/png;base64,"), std::string::npos);
}

TEST_F(PrankGenerateTest, RefusesTheSameBodiesForBoth) {
  start();
  const json made = make_prank();
  add_trigger(made, "cat");
  for (const char* const prompt : {"cat", "dog"}) {
    expect_refused(ask(made, {{"prompt", prompt}, {"steps", 0}}), 400, "invalid_field", "steps");
    expect_refused(ask(made, {{"prompt", prompt}, {"colour", 1}}), 400, "invalid_field", "colour");
    ASSERT_EQ(ask(made, {{"prompt", prompt}, {"request_id", prompt}})->status, 200);
    expect_refused(ask(made, {{"prompt", prompt}, {"request_id", prompt}}), 409, "conflict", "");
  }
  expect_refused(ask(made, {{"prompt", ""}}), 400, "invalid_field", "prompt");
  expect_refused(ask(made, {{"prompt", "cat"}, {"engine", "unheard_of"}}), 400, "invalid_field",
                 "engine");
  EXPECT_EQ(
      client().Post("/api/pranks/none/generate", R"({"prompt":"x"})", "application/json")->status,
      404);
  EXPECT_EQ(send("POST", "/api/pranks/builder/generate", {{"prompt", "x"}})->status, 404);
}

TEST_F(PrankGenerateTest, ATriggerAnswersWhileTheWorkerIsGone) {
  start();
  const json made = make_prank();
  add_trigger(made, "cat");
  worker.stop();
  EXPECT_EQ(ask(made, {{"prompt", "cat"}})->status, 200);
  EXPECT_EQ(ask(made, {{"prompt", "dog"}})->status, 503);
}

// How many names the file has that the address names.
nlink_t num_names(const std::filesystem::path& folder, const json& url) {
  const std::filesystem::path path = url.get<std::string>();  // "/static/pranks/NAME"
  struct stat info {};
  EXPECT_EQ(::stat((folder / path.parent_path().filename() / path.filename()).c_str(), &info), 0);
  return info.st_nlink;
}

TEST_F(PrankGenerateTest, AnswersTakeNoRoomOfTheDiskAndOutliveTheTrigger) {
  start();
  const json made = make_prank();
  const json trigger = add_trigger(made, "cat");
  const json hit = json_of(ask(made, {{"prompt", "cat"}, {"num_images", 8}}));
  ASSERT_EQ(hit["image_urls"].size(), 8U);
  EXPECT_EQ(num_names(folder.path(), trigger["image_url"]), 9U);
  EXPECT_EQ(num_names(folder.path(), trigger["thumbnail_url"]), 9U);
  const std::string picture = client().Get(trigger["image_url"].get<std::string>())->body;
  const std::string thumbnail = client().Get(trigger["thumbnail_url"].get<std::string>())->body;
  ASSERT_EQ(client().Delete(builder(made))->status, 200);
  for (size_t i = 0; i < 8; ++i) {
    EXPECT_EQ(client().Get(hit["image_urls"][i].get<std::string>())->body, picture);
    EXPECT_EQ(client().Get(hit["thumbnail_urls"][i].get<std::string>())->body, thumbnail);
  }
  // Nor does the next start take them for what nobody knows.
  stop();
  start();
  EXPECT_EQ(client().Get(hit["image_urls"][7].get<std::string>())->body, picture);
}

TEST_F(PrankGenerateTest, ATriggerAnswersWhileAsMuchIsDrawnAsMayBe) {
  options.max_generations = 1;
  start();
  const json made = make_prank();
  add_trigger(made, "cat");
  worker.set_script(script_hang());
  auto drawing = std::async(std::launch::async, [&] {
    return post({{"prompt", "x"}, {"request_id", "drawing"}});
  });
  ASSERT_TRUE(eventually([&] { return worker.calls().size() == 1; }));
  expect_refused(ask(made, {{"prompt", "dog"}}), 429, "queue_full", "");
  EXPECT_EQ(ask(made, {{"prompt", "cat"}})->status, 200);
  EXPECT_EQ(client().Delete("/api/generations/drawing")->status, 202);
  drawing.wait();
}

TEST_F(PrankGenerateTest, ATriggerNamesItsModelAndAnswersWhileTheWorkerHangs) {
  times.worker_timeout = std::chrono::seconds(15);
  start();
  const json made = make_prank();
  add_trigger(made, "cat");
  ASSERT_EQ(json_of(ask(made, {{"prompt", "cat"}}))["model_used"], "demo");
  worker.set_deaf(true);
  const auto start = std::chrono::steady_clock::now();
  const json hit = json_of(ask(made, {{"prompt", "cat"}}));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
  EXPECT_EQ(hit["model_used"], "demo");
  EXPECT_NEAR(hit["guidance"].get<double>(), 3.3, 1e-6);
  worker.set_deaf(false);
}

TEST_F(PrankGenerateTest, HitsAreCounted) {
  start();
  const json made = make_prank();
  add_trigger(made, "cat");
  add_trigger(made, "bird");
  for (const char* const prompt : {"cat", "a cat", "dog"}) ask(made, {{"prompt", prompt}});
  const json triggers = get_json(builder(made))["triggers"];
  EXPECT_EQ(triggers[0]["phrase"], "bird");  // longer, so it is tried first
  EXPECT_EQ(triggers[0]["hit_count"], 0);
  EXPECT_EQ(triggers[1]["hit_count"], 2);
}

}  // namespace
}  // namespace easel
