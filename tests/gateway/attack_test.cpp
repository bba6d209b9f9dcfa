// Clients that break or bend HTTP: the gateway answers or closes, its memory stays, others are
// served.
#include <fstream>

#include "tests/gateway/gateway_fixture.h"
#include "tests/gateway/raw_connection.h"

namespace easel {
namespace {

constexpr int64_t kMiB = 1 << 20;

// Of this process, which holds the gateway: its largest resident size so far.
int64_t peak_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::stoll(line.substr(6)) * 1024;
  }
  return 0;
}
void reset_peak() { std::ofstream("/proc/self/clear_refs") << "5"; }

class AttackTest : public GatewayTest {
 protected:
  void SetUp() override {
    start();
    client().Get("/api/status");
    reset_peak();
    base_ = peak_bytes();
  }
  void TearDown() override {
    const int64_t above = peak_bytes() - base_;
    RecordProperty("peak_mib_above_base", static_cast<int>(above / kMiB));
    std::cout << "peak above base: " << above / kMiB << " MiB\n";
    EXPECT_LE(above, 64 * kMiB);
    const auto result = client().Get("/healthz");
    ASSERT_TRUE(result);
    EXPECT_EQ(result->status, 200) << "still serves";
  }
  // Sends pieces until the gateway has had enough; how many bytes that took.
  static int64_t flood(RawConnection& connection, const std::string& piece, int64_t most) {
    int64_t sent = 0;
    while (sent < most && connection.send(piece)) sent += static_cast<int64_t>(piece.size());
    return sent;
  }
  static std::string chunked_head() {
    return "POST /api/generate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
           "Transfer-Encoding: chunked\r\n\r\n";
  }
  std::string answer_to(const std::string& bytes) {
    RawConnection connection(gateway->port());
    connection.send(bytes);
    return connection.receive();
  }

 private:
  int64_t base_ = 0;
};

TEST_F(AttackTest, AChunkOfSizeMinusTwo) {
  RawConnection connection(gateway->port());
  connection.send(chunked_head() + "-2\r\n");
  EXPECT_LT(flood(connection, std::string(1 << 20, 'a'), 200 * kMiB), 100 * kMiB);
}

TEST_F(AttackTest, AChunkedBodyWithoutEnd) {
  RawConnection connection(gateway->port());
  connection.send(chunked_head());
  EXPECT_LT(flood(connection, "10000\r\n" + std::string(0x10000, 'a') + "\r\n", 200 * kMiB),
            100 * kMiB);
}

TEST_F(AttackTest, AChunkSizeWithoutEnd) {
  RawConnection connection(gateway->port());
  connection.send(chunked_head());
  EXPECT_LT(flood(connection, std::string(1 << 16, '1'), 200 * kMiB), 100 * kMiB);
}

TEST_F(AttackTest, AnEndlessLine) {
  RawConnection connection(gateway->port());
  EXPECT_LT(flood(connection, std::string(1 << 20, 'G'), 200 * kMiB), 100 * kMiB);
}

TEST_F(AttackTest, AnEndlessHeader) {
  RawConnection connection(gateway->port());
  connection.send("GET / HTTP/1.1\r\nX-Long: ");
  EXPECT_LT(flood(connection, std::string(1 << 20, 'a'), 200 * kMiB), 100 * kMiB);
}

TEST_F(AttackTest, HalfAMillionHeaders) {
  RawConnection connection(gateway->port());
  connection.send("GET / HTTP/1.1\r\nHost: x\r\n");
  std::string many;
  for (int i = 0; i < 1000; ++i) many += "X-H" + std::to_string(i) + ": v\r\n";
  flood(connection, many, 500 * static_cast<int64_t>(many.size()));
  EXPECT_TRUE(connection.receive("HTTP/1.1 4").starts_with("HTTP/1.1 400"));
}

TEST_F(AttackTest, LinesThatEndInLineFeedsOnly) {
  RawConnection connection(gateway->port());
  EXPECT_LT(flood(connection, "GET / HTTP/1.1\nHost: x\n\n", 200 * kMiB), 100 * kMiB);
}

TEST_F(AttackTest, LengthAndChunksTogether) {
  for (const char* length : {"0", "5", "00"}) {
    const std::string answer = answer_to(
        std::string(
            "POST /api/generate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n") +
        "Content-Length: " + length + "\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 400")) << answer.substr(0, 80);
    EXPECT_EQ(answer.find("HTTP/1.1", 8), std::string::npos) << "one answer, then the end";
  }
}

TEST_F(AttackTest, LengthsAndEncodingsThatAreNone) {
  for (const char* header :
       {"Content-Length: -1", "Content-Length: 5x", "Content-Length: +5",
        "Content-Length: 99999999999999999999", "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: 5\r\nContent-Length: 5", "Content-Length: ", "Transfer-Encoding: gzip",
        "Transfer-Encoding: chunked, chunked", "Transfer-Encoding: identity",
        "Transfer-Encoding: xchunked", "Transfer-Encoding: gzip, chunked"}) {
    const std::string answer = answer_to(
        std::string(
            "POST /api/generate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n") +
        header + "\r\n\r\n{\"prompt\": \"x\"}GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 4")) << header << " -> " << answer.substr(0, 80);
    EXPECT_EQ(answer.find("alive"), std::string::npos) << header << ": nothing smuggled";
  }
  EXPECT_TRUE(worker.calls().empty());
}

