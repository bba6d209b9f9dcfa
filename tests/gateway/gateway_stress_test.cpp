// Everything at once, over loopback, with a worker that is no gRPC: for the thread sanitizer.
#include <gtest/gtest.h>
#include <httplib.h>

#include <locale>
#include <nlohmann/json.hpp>
#include <thread>

#include "gateway/gateway.h"
#include "tests/gateway/fake_image_worker.h"
#include "tests/support/temp_folder.h"

namespace easel {
namespace {

class GatewayStressTest : public ::testing::Test {
 public:
  void SetUp() override {
    // The regular expressions of httplib's client fill this cache of libstdc++ without a lock.
    const auto& letters = std::use_facet<std::ctype<char>>(std::locale());
    for (int c = 0; c < 256; ++c) letters.narrow(static_cast<char>(c), '\0');
    options.port = 0;
    options.data_dir = folder.path().string();
    options.picture_decoder = EASEL_PICTURE_DECODER;
    auto created = Gateway::create(options, worker);
    ASSERT_TRUE(created.ok()) << created.status();
    gateway = *std::move(created);
    server = std::thread([this] { gateway->run(); });
  }
  void TearDown() override {
    gateway->stop(std::chrono::milliseconds(100));
    server.join();
  }

  // One caller's way through the API.
  void call(int number) {
    httplib::Client client("127.0.0.1", gateway->port());
    client.set_keep_alive(true);
    for (int round = 0; round < 5; ++round) {
      const std::string id = std::to_string(number) + "-" + std::to_string(round);
      const std::string body = nlohmann::json({{"prompt", "x"}, {"request_id", id}}).dump();
      const httplib::Headers events = {{"Accept", "text/event-stream"}};
      const auto result = number % 2 == 0
                              ? client.Post("/api/generate", body, "application/json")
                              : client.Post("/api/generate", events, body, "application/json");
      ASSERT_TRUE(result);
      EXPECT_EQ(result->status, 200) << result->body;
      EXPECT_TRUE(client.Get("/api/generations/" + id + "/events"));
      EXPECT_TRUE(client.Get("/api/generations?limit=5"));
      EXPECT_TRUE(client.Get("/static/generations/" + id + ".png"));
      EXPECT_TRUE(client.Delete("/api/generations/" + id));
      EXPECT_TRUE(client.Get("/api/status"));
    }
  }

  TempFolder folder;
  FakeImageWorker worker;
  GatewayOptions options;
  std::unique_ptr<Gateway> gateway;
  std::thread server;
};

TEST_F(GatewayStressTest, CallersOfEveryKindAreAllAnswered) {
  std::vector<std::thread> callers;
  for (int i = 0; i < 12; ++i) callers.emplace_back([this, i] { call(i); });
  for (std::thread& caller : callers) caller.join();
}

TEST_F(GatewayStressTest, StopsWhileReadersAndCallersWait) {
  worker.script = FakeImageWorker::hang;
  std::vector<std::thread> callers;
  for (int i = 0; i < 8; ++i) {
    callers.emplace_back([this, i] {
      httplib::Client client("127.0.0.1", gateway->port());
      const httplib::Headers headers = {{"Accept", i % 2 == 0 ? "*/*" : "text/event-stream"}};
      const auto result =
          client.Post("/api/generate", headers, R"({"prompt": "x"})", "application/json");
      ASSERT_TRUE(result);
      EXPECT_NE(result->body.find("interrupted"), std::string::npos) << result->body;
    });
  }
  httplib::Client client("127.0.0.1", gateway->port());
  const auto all_run = [&] {
    const auto page = client.Get("/api/generations");
    const auto items = nlohmann::json::parse(page->body)["items"];
    return std::count_if(items.begin(), items.end(),
                         [](const auto& item) { return item["status"] == "running"; }) == 8;
  };
  while (!all_run()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  gateway->stop(std::chrono::milliseconds(50));
  for (std::thread& caller : callers) caller.join();
}

}  // namespace
}  // namespace easel
