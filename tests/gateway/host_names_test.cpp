#include "gateway/middleware/host_names.h"

#include "tests/gateway/gateway_fixture.h"
#include "tests/gateway/raw_connection.h"

namespace easel {
namespace {

// How the gateway answers by name: to itself, and to a page whose name resolves to this machine.
class HostNamesAtGatewayTest : public GatewayTest {
 protected:
  int status_for(const std::string& host, const std::string& path = "/api/generations") {
    const auto result = client().Get(path, {{"Host", host}});
    EXPECT_TRUE(result);
    return result ? result->status : 0;
  }
};

TEST_F(HostNamesAtGatewayTest, ALocalGatewayIsNotReadUnderTheNameOfAnotherSite) {
  start();
  for (const char* path : {"/api/generations", "/api/status", "/", "/healthz", "/no/such/route"}) {
    EXPECT_EQ(status_for("evil.example:7999", path), 403) << path;
  }
  const auto refused = client().Get("/api/generations", {{"Host", "evil.example"}});
  ASSERT_TRUE(refused);
  EXPECT_EQ(json_of(refused)["error"], "forbidden");
  EXPECT_NE(refused->body.find("--allowed-host"), std::string::npos) << refused->body;
  const auto drawn = client().Post("/api/generate", {{"Host", "evil.example"}},
                                   R"({"prompt": "x"})", "application/json");
  ASSERT_TRUE(drawn);
  EXPECT_EQ(drawn->status, 403);
  EXPECT_EQ(status_for("localhost:7999"), 200);
  EXPECT_EQ(status_for("127.0.0.1"), 200);
}

TEST_F(HostNamesAtGatewayTest, APreflightUnderAnotherNameIsRefused) {
  start();
  const auto result =
      client().Options("/api/generate", {{"Host", "evil.example"},
                                         {"Origin", "http://localhost:3000"},
                                         {"Access-Control-Request-Method", "POST"}});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->status, 403);
}

TEST_F(HostNamesAtGatewayTest, OperatorsAllowNames) {
  options.allowed_hosts = {"easel.example.org"};
  start();
  EXPECT_EQ(status_for("easel.example.org"), 200);
  EXPECT_EQ(status_for("evil.example"), 403);
}

TEST_F(HostNamesAtGatewayTest, BehindAProxyAnyNameIsTakenUntilSomeAreAllowed) {
  options.trusted_proxies = {"10.0.0.9"};
  start();
  EXPECT_EQ(status_for("imagine.example"), 200);
  stop();
  options.allowed_hosts = {"easel.example.org"};
  start();
  EXPECT_EQ(status_for("imagine.example"), 403);
}

TEST_F(HostNamesAtGatewayTest, OneThatListensForOthersTakesAnyName) {
  options.host = "0.0.0.0";
  start();
  EXPECT_EQ(status_for("imagine.example"), 200);
}

}  // namespace
}  // namespace easel
