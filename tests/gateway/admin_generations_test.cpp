// The search of generations and the history of prompts, for admins.
#include "base/strings.h"
#include "tests/gateway/gateway_fixture.h"

namespace easel {
namespace {

using nlohmann::json;

constexpr char kPassword[] = "correct horse battery staple";

class AdminGenerationsTest : public GatewayTest {
 protected:
  AdminGenerationsTest() {
    options.admin_password_file = folder.write("password", kPassword).string();
  }

  static httplib::Headers admin() {
    return {httplib::make_basic_authentication_header("admin", kPassword)};
  }
  httplib::Result get(const std::string& path, const httplib::Params& query) const {
    return client().Get(path, query, admin());
  }
  std::vector<std::string> find(const httplib::Params& query) const {
    const auto result = get("/api/admin/generations", query);
    EXPECT_EQ(result->status, 200) << result->body;
    const json page = json_of(result);
    std::vector<std::string> ids;
    for (const json& item : page["items"]) ids.push_back(item["generation_id"]);
    return ids;
  }
  void make(const std::string& id, const std::string& prompt) const {
    EXPECT_EQ(post({{"prompt", prompt}, {"request_id", id}})->status, 200);
  }
};

using Ids = std::vector<std::string>;

TEST_F(AdminGenerationsTest, FindsByWordsStateAndModel) {
  start();
  make("a", "A Crème brûlée");
  make("b", "creme BRULEE, burnt");
  worker.set_script(script_failure(grpc::StatusCode::INTERNAL, "INFERENCE_FAILED", "no"));
  EXPECT_EQ(post({{"prompt", "a cat"}, {"request_id", "c"}})->status, 503);
  EXPECT_EQ(find({}), (Ids{"c", "b", "a"}));
  EXPECT_EQ(find({{"q", "brulee"}}), (Ids{"b", "a"}));
  EXPECT_EQ(find({{"q", "CRÈME burnt"}}), (Ids{"b"}));
  EXPECT_EQ(find({{"status", "failed"}}), (Ids{"c"}));
  EXPECT_EQ(find({{"model", "demo"}, {"q", "creme"}, {"limit", "1"}}), (Ids{"b"}));
  EXPECT_EQ(find({{"model", "sketch"}}), Ids{});
}

TEST_F(AdminGenerationsTest, RemovesOneWithItsPicture) {
  start();
  const json made = json_of(post({{"prompt", "an owl"}, {"request_id", "a"}}));
  const std::string picture = made["image_url"];
  EXPECT_EQ(client().Get(picture)->status, 200);
  EXPECT_EQ(client().Delete("/api/admin/generations/a")->status, 401);
  EXPECT_EQ(client().Get("/api/generations/a")->status, 200);
  const auto removed = client().Delete("/api/admin/generations/a", admin());
  EXPECT_EQ(removed->status, 200) << removed->body;
  EXPECT_EQ(json_of(removed), (json{{"generation_id", "a"}, {"removed", true}}));
  EXPECT_EQ(client().Get("/api/generations/a")->status, 404);
  EXPECT_EQ(client().Get(picture)->status, 404);
  EXPECT_EQ(find({}), Ids{});
  EXPECT_EQ(client().Delete("/api/admin/generations/a", admin())->status, 404);
}

TEST_F(AdminGenerationsTest, WhateverIsLookedForIsPlainText) {
  start();
  make("a", "50% off");
  for (const std::string q : {"%", "_", "'", "\"", "\" OR 1=1 --", "prompt:50", "50 AND", "NEAR(",
                              "*", "-50", "\\", "; DROP TABLE generations"}) {
    find({{"q", q}});
  }
  EXPECT_EQ(find({{"q", "50%"}}), (Ids{"a"}));
  EXPECT_EQ(find({{"q", std::string("50\0", 3)}}), (Ids{"a"}));
  EXPECT_EQ(find({}), (Ids{"a"}));
  const auto long_one = get("/api/admin/generations", {{"q", std::string(1 << 20, 'x')}});
  EXPECT_TRUE(!long_one || long_one->status >= 400) << "too long for an address";
  EXPECT_EQ(find({}), (Ids{"a"}));
}

TEST_F(AdminGenerationsTest, RefusesParametersThatItDoesNotKnowOrUnderstand) {
  start();
  for (const char* query : {"limit=0", "cursor=x", "offset=3", "q=a&q=b", "status=finished",
                            "status=done&status=failed", "q=%ff%fe"}) {
    const auto result = client().Get(concat("/api/admin/generations?", query), admin());
    EXPECT_EQ(result->status, 400) << query << ": " << result->body;
    EXPECT_EQ(json_of(result)["error"], "invalid_field") << query;
  }
  EXPECT_EQ(client().Get("/api/admin/prompts?q=a", admin())->status, 400);
}

TEST_F(AdminGenerationsTest, ListsTheDistinctPromptsWithHowOftenTheyWereUsed) {
  start();
  make("a", "a cat");
  make("b", "a dog");
  make("c", "a cat");
  json items = json_of(get("/api/admin/prompts", {}))["items"];
  ASSERT_EQ(items.size(), 2U);
  EXPECT_EQ(items[0]["prompt"], "a cat");
  EXPECT_EQ(items[0]["uses"], 2);
  EXPECT_EQ(items[0]["generation_id"], "c");
  EXPECT_TRUE(items[0]["used_at"].is_string());
  const json first = json_of(get("/api/admin/prompts", {{"limit", "1"}}));
  const json second =
      json_of(get("/api/admin/prompts", {{"limit", "1"}, {"cursor", first["next"]}}));
  EXPECT_EQ(second["items"][0]["prompt"], "a dog");
  EXPECT_EQ(second["next"], nullptr);
}

TEST_F(AdminGenerationsTest, IsForAdminsAlone) {
  start();
  for (const char* path : {"/api/admin/generations?q=a", "/api/admin/prompts"}) {
    EXPECT_EQ(client().Get(path)->status, 401) << path;
  }
}

}  // namespace
}  // namespace easel
