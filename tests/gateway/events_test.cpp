#include <set>

#include "tests/gateway/gateway_fixture.h"
#include "tests/gateway/raw_connection.h"

namespace easel {
namespace {

using nlohmann::json;

struct SeenEvent {
  int64_t id = 0;
  std::string name;
  json data;
};

std::vector<SeenEvent> parse_events(const std::string& stream) {
  std::vector<SeenEvent> events;
  std::istringstream lines(stream);
  SeenEvent event;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("id: ")) event.id = std::stoll(line.substr(4));
    if (line.starts_with("event: ")) event.name = line.substr(7);
    if (line.starts_with("data: ")) event.data = json::parse(line.substr(6));
    if (line.empty() && !event.name.empty()) events.push_back(std::exchange(event, {}));
  }
  return events;
}

class EventsTest : public GatewayTest {
 protected:
  std::vector<SeenEvent> join(const std::string& id, const httplib::Headers& headers = {}) {
    const auto result = client().Get("/api/generations/" + id + "/events", headers);
    EXPECT_TRUE(result);
    EXPECT_EQ(result->get_header_value("Content-Type"), "text/event-stream");
    return parse_events(result->body);
  }
  // Opens a stream and waits until `seen` is in it.
  RawConnection open_stream(const std::string& id, const std::string& seen = "event: step") {
    RawConnection reader(gateway->port());
    reader.send("GET /api/generations/" + id + "/events HTTP/1.1\r\nHost: x\r\n\r\n");
    const std::string text = reader.receive(seen);
    EXPECT_NE(text.find("200 OK"), std::string::npos);
    EXPECT_NE(text.find(seen), std::string::npos);
    return reader;
  }
  std::string status_of(const std::string& id) {
    return get_json("/api/generations/" + id)["status"];
  }
};

TEST_F(EventsTest, TellsEverythingInOrderUpToTheResult) {
  start();
  const auto result = post({{"prompt", "x"}, {"steps", 3}}, {{"Accept", "text/event-stream"}});
  ASSERT_TRUE(result);
  EXPECT_EQ(result->status, 200);
  EXPECT_EQ(result->get_header_value("Content-Type"), "text/event-stream");
  EXPECT_EQ(result->get_header_value("Cache-Control"), "no-store");
  const std::vector<SeenEvent> events = parse_events(result->body);
  std::vector<std::string> names;
  for (size_t i = 0; i < events.size(); ++i) {
    names.push_back(events[i].name);
    EXPECT_EQ(events[i].id, static_cast<int64_t>(i) + 1);
  }
  EXPECT_EQ(names, (std::vector<std::string>{"queued", "encoding", "step", "step", "step",
                                             "image_ready", "result"}));
  EXPECT_EQ(events[2].data["step"], 1);
  EXPECT_EQ(events[2].data["steps"], 3);
  EXPECT_TRUE(events[4].data["preview"].get<std::string>().starts_with("data:image/png;base64,"));
  EXPECT_EQ(events[5].data["image_url"], events[6].data["image_url"]);
  EXPECT_EQ(events[6].data["status"], "done");
  EXPECT_EQ(client().Get(events[5].data["image_url"].get<std::string>())->status, 200);
}

TEST_F(EventsTest, EndsWithTheErrorObject) {
  worker.set_script(script_failure(grpc::StatusCode::RESOURCE_EXHAUSTED, "OUT_OF_MEMORY", "x"));
  start();
  const auto result = post({{"prompt", "x"}}, {{"Accept", "text/event-stream"}});
  const std::vector<SeenEvent> events = parse_events(result->body);
  ASSERT_EQ(events.back().name, "error");
  EXPECT_EQ(events.back().data["error"], "out_of_memory");
  EXPECT_EQ(events.back().data["request_id"], result->get_header_value("X-Request-Id"));
}

TEST_F(EventsTest, AReaderThatGoesAwayCancelsNothing) {
  std::atomic<bool> go_on = false;
  worker.set_script(
      [&](grpc::ServerContext& context, const v1::GenerateRequest& request, FakeWriter& writer) {
        v1::GenerateEvent event;
        event.mutable_step()->set_step(1);
        writer.Write(event);
        eventually([&] { return go_on || context.IsCancelled(); });
        return script_picture()(context, request, writer);
      });
  start();
  {
    RawConnection reader(gateway->port());
    const std::string body = R"({"prompt": "x", "request_id": "left"})";
    reader.send(
        "POST /api/generate HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n"
        "Content-Type: application/json\r\nContent-Length: " +
        std::to_string(body.size()) + "\r\n\r\n" + body);
    reader.receive("event: step");
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(700));
  EXPECT_EQ(status_of("left"), "running");
  go_on = true;
  EXPECT_TRUE(eventually([&] { return status_of("left") == "done"; }));
  EXPECT_EQ(worker.cancelled(), 0);
}

TEST_F(EventsTest, ASynchronousCallerThatGoesAwayCancels) {
  worker.set_script(script_hang());
  start();
  for (int i = 0; i < 5; ++i) {
    const std::string id = "gone" + std::to_string(i);
    const std::string body = R"({"prompt": "x", "request_id": ")" + id + "\"}";
    {
      RawConnection caller(gateway->port());
      caller.send(
          "POST /api/generate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
          "Content-Length: " +
          std::to_string(body.size()) + "\r\n\r\n" + body);
      ASSERT_TRUE(eventually([&] { return worker.calls().size() == static_cast<size_t>(i) + 1; }));
    }
    EXPECT_TRUE(eventually([&] { return worker.cancelled() == i + 1; }));
    EXPECT_TRUE(eventually([&] { return status_of(id) == "cancelled"; }));
  }
}