TEST_F(AttackTest, TheBodyOfARefusedRequestIsNoRequest) {
  const std::string inner = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
  for (const char* line : {"POST /nothing", "GET /healthz", "POST /api/status",
                           "DELETE /api/generate", "OPTIONS /api/generate", "PUT /api/generate"}) {
    const std::string answer =
        answer_to(std::string(line) + " HTTP/1.1\r\nHost: x\r\nContent-Length: " +
                  std::to_string(inner.size()) + "\r\n\r\n" + inner);
    EXPECT_EQ(answer.find("alive"), std::string::npos) << line << " -> " << answer;
  }
}

TEST_F(AttackTest, RequestsWithoutABodyLeaveTheConnectionInOrder) {
  httplib::Client keeps = client();
  keeps.set_keep_alive(true);
  post({{"prompt", "x"}, {"request_id", "done"}});
  const auto begun = std::chrono::steady_clock::now();
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(keeps.Delete("/api/generations/done")->status, 200);
    EXPECT_EQ(keeps.Options("/api/generate")->status, 200);
    EXPECT_EQ(keeps.Get("/healthz")->status, 200);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(2));
}

TEST_F(AttackTest, TargetsAndMethodsThatAreNone) {
  for (const std::string& line :
       {std::string("GET"), std::string("GET /"), std::string("BREW / HTTP/1.1"),
        std::string("GET / HTTP/2.0"), std::string("GET / HTTP/1.1 x"),
        "GET /" + std::string(9000, 'a') + " HTTP/1.1", std::string("TRACE / HTTP/1.1"),
        std::string("CONNECT x:80 HTTP/1.1"), std::string("PRI * HTTP/1.1"),
        std::string("OPTIONS * HTTP/1.1"), std::string("GET http://localhost/ HTTP/1.1")}) {
    const std::string answer = answer_to(line + "\r\nHost: x\r\n\r\n");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 4"))
        << line.substr(0, 30) << " -> " << answer.substr(0, 80);
    EXPECT_NE(answer.find("Vary: Origin"), std::string::npos) << line.substr(0, 30);
    EXPECT_NE(answer.find("\"request_id\""), std::string::npos) << line.substr(0, 30);
  }
}

TEST_F(AttackTest, HeadersThatForgeLines) {
  const std::string answer = answer_to(
      "GET /healthz HTTP/1.1\r\nHost: x\r\nX-Request-Id: a\x1b[31m\nforged\r\n"
      "REMOTE_ADDR: 10.9.9.9\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(answer.find("forged"), std::string::npos);
  EXPECT_EQ(answer.find('\x1b'), std::string::npos);
}

TEST_F(AttackTest, ManyRanges) {
  std::string ranges = "bytes=0-";
  for (int i = 0; i < 500; ++i) ranges += ",0-";
  const auto result = client().Get("/", {{"Range", ranges}});
  ASSERT_TRUE(result);
  EXPECT_TRUE(result->status == 200 || result->status == 416) << result->status;
}

TEST_F(AttackTest, ThirtyTwoSlowClientsLeaveTheNextAnswered) {
  std::vector<RawConnection> slow;
  for (int i = 0; i < 32; ++i) {
    slow.emplace_back(gateway->port());
    slow.back().send(i % 2 == 0 ? "GET / HTTP/1.1\r\nX-Slow: " : chunked_head() + "5\r\n{");
  }
  auto fastest = std::chrono::steady_clock::duration::max();
  for (int round = 0; round < 6; ++round) {
    for (RawConnection& connection : slow) connection.send("a");
    const auto begun = std::chrono::steady_clock::now();
    const auto result = client().Get("/api/status");
    ASSERT_TRUE(result);
    EXPECT_EQ(result->status, 200);
    fastest = std::min(fastest, std::chrono::steady_clock::now() - begun);
    std::this_thread::sleep_for(std::chrono::milliseconds(250));
  }
  // Of six, for a machine that is busy with other things.
  EXPECT_LT(fastest, std::chrono::milliseconds(500));
}

TEST_F(AttackTest, ConnectionsOfOneAddressAreCapped) {
  stop();
  options.max_connections_per_address = 8;
  start();
  std::vector<RawConnection> held;
  const auto hold_one_more = [&] {
    held.emplace_back(gateway->port());
    held.back().send("GET / HTTP/1.1\r\nX: ");
  };
  for (int i = 0; i < 8; ++i) hold_one_more();
  // A connection of the start may have taken the place of one of these, and have ended since.
  ASSERT_TRUE(eventually([&] {
    const bool is_refused = !client().Get("/healthz");
    if (!is_refused) hold_one_more();
    return is_refused;
  }));
  held.clear();
  EXPECT_TRUE(eventually([&] { return static_cast<bool>(client().Get("/healthz")); }));
}

class SlowHeadTest : public GatewayTest {};

TEST_F(SlowHeadTest, AHeadThatDripsInIsGivenUp) {
  times.http.head_timeout = std::chrono::milliseconds(700);
  start();
  RawConnection slow(gateway->port());
  slow.send("GET / HTTP/1.1\r\nX-Slow: ");
  std::thread dripper([&] {
    for (int i = 0; i < 30 && slow.send("a"); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
  });
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_TRUE(slow.receive("HTTP/1.1 4").starts_with("HTTP/1.1 4"));
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(2));
  dripper.join();
}

}  // namespace
}  // namespace easel
