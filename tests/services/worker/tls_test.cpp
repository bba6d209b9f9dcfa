// Certificates: who has none signed by the operator's authority gets nothing.
#include <gtest/gtest.h>

#include <cstdlib>

#include "base/file.h"
#include "tests/services/worker/worker_fixture.h"

namespace easel {
namespace {

// An authority, and certificates that it signed for "localhost" and for a caller.
constexpr char kMakeCertificates[] = R"(
set -e
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=authority \
  -keyout ca.key -out ca.pem
for name in server caller; do
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=localhost \
    -addext subjectAltName=DNS:localhost -keyout $name.key -out $name.csr
  printf 'subjectAltName=DNS:localhost' > extensions
  openssl x509 -req -in $name.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 \
    -extfile extensions -out $name.pem
done
)";

class TlsTest : public WorkerFixture {
 protected:
  void SetUp() override {
    folder_.write("make.sh", kMakeCertificates);
    const std::string command =
        concat("cd '", folder_.path().string(), "' && sh make.sh > /dev/null 2>&1");
    if (std::system(command.c_str()) != 0) GTEST_SKIP() << "openssl makes no certificates here";
    options_.tls_cert = folder_ / "server.pem";
    options_.tls_key = folder_ / "server.key";
    options_.client_ca = folder_ / "ca.pem";
  }
  std::string pem(const char* name) const { return *read_file(folder_ / name, 1 << 20); }
  grpc::Status ask(const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
    grpc::ChannelArguments arguments;
    arguments.SetSslTargetNameOverride("localhost");
    const auto stub = v1::ImageService::NewStub(
        grpc::CreateCustomChannel(worker_->address(), credentials, arguments));
    grpc::ClientContext context;
    v1::StatusResponse response;
    return stub->Status(&context, {}, &response);
  }
};

TEST_F(TlsTest, AnswersOnlyCallersWithACertificate) {
  start();
  grpc::SslCredentialsOptions caller{pem("ca.pem"), pem("caller.key"), pem("caller.pem")};
  const grpc::Status answered = ask(grpc::SslCredentials(caller));
  EXPECT_TRUE(answered.ok()) << answered.error_message();
  EXPECT_FALSE(ask(grpc::SslCredentials({pem("ca.pem"), "", ""})).ok());
  EXPECT_FALSE(ask(grpc::InsecureChannelCredentials()).ok());
}

TEST_F(TlsTest, FilesThatCannotBeReadAreToldByTheirOption) {
  options_.client_ca = folder_ / "nowhere.pem";
  ModelPlaces places;
  places.registry = folder_ / "models.toml";
  WorkerParts parts;
  parts.monitor = make_process_monitor();
  const auto worker = Worker::start(options_, places, std::move(parts), log_);
  ASSERT_FALSE(worker.ok());
  EXPECT_NE(to_std(worker.status().message()).find("client_ca"), std::string_view::npos);
}

}  // namespace
}  // namespace easel
