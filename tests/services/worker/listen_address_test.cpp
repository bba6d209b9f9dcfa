#include "services/worker/listen_address.h"

#include <gtest/gtest.h>

#include "tests/support/status_matchers.h"

namespace easel {
namespace {

absl::Status check(const std::string& address, bool insecure = false) {
  WorkerOptions options;
  options.address = address;
  options.insecure = insecure;
  return check_listening(options);
}

TEST(ListenAddressTest, ThisMachineAloneNeedsNoCertificates) {
  for (const char* address : {"127.0.0.1:50051", "127.5.0.1:0", "[::1]:1", "localhost:65535",
                              "unix:/run/worker.sock", "unix:relative"}) {
    EXPECT_TRUE(check(address).ok()) << address;
  }
}

TEST(ListenAddressTest, OtherMachinesNeedCertificatesOrTheOperatorsWord) {
  for (const char* address : {"0.0.0.0:50051", "[::]:50051", "192.168.1.1:1", "example.org:1",
                              "128.0.0.1:1", "[::ffff:127.0.0.1]:1", "localhost.evil:1"}) {
    EXPECT_TRUE(fails_with(check(address), Reason::kInvalidField, {"--insecure"})) << address;
    EXPECT_TRUE(check(address, /*insecure=*/true).ok()) << address;
  }
}

TEST(ListenAddressTest, RefusesWhatIsNoAddress) {
  for (const char* address :
       {"", "127.0.0.1", ":50051", "127.0.0.1:65536", "127.0.0.1:x", "::1:50051", "unix:"}) {
    EXPECT_TRUE(fails_with(check(address, /*insecure=*/true), Reason::kInvalidField, {"expected"}))
        << address;
  }
}

TEST(ListenAddressTest, CertificatesComeAllOrNot) {
  WorkerOptions options;
  options.tls_cert = "cert.pem";
  EXPECT_TRUE(fails_with(check_listening(options), Reason::kInvalidField, {"client_ca"}));
  options.tls_key = "key.pem";
  options.client_ca = "ca.pem";
  options.address = "0.0.0.0:50051";
  EXPECT_TRUE(check_listening(options).ok());
}

}  // namespace
}  // namespace easel
