#include <gtest/gtest.h>

#include "base/trace_context.h"
#include "gateway/middleware/client_address.h"
#include "gateway/middleware/request_id.h"
#include "gateway/middleware/trace_context.h"
#include "gateway/router.h"

namespace easel {
namespace {

HttpRequest request_with(const char* name, const std::string& value) {
  HttpRequest request;
  request.peer_address = "10.0.0.1";
  request.headers.add(name, value);
  return request;
}

TEST(TraceContextTest, ContinuesTheOneTraceThatARequestNames) {
  const std::string trace = "0af7651916cd43dd8448eb211c80319c";
  HttpRequest request = request_with("traceparent", "00-" + trace + "-b7ad6b7169203331-01");
  EXPECT_EQ(trace_id_of(traceparent_of(request)), trace);
  request.headers.add("Traceparent", "00-" + trace + "-b7ad6b7169203331-01");
  EXPECT_NE(trace_id_of(traceparent_of(request)), trace) << "two of them";
  EXPECT_TRUE(is_traceparent(traceparent_of(HttpRequest())));
}

TEST(RequestIdTest, TakesPlainNamesOnly) {
  EXPECT_EQ(request_id_of(request_with("x-request-id", "a-B_3.:")), "a-B_3.:");
  for (const std::string& bad : {std::string(), std::string("a b"), std::string("a\nb"),
                                 std::string(129, 'a'), std::string("\xc3\xa9")}) {
    EXPECT_EQ(request_id_of(request_with("X-Request-Id", bad)).size(), 32U) << bad;
  }
  EXPECT_LT(make_id().substr(0, 6), "1") << "begins with the time";
}

TEST(ClientAddressTest, BelievesTrustedProxiesOnly) {
  const auto address = [](const std::string& forwarded, const std::set<std::string>& proxies) {
    return client_address_of(request_with("X-Forwarded-For", forwarded), proxies);
  };
  EXPECT_EQ(address("1.1.1.1", {}), "10.0.0.1");
  EXPECT_EQ(address("6.6.6.6, 1.1.1.1", {"10.0.0.1"}), "1.1.1.1") << "what the proxy itself wrote";
  EXPECT_EQ(address("1.1.1.1, 10.0.0.2", {"10.0.0.1", "10.0.0.2"}), "1.1.1.1");
  EXPECT_EQ(address("", {"10.0.0.1"}), "10.0.0.1");
  EXPECT_EQ(address(" , ,", {"10.0.0.1"}), "10.0.0.1");
  EXPECT_LE(address(std::string(5000, '1'), {"10.0.0.1"}).size(), 64U);
}

TEST(ClientAddressTest, OneAddressHasOneSpelling) {
  EXPECT_EQ(canonical_address("::ffff:10.0.0.1"), "10.0.0.1");
  EXPECT_EQ(canonical_address("::FFFF:0a00:0001"), "10.0.0.1");
  EXPECT_EQ(canonical_address("FD00:0::1"), "fd00::1");
  EXPECT_EQ(canonical_address("10.0.0.1"), "10.0.0.1");
  for (const char* bad : {"", "proxy", "10.0.0.1:80", "10.0.0.0/8", "010.0.0.1", "[::1]", "10.1"}) {
    EXPECT_EQ(canonical_address(bad), std::nullopt) << bad;
  }
  HttpRequest request = request_with("X-Forwarded-For", "::ffff:1.1.1.1, ::FFFF:10.0.0.1");
  request.peer_address = "10.0.0.1";
  EXPECT_EQ(client_address_of(request, {"10.0.0.1"}), "1.1.1.1");
}

TEST(RouterTest, MatchesWholePathsAndNothingElse) {
  Router router;
  for (const auto& [method, pattern] : std::initializer_list<std::pair<const char*, const char*>>{
           {"GET", "/"}, {"GET", "/a/{id}"}, {"DELETE", "/a/{id}"}, {"GET", "/a/{id}/events"}}) {
    Route route;
    route.method = method;
    route.pattern = pattern;
    router.add(Access::kPublic, std::move(route));
  }
  const auto found = [&](const char* method, const std::string& path) {
    HttpRequest request;
    request.method = method;
    request.path = path;
    const auto route = router.find(request);
    return route.ok() ? (*route)->pattern : "-";
  };
  EXPECT_EQ(found("GET", "/"), "/");
  EXPECT_EQ(found("HEAD", "/a/x"), "/a/{id}");
  EXPECT_EQ(found("DELETE", "/a/x"), "/a/{id}");
  EXPECT_EQ(found("GET", "/a/x/events"), "/a/{id}/events");
  for (const std::string& path :
       {std::string(), std::string("*"), std::string("a/x"), std::string("/a"), std::string("/a/"),
        std::string("/a/x/"), std::string("//"), std::string("/a//events"), std::string("/A/x"),
        std::string("/a/x%2f"), std::string("/a/x\0", 5), std::string("/a/x y"),
        "/a/" + std::string(161, 'x')}) {
    EXPECT_EQ(found("GET", path), "-") << path;
  }
  EXPECT_EQ(found("POST", "/a/x"), "-");
  EXPECT_EQ(router.allowed_methods("/a/x"), "GET, HEAD, DELETE, OPTIONS");
  EXPECT_EQ(router.allowed_methods("/b"), "");
}

}  // namespace
}  // namespace easel