TEST_F(EventsTest, DeleteCancelsAndTellsEveryReader) {
  worker.set_script(script_hang());
  start();
  std::thread caller([&] {
    const auto result = post({{"prompt", "x"}, {"request_id", "c"}});
    EXPECT_EQ(result->status, 409);
    EXPECT_EQ(json_of(result)["error"], "cancelled");
  });
  ASSERT_TRUE(eventually([&] { return worker.calls().size() == 1; }));
  RawConnection reader = open_stream("c");
  const auto deleted = client().Delete("/api/generations/c");
  EXPECT_EQ(deleted->status, 202);
  EXPECT_EQ(json_of(deleted)["generation_id"], "c");
  EXPECT_NE(reader.receive("cancelled").find("event: error"), std::string::npos);
  caller.join();
  EXPECT_EQ(status_of("c"), "cancelled");
  const auto again = client().Delete("/api/generations/c");
  EXPECT_EQ(again->status, 200);
  EXPECT_EQ(json_of(again)["status"], "cancelled");
  EXPECT_EQ(client().Delete("/api/generations/none")->status, 404);
}

TEST_F(EventsTest, JoiningLateGivesThoseSoFarWithTheNewestPreviewOnly) {
  worker.set_script(script_hang());
  start();
  std::thread caller([&] { post({{"prompt", "x"}, {"request_id", "j"}, {"preview_every", 1}}); });
  ASSERT_TRUE(eventually([&] { return worker.calls().size() == 1; }));
  open_stream("j", R"("step":4)");
  std::thread ender([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    client().Delete("/api/generations/j");
  });
  const std::vector<SeenEvent> events = join("j");
  ender.join();
  caller.join();
  std::vector<int> with_preview;
  for (const SeenEvent& event : events) {
    if (event.name == "step" && event.data["preview"].is_string()) {
      with_preview.push_back(event.data["step"]);
    }
  }
  EXPECT_EQ(events.front().name, "queued");
  EXPECT_EQ(with_preview, std::vector<int>{4});
  EXPECT_EQ(events.back().name, "error");
}

TEST_F(EventsTest, LastEventIdSkipsWhatTheReaderHas) {
  start();
  post({{"prompt", "x"}, {"request_id", "k"}});
  const std::vector<SeenEvent> all = join("k");
  ASSERT_EQ(all.size(), 8U);
  const std::vector<SeenEvent> rest = join("k", {{"Last-Event-ID", "6"}});
  ASSERT_EQ(rest.size(), 2U);
  EXPECT_EQ(rest[0].id, 7);
  EXPECT_EQ(rest[1].name, "result");
  EXPECT_EQ(join("k", {{"Last-Event-ID", "8"}}).size(), 0U);
  EXPECT_EQ(join("k", {{"Last-Event-ID", "nonsense"}}).size(), 8U);
  EXPECT_EQ(join("k", {{"Last-Event-ID", "99999999999999999999999"}}).size(), 8U);
}

TEST_F(EventsTest, AFinishedGenerationOfAnEarlierRunHasItsEnd) {
  start();
  const json made = json_of(post({{"prompt", "x"}, {"request_id", "old"}}));
  worker.set_script(script_failure(grpc::StatusCode::INTERNAL, "INFERENCE_FAILED", "x"));
  post({{"prompt", "x"}, {"request_id", "bad"}});
  stop();
  start();
  const std::vector<SeenEvent> done = join("old");
  ASSERT_EQ(done.size(), 1U);
  EXPECT_EQ(done[0].name, "result");
  EXPECT_EQ(done[0].data, made);
  EXPECT_EQ(join("bad").at(0).data["error"], "inference_failed");
  EXPECT_EQ(client().Get("/api/generations/never/events")->status, 404);
}

TEST_F(EventsTest, SilenceIsFilledWithComments) {
  times.heartbeat = std::chrono::milliseconds(100);
  worker.set_script(script_hang());
  start();
  std::thread caller([&] { post({{"prompt", "x"}, {"request_id", "h"}}); });
  ASSERT_TRUE(eventually([&] { return worker.calls().size() == 1; }));
  RawConnection reader = open_stream("h");
  EXPECT_NE(reader.receive(": waiting").find(": waiting"), std::string::npos);
  client().Delete("/api/generations/h");
  caller.join();
}

TEST_F(EventsTest, StreamsAreCappedPerAddressAndDoNotBlockOthers) {
  options.max_streams_per_address = 3;
  worker.set_script(script_hang());
  start();
  std::thread caller([&] { post({{"prompt", "x"}, {"request_id", "s"}}); });
  ASSERT_TRUE(eventually([&] { return worker.calls().size() == 1; }));
  std::vector<RawConnection> readers;
  for (int i = 0; i < 3; ++i) readers.push_back(open_stream("s"));
  const auto fourth = client().Get("/api/generations/s/events");
  EXPECT_EQ(fourth->status, 429);
  EXPECT_EQ(json_of(fourth)["error"], "too_many_streams");
  EXPECT_EQ(client().Get("/api/generations/s")->status, 200);
  readers.pop_back();
  EXPECT_TRUE(eventually([&] {
    RawConnection reader(gateway->port());
    reader.send("GET /api/generations/s/events HTTP/1.1\r\nHost: x\r\n\r\n");
    return reader.receive("\r\n\r\n").find("200 OK") != std::string::npos;
  }));
  client().Delete("/api/generations/s");
  caller.join();
}

TEST_F(EventsTest, WhoHasReadAStreamToItsEndMayOpenTheNext) {
  options.max_streams_per_address = 1;
  start();
  post({{"prompt", "x"}, {"request_id", "n"}});
  for (int i = 0; i < 50; ++i) ASSERT_EQ(join("n").size(), 8U) << i;
}

}  // namespace
}  // namespace easel
