// Every route that there is, by everybody who may come.
#include <map>
#include <set>

#include "gateway/web/web_assets.h"
#include "tests/gateway/auth/service_fixture.h"

namespace easel {
namespace {

constexpr int64_t kHourMs = 3'600'000;

enum class Caller {
  kNobody,
  kUnknownKey,
  kGenerateKey,
  kEditKey,
  kAdminKey,
  kExpiredSession,
  kRevokedSession,
  kAdmin,
  kAdminByPassword,
  kAdminWithoutCsrfToken
};
constexpr Caller kCallers[] = {Caller::kNobody,          Caller::kUnknownKey,
                               Caller::kGenerateKey,     Caller::kEditKey,
                               Caller::kAdminKey,        Caller::kExpiredSession,
                               Caller::kRevokedSession,  Caller::kAdmin,
                               Caller::kAdminByPassword, Caller::kAdminWithoutCsrfToken};

class RouteTableTest : public ServiceTest {
 protected:
  void start_with_keys() {
    start_with_admin();
    for (const char* scope : {"generate", "edit", "admin"}) {
      keys[scope] = make_key({{"name", scope}, {"scopes", {scope}}});
    }
    ASSERT_EQ(keys.size(), 3U);
  }

  // A new session each time: a route may end it.
  HeaderList headers_of(Caller caller) {
    switch (caller) {
      case Caller::kNobody:
        return {};
      case Caller::kUnknownKey:
        return bearer("easel_" + std::string(64, '0'));
      case Caller::kGenerateKey:
        return bearer(keys["generate"]);
      case Caller::kEditKey:
        return bearer(keys["edit"]);
      case Caller::kAdminKey:
        return bearer(keys["admin"]);
      case Caller::kAdminByPassword:
        return list_of({{"Authorization", "Basic YWRhOmNvcnJlY3QgaG9yc2UgYmF0dGVyeQ=="}});
      default:
        break;
    }
    Login login = log_in();
    if (caller == Caller::kExpiredSession) now_ms += kHourMs;
    if (caller == Caller::kRevokedSession) {
      EXPECT_TRUE(access->admins().end_session(login.session_id).value());
    }
    if (caller == Caller::kAdminWithoutCsrfToken) login.csrf = "";
    return with(login);
  }

  // 0: let through; else the status. Written down from docs/rest_api.md, not from the guard.
  int refusal(const Route& route, Caller caller) const {
    const bool writes = route.method != "GET";
    const bool anonymous = caller == Caller::kNobody || caller == Caller::kExpiredSession ||
                           caller == Caller::kRevokedSession ||
                           (caller == Caller::kAdminWithoutCsrfToken && writes);
    const bool by_password = caller == Caller::kAdminByPassword;
    const bool open = settings.anonymous == AnonymousUse::kAllowed;
    if (route.access == Access::kPublic) return 0;
    if (caller == Caller::kUnknownKey) return 401;
    if (route.access == Access::kVisitor) return 0;
    if (route.access == Access::kAdmin) {
      if (caller == Caller::kAdminWithoutCsrfToken && writes) return 403;
      if (anonymous) return 401;
      const bool may = caller != Caller::kGenerateKey && caller != Caller::kEditKey;
      return may ? 0 : 403;
    }
    // Name and password count on the admin's routes alone.
    if (anonymous || by_password) return open ? 0 : 401;
    if (route.access == Access::kGenerateOrEdit) return 0;
    if (caller == Caller::kGenerateKey) return route.access == Access::kGenerate ? 0 : 403;
    if (caller == Caller::kEditKey) return route.access == Access::kEdit ? 0 : 403;
    return 0;
  }

  void walk() {
    for (const auto& route : routes->routes()) {
      for (const Caller caller : kCallers) {
        const std::string path = path_of(route->pattern);
        const HttpResponse response =
            call(route->method, path, headers_of(caller), route->max_body_bytes > 0 ? "{}" : "");
        const std::string what =
            route->method + " " + path + " by caller " + std::to_string(static_cast<int>(caller));
        const int refused = refusal(*route, caller);
        // Only a login itself says 401 to those whom it lets through.
        if (refused != 0) {
          EXPECT_EQ(response.status, refused) << what << ": " << response.body;
          EXPECT_EQ(error_of(response), refused == 401 ? "unauthorized" : "forbidden") << what;
          EXPECT_EQ(response.headers.count("WWW-Authenticate"), refused == 401 ? 1U : 0U) << what;
        } else {
          EXPECT_NE(response.status, 401) << what << ": " << response.body;
          EXPECT_NE(response.status, 403) << what << ": " << response.body;
        }
      }
    }
  }

