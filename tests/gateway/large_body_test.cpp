// The places for large bodies: two are read at once, the next is told so, small requests don't
// need one, and a place comes back with the body's end, well or badly.
#include <cstdio>

#include "base/strings.h"
#include "tests/gateway/gateway_fixture.h"
#include "tests/gateway/raw_connection.h"

namespace easel {
namespace {

using nlohmann::json;

constexpr int kPatience = 60;             // seconds
constexpr size_t kLength = 30 << 20;      // of a body in all
constexpr size_t kMostlySent = 20 << 20;  // more than the kernel keeps: some of it was read

class LargeBodyTest : public GatewayTest {
 protected:
  static std::string head(size_t length) {
    return concat(
        "POST /api/generate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        "Content-Length: ",
        length, "\r\n\r\n");
  }
  // A body of kLength, of which the first `count` bytes are sent.
  static std::string body_start(size_t count) {
    std::string body = R"({"prompt": "x", "image": ")";
    body.resize(count, 'A');
    return body;
  }
  // A sender whose body has a place, and whose last third is to come.
  RawConnection begin_large_body() {
    RawConnection sender(gateway->port());
    sender.send(head(kLength));
    EXPECT_TRUE(sender.send(body_start(kMostlySent), kPatience));
    return sender;
  }
  static std::string body_end() { return std::string(kLength - kMostlySent - 2, 'A') + "\"}"; }
  // The answer to a body that needs a place for a moment: 503 without one, 400 (it is no picture)
  // with one.
  std::string answer_to_large_body() {
    RawConnection sender(gateway->port());
    sender.send(head(2 << 20) + body_start((2 << 20) - 2) + "\"}", kPatience);
    return sender.receive("}", kPatience);
  }
  void expect_places_come_back() {
    EXPECT_TRUE(eventually([&] { return answer_to_large_body().starts_with("HTTP/1.1 400"); },
                           std::chrono::seconds(kPatience)));
  }
};

TEST_F(LargeBodyTest, TheThirdAtOnceIsToldSoAndSmallOnesAreServed) {
  times.http.read_timeout = std::chrono::seconds(600);
  start();
  std::vector<RawConnection> senders;
  for (int i = 0; i < 2; ++i) senders.push_back(begin_large_body());
  const std::string refused = answer_to_large_body();
  EXPECT_TRUE(refused.starts_with("HTTP/1.1 503")) << refused;
  EXPECT_NE(refused.find(R"("error":"busy")"), std::string::npos) << refused;
  EXPECT_NE(refused.find("Retry-After: "), std::string::npos) << refused;
  EXPECT_EQ(post({{"prompt", "small"}})->status, 200);
  EXPECT_EQ(worker.calls().size(), 1U);
  EXPECT_EQ(client().Get("/api/status")->status, 200);

  ASSERT_TRUE(senders[0].send(body_end(), kPatience));
  const std::string ended = senders[0].receive("}", kPatience);
  EXPECT_TRUE(ended.starts_with("HTTP/1.1 400")) << ended;
  EXPECT_TRUE(answer_to_large_body().starts_with("HTTP/1.1 400")) << "its place is free";
}

// Its length is told by nothing but itself. One byte less would be refused for what is in it.
TEST_F(LargeBodyTest, AChunkedBodyIsMeasuredAsItComes) {
  start();
  constexpr size_t kMost = 40 << 20, kPiece = 1 << 20;
  const auto answer_to = [&](size_t bytes) {
    std::string body = body_start(bytes - 2) + "\"}";
    RawConnection sender(gateway->port());
    sender.send(
        "POST /api/generate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        "Transfer-Encoding: chunked\r\n\r\n");
    for (size_t at = 0; at < body.size(); at += kPiece) {
      const std::string_view piece = std::string_view(body).substr(at, kPiece);
      char size[16];
      std::snprintf(size, sizeof(size), "%zx\r\n", piece.size());
      sender.send(concat(size, piece, "\r\n"), kPatience);
    }
    sender.send("0\r\n\r\n");
    return sender.receive("}", kPatience);
  };
  const std::string taken = answer_to(kMost);
  EXPECT_TRUE(taken.starts_with("HTTP/1.1 400")) << taken;
  const std::string refused = answer_to(kMost + 1);
  EXPECT_TRUE(refused.starts_with("HTTP/1.1 413")) << refused;
  EXPECT_NE(refused.find(R"("error":"too_large")"), std::string::npos) << refused;
}

TEST_F(LargeBodyTest, ASenderThatStallsGivesItsPlaceBack) {
  times.http.read_timeout = std::chrono::seconds(1);
  start();
  std::vector<RawConnection> senders;
  for (int i = 0; i < 2; ++i) senders.push_back(begin_large_body());
  expect_places_come_back();
  for (RawConnection& sender : senders) {
    const std::string answer = sender.receive("}", kPatience);
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 408")) << answer;
    EXPECT_NE(answer.find(R"("error":"timeout")"), std::string::npos) << answer;
  }
}

TEST_F(LargeBodyTest, ASenderThatGoesAwayGivesItsPlaceBack) {
  times.http.read_timeout = std::chrono::seconds(600);
  start();
  { const RawConnection first = begin_large_body(), second = begin_large_body(); }
  expect_places_come_back();
}

}  // namespace
}  // namespace easel
