// Making, showing, changing and removing pranks.
#include <atomic>

#include "tests/gateway/prank_fixture.h"

namespace easel {
namespace {

using nlohmann::json;

class PranksTest : public PrankTest {};

TEST_F(PranksTest, AMakerGetsBothSlugsAndVisitorsSeeOneOfThem) {
  start();
  const json made = make_prank({{"title", "Mein Café"}, {"session_id", "mine"}});
  EXPECT_EQ(made["share_slug"], "mein-cafe");
  EXPECT_EQ(made["builder_slug"].get<std::string>().size(), 48U);
  EXPECT_EQ(made["session_id"], "mine");
  EXPECT_EQ(made["view_count"], 0);
  EXPECT_EQ(made["triggers"], json::array());
  EXPECT_FALSE(made["is_vip"].get<bool>() || made["is_admin_only"].get<bool>());
  EXPECT_EQ(get_json(builder(made)), made);

  add_trigger(made, "secret phrase");
  const auto seen = client().Get(shared(made));
  EXPECT_EQ(seen->status, 200);
  const json prank = json_of(seen);
  EXPECT_EQ(prank["title"], "Mein Café");
  EXPECT_EQ(prank["view_count"], 1);
  std::vector<std::string> names;
  for (const auto& [name, value] : prank.items()) names.push_back(name);
  EXPECT_EQ(names, (std::vector<std::string>{"created_at", "is_vip", "share_slug", "title",
                                             "view_count"}));
  EXPECT_EQ(seen->body.find(made["builder_slug"]), std::string::npos);
  EXPECT_EQ(seen->body.find("secret"), std::string::npos);
}

TEST_F(PranksTest, SlugsThatNobodyAskedForAreMadeUp) {
  start();
  EXPECT_EQ(make_prank()["title"], "Imagination Station");
  const std::string second = make_prank()["share_slug"];
  EXPECT_EQ(second.rfind("imagination-station-", 0), 0U) << second;
  EXPECT_EQ(make_prank({{"title", "猫"}})["share_slug"].get<std::string>().rfind("prank-", 0), 0U);
  EXPECT_NE(make_prank()["builder_slug"], make_prank()["builder_slug"]);
}

TEST_F(PranksTest, ASlugIsTakenOnceAndSomeNever) {
  start();
  const json made = make_prank({{"share_slug", "cats"}});
  expect_refused(send("POST", "/api/pranks", {{"share_slug", "cats"}}), 409, "conflict",
                 "share_slug");
  const json other = make_prank({{"share_slug", "dogs"}});
  expect_refused(send("PATCH", builder(other), {{"share_slug", "cats"}}), 409, "conflict",
                 "share_slug");
  for (const char* slug : {"imagine", "vip", "builder", "admin", "ab", "Cats", "a_b", "-abc", "é12",
                           "a/b", "cats'--", "../x", ""}) {
    expect_refused(send("POST", "/api/pranks", {{"share_slug", slug}}), 400, "invalid_field",
                   "share_slug");
  }
}

TEST_F(PranksTest, RefusesWhatIsNoPrank) {
  start();
  const json made = make_prank();
  for (const json& bad :
       {json{{"title", ""}}, json{{"title", std::string(121, 'x')}}, json{{"title", 7}},
        json{{"titel", "x"}}, json{{"builder_slug", "mine"}}, json{{"is_vip", true}},
        json{{"is_admin_only", true}}, json{{"view_count", 5}}, json{{"session_id", 1}},
        json{{"title", " \u200b "}}, json::array()}) {
    expect_refused(send("POST", "/api/pranks", bad), 400, "invalid_field", "");
  }
  for (const json& bad : {json{{"title", ""}}, json{{"session_id", "x"}}, json{{"id", 3}},
                          json{{"view_count", 5}}, json{{"builder_slug", "x"}}}) {
    expect_refused(send("PATCH", builder(made), bad), 400, "invalid_field", "");
  }
  EXPECT_EQ(client().Post("/api/pranks", "{", "application/json")->status, 400);
  EXPECT_EQ(client().Post("/api/pranks", "{\"title\":\"a\\u0000b\"}", "application/json")->status,
            400);
  EXPECT_EQ(client().Post("/api/pranks", "{\"title\":\"\xff\"}", "application/json")->status, 400);
  EXPECT_EQ(client().Post("/api/pranks", "{}", "text/plain")->status, 415);
  EXPECT_EQ(client().Post("/api/pranks", std::string(20'000, ' '), "application/json")->status,
            413);
}

TEST_F(PranksTest, ChangesWhatIsGivenAlone) {
  start();
  const json made = make_prank({{"title", "One"}, {"share_slug", "one"}});
  const auto title = send("PATCH", builder(made), {{"title", "Two"}, {"share_slug", nullptr}});
  EXPECT_EQ(title->status, 200) << title->body;
  EXPECT_EQ(json_of(title)["title"], "Two");
  EXPECT_EQ(json_of(title)["share_slug"], "one");
  EXPECT_EQ(json_of(send("PATCH", builder(made), {{"share_slug", "two"}}))["title"], "Two");
  EXPECT_EQ(client().Get("/api/pranks/one")->status, 404);
  EXPECT_EQ(client().Get("/api/pranks/two")->status, 200);
  EXPECT_EQ(send("PATCH", builder(made), json::object())->status, 200);
}

TEST_F(PranksTest, NobodyElseEdits) {
  start();
  const json made = make_prank({{"share_slug", "cats"}});
  const std::string secret = made["builder_slug"];
  for (const std::string& slug :
       {std::string("cats"), secret.substr(1), secret.substr(0, 47), secret + "0",
        std::string("'%20OR%201=1--"), std::string("%25"), std::string(48, '0')}) {
    EXPECT_EQ(client().Get("/api/pranks/builder/" + slug)->status, 404) << slug;
    EXPECT_EQ(client().Delete("/api/pranks/builder/" + slug)->status, 404) << slug;
    EXPECT_EQ(send("PATCH", "/api/pranks/builder/" + slug, {{"title", "x"}})->status, 404) << slug;
    EXPECT_EQ(send("POST", "/api/pranks/builder/" + slug + "/triggers", {{"phrase", "x"}})->status,
              404)
        << slug;
  }
  EXPECT_EQ(client().Get("/api/pranks/" + secret)->status, 404);
  EXPECT_EQ(client().Get("/api/pranks/builder")->status, 404);
  EXPECT_EQ(get_json(builder(made)), made);
}

TEST_F(PranksTest, APrankIsRemovedWithItsPictures) {
  start();
  const json made = make_prank();
  const json trigger = add_trigger(made, "cat");
  add_trigger(made, "dog");
  EXPECT_EQ(num_prank_files(), 4U);
  const auto removed = client().Delete(builder(made));
  EXPECT_EQ(removed->status, 200);
  EXPECT_EQ(json_of(removed)["deleted"], true);
  EXPECT_EQ(num_prank_files(), 0U);
  EXPECT_EQ(client().Get(shared(made))->status, 404);
  EXPECT_EQ(client().Get(builder(made))->status, 404);
  EXPECT_EQ(client().Get(trigger["image_url"].get<std::string>())->status, 404);
  EXPECT_EQ(send("POST", shared(made) + "/generate", {{"prompt", "cat"}})->status, 404);
}

TEST_F(PranksTest, TextComesBackAsItWasWritten) {
  start();
  for (const std::string text :
       {"<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "'; DROP TABLE pranks; --",
        "Robert'); DELETE FROM prank_triggers;--", "{{7*7}} ${7*7} %s %n", "\u202e\u2066gnp.exe",
        "back\\slash \"quotes\" \t tab", "👩‍👩‍👧 ﷽ 漢字"}) {
    const json made = make_prank({{"title", text}, {"session_id", text}});
    EXPECT_EQ(made["title"], text);
    EXPECT_EQ(made["session_id"], text);
    EXPECT_EQ(add_trigger(made, text)["phrase"], text);
    const auto seen = client().Get(shared(made));
    EXPECT_EQ(json_of(seen)["title"], text);
    EXPECT_EQ(seen->get_header_value("Content-Type"), "application/json");
    EXPECT_EQ(seen->get_header_value("X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(get_json(builder(made))["triggers"][0]["phrase"], text);
    const auto answer = send("POST", shared(made) + "/generate", {{"prompt", text}});
    EXPECT_EQ(json_of(answer)["prompt"], text);
    EXPECT_EQ(json_of(answer)["width"], 40) << answer->body;
  }
}

TEST_F(PranksTest, TenThousandViewsAtOnceAreTenThousand) {
  start();
  const json made = make_prank();
  constexpr int kThreads = 20, kViews = 500;
  std::atomic<int> seen{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      httplib::Client visitor = client();
      visitor.set_keep_alive(true);
      for (int i = 0; i < kViews; ++i) {
        // One that was not let in (too many at once) has not seen it, and asks again.
        for (bool in = false; !in;) {
          const auto result = visitor.Get(shared(made));
          in = result && result->status == 200;
        }
        ++seen;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(seen, kThreads * kViews);
  EXPECT_EQ(get_json(builder(made))["view_count"], kThreads * kViews);
}

TEST_F(PranksTest, OnlyAVisitCountsAndItOutlivesTheProcess) {
  start();
  const json made = make_prank();
  EXPECT_EQ(client().Head(shared(made))->status, 200);
  client().Options(shared(made));
  get_json(builder(made));
  EXPECT_EQ(get_json(shared(made))["view_count"], 1);
  stop();
  start();
  EXPECT_EQ(get_json(shared(made))["view_count"], 2);
}

}  // namespace
}  // namespace easel
