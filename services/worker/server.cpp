#include "services/worker/server.h"

#include <grpc/grpc.h>
#include <grpc/health/v1/health.pb.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "base/quote.h"

namespace easel {
namespace {

constexpr int kMaxReceiveBytes = 80 << 20;  // three pictures of 25 MiB and a mask would not fit
constexpr size_t kMaxServerBytes = size_t{1} << 30;  // of gRPC's buffers, all calls together
constexpr int kMaxSyncThreads = 16;                  // reflection; the rest is asynchronous
constexpr int kMaxMetadataBytes = 16 << 10;
constexpr int kStreamsBesidesJobs = 128;
constexpr int kKeepaliveMs = 60'000;
constexpr int kKeepaliveTimeoutMs = 20'000;
// Callers that ping more often are sent away.
constexpr int kLeastPingIntervalMs = 10'000;
constexpr int kMaxPingStrikes = 3;
constexpr size_t kMaxPemBytes = 1 << 20;
constexpr std::string_view kUnixPrefix = "unix:";

absl::StatusOr<std::string> read_pem(const char* option, const std::filesystem::path& path) {
  absl::StatusOr<std::string> text = read_file(path, kMaxPemBytes);
  if (!text.ok()) return invalid_field(option, ": ", text.status().message());
  return text;
}

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> credentials(const WorkerOptions& options) {
  if (options.tls_cert.empty()) return grpc::InsecureServerCredentials();
  grpc::SslServerCredentialsOptions tls(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  grpc::SslServerCredentialsOptions::PemKeyCertPair pair;
  EASEL_ASSIGN_OR_RETURN(pair.private_key, read_pem("tls_key", options.tls_key));
  EASEL_ASSIGN_OR_RETURN(pair.cert_chain, read_pem("tls_cert", options.tls_cert));
  EASEL_ASSIGN_OR_RETURN(tls.pem_root_certs, read_pem("client_ca", options.client_ca));
  tls.pem_key_cert_pairs.push_back(std::move(pair));
  return grpc::SslServerCredentials(tls);
}

// gRPC takes a socket's file over from whoever listens on it.
absl::Status check_socket_free(const std::string& address) {
  if (!address.starts_with(kUnixPrefix)) return absl::OkStatus();
  const std::string path = address.substr(kUnixPrefix.size());
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  if (path.size() >= sizeof(name.sun_path)) {
    return invalid_field("address ", quote(address), " is too long for a socket: at most ",
                         sizeof(name.sun_path) - 1, " bytes");
  }
  std::memcpy(name.sun_path, path.data(), path.size());
  const int probe = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const bool taken =
      probe >= 0 && ::connect(probe, reinterpret_cast<const sockaddr*>(&name), sizeof(name)) == 0;
  if (probe >= 0) ::close(probe);
  if (!taken) return absl::OkStatus();
  return invalid_field("address ", quote(address), " is in use by another process");
}

// gRPC 1.51 may wait for ever for a thread of its own when its last user goes (its executor's, in
// the poller of last resort): there always is one more user, until the process ends.
void keep_grpc() {
  static const bool kKept = (grpc_init(), true);
  static_cast<void>(kKept);
}

void set_limits(grpc::ServerBuilder& builder, int64_t queue_limit) {
  builder.SetMaxReceiveMessageSize(kMaxReceiveBytes);
  builder.SetMaxSendMessageSize(-1);
  grpc::ResourceQuota quota("easel-worker");
  quota.Resize(kMaxServerBytes).SetMaxThreads(kMaxSyncThreads);
  builder.SetResourceQuota(quota);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS,
                             kStreamsBesidesJobs + static_cast<int>(queue_limit));
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, kMaxMetadataBytes);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                             kLeastPingIntervalMs);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PING_STRIKES, kMaxPingStrikes);
  // Else two workers on one port would share its calls without a word.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
}

std::string with_port(const std::string& address, int port) {
  if (address.starts_with(kUnixPrefix)) return address;
  return concat(address.substr(0, address.rfind(':')), ":", port);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Server>> Server::start(const WorkerOptions& options,
                                                      const std::vector<grpc::Service*>& services,
                                                      HealthPublisher& health) {
  keep_grpc();
  EASEL_RETURN_IF_ERROR(check_socket_free(options.address));
  EASEL_ASSIGN_OR_RETURN(const auto server_credentials, credentials(options));
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  // Linked in by being asked for: reflection describes only what is in the descriptor pool.
  grpc::health::v1::HealthCheckRequest::descriptor();
  grpc::ServerBuilder builder;
  set_limits(builder, options.queue_limit);
  int port = 0;
  builder.AddListeningPort(options.address, server_credentials, &port);
  for (grpc::Service* service : services) builder.RegisterService(service);
  std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr || port == 0) {
    return invalid_field("cannot listen on ", quote(options.address),
                         ": it is in use, or not this machine's");
  }
  return std::unique_ptr<Server>(
      new Server(std::move(server), with_port(options.address, port), health));
}

Server::Server(std::unique_ptr<grpc::Server> server, std::string address, HealthPublisher& health)
    : server_(std::move(server)), address_(std::move(address)), health_(health) {
  health_.attach(server_->GetHealthCheckService());
}

Server::~Server() { stop(std::chrono::milliseconds(0)); }

void Server::stop(std::chrono::milliseconds grace) {
  health_.detach();
  server_->Shutdown(std::chrono::system_clock::now() + grace);
}

}  // namespace easel
