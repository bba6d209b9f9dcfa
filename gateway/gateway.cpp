#include "gateway/gateway.h"

#include <nlohmann/json.hpp>

#include <set>
#include <utility>

#include "base/error.h"
#include "engine/isolation/isolated_decoder.h"
#include "gateway/auth/admin_socket.h"
#include "gateway/auth/password_file.h"
#include "gateway/gateway_service.h"
#include "gateway/log_event.h"
#include "gateway/middleware/client_address.h"
#include "gateway/retention.h"
#include "gateway/route_parts.h"
#include "storage/storage.h"

namespace easel {
namespace {

std::set<std::string> set_of(const std::vector<std::string>& items) {
  return {items.begin(), items.end()};
}

// check_gateway_options() has seen that they are addresses.
std::set<std::string> addresses_of(const std::vector<std::string>& items) {
  std::set<std::string> addresses;
  for (const std::string& item : items) addresses.insert(canonical_address(item).value_or(item));
  return addresses;
}

PrankPictureParts prank_picture_parts(const GatewayOptions& options, Storage& storage) {
  return {storage.generations(), storage.pictures(),
          static_cast<uint64_t>(options.max_prank_mib) << 20};
}

GenerationRunnerOptions runner_options(const GatewayOptions& options, const GatewayTimes& times) {
  GenerationRunnerOptions result;
  result.max_running = static_cast<size_t>(options.max_generations);
  result.timeout = std::chrono::seconds(options.generation_timeout);
  result.silence = {times.worker_silence, times.worker_timeout};
  return result;
}

KnownModelsOptions known_models_options(const GatewayTimes& times) {
  KnownModelsOptions options;
  options.worker_timeout = times.worker_timeout;
  return options;
}

AdmissionLimits admission_limits(const GatewayOptions& options) {
  AdmissionLimits limits;
  limits.streams = static_cast<size_t>(options.max_streams);
  limits.streams_per_address = static_cast<size_t>(options.max_streams_per_address);
  return limits;
}

// check_gateway_options() has seen the costs.
AccessSettings access_settings(const GatewayOptions& options, const GatewayTimes& times) {
  AccessSettings settings;
  settings.anonymous =
      options.anonymous == "refuse" ? AnonymousUse::kRefused : AnonymousUse::kAllowed;
  settings.origins = set_of(options.cors_origins);
  settings.admin_origins = set_of(options.admin_origins);
  settings.limits.units_per_minute = options.rate_limit;
  settings.limits.units_per_day = options.daily_quota;
  settings.limits.model_costs = parse_model_costs(options.model_costs).value();
  settings.admins = times.admins;
  return settings;
}

// Who listens for other machines, or behind a proxy, has names that cannot be known from here.
HostNames host_names(const GatewayOptions& options) {
  const bool local = is_loopback(options.host) && options.trusted_proxies.empty();
  if (options.allowed_hosts.empty() && !local) return HostNames();
  return HostNames::only(set_of(options.allowed_hosts));
}

ProxyRules proxy_rules(const GatewayOptions& options) {
  return {addresses_of(options.trusted_proxies), options.secure_cookies == "always",
          host_names(options)};
}

HttpServerOptions server_options(const GatewayOptions& options, const GatewayTimes& times) {
  HttpServerOptions result;
  result.host = options.host;
  result.port = static_cast<int>(options.port);
  result.max_connections = static_cast<size_t>(options.max_connections);
  result.max_connections_per_address = static_cast<size_t>(options.max_connections_per_address);
  result.exempt_addresses = addresses_of(options.trusted_proxies);
  result.times = times.http;
  return result;
}

UploadLimits upload_limits(const GatewayOptions& options) {
  UploadLimits limits;
  limits.max_pixels = options.max_upload_megapixels << 20;
  return limits;
}

class GatewayImpl final : public Gateway {
 public:
  GatewayImpl(const GatewayOptions& options, const GatewayTimes& times, ImageWorker& worker,
              std::unique_ptr<Storage> storage,
              const std::shared_ptr<const IsolatedDecoder>& decoder)
      : storage_(std::move(storage)),
        access_(*storage_, access_settings(options, times), times.clock),
        known_models_(known_models_options(times), worker),
        runner_(runner_options(options, times), worker,
                {storage_->generations(), storage_->pictures()}, hub_),
        prank_pictures_(
            [decoder, limits = upload_limits(options)](std::string_view bytes,
                                                       std::string_view field) {
              return read_upload(*decoder, bytes, field, limits);
            },
            prank_picture_parts(options, *storage_)),
        service_(make_router({worker, storage_->generations(), storage_->search(),
                              storage_->removal(), storage_->pictures(), hub_, runner_, access_,
                              storage_->preferences(), prank_parts(options), options.max_image_side,
                              times.worker_timeout, times.heartbeat, decoder,
                              upload_limits(options), times.plan_timeout, times.load_wait}),
                 make_origin_rules(set_of(options.cors_origins), set_of(options.admin_origins)),
                 admission_limits(options), proxy_rules(options), access_.guard(),
                 access_.audit_trail()),
        retention_(storage_->removal(), times.clock, options.keep_days) {}

