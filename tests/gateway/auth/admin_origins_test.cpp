// Which pages act as an admin and for how long, and where an admin's name and password count.
#include "base/strings.h"
#include "tests/gateway/auth/service_fixture.h"

namespace easel {
namespace {

constexpr char kAdasBasic[] = "Basic YWRhOmNvcnJlY3QgaG9yc2UgYmF0dGVyeQ==";

constexpr int64_t kMinuteMs = 60'000;

class AdminOriginsTest : public ServiceTest {
 protected:
  int status_with(const Login& login) {
    return call("GET", "/api/admin/session", with(login)).status;
  }
};

// An origin that may use the API is no admins' for that: its pages send credentials of their own.
TEST_F(AdminOriginsTest, PagesOfListedOriginsReadNothingByAnAdminsCookie) {
  start_with_admin();
  const Login login = log_in();
  const auto status_of = [&](HeaderList headers, std::string_view name, std::string_view value) {
    headers.add(name, value);
    return call("GET", "/api/admin/session", headers).status;
  };
  EXPECT_EQ(status_of(with(login), "Origin", "https://pranks.halsted.dev"), 401);
  EXPECT_EQ(status_of(with(login), "Sec-Fetch-Site", "same-site"), 401);
  EXPECT_EQ(status_of(with(login), "Origin", "https://example.com"), 200);
  EXPECT_EQ(status_of(with(login), "Sec-Fetch-Site", "same-origin"), 200);
  const HeaderList basic = list_of({{"Authorization", kAdasBasic}});
  EXPECT_EQ(status_of(basic, "Origin", "https://pranks.halsted.dev"), 200);
}

TEST_F(AdminOriginsTest, TheVipRouteTakesNamePasswordAndNoBody) {
  start_with_admin();
  const HeaderList basic =
      list_of({{"Authorization", kAdasBasic}, {"Origin", "https://pranks.halsted.dev"}});
  const HttpResponse made = call("POST", "/api/admin/pranks/vip", basic);
  EXPECT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(*made.headers.find("Access-Control-Allow-Origin"), "https://pranks.halsted.dev");
  EXPECT_EQ(*made.headers.find("Access-Control-Allow-Credentials"), "true");
  HeaderList with_length = basic;
  with_length.add("Content-Length", "0");
  EXPECT_EQ(call("POST", "/api/admin/pranks/vip", with_length).status, 400) << "there is one";
  HeaderList as_text = basic;
  as_text.add("Content-Type", "text/plain");
  EXPECT_EQ(call("POST", "/api/admin/pranks/vip", as_text, "{}").status, 415);
}

// Where the prank is the admins' alone; elsewhere name and password are a proxy's.
TEST_F(AdminOriginsTest, NamePasswordEditThePrankOfAdmins) {
  start_with_admin();
  const HeaderList right = list_of({{"Authorization", kAdasBasic}});
  const HeaderList wrong = list_of({{"Authorization", "Basic YWRhOndyb25nIHBhc3N3b3Jk"}});
  const nlohmann::json vip = json_of(call("POST", "/api/admin/pranks/vip", right));
  const std::string of_admins =
      concat("/api/pranks/builder/", vip["builder_slug"].get<std::string>());
  EXPECT_EQ(call("PATCH", of_admins, right, R"({"title": "new"})").status, 200);
  EXPECT_EQ(call("GET", of_admins, wrong).status, 401);
  EXPECT_EQ(call("GET", of_admins).status, 401);
  const nlohmann::json plain = json_of(call("POST", "/api/pranks", {}, "{}"));
  const uint64_t before = access->admins().hasher().num_hashes();
  const std::string of_maker =
      concat("/api/pranks/builder/", plain["builder_slug"].get<std::string>());
  EXPECT_EQ(call("GET", of_maker, wrong).status, 200);
  EXPECT_EQ(access->admins().hasher().num_hashes(), before) << "it was not looked at";
}

// An unattended dashboard would else be open all day.
TEST_F(AdminOriginsTest, WhatAPageAsksByItselfKeepsNoSessionAlive) {
  start_with_admin();
  const Login polled = log_in(), watched = log_in(), used = log_in();
  HeaderList unattended = with(watched);
  unattended.add("X-Unattended", "1");
  for (int minute = 1; minute < 30; ++minute) {
    now_ms += kMinuteMs;
    EXPECT_EQ(call("GET", "/api/status", with(polled)).status, 200);
    EXPECT_EQ(call("GET", "/api/admin/generations?status=queued", unattended).status, 200);
    EXPECT_EQ(call("GET", "/api/admin/generations?status=queued", with(used)).status, 200);
  }
  now_ms += kMinuteMs;
  EXPECT_EQ(status_with(polled), 401);
  EXPECT_EQ(status_with(watched), 401);
  EXPECT_EQ(status_with(used), 200);
}

TEST_F(AdminOriginsTest, WritesToAnAdminsPrankNeedTheCsrfTokenAsThoseUnderApiAdminDo) {
  start_with_admin();
  const Login login = log_in();
  const auto made = json_of(call("POST", "/api/admin/pranks/vip", with(login), "{}"));
  const std::string path = concat("/api/pranks/builder/", made["builder_slug"].get<std::string>());
  const HeaderList cookie = list_of({{"Cookie", login.cookie}});
  EXPECT_EQ(call("GET", path, cookie).status, 200);
  const HttpResponse refused = call("PATCH", path, cookie, R"({"title": "x"})");
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(error_of(refused), "forbidden");
  EXPECT_NE(refused.body.find("X-CSRF-Token"), std::string::npos);
  EXPECT_EQ(call("PATCH", path, {}, R"({"title": "x"})").status, 401);
  EXPECT_EQ(call("PATCH", path, with(login), R"({"title": "x"})").status, 200);
}

}  // namespace
}  // namespace easel
