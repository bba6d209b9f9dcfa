// The gateway's service with everything behind it but HTTP and a worker, and with clocks that the
// test moves.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "gateway/api_error.h"
#include "gateway/auth/access_control.h"
#include "gateway/auth/secret_token.h"
#include "gateway/gateway_service.h"
#include "gateway/route_parts.h"
#include "storage/storage.h"
#include "tests/gateway/fake_image_worker.h"
#include "tests/support/temp_folder.h"

namespace easel {

inline constexpr char kPassword[] = "correct horse battery";
inline constexpr int64_t kStartMs = 1'790'000'000'000;

// An admin's login, as a page holds it.
struct Login {
  std::string cookie;  // "easel_session=…"
  std::string csrf, session_id;
};

class ServiceTest : public ::testing::Test {
 protected:
  ServiceTest() {
    settings.admins.hashing = cheap_hashing();
    settings.origins = {"https://pranks.halsted.dev"};
    settings.admin_origins = {"https://example.com"};
    clock.utc_ms = [this] { return kStartMs + now_ms; };
    clock.steady_ms = [this] { return 1000 + now_ms; };
  }

  // Tests may change `settings`, `proxies` and what is beside them before.
  void start() {
    auto opened = Storage::open(folder.path());
    ASSERT_TRUE(opened.ok()) << opened.status();
    storage = *std::move(opened);
    runner = std::make_unique<GenerationRunner>(
        GenerationRunnerOptions(), worker,
        GenerationStores{storage->generations(), storage->pictures()}, hub);
    models = std::make_unique<KnownModels>(KnownModelsOptions(), worker);
    access = std::make_unique<AccessControl>(*storage, settings, clock);
    prank_pictures = std::make_unique<PrankPictures>(
        read_upload,
        PrankPictureParts{storage->generations(), storage->pictures(), max_prank_bytes});
    const RouteParts parts{worker,
                           storage->generations(),
                           storage->search(),
                           storage->removal(),
                           storage->pictures(),
                           hub,
                           *runner,
                           *access,
                           storage->preferences(),
                           {storage->pranks(), storage->triggers(), storage->prank_visits(),
                            *prank_pictures, *models, max_pranks},
                           /*max_image_side=*/768,
                           /*worker_timeout=*/std::chrono::seconds(2),
                           /*heartbeat=*/std::chrono::seconds(15),
                           /*decoder=*/nullptr,
                           UploadLimits()};
    service = std::make_unique<GatewayService>(
        make_router(parts), make_origin_rules(settings.origins, settings.admin_origins),
        AdmissionLimits(), proxies, access->guard(), access->audit_trail());
    routes = std::make_unique<Router>(make_router(parts));
  }
  void stop() {
    service.reset();
    routes.reset();
    prank_pictures.reset();
    models.reset();
    runner.reset();
    access.reset();
    storage.reset();
  }
  void start_with_admin() {
    start();
    ASSERT_TRUE(access->admins().create("ada", kPassword).ok());
  }

  HttpResponse call(std::string_view method, std::string_view target,
                    const HeaderList& headers = {}, std::string_view body = "") {
    HttpRequest request;
    request.method = method;
    const size_t mark = std::min(target.find('?'), target.size());
    request.path = target.substr(0, mark);
    for (std::string_view rest = target.substr(std::min(mark + 1, target.size())); !rest.empty();) {
      const std::string_view pair = rest.substr(0, rest.find('&'));
      rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
      const size_t equals = std::min(pair.find('='), pair.size());
      request.query.emplace(pair.substr(0, equals), pair.substr(std::min(equals + 1, pair.size())));
    }
    request.headers = headers;
    request.headers.add("Host", "easel.example");
    if (!body.empty() && headers.find("Content-Type") == nullptr) {
      request.headers.add("Content-Type", "application/json");
    }
    request.peer_address = address;
    auto plan = service->plan(request);
    if (auto* at_once = std::get_if<HttpResponse>(&plan)) return std::move(*at_once);
    const BodyPlan& wanted = std::get<BodyPlan>(plan);
    if (!body.empty() && wanted.accept && !wanted.accept(body))
      return service->fail(request, /*status=*/413);
    request.body = body;
    return service->handle(request);
  }
  static HeaderList list_of(
      std::initializer_list<std::pair<std::string_view, std::string_view>> fields) {
    HeaderList list;
    for (const auto& [name, value] : fields) list.add(name, value);
    return list;
  }
  static nlohmann::json json_of(const HttpResponse& response) {
    return nlohmann::json::parse(response.body, nullptr, /*allow_exceptions=*/false);
  }
  static std::string error_of(const HttpResponse& response) {
    return json_of(response).value("error", "");
  }

  HttpResponse try_login(const std::string& name, const std::string& password,
                         const HeaderList& headers = {}) {
    return call("POST", "/api/admin/login", headers,
                nlohmann::json{{"name", name}, {"password", password}}.dump());
  }
  Login log_in(const HeaderList& headers = {}) {
    const HttpResponse response = try_login("ada", kPassword, headers);
    EXPECT_EQ(response.status, 200) << response.body;
    Login login;
    if (const std::string* cookie = response.headers.find("Set-Cookie")) {
      login.cookie = cookie->substr(0, cookie->find(';'));
    }
    login.csrf = json_of(response).value("csrf_token", "");
    login.session_id = json_of(response).value("session_id", "");
    return login;
  }
  static HeaderList with(const Login& login) {
    return list_of({{"Cookie", login.cookie}, {"X-CSRF-Token", login.csrf}});
  }
  static HeaderList bearer(const std::string& key) {
    HeaderList list;
    list.add("Authorization", "Bearer " + key);
    return list;
  }
  // By the route, as an admin makes it.
  std::string make_key(const nlohmann::json& order) {
    const HttpResponse response = call("POST", "/api/admin/keys", with(log_in()), order.dump());
    EXPECT_EQ(response.status, 201) << response.body;
    return json_of(response).value("key", "");
  }

  static PasswordHasherOptions cheap_hashing() {
    PasswordHasherOptions options;
    options.passes = 1;
    options.memory_bytes = 8192;
    return options;
  }

  int64_t max_pranks = PrankStore::kNoLimit;
  uint64_t max_prank_bytes = PrankPictureParts::kNoLimit;
  UploadReader read_upload = [](std::string_view,
                                std::string_view) -> absl::StatusOr<UploadedPicture> {
    return api_error(ErrorCode::kInvalidField, "no uploads here");
  };
  int64_t now_ms = 0;  // both clocks' time since the start
  std::string address = "192.0.2.1";
  Clock clock;
  AccessSettings settings;
  ProxyRules proxies;
  TempFolder folder;
  FakeImageWorker worker;
  EventHub hub;
  std::unique_ptr<Storage> storage;
  std::unique_ptr<AccessControl> access;
  std::unique_ptr<GenerationRunner> runner;
  std::unique_ptr<KnownModels> models;
  std::unique_ptr<PrankPictures> prank_pictures;
  std::unique_ptr<GatewayService> service;
  std::unique_ptr<Router> routes;  // the service's own, to look at
};

}  // namespace easel
