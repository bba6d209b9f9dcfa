// Many callers at once; what they do must add up. The thread sanitizer runs on it.
#include <atomic>
#include <thread>

#include "base/strings.h"
#include "tests/gateway/auth/service_fixture.h"

namespace easel {
namespace {

constexpr int kThreads = 8, kRounds = 12;
// So many attempts of one name may be under way before they count as guessing.
constexpr int kLogins = 4;

class AccessStressTest : public ServiceTest {
 protected:
  template <typename Work>
  static void at_once(int num_threads, const Work& work) {
    std::vector<std::thread> threads;
    for (int i = 0; i < num_threads; ++i) threads.emplace_back([&work] { work(); });
    for (std::thread& thread : threads) thread.join();
  }
};

TEST_F(AccessStressTest, GuessesThatComeAtOnceAreCountedBeforeTheyAreTried) {
  start_with_admin();
  const uint64_t before = access->admins().hasher().num_hashes();
  at_once(kThreads, [&] {
    for (int i = 0; i < kRounds; ++i) try_login("ada", "wrong password");
  });
  EXPECT_LE(access->admins().hasher().num_hashes() - before, 5U);
}

TEST_F(AccessStressTest, EveryUnitIsGivenOutOnce) {
  settings.limits.units_per_minute = 20;
  settings.limits.units_per_day = 30;
  start();
  std::atomic<int> granted{0};
  at_once(kThreads, [&] {
    for (int i = 0; i < kRounds; ++i) {
      HttpRequest request;
      request.client_address = "192.0.2.1";
      granted += access->limits().take(request, "", 1).ok() ? 1 : 0;
    }
  });
  EXPECT_EQ(granted, 20);
  now_ms += 60'000;
  at_once(kThreads, [&] {
    for (int i = 0; i < kRounds; ++i) {
      HttpRequest request;
      request.client_address = "192.0.2.1";
      granted += access->limits().take(request, "", 1).ok() ? 1 : 0;
    }
  });
  EXPECT_EQ(granted, 30) << "the day's";
}

TEST_F(AccessStressTest, SessionsThatComeAndGoAtOnceEndWhenTheySay) {
  settings.admins.hashing.max_running = kLogins;
  start_with_admin();
  at_once(kLogins, [&] {
    for (int i = 0; i < 2; ++i) {
      const Login login = log_in();
      EXPECT_EQ(call("GET", "/api/admin/session", with(login)).status, 200);
      EXPECT_EQ(call("POST", "/api/admin/logout", with(login)).status, 200);
      EXPECT_EQ(call("GET", "/api/admin/session", with(login)).status, 401);
    }
  });
  EXPECT_TRUE(access->admins().sessions().value().empty());
}

}  // namespace
}  // namespace easel
