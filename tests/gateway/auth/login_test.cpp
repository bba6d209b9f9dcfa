#include <set>

#include "base/strings.h"
#include "tests/gateway/auth/service_fixture.h"

namespace easel {
namespace {

constexpr int64_t kMinuteMs = 60'000;

class LoginTest : public ServiceTest {
 protected:
  int status_with(const Login& login) {
    return call("GET", "/api/admin/session", with(login)).status;
  }
  uint64_t hashes() const { return access->admins().hasher().num_hashes(); }
};

TEST_F(LoginTest, NoAdminExistsUntilOneIsMade) {
  start();
  EXPECT_EQ(try_login("admin", "").status, 400);
  EXPECT_EQ(try_login("admin", "admin").status, 401);
  EXPECT_EQ(call("GET", "/api/admin/session").status, 401);
}

TEST_F(LoginTest, GivesACookieThatScriptsAndOtherSitesDoNotGet) {
  start_with_admin();
  const HttpResponse response = try_login("ada", kPassword);
  ASSERT_EQ(response.status, 200) << response.body;
  const std::string cookie = *response.headers.find("Set-Cookie");
  EXPECT_TRUE(cookie.starts_with("easel_session=")) << cookie;
  for (const char* part : {"; HttpOnly", "; SameSite=Strict", "; Path=/", "; Max-Age=43200"}) {
    EXPECT_NE(cookie.find(part), std::string::npos) << part << " of " << cookie;
  }
  EXPECT_EQ(cookie.find("Secure"), std::string::npos) << "over plain HTTP it would be lost";
  EXPECT_EQ(*response.headers.find("Cache-Control"), "no-store");
}

TEST_F(LoginTest, BehindTlsTheCookieIsSecureAndBoundToItsHost) {
  proxies.trusted = {"192.0.2.1"};
  start_with_admin();
  const HeaderList tls = list_of({{"X-Forwarded-Proto", "https"}});
  const Login login = log_in(tls);
  EXPECT_TRUE(login.cookie.starts_with("__Host-easel_session=")) << login.cookie;
  HeaderList over_tls = with(login);
  over_tls.add("X-Forwarded-Proto", "https");
  EXPECT_EQ(call("GET", "/api/admin/session", over_tls).status, 200);
  // Another host of the domain can set the plain name.
  HeaderList planted = tls;
  planted.add("Cookie", login.cookie.substr(std::string_view("__Host-").size()));
  EXPECT_EQ(call("GET", "/api/admin/session", planted).status, 401);
  address = "192.0.2.9";
  EXPECT_TRUE(log_in(tls).cookie.starts_with("easel_session=")) << "it is no trusted proxy";
}

TEST_F(LoginTest, ALoginEndsTheSessionThatItComesWithAndTakesNoPlantedToken) {
  start_with_admin();
  const Login first = log_in();
  const Login second = log_in(with(first));
  EXPECT_NE(first.cookie, second.cookie);
  EXPECT_EQ(status_with(first), 401);
  EXPECT_EQ(status_with(second), 200);
  HeaderList planted;
  const std::string chosen = concat("easel_session=", std::string(64, 'a'));
  planted.add("Cookie", chosen);
  EXPECT_NE(log_in(planted).cookie, chosen);
  EXPECT_EQ(call("GET", "/api/admin/session", planted).status, 401);
}

TEST_F(LoginTest, ATokenIsWorthNothingAfterLogoutRevocationOrANewPassword) {
  start_with_admin();
  const Login out = log_in(), revoked = log_in(), other = log_in();
  EXPECT_EQ(call("POST", "/api/admin/logout", with(out)).status, 200);
  EXPECT_EQ(status_with(out), 401);
  EXPECT_EQ(call("DELETE", concat("/api/admin/sessions/", revoked.session_id), with(other)).status,
            200);
  EXPECT_EQ(status_with(revoked), 401);
  EXPECT_EQ(status_with(other), 200);
  ASSERT_TRUE(access->admins().reset("ada", "another long password").ok());
  EXPECT_EQ(status_with(other), 401);
  stop();
  start();
  EXPECT_EQ(status_with(out), 401);
}

TEST_F(LoginTest, ASessionOutlivesTheProcessButNeitherIdlenessNorItsEnd) {
  start_with_admin();
  const Login login = log_in(), idle = log_in();
  stop();
  start();
  for (int i = 0; i < 25; ++i) {
    now_ms += 29 * kMinuteMs - 1;
    const bool alive = now_ms < int64_t{12} * 60 * kMinuteMs;
    EXPECT_EQ(status_with(login), alive ? 200 : 401) << now_ms / kMinuteMs << " minutes";
    EXPECT_TRUE(i == 0 || status_with(idle) == 401);
  }
}

TEST_F(LoginTest, TwoCookiesOfItsNameAreNone) {
  start_with_admin();
  const Login login = log_in();
  HeaderList headers = with(login);
  headers.add("Cookie", concat("easel_session=", std::string(64, 'b')));
  EXPECT_EQ(call("GET", "/api/admin/session", headers).status, 401);
}

TEST_F(LoginTest, ListsTheSessionsWithoutTheirTokens) {
  start_with_admin();
  const Login first = log_in(), second = log_in();
  const HttpResponse response = call("GET", "/api/admin/sessions", with(second));
  const nlohmann::json items = json_of(response)["items"];
  ASSERT_EQ(items.size(), 2U);
  EXPECT_EQ(items[0]["id"], second.session_id);
  EXPECT_EQ(items[0]["current"], true);
  EXPECT_EQ(items[1]["address"], "192.0.2.1");
  for (const Login& login : {first, second}) {
    const std::string token = login.cookie.substr(login.cookie.find('=') + 1);
    EXPECT_EQ(response.body.find(token), std::string::npos);
    EXPECT_EQ(response.body.find(hash_of_token(token)), std::string::npos);
  }
}

TEST_F(LoginTest, WritesByCookieNeedTheCsrfTokenOfThatSession) {
  start_with_admin();
  const Login login = log_in(), other = log_in();
  const auto write = [&](std::string_view csrf) {
    HeaderList headers = list_of({{"Cookie", login.cookie}});
    if (!csrf.empty()) headers.add("X-CSRF-Token", csrf);
    return call("POST", "/api/admin/keys", headers, R"({"name": "k", "scopes": ["edit"]})").status;
  };
  std::string flipped = login.csrf;
  flipped.back() = flipped.back() == '0' ? '1' : '0';
  for (const std::string& wrong :
       {std::string(), std::string("x"), other.csrf, flipped, login.csrf + "0",
        login.cookie.substr(login.cookie.find('=') + 1)}) {
    EXPECT_EQ(write(wrong), 403) << wrong;
  }
  EXPECT_EQ(write(login.csrf), 201);
  // A page that was loaded anew asks for it again.
  EXPECT_EQ(json_of(call("GET", "/api/admin/session", with(login)))["csrf_token"], login.csrf);
}

TEST_F(LoginTest, OtherOriginsWriteNothingEvenWithTheToken) {
  start_with_admin();
  const Login login = log_in();
  const auto write = [&](std::string_view name, std::string_view value) {
    HeaderList headers = with(login);
    headers.add(name, value);
    return call("POST", "/api/admin/keys", headers, R"({"name": "k", "scopes": ["edit"]})").status;
  };
  for (const char* origin :
       {"null", "https://evil.org", "https://easel.example.evil.org", "https://xeasel.example",
        "https://easel.example:8443", "https://easel.example.", "https://EASEL.example", "",
        "file://", "https://easel.example@evil.org", "https://example.com.evil.org",
        "https://pranks.halsted.dev"}) {
    EXPECT_EQ(write("Origin", origin), 403) << origin;
    EXPECT_EQ(try_login("ada", kPassword, list_of({{"Origin", origin}})).status, 403) << origin;
  }
  for (const char* site : {"cross-site", "same-site"}) {
    EXPECT_EQ(write("Sec-Fetch-Site", site), 403) << site;
  }
  for (const char* origin : {"https://easel.example", "https://example.com"}) {
    EXPECT_EQ(write("Origin", origin), 201) << origin;
  }
  EXPECT_EQ(write("Sec-Fetch-Site", "same-origin"), 201);
}

TEST_F(LoginTest, AnUnknownNameCostsAHashAsAKnownOneDoes) {
  start_with_admin();
  const uint64_t before = hashes();
  EXPECT_EQ(try_login("ada", "wrong password").status, 401);
  EXPECT_EQ(hashes(), before + 1);
  const HttpResponse unknown = try_login("bob", "wrong password");
  EXPECT_EQ(hashes(), before + 2);
  EXPECT_EQ(json_of(unknown)["message"], json_of(try_login("ada", "again wrong"))["message"]);
}

TEST_F(LoginTest, GuessingGrowsSlowerAndSlower) {
  start_with_admin();
  const uint64_t before = hashes();
  int refused = 0;
  for (int i = 0; i < 10'000; ++i) {
    const HttpResponse response = try_login("ada", concat("guess number ", i));
    refused += response.status == 429 ? 1 : 0;
    if (response.status == 429) {
      EXPECT_GE(std::stoi(*response.headers.find("Retry-After")), 1);
      EXPECT_EQ(error_of(response), "rate_limited");
    }
    now_ms += 6;  // a minute in all
  }
  EXPECT_LE(hashes() - before, 20U) << "hashes in a minute";
  EXPECT_GT(refused, 9'900);
  now_ms += 15 * kMinuteMs;
  EXPECT_EQ(try_login("ada", kPassword).status, 200) << "no lock for ever";
}

TEST_F(LoginTest, GuessingFromManyAddressesIsLimitedByName) {
  start_with_admin();
  const uint64_t before = hashes();
  for (int i = 0; i < 10'000; ++i) {
    address = concat("198.51.", i % 2, ".", i % 250);
    try_login("ada", concat("guess number ", i));
    now_ms += 6;
  }
  EXPECT_LE(hashes() - before, 20U);
  // The owner waits a minute at most.
  address = "192.0.2.77";
  now_ms += kMinuteMs;
  EXPECT_EQ(try_login("ada", kPassword).status, 200);
}

// Who has logged in from a place is not kept out there by what strangers try elsewhere.
TEST_F(LoginTest, GuessingFromElsewhereKeepsNoOwnerOut) {
  start_with_admin();
  const std::string home = address;
  const auto guess = [&] {
    for (int i = 0; i < 100; ++i) {
      address = concat("198.51.100.", i);
      try_login("ada", concat("guess number ", i));
    }
  };
  log_in();
  guess();
  address = "192.0.2.200";
  EXPECT_EQ(try_login("ada", kPassword).status, 429) << "a place that nobody knows";
  address = home;
  EXPECT_EQ(try_login("ada", kPassword).status, 200);
  stop();
  start();
  guess();
  address = home;
  EXPECT_EQ(try_login("ada", kPassword).status, 200) << "there is a session from there";
  int looked_at = 0;
  for (int i = 0; i < 100; ++i) looked_at += try_login("ada", "a wrong one").status == 401 ? 1 : 0;
  EXPECT_LE(looked_at, 5) << "its own guesses are limited there as well";
}

TEST_F(LoginTest, APasswordThatNoLoginCouldSendIsRefused) {
  start();
  EXPECT_FALSE(access->admins().create("ada", "correct horse \xff\xfe").ok());
  EXPECT_TRUE(access->admins().create("ada", "correct horse \xc3\xa9").ok());
}

TEST_F(LoginTest, GuessingManyNamesIsLimitedByAddressAndByIpv6Network) {
  start_with_admin();
  uint64_t before = hashes();
  for (int i = 0; i < 1000; ++i) try_login(concat("name", i), "guess number 1");
  EXPECT_LE(hashes() - before, 5U);
  before = hashes();
  for (int i = 0; i < 1000; ++i) {
    address = concat("2001:db8:1:2::", i + 1);
    try_login(concat("other", i), "guess number 1");
  }
  EXPECT_LE(hashes() - before, 5U);
}

TEST_F(LoginTest, NamesAndPasswordsThatCannotBeAreCountedAndStopReachingTheDisk) {
  start_with_admin();
  int looked_at = 0;
  for (int i = 0; i < 100; ++i) {
    const int status = try_login(std::string(65, 'a'), "guess number 1").status;
    EXPECT_TRUE(status == 401 || status == 429) << status;
    if (status == 401) ++looked_at;
  }
  EXPECT_LE(looked_at, 5);
}

TEST_F(LoginTest, ALoginThatWasUnderWayWhenThePasswordChangedGivesNoSession) {
  start_with_admin();
  AccountStore& accounts = storage->accounts();
  const std::string old_hash = (*accounts.find_admin("ada"))->password_hash;
  ASSERT_TRUE(access->admins().reset("ada", "another password, as long").ok());
  SessionRecord session;
  session.id = "late";
  session.admin = "ada";
  session.expires_at_ms = kMinuteMs;
  EXPECT_TRUE(absl::IsNotFound(accounts.start_session(session, old_hash, "token's hash", "")));
  EXPECT_TRUE(absl::IsNotFound(accounts.renew_hash("ada", old_hash, "newer hash")));
  EXPECT_NE((*accounts.find_admin("ada"))->password_hash, "newer hash");
}

TEST_F(LoginTest, ASuccessClearsTheNameAndMistypingNowAndThenCostsNothing) {
  start_with_admin();
  for (int i = 0; i < 50; ++i) {
    for (int wrong = 0; wrong < 3; ++wrong) {
      EXPECT_EQ(try_login("ada", "mistyped password").status, 401);
    }
    EXPECT_EQ(try_login("ada", kPassword).status, 200) << i;
    now_ms += 16 * kMinuteMs;
  }
}

TEST_F(LoginTest, BasicCredentialsAreLimitedTheSameWay) {
  start_with_admin();
  const uint64_t before = hashes();
  HeaderList wrong = list_of({{"Authorization", "Basic YWRhOndyb25nIHBhc3N3b3Jk"}});
  int refused = 0;
  for (int i = 0; i < 100; ++i) {
    refused += call("GET", "/api/admin/session", wrong).status == 429 ? 1 : 0;
  }
  EXPECT_EQ(refused, 95);
  EXPECT_EQ(hashes() - before, 5U);
  for (const char* bad : {"Basic", "Basic ", "Basic !!!", "Basic YWRh", "Digest x", "basic  x"}) {
    EXPECT_EQ(call("GET", "/api/admin/session", list_of({{"Authorization", bad}})).status, 401)
        << bad;
  }
  EXPECT_EQ(hashes() - before, 5U);
}

TEST_F(LoginTest, BasicWorksOnTheAdminsRoutesWithoutACsrfToken) {
  start_with_admin();
  const HeaderList right =
      list_of({{"Authorization", "Basic YWRhOmNvcnJlY3QgaG9yc2UgYmF0dGVyeQ=="}});
  EXPECT_EQ(call("POST", "/api/admin/keys", right, R"({"name": "k", "scopes": ["edit"]})").status,
            201);
  EXPECT_EQ(json_of(call("GET", "/api/admin/session", right))["name"], "ada");
}

TEST_F(LoginTest, EveryActionStandsInTheAuditLogWithWhoAndWhatCameOfIt) {
  start_with_admin();
  try_login("ada", "wrong password");
  try_login("my password 12345", "x");
  const Login login = log_in();
  call("POST", "/api/admin/keys", with(login), R"({"name": "k", "scopes": ["edit"]})");
  call("DELETE", "/api/admin/keys/none", with(login));
  call("GET", "/api/admin/keys", with(login));
  call("DELETE", "/api/generations/drawn-by-others", with(login));
  const HttpResponse vip = call("POST", "/api/admin/pranks/vip", with(login));
  const std::string builder =
      concat("/api/pranks/builder/", json_of(vip)["builder_slug"].get<std::string>());
  call("PATCH", builder, with(login), R"({"title": "new"})");
  call("DELETE", concat(builder, "/triggers/7"), with(login));
  call("POST", "/api/pranks", with(login), R"({"share_slug": "owls", "title": "Owls"})");
  call("PUT", "/api/preferences", with(login), R"({"session_id": "mine", "engine": "demo"})");
  call("POST", "/api/pranks/imagine/generate", with(login), R"({"prompt": "an owl"})");
  call("GET", "/api/admin/session", list_of({{"Authorization", "Basic YWRhOng="}}));
  call("GET", "/api/admin/session", list_of({{"Authorization", "Basic Ym9iOng="}}));
  const nlohmann::json items =
      json_of(call("GET", "/api/admin/audit?limit=100", with(login)))["items"];
  std::vector<std::string> lines;
  for (const auto& item : items) {
    lines.push_back(concat(item["actor"].get<std::string>(), "|", item["action"].get<std::string>(),
                           "|", item["target"].get<std::string>(), "|", item["status"].get<int>()));
    EXPECT_EQ(item["address"], "192.0.2.1");
  }
  const std::string key_id =
      json_of(call("GET", "/api/admin/keys", with(login)))["items"][0]["id"].get<std::string>();
  const std::vector<std::string> expected = {
      "|login|(unknown name)|401",
      "|login|ada|401",
      "admin:ada|PUT /api/preferences|session mine|200",
      "admin:ada|POST /api/pranks|prank 2|201",
      "admin:ada|DELETE /api/pranks/builder/{builder_slug}/triggers/{trigger_id}|7 prank 1|404",
      "admin:ada|PATCH /api/pranks/builder/{builder_slug}|prank 1|200",
      "admin:ada|POST /api/admin/pranks/vip|prank 1|201",
      "admin:ada|DELETE /api/generations/{id}|drawn-by-others|404",
      "admin:ada|DELETE /api/admin/keys/{id}|none|404",
      concat("admin:ada|POST /api/admin/keys|key ", key_id, " k|201"),
      "|login|ada|200",
      "|login|(unknown name)|401",
      "|login|ada|401",
  };
  EXPECT_EQ(lines, expected);
}

TEST_F(LoginTest, TheAuditLogComesInPages) {
  start_with_admin();
  const Login login = log_in();
  for (int i = 0; i < 9; ++i) call("DELETE", concat("/api/admin/keys/k", i), with(login));
  std::set<std::string> targets;
  std::string target = "/api/admin/audit?limit=4";
  int pages = 0;
  for (nlohmann::json page; pages < 9; ++pages) {
    page = json_of(call("GET", target, with(login)));
    for (const auto& item : page["items"]) targets.insert(item["target"].get<std::string>());
    if (page["next"].is_null()) break;
    target = concat("/api/admin/audit?limit=4&cursor=", page["next"].get<std::string>());
  }
  EXPECT_EQ(pages, 2);
  EXPECT_EQ(targets.size(), 10U);
  EXPECT_EQ(call("GET", "/api/admin/audit?cursor=x", with(login)).status, 400);
  EXPECT_EQ(call("GET", "/api/admin/audit?limit=101", with(login)).status, 400);
}

}  // namespace
}  // namespace easel
