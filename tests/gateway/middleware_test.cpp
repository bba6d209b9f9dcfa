#include <gtest/gtest.h>

#include "base/trace_context.h"
#include "gateway/api_error.h"
#include "gateway/middleware/client_address.h"
#include "gateway/middleware/host_names.h"
#include "gateway/middleware/request_id.h"
#include "gateway/middleware/trace_context.h"
#include "gateway/router.h"

namespace easel {
namespace {

int http_status(const absl::Status& status) {
  return status.ok() ? 200 : http_status_of(public_error(status).code);
}

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

int status_for(const HostNames& names, const std::string& host) {
  return http_status(names.check(request_with("Host", host)));
}

TEST(HostNamesTest, TakesWhatNobodyElseCanHaveResolveHere) {
  const HostNames local = HostNames::only({});
  for (const char* own :
       {"localhost", "localhost:7999", "LocalHost", "localhost.", "easel.localhost:80", "127.0.0.1",
        "127.0.0.1:7999", "192.168.1.5:80", "[::1]:7999", "[fd00::1]", "gpu-box:7999", ""}) {
    EXPECT_EQ(status_for(local, own), 200) << own;
  }
  for (const char* other :
       {"evil.example", "evil.example:7999", "EVIL.example.", "127.0.0.1.evil.example",
        "localhost.evil.example", "evil.localhost.example", "127.1", "evil.example:localhost",
        "[evil.example", "[evil.example]", "a.b@localhost", "evil.example."}) {
    EXPECT_EQ(status_for(local, other), 403) << other;
  }
}

TEST(HostNamesTest, TakesTheNamesThatAreAllowed) {
  const HostNames names = HostNames::only({"easel.example.org"});
  EXPECT_EQ(status_for(names, "Easel.Example.org:443"), 200);
  EXPECT_EQ(status_for(names, "localhost"), 200);
  EXPECT_EQ(status_for(names, "www.easel.example.org"), 403);
  EXPECT_EQ(status_for(names, "easel.example.org.evil.example"), 403);
  EXPECT_EQ(status_for(HostNames(), "evil.example"), 200) << "any";
}

TEST(HostNamesTest, TwoFieldsAreNone) {
  HttpRequest request = request_with("Host", "localhost");
  request.headers.add("host", "evil.example");
  EXPECT_EQ(http_status(HostNames::only({}).check(request)), 400);
  EXPECT_EQ(http_status(HostNames().check(request)), 400);
  EXPECT_EQ(http_status(HostNames::only({}).check(HttpRequest())), 200) << "HTTP/1.0";
}

TEST(HostNamesTest, NamesAreWrittenPlainly) {
  for (const char* good : {"easel.example.org", "gpu-box", "a_b.c"}) {
    EXPECT_TRUE(check_host_name(good).ok()) << good;
  }
  for (const char* bad : {"", "*", "*.example.org", "https://example.org", "example.org:443",
                          "Example.org", "example.org.", "a b", "[::1]"}) {
    EXPECT_FALSE(check_host_name(bad).ok()) << bad;
  }
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
