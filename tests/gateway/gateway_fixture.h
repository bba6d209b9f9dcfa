// A whole gateway in the test's process, with a fake worker behind it, reached over loopback.
#pragma once

#include <gtest/gtest.h>
#include <httplib.h>

#include <chrono>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>

#include "gateway/gateway.h"
#include "gateway/worker_client.h"
#include "tests/gateway/fake_worker.h"
#include "tests/support/temp_folder.h"

namespace easel {

// Tests may change `options` and `times` before start().
class GatewayTest : public ::testing::Test {
 public:
  GatewayTest() {
    options.port = 0;
    options.data_dir = folder.path().string();
    options.picture_decoder = EASEL_PICTURE_DECODER;
  }
  ~GatewayTest() override { stop(); }

  void start() {
    worker_client = make_worker_client(worker_address.empty() ? worker.address() : worker_address);
    auto created = Gateway::create(options, *worker_client, times);
    ASSERT_TRUE(created.ok()) << created.status();
    gateway = *std::move(created);
    server = std::thread([this] { gateway->run(); });
  }

  void stop() {
    if (gateway == nullptr) return;
    gateway->stop(std::chrono::milliseconds(0));
    server.join();
    gateway.reset();
  }

  httplib::Client client() const {
    httplib::Client client("127.0.0.1", gateway->port());
    client.set_read_timeout(20);
    return client;
  }

  httplib::Result post(const nlohmann::json& body, const httplib::Headers& headers = {}) const {
    return post_text(body.dump(), headers);
  }
  httplib::Result post_text(const std::string& body, const httplib::Headers& headers = {}) const {
    return client().Post("/api/generate", headers, body, "application/json");
  }
  nlohmann::json get_json(const std::string& path) const {
    const httplib::Result result = client().Get(path);
    if (!result) return nullptr;
    return nlohmann::json::parse(result->body, nullptr, false);
  }

  static nlohmann::json json_of(const httplib::Result& result) {
    if (!result) return nullptr;
    return nlohmann::json::parse(result->body, nullptr, false);
  }

  TempFolder folder;
  FakeWorker worker;
  std::string worker_address;  // of another worker
  GatewayOptions options;
  GatewayTimes times;
  std::unique_ptr<ImageWorker> worker_client;
  std::unique_ptr<Gateway> gateway;
  std::thread server;
};

// Whether `condition` comes true within `limit`.
inline bool eventually(const std::function<bool()>& condition,
                       std::chrono::milliseconds limit = std::chrono::seconds(10)) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

}  // namespace easel
