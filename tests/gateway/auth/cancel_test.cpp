// Who may cancel whose generation.
#include <thread>

#include "tests/gateway/auth/service_fixture.h"

namespace easel {
namespace {

class CancelTest : public ServiceTest {
 protected:
  ~CancelTest() override {
    if (runner != nullptr) runner->cancel("mine");
    if (waiter_.joinable()) waiter_.join();
  }

  // Begins the generation "mine", which runs until it is cancelled.
  void begin(const HeaderList& headers) {
    worker.script = FakeImageWorker::hang;
    waiter_ = std::thread([this, headers, from = address] {
      HttpRequest post;
      post.method = "POST";
      post.path = "/api/generate";
      post.headers = headers;
      post.headers.add("Host", "easel.example");
      post.headers.add("Content-Type", "application/json");
      post.peer_address = from;
      if (std::holds_alternative<HttpResponse>(service->plan(post))) return;
      post.body = R"({"prompt": "x", "request_id": "mine"})";
      service->handle(post);
    });
    for (int i = 0; i < 1000 && !runner->caller_of("mine"); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    ASSERT_TRUE(runner->caller_of("mine")) << "it was begun";
  }
  HttpResponse cancel(const HeaderList& headers = {}) {
    return call("DELETE", "/api/generations/mine", headers);
  }
  void expect_refused(const HttpResponse& response, const char* who) {
    EXPECT_EQ(response.status, 403) << who << ": " << response.body;
    EXPECT_EQ(error_of(response), "forbidden") << who;
    EXPECT_TRUE(runner->caller_of("mine")) << who;
  }
  std::string key(const char* name) { return make_key({{"name", name}, {"scopes", {"generate"}}}); }

  std::thread waiter_;
};

TEST_F(CancelTest, WithoutCredentialsTheSameAddressMayAndAnotherMayNot) {
  start_with_admin();
  const std::string other = key("other");
  begin({});
  expect_refused(cancel(bearer(other)), "a key at the same address");
  address = "192.0.2.2";
  expect_refused(cancel(), "another address");
  address = "192.0.2.1";
  EXPECT_EQ(cancel().status, 202);
}

TEST_F(CancelTest, TheSameKeyMayFromAnywhereAndAnotherMayNot) {
  start_with_admin();
  const std::string mine = key("mine"), other = key("other");
  begin(bearer(mine));
  expect_refused(cancel(bearer(other)), "another key");
  expect_refused(cancel(), "nobody at the same address");
  address = "198.51.100.7";
  EXPECT_EQ(cancel(bearer(mine)).status, 202);
}

TEST_F(CancelTest, AnIpv6ClientIsItsNetwork) {
  start_with_admin();
  address = "2001:db8:1:2::5";
  begin({});
  address = "2001:db8:1:3::5";
  expect_refused(cancel(), "another network");
  address = "2001:db8:1:2:ffff::9";
  EXPECT_EQ(cancel().status, 202);
}

TEST_F(CancelTest, AnAdminMayCancelAnybodys) {
  start_with_admin();
  begin({});
  address = "192.0.2.2";
  Login login = log_in();
  const Login without_token{login.cookie, "", login.session_id};
  expect_refused(cancel(with(without_token)), "an admin's cookie without its token is nobody's");
  EXPECT_EQ(cancel(with(login)).status, 202);
}

TEST_F(CancelTest, AKeyOfAdminsMayCancelAnybodys) {
  start_with_admin();
  const std::string chief = make_key({{"name", "chief"}, {"scopes", {"admin"}}});
  begin(bearer(key("mine")));
  address = "192.0.2.2";
  EXPECT_EQ(cancel(bearer(chief)).status, 202);
}

TEST_F(CancelTest, OfAFinishedOneAnybodyHearsThatItHasEnded) {
  start_with_admin();
  begin({});
  EXPECT_EQ(cancel().status, 202);
  waiter_.join();
  address = "192.0.2.2";
  const HttpResponse ended = cancel();
  EXPECT_EQ(ended.status, 200);
  EXPECT_EQ(json_of(ended)["status"], "cancelled");
}

}  // namespace
}  // namespace easel