  static std::string path_of(const std::string& pattern) {
    std::string path;
    for (size_t i = 0; i < pattern.size(); ++i) {
      if (pattern[i] == '{') {
        path += "none";
        i = pattern.find('}', i);
      } else {
        path += pattern[i];
      }
    }
    return path;
  }

  std::map<std::string, std::string> keys;
};

TEST_F(RouteTableTest, LetsEverybodyDoWhatTheRuleOfTheRouteSaysAndNothingElse) {
  start_with_keys();
  walk();
}

TEST_F(RouteTableTest, LetsNobodyWorkAnonymouslyWhereThatIsSwitchedOff) {
  settings.anonymous = AnonymousUse::kRefused;
  start_with_keys();
  walk();
}

TEST_F(RouteTableTest, EveryRouteOfAdminsIsGuardedButTheirLogin) {
  start();
  for (const auto& route : routes->routes()) {
    const bool is_login = route->method == "POST" && route->pattern == "/api/admin/login";
    const bool is_admins = route->pattern.starts_with("/api/admin");
    EXPECT_EQ(route->access == Access::kAdmin, is_admins && !is_login)
        << route->method << " " << route->pattern;
  }
}

TEST_F(RouteTableTest, AKeyForEditsMayFollowAndEndItsEditAndBeginNothingElse) {
  start();
  std::set<std::string> may;
  for (const auto& route : routes->routes()) {
    if (route->access == Access::kEdit || route->access == Access::kGenerateOrEdit) {
      may.insert(route->method + " " + route->pattern);
    }
  }
  const std::set<std::string> meant = {
      "POST /edit",      "GET /api/generations",         "GET /api/generations/{id}",
      "GET /api/models", "DELETE /api/generations/{id}", "GET /api/generations/{id}/events",
      "GET /api/status", "GET /api/preferences",         "PUT /api/preferences"};
  EXPECT_EQ(may, meant);
}

TEST_F(RouteTableTest, OnlyDrawingIsNoActionForTheAuditLog) {
  start();
  std::set<std::string> draw;
  for (const auto& route : routes->routes()) {
    if (route->draws) draw.insert(route->pattern);
  }
  EXPECT_EQ(draw,
            (std::set<std::string>{"/api/generate", "/edit", "/api/pranks/{share_slug}/generate"}));
}

TEST_F(RouteTableTest, NothingIsPublicThatIsNotMeantToBe) {
  start();
  std::set<std::string> meant = {"/healthz",
                                 "/readyz",
                                 "/static/generations/{file}",
                                 "/static/thumbnails/{file}",
                                 "/static/pranks/{file}",
                                 "/api/admin/login",
                                 "/admin",
                                 "/p/{share_slug}",
                                 "/builder",
                                 "/builder/{builder_slug}"};
  for (const char* page : {"/admin", "/p/{share_slug}", "/builder", "/builder/{builder_slug}"}) {
    meant.insert(concat(page, "/"));
  }
  for (const WebAsset& asset : web_assets()) meant.insert(std::string(asset.path));
  for (const auto& route : routes->routes()) {
    if (route->access != Access::kPublic) continue;
    EXPECT_TRUE(meant.contains(route->pattern)) << route->pattern;
    EXPECT_TRUE(route->method == "GET" || route->pattern == "/api/admin/login");
  }
}

TEST_F(RouteTableTest, ALastSlashLeadsToThePage) {
  start();
  for (const char* page : {"/admin", "/p/some-slug", "/builder", "/builder/0f3a", "/p/..evil"}) {
    const HttpResponse moved = call("GET", concat(page, "/"));
    EXPECT_EQ(moved.status, 308) << page;
    ASSERT_NE(moved.headers.find("Location"), nullptr) << page;
    EXPECT_EQ(*moved.headers.find("Location"), page);
    EXPECT_EQ(call("GET", page).status, 200) << page;
  }
  for (const char* path : {"/p//", "/admin//", "/p/", "/p//evil.example/", "/builder/a/b/"}) {
    EXPECT_EQ(call("GET", path).status, 404) << path;
  }
}

}  // namespace
}  // namespace easel
