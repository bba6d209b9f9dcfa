// The HTTP server by itself, over loopback, with a service that takes any body.
#include "gateway/http_server.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "base/strings.h"
#include "tests/gateway/raw_connection.h"

namespace easel {
namespace {

constexpr int kPatience = 60;  // seconds
constexpr char kBody[] = "hello";

// Answers with the body that it was given.
class EchoService final : public HttpService {
 public:
  std::variant<BodyPlan, HttpResponse> plan(HttpRequest&) override { return body_plan; }
  HttpResponse handle(HttpRequest& request) override {
    ++handled;
    HttpResponse response;
    response.headers.set("Peer", request.peer_address);
    response.body = "body: " + request.body;
    return response;
  }
  HttpResponse fail(HttpRequest&, int status) override {
    HttpResponse response;
    response.status = status;
    response.body = "refused";
    response.close_connection = true;
    return response;
  }

  BodyPlan body_plan{
      .max_bytes = 1 << 20, .timeout = std::chrono::seconds(kPatience), .accept = {}};
  std::atomic<int> handled{0};
};

class HttpServerTest : public ::testing::Test {
 protected:
  void start() {
    options.max_body_bytes = service_.body_plan.max_bytes;
    options.times.read_timeout = std::chrono::seconds(kPatience);
    auto created = HttpServer::create(options, service_);
    ASSERT_TRUE(created.ok()) << created.status();
    server_ = *std::move(created);
    runner_ = std::thread([this] { server_->run(); });
  }
  ~HttpServerTest() override {
    if (server_ == nullptr) return;
    server_->stop();
    runner_.join();
  }
  static std::string head(std::string_view fields) {
    return concat("POST / HTTP/1.1\r\nHost: x\r\n", fields, "\r\n\r\n");
  }
  std::string answer_to(const std::string& bytes) {
    RawConnection connection(server_->port());
    connection.send(bytes, kPatience);
    return connection.receive("", kPatience);
  }

  HttpServerOptions options;
  EchoService service_;
  std::unique_ptr<HttpServer> server_;
  std::thread runner_;
};

// Linux gives an IPv4 peer of a listener at :: as an IPv6 address.
TEST_F(HttpServerTest, AnAddressIsTheSameWhereverItWasHeard) {
  options.host = "::";
  options.max_connections_per_address = 1;
  options.exempt_addresses = {"127.0.0.1"};
  if (!HttpServer::create(options, service_).ok()) GTEST_SKIP() << "no IPv6 here";
  start();
  RawConnection first(server_->port()), second(server_->port());
  for (RawConnection* connection : {&first, &second}) {
    connection->send(head(concat("Content-Length: 5")) + kBody, kPatience);
    const std::string answer = connection->receive("body: hello", kPatience);
    EXPECT_NE(answer.find("Peer: 127.0.0.1\r\n"), std::string::npos) << answer;
  }
}

TEST_F(HttpServerTest, AnAddressHasSoManyConnectionsAndNoMore) {
  options.max_connections_per_address = 1;
  start();
  RawConnection first(server_->port());
  first.send(head("Content-Length: 5") + kBody, kPatience);
  EXPECT_NE(first.receive("body: hello", kPatience), "");
  RawConnection second(server_->port());
  second.send(head("Content-Length: 5") + kBody, kPatience);
  EXPECT_EQ(second.receive("", kPatience), "");
  EXPECT_TRUE(second.was_closed());
}

// Each of these bodies would be taken with one of its header fields alone.
TEST_F(HttpServerTest, ABodyWhoseLengthIsToldTwiceIsNoBody) {
  start();
  const std::string chunked = concat("5\r\n", kBody, "\r\n0\r\n\r\n");
  const std::string length = "Content-Length: 5", chunks = "Transfer-Encoding: chunked";
  EXPECT_NE(answer_to(head(concat(length, "\r\nConnection: close")) + kBody).find("body: hello"),
            std::string::npos);
  EXPECT_NE(answer_to(head(concat(chunks, "\r\nConnection: close")) + chunked).find("body: hello"),
            std::string::npos);
  EXPECT_EQ(service_.handled, 2);
  const std::string fields[] = {concat(length, "\r\n", chunks), concat(chunks, "\r\n", length),
                                concat("Content-Length: 15\r\n", chunks),
                                concat("Content-Length: 0\r\n", chunks),
                                concat(chunks, "\r\n", chunks)};
  std::vector<std::string> requests = {head(concat(length, "\r\n", length)) + kBody,
                                       head(concat(length, "\r\nContent-Length: 6")) + kBody};
  for (const std::string& both : fields) requests.push_back(head(both) + chunked);
  for (const std::string& request : requests) {
    const std::string answer = answer_to(request);
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 400")) << request << " -> " << answer;
  }
  EXPECT_EQ(service_.handled, 2);
}

TEST_F(HttpServerTest, ABodyThatDripsInIsGivenUp) {
  service_.body_plan.timeout = std::chrono::milliseconds(700);
  start();
  RawConnection slow(server_->port());
  slow.send(head("Content-Length: 100000"));
  std::atomic<bool> answered = false;
  std::thread dripper([&] {
    while (!answered && slow.send("a")) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  });
  const std::string answer = slow.receive("refused", kPatience / 2);
  answered = true;
  dripper.join();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 408")) << answer;
  EXPECT_EQ(service_.handled, 0);
}

// A connection that is closed while bytes are on their way is reset, and who still sends might
// never see why it was refused.
TEST_F(HttpServerTest, WhatIsOnItsWayWhenABodyIsRefusedIsStillTaken) {
  start();
  bool taken = false;
  // Only for so long: a sender on a busy machine may be late.
  for (int attempt = 0; attempt < 10 && !taken; ++attempt) {
    RawConnection sender(server_->port());
    sender.send(head("Content-Length: 2000000"));
    EXPECT_TRUE(sender.receive("refused", kPatience).starts_with("HTTP/1.1 413"));
    taken = sender.receive("", kPatience).empty();
    for (int piece = 0; piece < 5; ++piece) {
      taken = sender.send(std::string(1000, 'a')) && taken;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
  }
  EXPECT_TRUE(taken);
}

}  // namespace
}  // namespace easel
