#include "gateway/auth/password_hasher.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "gateway/api_error.h"
#include "gateway/auth/secret_token.h"

namespace easel {
namespace {

PasswordHasherOptions cheap() {
  PasswordHasherOptions options;
  options.passes = 1;
  options.memory_bytes = 8192;
  return options;
}

TEST(PasswordHasherTest, HashesWithArgon2idAtOwaspsParameters) {
  PasswordHasher hasher{PasswordHasherOptions()};
  const std::string hash = hasher.hash("correct horse").value();
  EXPECT_TRUE(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$")) << hash;
  EXPECT_TRUE(hasher.verify("correct horse", hash).value());
  EXPECT_FALSE(hasher.verify("correct horsf", hash).value());
  EXPECT_NE(hasher.hash("correct horse").value(), hash) << "salted";
  EXPECT_FALSE(hasher.is_outdated(hash));
  EXPECT_TRUE(hasher.is_outdated(PasswordHasher(cheap()).hash("correct horse").value()));
}

TEST(PasswordHasherTest, NoPasswordIsNobodys) {
  PasswordHasher hasher(cheap());
  EXPECT_FALSE(hasher.verify("", "").value());
  EXPECT_FALSE(hasher.verify("anything", "").value());
  EXPECT_FALSE(hasher.verify("anything", "no hash").value());
  EXPECT_EQ(hasher.num_hashes(), 3U);
}

// Each of the many waits its turn or is told to come back; none is lost.
TEST(PasswordHasherTest, RefusesWhoDoesNotFitIntoTheQueue) {
  PasswordHasherOptions options;
  options.max_running = 1;
  options.max_waiting = 1;
  PasswordHasher hasher(options);
  std::atomic<int> done{0}, busy{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 16; ++i) {
    threads.emplace_back([&] {
      const auto hash = hasher.hash("correct horse");
      EXPECT_TRUE(hash.ok() || public_error(hash.status()).code == ErrorCode::kBusy);
      ++(hash.ok() ? done : busy);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(done + busy, 16);
  EXPECT_GE(done, 1);
  EXPECT_EQ(hasher.num_hashes(), static_cast<uint64_t>(done));
  EXPECT_TRUE(hasher.hash("afterwards").ok());
}

TEST(SecretTokenTest, TokensAreLongAndTheirHashesAreSha256) {
  EXPECT_EQ(make_secret_token().size(), 64U);
  EXPECT_NE(make_secret_token(), make_secret_token());
  EXPECT_EQ(hash_of_token("abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_NE(csrf_token_of("abc"), csrf_token_of("abd"));
  EXPECT_NE(csrf_token_of("abc"), hash_of_token("abc"));
  EXPECT_TRUE(equal_in_constant_time("abc", "abc"));
  EXPECT_FALSE(equal_in_constant_time("abc", "abd"));
  EXPECT_FALSE(equal_in_constant_time("abc", "abcd"));
}

}  // namespace
}  // namespace easel
