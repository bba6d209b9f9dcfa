#include "gateway/middleware/cors.h"

#include "tests/gateway/gateway_fixture.h"
#include "tests/gateway/raw_connection.h"

namespace easel {
namespace {

class CorsTest : public GatewayTest {};

// Neighbours of https://pranks.halsted.dev and http://localhost:3000, and what browsers send for
// pages without an origin.
const char* const kWrongOrigins[] = {
    "null",
    "NULL",
    "*",
    "file://",
    "https://",
    "http://",
    "pranks.halsted.dev",
    "http://pranks.halsted.dev",
    "https://pranks.halsted.dev:443",
    "https://pranks.halsted.dev:8443",
    "https://pranks.halsted.dev/",
    "https://pranks.halsted.dev.",
    "https://pranks.halsted.dev.evil.org",
    "https://pranks.halsted.devil",
    "https://evil.org",
    "https://halsted.dev",
    "https://sub.pranks.halsted.dev",
    "https://xpranks.halsted.dev",
    "https://pranks-halsted.dev",
    "https://pranks.halsted.dev@evil.org",
    "https://evil.org#pranks.halsted.dev",
    "https://evil.org?https://pranks.halsted.dev",
    "HTTPS://pranks.halsted.dev",
    "https://PRANKS.halsted.dev",
    "https://pranks.halsted.dev ,https://evil.org",
    "https://pranks.halsted.dev,http://localhost:3000",
    "https://pranks.halsted.dev http://evil.org",
    "https://xn--pranks-halsted.dev",
    "https://pr\xd0\xb0nks.halsted.dev",
    "ws://pranks.halsted.dev",
    "https://localhost:3000",
    "http://localhost",
    "http://localhost:3002",
    "http://localhost:30000",
    "http://localhost:3000.evil.org",
    "http://127.0.0.1:3000",
    "http://[::1]:3000",
    "http://localhost.:3000",
    "http://localhost:03000",
    "https://flexy-face.replit.app.evil.org",
    "https://flexy-face-replit.app",
};

TEST_F(CorsTest, LetsTheListedOriginsReadWithCredentials) {
  start();
  for (const std::string& origin : GatewayOptions().cors_origins) {
    const auto result = client().Get("/api/status", {{"Origin", origin}});
    ASSERT_TRUE(result);
    EXPECT_EQ(result->get_header_value("Access-Control-Allow-Origin"), origin);
    EXPECT_EQ(result->get_header_value("Access-Control-Allow-Credentials"), "true");
    EXPECT_EQ(result->get_header_value_count("Access-Control-Allow-Origin"), 1U);
    EXPECT_EQ(result->get_header_value("Access-Control-Expose-Headers"),
              "X-Request-Id, Retry-After, RateLimit, RateLimit-Policy, X-Seed, X-Generation-Id, "
              "X-Model, Location");
  }
}

// A browser shows a page nothing that it asked for with credentials unless they are allowed: so the
// frontend's call of the VIP route keeps working with an Authorization field.
TEST_F(CorsTest, ListedPagesMaySendAnAuthorizationFieldToAdminRoutes) {
  start();
  const httplib::Headers headers = {{"Origin", "http://localhost:3000"},
                                    {"Access-Control-Request-Method", "POST"},
                                    {"Access-Control-Request-Headers", "authorization"}};
  const auto preflight = client().Options("/api/admin/pranks/vip", headers);
  const auto answer = client().Post("/api/admin/pranks/vip", headers, "", "application/json");
  EXPECT_EQ(answer->status, 401);
  EXPECT_NE(preflight->get_header_value("Access-Control-Allow-Headers").find("Authorization"),
            std::string::npos);
  for (const auto& result : {std::cref(preflight), std::cref(answer)}) {
    EXPECT_EQ(result.get()->get_header_value("Access-Control-Allow-Origin"),
              "http://localhost:3000");
    EXPECT_EQ(result.get()->get_header_value("Access-Control-Allow-Credentials"), "true");
  }
}

TEST_F(CorsTest, GivesLookalikesNothing) {
  start();
  ASSERT_GE(std::size(kWrongOrigins), 40U);
  for (const char* origin : kWrongOrigins) {
    const auto plain = client().Get("/api/status", {{"Origin", origin}});
    const auto preflight =
        client().Options("/api/generate", {{"Origin", origin},
                                           {"Access-Control-Request-Method", "POST"},
                                           {"Access-Control-Request-Headers", "content-type"}});
    for (const auto* result : {&plain, &preflight}) {
      ASSERT_TRUE(*result) << origin;
      for (const auto& [name, value] : (*result)->headers) {
        EXPECT_FALSE(name.starts_with("Access-Control-")) << origin << " got " << name;
      }
      EXPECT_EQ((*result)->get_header_value("Vary"), "Origin");
    }
  }
}

TEST_F(CorsTest, TwoOriginsAreNone) {
  start();
  RawConnection connection(gateway->port());
  connection.send(
      "GET /api/status HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
      "Origin: http://localhost:3000\r\nOrigin: http://localhost:3000\r\n\r\n");
  const std::string answer = connection.receive();
  EXPECT_NE(answer.find("200 OK"), std::string::npos);
  EXPECT_EQ(answer.find("Access-Control-"), std::string::npos) << answer;
}

TEST_F(CorsTest, AnswersPreflightRequests) {
  start();
  const auto result =
      client().Options("/api/generate", {{"Origin", "https://pranks.halsted.dev"},
                                         {"Access-Control-Request-Method", "POST"},
                                         {"Access-Control-Request-Headers", "content-type"}});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->status, 200);
  EXPECT_EQ(result->get_header_value("Access-Control-Allow-Origin"), "https://pranks.halsted.dev");
  EXPECT_EQ(result->get_header_value("Access-Control-Allow-Credentials"), "true");
  EXPECT_EQ(result->get_header_value("Access-Control-Allow-Methods"), "POST, OPTIONS");
  EXPECT_NE(result->get_header_value("Access-Control-Allow-Headers").find("Content-Type"),
            std::string::npos);
  EXPECT_LE(std::stoi(result->get_header_value("Access-Control-Max-Age")), 600);
}

TEST_F(CorsTest, EveryAnswerVariesByOrigin) {
  start();
  const nlohmann::json made = json_of(post({{"prompt", "x"}}));
  const auto generated = post({{"prompt", "x"}});
  EXPECT_EQ(generated->get_header_value("Vary"), "Origin");
  for (const std::string& path :
       {std::string("/"), std::string("/assets/page.css"), std::string("/healthz"),
        std::string("/readyz"), std::string("/api/status"), std::string("/api/models"),
        std::string("/api/generations"), std::string("/api/generations/none"),
        std::string("/nothing"), std::string("/static/generations/none.png"),
        made["image_url"].get<std::string>(), made["thumbnail_url"].get<std::string>(),
        "/api/generations/" + made["generation_id"].get<std::string>() + "/events"}) {
    const auto result = client().Get(path, {{"Origin", "http://localhost:3000"}});
    ASSERT_TRUE(result) << path;
    EXPECT_EQ(result->get_header_value("Vary"), "Origin") << path;
    EXPECT_EQ(result->get_header_value("Access-Control-Allow-Origin"), "http://localhost:3000")
        << path;
    EXPECT_EQ(result->get_header_value("X-Content-Type-Options"), "nosniff") << path;
    EXPECT_FALSE(result->get_header_value("X-Request-Id").empty()) << path;
  }
}

TEST(CorsOptionTest, TakesExactOriginsOnly) {
  for (const char* origin : {"https://example.org", "http://localhost:3000", "http://[::1]:8080"}) {
    EXPECT_TRUE(check_origin(origin).ok()) << origin;
  }
  for (const char* origin : {"*", "null", "https://*.example.org", "https://example.org/", "", "x",
                             "HTTPS://example.org", "https://", "https://example.org:443",
                             "http://[::1]:80", "http://localhost:", "http://localhost:0",
                             "http://localhost:03000", "http://localhost:65536", "http://:3000",
                             "http://a:1:2", "http://[]", "http://[::1", "http://[::1]x"}) {
    EXPECT_FALSE(check_origin(origin).ok()) << origin;
  }
}

}  // namespace
}  // namespace easel
