#include "base/strings.h"
#include "tests/gateway/auth/service_fixture.h"

namespace easel {
namespace {

class ApiKeysTest : public ServiceTest {};

TEST_F(ApiKeysTest, WhileNoneExistsAnyValueIsAnonymousAndOnceOneDoesAnUnknownOneIsRefused) {
  start_with_admin();
  const HeaderList unknown = bearer("sk-whatever");
  EXPECT_EQ(call("GET", "/api/status", unknown).status, 200);
  make_key({{"name", "k"}, {"scopes", {"generate"}}});
  const HttpResponse refused = call("GET", "/api/status", unknown);
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(*refused.headers.find("WWW-Authenticate"), "Bearer realm=\"easel\"");
  EXPECT_EQ(call("GET", "/api/status").status, 200) << "none at all is still anonymous";
  EXPECT_EQ(call("GET", "/healthz", unknown).status, 200) << "public stays public";
}

TEST_F(ApiKeysTest, AKeyIsShownOnceAndStoredAsItsHash) {
  start_with_admin();
  const std::string key = make_key({{"name", "k"}, {"scopes", {"generate", "edit"}}});
  EXPECT_EQ(key.size(), 70U);
  EXPECT_TRUE(key.starts_with("easel_"));
  const HttpResponse list = call("GET", "/api/admin/keys", with(log_in()));
  EXPECT_EQ(list.body.find(key), std::string::npos);
  EXPECT_EQ(list.body.find(hash_of_token(key)), std::string::npos);
  const nlohmann::json item = json_of(list)["items"][0];
  EXPECT_EQ(item["name"], "k");
  EXPECT_EQ(item["scopes"], nlohmann::json({"generate", "edit"}));
  EXPECT_TRUE(item["used_at"].is_null());
  call("GET", "/api/status", bearer(key));
  EXPECT_FALSE(
      json_of(call("GET", "/api/admin/keys", with(log_in())))["items"][0]["used_at"].is_null());
}

TEST_F(ApiKeysTest, ANameIsTrimmedAndMustBeTextThatCanBeSeen) {
  start_with_admin();
  const HeaderList admin = with(log_in());
  const auto make = [&](const std::string& name) {
    return call("POST", "/api/admin/keys", admin,
                nlohmann::json{{"name", name}, {"scopes", {"edit"}}}.dump());
  };
  for (const char* name :
       {"", "   ", "\u00a0\u2003", "\u200b", "a\nb", "\tx", "x\x7f", "x\u0085y"}) {
    const HttpResponse refused = make(name);
    EXPECT_EQ(refused.status, 400) << name;
    EXPECT_EQ(error_of(refused), "invalid_field") << name;
  }
  EXPECT_EQ(json_of(make("  the shop "))["name"], "the shop");
  EXPECT_EQ(json_of(make(" " + std::string(80, 'x')))["name"], std::string(80, 'x'));
  EXPECT_EQ(json_of(make("L\u00e4dchen \u00c2\u00a7"))["name"], "L\u00e4dchen \u00c2\u00a7");
}

TEST_F(ApiKeysTest, ARevokedKeyIsRefusedForEver) {
  start_with_admin();
  const std::string key = make_key({{"name", "k"}, {"scopes", {"generate"}}});
  const std::string id = json_of(call("GET", "/api/admin/keys", with(log_in())))["items"][0]["id"];
  EXPECT_EQ(call("GET", "/api/status", bearer(key)).status, 200);
  EXPECT_EQ(call("DELETE", "/api/admin/keys/" + id, with(log_in())).status, 200);
  EXPECT_EQ(call("GET", "/api/status", bearer(key)).status, 401) << "though no other key is left";
  EXPECT_EQ(call("DELETE", "/api/admin/keys/" + id, with(log_in())).status, 404);
  stop();
  start();
  EXPECT_EQ(call("GET", "/api/status", bearer(key)).status, 401);
}

TEST_F(ApiKeysTest, TwoAuthorizationFieldsAreRefused) {
  start_with_admin();
  HeaderList headers = bearer(make_key({{"name", "k"}, {"scopes", {"admin"}}}));
  EXPECT_EQ(call("GET", "/api/admin/keys", headers).status, 200);
  headers.add("Authorization", "Bearer x");
  EXPECT_EQ(call("GET", "/api/admin/keys", headers).status, 401);
}

TEST_F(ApiKeysTest, RefusesOrdersThatCannotBe) {
  start_with_admin();
  const HeaderList admin = bearer(make_key({{"name", "k"}, {"scopes", {"admin"}}}));
  for (const char* bad :
       {"{}", R"({"name": "k"})", R"({"name": "k", "scopes": []})",
        R"({"name": "k", "scopes": ["root"]})", R"({"name": "k", "scopes": "admin"})",
        R"({"name": "", "scopes": ["edit"]})", R"({"name": "k", "scopes": [1]})",
        R"({"name": "k", "scopes": ["edit"], "units_per_day": -1})",
        R"({"name": "k", "scopes": ["edit"], "key": "mine"})", "[]", "x"}) {
    EXPECT_EQ(call("POST", "/api/admin/keys", admin, bad).status, 400) << bad;
  }
}

TEST_F(ApiKeysTest, ASessionIdNamesTheOwnerAndIsShownToNobodyElse) {
  start();
  const HttpResponse made = call("POST", "/api/generate", {},
                                 R"({"prompt": "x", "request_id": "g", "session_id": "owner-1"})");
  ASSERT_EQ(made.status, 200) << made.body;
  EXPECT_EQ(storage->generations().get("g")->value().asked.session_id, "owner-1");
  for (const char* place : {"/api/generations", "/api/generations/g"}) {
    EXPECT_EQ(call("GET", place).body.find("owner-1"), std::string::npos) << place;
  }
  EXPECT_EQ(made.body.find("owner-1"), std::string::npos);
  EXPECT_EQ(storage->generations().get("g")->value().asked.settings_json.find("owner-1"),
            std::string::npos);
}

// A prank's visitor may follow and cancel what was begun for it, and nothing else.
TEST_F(ApiKeysTest, AVisitorsPassOpensOneGeneration) {
  settings.anonymous = AnonymousUse::kRefused;
  start_with_admin();
  const HttpResponse made = call("POST", "/api/pranks", with(log_in()), R"({"share_slug": "fun"})");
  ASSERT_EQ(made.status, 201) << made.body;
  const auto draw = [&](const std::string& id) {
    const HttpResponse response =
        call("POST", "/api/pranks/fun/generate", list_of({{"Accept", "text/event-stream"}}),
             nlohmann::json{{"prompt", "x"}, {"request_id", id}}.dump());
    EXPECT_EQ(response.status, 200) << response.body;
    return *response.headers.find("Location");
  };
  const std::string events = draw("one"), others = draw("two");
  ASSERT_TRUE(events.starts_with("/api/generations/one/events?pass=")) << events;
  const std::string pass = events.substr(events.find('?'));
  EXPECT_EQ(call("GET", events).status, 200);
  EXPECT_EQ(call("DELETE", concat("/api/generations/one", pass)).status / 100, 2);
  for (const std::string& target :
       {std::string("/api/generations/one/events"), concat("/api/generations/two/events", pass),
        concat("/api/generations/one", pass), concat("/api/generations", pass),
        concat("/api/generations/one/events?pass="),
        concat("/api/generations/one/events", pass, "&pass=", pass.substr(6)),
        concat("/api/status", pass)}) {
    EXPECT_EQ(call("GET", target).status, 401) << target;
  }
  EXPECT_EQ(call("DELETE", concat("/api/generations/two", pass)).status, 401);
}

TEST_F(ApiKeysTest, PreferencesAreKeptBySession) {
  start();
  const char* body =
      R"({"session_id": "s1", "engine": "demo", "defaults": {"steps": 4, "width": 512}})";
  EXPECT_EQ(call("PUT", "/api/preferences", {}, body).status, 200);
  stop();
  start();
  const nlohmann::json kept = json_of(call("GET", "/api/preferences?session_id=s1"));
  EXPECT_EQ(kept["engine"], "demo");
  EXPECT_EQ(kept["defaults"], nlohmann::json({{"steps", 4}, {"width", 512}}));
  const nlohmann::json none = json_of(call("GET", "/api/preferences?session_id=s2"));
  EXPECT_TRUE(none["engine"].is_null());
  EXPECT_EQ(none["defaults"], nlohmann::json::object());
  for (const char* bad :
       {"{}", R"({"session_id": ""})", R"({"session_id": "a b"})", R"({"session_id": 1})",
        R"({"session_id": "s", "defaults": {"steps": 0}})",
        R"({"session_id": "s", "defaults": {"prompt": "x"}})",
        R"({"session_id": "s", "defaults": []})", R"({"session_id": "s", "engine": "a b"})"}) {
    EXPECT_EQ(call("PUT", "/api/preferences", {}, bad).status, 400) << bad;
  }
  EXPECT_EQ(call("GET", "/api/preferences").status, 400);
}

}  // namespace
}  // namespace easel
