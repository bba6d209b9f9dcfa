// The VIP prank, the list of pranks and what visitors did, for admins.
#include "tests/gateway/prank_fixture.h"

namespace easel {
namespace {

using nlohmann::json;

class AdminPranksTest : public PrankTest {
 protected:
  AdminPranksTest() { options.admin_password_file = folder.write("password", kPassword).string(); }

  static httplib::Headers admin() {
    return {httplib::make_basic_authentication_header("admin", kPassword)};
  }
  json get_as_admin(const std::string& path) const { return json_of(client().Get(path, admin())); }
  // An API key of that scope, as a field of the head.
  httplib::Headers key(const std::string& scope) const {
    const auto made =
        send("POST", "/api/admin/keys", {{"name", "test"}, {"scopes", {scope}}}, admin());
    EXPECT_EQ(made->status, 201) << made->body;
    return {{"Authorization", "Bearer " + json_of(made)["key"].get<std::string>()}};
  }

  static constexpr char kPassword[] = "correct horse battery staple";
};

TEST_F(AdminPranksTest, TheVipPrankIsMadeOnce) {
  start();
  const auto made = send("POST", "/api/admin/pranks/vip", json::object(), admin());
  ASSERT_EQ(made->status, 201) << made->body;
  json vip = json_of(made);
  EXPECT_EQ(vip["builder_slug"].get<std::string>().size(), 48U);
  EXPECT_TRUE(vip["id"].is_number_integer());
  EXPECT_TRUE(vip["created_at"].is_string());
  for (const char* const name : {"builder_slug", "id", "created_at"}) vip.erase(name);
  EXPECT_EQ(vip, (json{{"share_slug", "imagine"},
                       {"title", "VIP Imagination Station"},
                       {"triggers", json::array()},
                       {"view_count", 0},
                       {"is_vip", true},
                       {"is_admin_only", true}}));
  const auto again = send("POST", "/api/admin/pranks/vip", {{"session_id", "mine"}}, admin());
  EXPECT_EQ(again->status, 400);
  EXPECT_EQ(json_of(again)["message"], "VIP prank already exists");
  EXPECT_EQ(get_json("/api/pranks/imagine")["is_vip"], true);
  expect_refused(send("POST", "/api/admin/pranks/vip", {{"title", "x"}}, admin()), 400,
                 "invalid_field", "title");
}

TEST_F(AdminPranksTest, AdminsAloneEditThePrankOfAdmins) {
  start();
  const json vip = json_of(send("POST", "/api/admin/pranks/vip", json::object(), admin()));
  const std::string path = builder(vip);
  const httplib::Headers editor = key("generate"), chief = key("admin");
  const json trigger = {{"phrase", "cat"}, {"image", picture()}};
  for (const httplib::Headers& who : {httplib::Headers(), editor}) {
    const int status = who.empty() ? 401 : 403;
    const std::string code = who.empty() ? "unauthorized" : "forbidden";
    expect_refused(client().Get(path, who), status, code, "admins");
    expect_refused(send("PATCH", path, {{"title", "Mine"}}, who), status, code, "admins");
    expect_refused(client().Delete(path, who), status, code, "admins");
    expect_refused(send("POST", path + "/triggers", trigger, who), status, code, "admins");
    expect_refused(send("PUT", path + "/triggers/order", {{"ids", {1}}}, who), status, code,
                   "admins");
    expect_refused(client().Delete(path + "/triggers/1", who), status, code, "admins");
  }
  EXPECT_EQ(send("PATCH", path, {{"title", "Ours"}}, chief)->status, 200);
  EXPECT_EQ(send("POST", path + "/triggers", trigger, chief)->status, 201);
  expect_refused(send("PATCH", path, {{"share_slug", "mine"}}, chief), 400, "invalid_field",
                 "share_slug");
  // Visitors are met as ever.
  EXPECT_EQ(json_of(send("POST", "/api/pranks/imagine/generate", {{"prompt", "cat"}}))["width"],
            40);
  EXPECT_EQ(client().Delete(path, chief)->status, 200);
  EXPECT_EQ(send("POST", "/api/admin/pranks/vip", json::object(), admin())->status, 201);
}

TEST_F(AdminPranksTest, NobodyElseSeesThem) {
  start();
  make_prank();
  EXPECT_EQ(client().Get("/api/admin/pranks")->status, 401);
  EXPECT_EQ(client().Get("/api/admin/pranks/1/analytics")->status, 401);
  EXPECT_EQ(send("POST", "/api/admin/pranks/vip", json::object())->status, 401);
}

TEST_F(AdminPranksTest, NoLogAndNoAuditEntryHasABuilderSlug) {
  ::testing::internal::CaptureStderr();
  ::testing::internal::CaptureStdout();
  start();
  const json vip = json_of(send("POST", "/api/admin/pranks/vip", json::object(), admin()));
  const json made = make_prank();
  add_trigger(made, "cat");
  const httplib::Headers chief = key("admin");
  send("PATCH", builder(vip), {{"title", "x"}}, chief);
  client().Get(builder(vip));
  client().Get(builder(made) + "/nothing");
  const std::string audit = client().Get("/api/admin/audit", admin())->body;
  stop();
  const std::string log =
      ::testing::internal::GetCapturedStderr() + ::testing::internal::GetCapturedStdout();
  EXPECT_NE(log.find("/api/pranks/builder/{builder_slug}"), std::string::npos) << log;
  EXPECT_NE(audit.find("/api/pranks/builder/{builder_slug}"), std::string::npos) << audit;
  for (const json& prank : {vip, made}) {
    EXPECT_EQ(log.find(prank["builder_slug"]), std::string::npos) << log;
    EXPECT_EQ(audit.find(prank["builder_slug"]), std::string::npos) << audit;
  }
}

TEST_F(AdminPranksTest, ListsPranksPageByPage) {
  start();
  const json first = make_prank({{"share_slug", "one"}, {"session_id", "s"}});
  add_trigger(first, "cat");
  for (const char* const slug : {"two", "three"}) make_prank({{"share_slug", slug}});
  const json page = get_as_admin("/api/admin/pranks?limit=2");
  ASSERT_EQ(page["items"].size(), 2U);
  EXPECT_EQ(page["items"][0]["share_slug"], "three");
  const json rest =
      get_as_admin("/api/admin/pranks?limit=2&cursor=" + page["next"].get<std::string>());
  ASSERT_EQ(rest["items"].size(), 1U);
  EXPECT_EQ(rest["next"], nullptr);
  EXPECT_EQ(rest["items"][0]["trigger_count"], 1);
  EXPECT_EQ(rest["items"][0]["builder_slug"], first["builder_slug"]);
  EXPECT_EQ(rest["items"][0]["session_id"], "s");
  for (const char* const query : {"limit=0", "limit=101", "cursor=x", "sort=1"}) {
    EXPECT_EQ(client().Get(std::string("/api/admin/pranks?") + query, admin())->status, 400)
        << query;
  }
}

TEST_F(AdminPranksTest, ShowsViewsPromptsAndHits) {
  start();
  const json made = make_prank();
  const json trigger = add_trigger(made, "cat");
  for (int i = 0; i < 3; ++i) client().Get(shared(made));
  const json hit = json_of(send("POST", shared(made) + "/generate", {{"prompt", "A cat"}}));
  send("POST", shared(made) + "/generate", {{"prompt", "<b>dog</b>'--"}});
  const json seen =
      get_as_admin("/api/admin/pranks/" + std::to_string(made["id"].get<int64_t>()) + "/analytics");
  EXPECT_EQ(seen["view_count"], 3);
  int64_t views = 0, prompts = 0, hits = 0;  // midnight may pass
  for (const json& day : seen["days"]) {
    EXPECT_EQ(day["day"].get<std::string>().size(), 10U);
    views += day["views"].get<int64_t>();
    prompts += day["prompts"].get<int64_t>();
    hits += day["hits"].get<int64_t>();
  }
  EXPECT_EQ(views, 3);
  EXPECT_EQ(prompts, 2);
  EXPECT_EQ(hits, 1);
  ASSERT_EQ(seen["prompts"].size(), 2U);
  EXPECT_EQ(seen["prompts"][0]["prompt"], "<b>dog</b>'--");
  EXPECT_EQ(seen["prompts"][0]["trigger_id"], nullptr);
  EXPECT_EQ(seen["prompts"][1]["trigger_id"], trigger["id"]);
  EXPECT_EQ(seen["prompts"][1]["generation_id"], hit["generation_id"]);
  EXPECT_EQ(seen["trigger_hits"][0]["hit_count"], 1);
  for (const char* const id : {"0", "x", "1x", "99999999999999999999"}) {
    EXPECT_EQ(client().Get(std::string("/api/admin/pranks/") + id + "/analytics", admin())->status,
              404);
  }
}

}  // namespace
}  // namespace easel
