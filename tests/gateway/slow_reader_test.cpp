// Readers that don't read, and connections that say nothing more: each is let go, its thread and
// place are free again, and others are served meanwhile.
#include <filesystem>

#include "tests/gateway/gateway_fixture.h"
#include "tests/gateway/raw_connection.h"

namespace easel {
namespace {

using nlohmann::json;

constexpr std::chrono::milliseconds kShort(300);
constexpr std::chrono::milliseconds kNever(600'000);  // longer than any test
constexpr std::uintmax_t kLarge = 16 << 20;  // more than the kernel keeps for a slow reader
constexpr int kReaderBuffer = 4096;

class SlowReaderTest : public GatewayTest {
 protected:
  SlowReaderTest() {
    times.http.write_timeout = times.http.answer_timeout = times.http.read_timeout = kNever;
    times.http.keep_alive_timeout = std::chrono::seconds(600);
  }
  // The address of a picture of kLarge bytes.
  std::string large_picture() {
    const json made = json_of(post({{"prompt", "x"}, {"request_id", "large"}}, {close_}));
    int resized = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path())) {
      if (entry.path().extension() != ".png") continue;
      std::filesystem::resize_file(entry.path(), kLarge);
      ++resized;
    }
    EXPECT_EQ(resized, 1);
    return made.value("image_url", "");
  }
  // A reader with the answer's head, who has room for next to nothing more.
  RawConnection begin_reading(const std::string& path, int receive_bytes = kReaderBuffer) {
    RawConnection reader(gateway->port(), receive_bytes);
    reader.send("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_NE(reader.receive("\r\n\r\n", kPatience).find("200 OK"), std::string::npos);
    return reader;
  }
  // Has its answer as soon as a thread is free.
  void expect_served() {
    httplib::Client next = client();
    next.set_read_timeout(kPatience);
    const auto result = next.Get("/healthz", {close_});
    ASSERT_TRUE(result) << "no thread was free";
    EXPECT_EQ(result->status, 200);
  }
  // How much of its answer `slow` takes, `piece` by piece, until the only thread is free.
  size_t taken_until_another_is_served(RawConnection& slow, size_t piece) {
    std::atomic<bool> served = false;
    size_t taken = 0;
    std::thread reader([&] {
      while (!served) {
        const size_t count = slow.receive_some(piece);
        if (count == 0) break;
        taken += count;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
      }
    });
    expect_served();
    served = true;
    reader.join();
    return taken;
  }

  static constexpr int kPatience = 60;  // seconds
  const std::pair<std::string, std::string> close_{"Connection", "close"};
};

TEST_F(SlowReaderTest, OthersAreServedWhileAReaderTakesNothing) {
  start();
  const std::string picture = large_picture();
  std::vector<RawConnection> slow;
  for (int i = 0; i < 8; ++i) slow.push_back(begin_reading(picture));
  for (int i = 0; i < 8; ++i) expect_served();
}

TEST_F(SlowReaderTest, WhoTakesNothingOfAPictureGivesItsThreadBack) {
  options.max_connections = 1;
  times.http.write_timeout = kShort;
  start();
  RawConnection slow = begin_reading(large_picture());
  expect_served();
  EXPECT_LT(slow.receive("", kPatience).size(), kLarge) << "the picture's end never came";
  EXPECT_TRUE(slow.was_closed());
}

TEST_F(SlowReaderTest, WhoTakesAByteNowAndThenGivesItsThreadBackToo) {
  options.max_connections = 1;
  times.http.write_timeout = kShort;
  start();
  RawConnection slow = begin_reading(large_picture());
  EXPECT_LT(taken_until_another_is_served(slow, /*piece=*/1), kLarge);
}

// Steadily enough for the time that a piece has: only the time for the whole answer ends it.
TEST_F(SlowReaderTest, AWholeAnswerHasALimitHoweverSteadilyItIsRead) {
  options.max_connections = 1;
  times.http.write_timeout = std::chrono::seconds(2);
  times.http.answer_timeout = kShort;
  start();
  RawConnection slow = begin_reading(large_picture(), /*receive_bytes=*/1 << 17);
  EXPECT_LT(taken_until_another_is_served(slow, /*piece=*/1 << 15), kLarge / 2)
      << "it was let go long before all was sent";
}

TEST_F(SlowReaderTest, WhoTakesNothingOfAnEventStreamGivesItsPlaceBack) {
  options.max_streams_per_address = 1;
  times.http.write_timeout = kShort;
  const std::string preview(kLarge, 'p');
  worker.set_script(
      [&](grpc::ServerContext& context, const v1::GenerateRequest& request, FakeWriter& writer) {
        v1::GenerateEvent event;
        event.mutable_step()->set_step(1);
        event.mutable_step()->mutable_preview()->set_data(preview);
        writer.Write(event);
        return script_hang()(context, request, writer);
      });
  start();
  std::thread caller([&] { post({{"prompt", "x"}, {"request_id", "e"}}); });
  ASSERT_TRUE(eventually([&] { return get_json("/api/generations/e")["status"] == "running"; }));
  const std::string events = "/api/generations/e/events";
  RawConnection slow = begin_reading(events);
  EXPECT_TRUE(eventually(
      [&] {
        RawConnection next(gateway->port(), kReaderBuffer);
        next.send("GET " + events + " HTTP/1.1\r\nHost: x\r\n\r\n");
        return next.receive("\r\n\r\n", kPatience).find("200 OK") != std::string::npos;
      },
      std::chrono::seconds(kPatience)));
  slow.receive("", kPatience);
  EXPECT_TRUE(slow.was_closed());
  EXPECT_EQ(get_json("/api/generations/e")["status"], "running") << "a reader cancels nothing";
  client().Delete("/api/generations/e");
  caller.join();
}

TEST_F(SlowReaderTest, AConnectionThatSaysNothingAfterItsAnswerIsClosed) {
  options.max_connections = 1;
  times.http.keep_alive_timeout = std::chrono::seconds(1);
  start();
  RawConnection idle(gateway->port());
  idle.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_NE(idle.receive("\r\n\r\n", kPatience).find("200 OK"), std::string::npos);
  expect_served();
  idle.receive("", kPatience);
  EXPECT_TRUE(idle.was_closed());
}

TEST_F(SlowReaderTest, AConnectionThatNeverSaysAnythingIsClosed) {
  options.max_connections = 1;
  times.http.keep_alive_timeout = std::chrono::seconds(1);
  start();
  RawConnection idle(gateway->port());
  expect_served();
  EXPECT_EQ(idle.receive("", kPatience), "");
  EXPECT_TRUE(idle.was_closed());
}

}  // namespace
}  // namespace easel