  absl::Status bind(HttpServerOptions options) {
    options.max_body_bytes = service_.max_body_bytes();
    EASEL_ASSIGN_OR_RETURN(server_, HttpServer::create(options, service_));
    return absl::OkStatus();
  }

  // The admin of the password file, and the socket of the admin command.
  absl::Status open_for_admins(const GatewayOptions& options) {
    if (!options.admin_password_file.empty()) {
      EASEL_RETURN_IF_ERROR(apply_password_file(options.admin_password_file, options.data_dir,
                                                access_.admins(), access_.audit_trail()));
    }
    EASEL_ASSIGN_OR_RETURN(admin_socket_, AdminSocket::open(options.data_dir, access_.admins(),
                                                            access_.audit_trail()));
    return absl::OkStatus();
  }

  int port() const override { return server_->port(); }
  void run() override { server_->run(); }
  void stop(std::chrono::milliseconds grace) override {
    server_->stop();
    runner_.shutdown(grace);
  }

 private:
  PrankParts prank_parts(const GatewayOptions& options) {
    return {storage_->pranks(), storage_->triggers(), storage_->prank_visits(),
            prank_pictures_,    known_models_,        options.max_pranks};
  }

  std::unique_ptr<Storage> storage_;
  EventHub hub_;
  AccessControl access_;
  KnownModels known_models_;
  GenerationRunner runner_;  // gives units back to `access_` until it has ended
  std::unique_ptr<AdminSocket> admin_socket_;
  PrankPictures prank_pictures_;
  GatewayService service_;
  std::unique_ptr<HttpServer> server_;
  Retention retention_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Gateway>> Gateway::create(const GatewayOptions& options,
                                                         ImageWorker& worker,
                                                         const GatewayTimes& times) {
  IsolatedDecoderOptions decoding;
  decoding.program = options.picture_decoder;
  EASEL_ASSIGN_OR_RETURN(std::shared_ptr<const IsolatedDecoder> decoder,
                         IsolatedDecoder::create(std::move(decoding)));
  EASEL_RETURN_IF_ERROR(decoder->try_out());
  EASEL_ASSIGN_OR_RETURN(std::unique_ptr<Storage> storage, Storage::open(options.data_dir));
  const Storage::Recovered& recovered = storage->recovered();
  log_event(LogLevel::kInfo, "storage opened",
            {{"interrupted_generations", recovered.interrupted},
             {"removed_files", recovered.removed_files}});
  auto gateway =
      std::make_unique<GatewayImpl>(options, times, worker, std::move(storage), std::move(decoder));
  EASEL_RETURN_IF_ERROR(gateway->open_for_admins(options));
  EASEL_RETURN_IF_ERROR(gateway->bind(server_options(options, times)));
  return std::unique_ptr<Gateway>(std::move(gateway));
}

}  // namespace easel
