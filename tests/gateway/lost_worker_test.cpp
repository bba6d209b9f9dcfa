// A worker that is not there, goes away, or stops answering.
#include <spawn.h>
#include <sys/wait.h>

#include <csignal>
#include <cstdio>

#include "tests/gateway/gateway_fixture.h"
#include "tests/gateway/raw_connection.h"

extern char** environ;

namespace easel {
namespace {

using nlohmann::json;

// The program fake_worker, killed at the end.
class WorkerProcess {
 public:
  WorkerProcess(int port, const char* mode) {
    int out[2];
    if (::pipe(out) != 0) return;
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    ::posix_spawn_file_actions_addclose(&actions, out[0]);
    std::string port_text = std::to_string(port), mode_text = mode, program = EASEL_FAKE_WORKER;
    char* arguments[] = {program.data(), port_text.data(), mode_text.data(), nullptr};
    ::posix_spawn(&pid_, program.c_str(), &actions, nullptr, arguments, environ);
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(out[1]);
    std::FILE* lines = ::fdopen(out[0], "r");
    if (std::fscanf(lines, "%d", &port_) != 1) port_ = 0;
    std::fclose(lines);
  }
  ~WorkerProcess() { kill(); }
  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;

  int port() const { return port_; }
  void signal(int number) const { ::kill(pid_, number); }
  void kill() {
    if (pid_ <= 0) return;
    signal(SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }

 private:
  pid_t pid_ = -1;
  int port_ = 0;
};

class LostWorkerTest : public GatewayTest {
 protected:
  // Asked soon, but not given up before a worker on a busy machine has answered.
  LostWorkerTest() {
    times.worker_silence = std::chrono::milliseconds(300);
    times.worker_timeout = std::chrono::seconds(2);
  }
  void start_with(const WorkerProcess& process) {
    worker_address = "127.0.0.1:" + std::to_string(process.port());
    start();
  }
  bool runs(const std::string& id) {
    return get_json("/api/generations/" + id).value("status", "") == "running";
  }
  // The caller, the row and who reads the events later are told the same, with `words` in it.
  void expect_failed(const httplib::Result& result, const std::string& id,
                     const std::string& code = "worker_unavailable",
                     const std::string& words = "the worker does not answer") {
    ASSERT_TRUE(result);
    EXPECT_EQ(result->status, 503);
    const json told = json_of(result);
    EXPECT_EQ(told["error"], code) << result->body;
    EXPECT_NE(told["message"].get<std::string>().find(words), std::string::npos) << result->body;
    EXPECT_EQ(result->has_header("Retry-After"), code == "worker_unavailable");
    EXPECT_EQ(result->body.find("127.0.0.1"), std::string::npos) << "no addresses";
    const json row = get_json("/api/generations/" + id);
    EXPECT_EQ(row["status"], "failed");
    EXPECT_EQ(row["error"]["error"], code);
    EXPECT_EQ(row["error"]["message"], told["message"]);
    const auto events = client().Get("/api/generations/" + id + "/events");
    EXPECT_NE(events->body.find("event: error"), std::string::npos);
    EXPECT_NE(events->body.find(told["message"].get<std::string>()), std::string::npos);
  }
  // The answer to a generation whose worker is killed once `seen` is among its events.
  httplib::Result killed_when(const std::string& id, WorkerProcess& process,
                              const std::string& seen) {
    std::thread killer([&] {
      RawConnection events(gateway->port());
      eventually([&] { return get_json("/api/generations/" + id).contains("status"); });
      events.send("GET /api/generations/" + id + "/events HTTP/1.1\r\nHost: x\r\n\r\n");
      EXPECT_NE(events.receive(seen, 60).find(seen), std::string::npos);
      process.kill();
    });
    httplib::Result result = post({{"prompt", "x"}, {"request_id", id}});
    killer.join();
    return result;
  }
};

TEST_F(LostWorkerTest, DownIs503WithTheCauseUntilItIsBack) {
  start();
  worker.stop();
  expect_failed(post({{"prompt", "x"}, {"request_id", "d"}}), "d");
  EXPECT_EQ(client().Get("/readyz")->status, 503);
  EXPECT_EQ(client().Get("/healthz")->status, 200);
  EXPECT_EQ(client().Get("/api/models")->status, 503);
  const json status = get_json("/api/status");
  EXPECT_EQ(status["ready"], false);
  EXPECT_EQ(status["worker"]["reachable"], false);
  EXPECT_EQ(status["worker"]["error"], "the worker does not answer");
  worker.start();
  EXPECT_TRUE(eventually([&] { return client().Get("/readyz")->status == 200; }));
  EXPECT_EQ(post({{"prompt", "x"}})->status, 200);
}

TEST_F(LostWorkerTest, NotReadyUntilAModelIs) {
  worker.set_ready(false);
  start();
  const auto not_ready = client().Get("/readyz");
  EXPECT_EQ(not_ready->status, 503);
  EXPECT_EQ(json_of(not_ready)["error"], "model_missing");
  worker.set_ready(true);
  EXPECT_EQ(client().Get("/readyz")->status, 200);
}

TEST_F(LostWorkerTest, NotReadyWhileTheWorkerIsAboutToStop) {
  worker.set_draining(true);
  start();
  const auto not_ready = client().Get("/readyz");
  EXPECT_EQ(not_ready->status, 503);
  EXPECT_EQ(json_of(not_ready)["error"], "worker_unavailable");
  EXPECT_FALSE(not_ready->get_header_value("Retry-After").empty());
  const json status = get_json("/api/status");
  EXPECT_EQ(status["ready"], false);
  EXPECT_EQ(status["worker"]["draining"], true);
}

TEST_F(LostWorkerTest, KilledInMidGenerationIsToldAsSuchAndTheRowSaysFailed) {
  WorkerProcess process(0, "hang");
  const int port = process.port();
  ASSERT_NE(port, 0);
  start_with(process);
  expect_failed(killed_when("k", process, "event: step"), "k", "worker_lost",
                "the worker ended while it made the picture; ask again when it is back");
  expect_failed(post({{"prompt", "x"}, {"request_id", "next"}}), "next");
  const WorkerProcess again(port, "");
  EXPECT_TRUE(eventually([&] { return client().Get("/readyz")->status == 200; }));
  EXPECT_EQ(post({{"prompt", "x"}})->status, 200);
}

TEST_F(LostWorkerTest, AWorkerThatSaysWhyItEndsIsNotLost) {
  worker.set_script(
      [](grpc::ServerContext& context, const v1::GenerateRequest& request, FakeWriter& writer) {
        v1::GenerateEvent begun;
        begun.mutable_encoding()->set_units(1);
        writer.Write(begun);
        return script_failure(grpc::StatusCode::UNAVAILABLE, "DRAINING", "about to end")(
            context, request, writer);
      });
  start();
  expect_failed(post({{"prompt", "x"}, {"request_id", "w"}}), "w");
}

TEST_F(LostWorkerTest, KilledBeforeItBeganIsAWorkerThatDoesNotAnswer) {
  WorkerProcess process(0, "queue");
  start_with(process);
  expect_failed(killed_when("q", process, "event: queued"), "q");
}

TEST_F(LostWorkerTest, StoppedInMidGenerationIs503AfterTheSilence) {
  const WorkerProcess process(0, "hang");
  start_with(process);
  std::thread stopper([&] {
    eventually([&] { return runs("h"); });
    process.signal(SIGSTOP);
  });
  const auto begun = std::chrono::steady_clock::now();
  const auto result = post({{"prompt", "x"}, {"request_id", "h"}});
  stopper.join();
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(30));
  expect_failed(result, "h");
}

TEST_F(LostWorkerTest, ASlowWorkerThatStillAnswersIsLeftAlone) {
  worker.set_script(
      [](grpc::ServerContext& context, const v1::GenerateRequest& request, FakeWriter& writer) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1500));
        return script_picture()(context, request, writer);
      });
  start();
  EXPECT_EQ(post({{"prompt", "x"}})->status, 200);
}

TEST_F(LostWorkerTest, QuestionsToADeafWorkerEnd) {
  start();
  worker.set_deaf(true);
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_EQ(get_json("/api/status")["worker"]["reachable"], false);
  EXPECT_EQ(client().Get("/readyz")->status, 503);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(30));
}

TEST_F(LostWorkerTest, AGenerationHasATimeLimit) {
  options.generation_timeout = 1;
  worker.set_script(script_hang());
  start();
  const auto result = post({{"prompt", "x"}, {"request_id", "t"}});
  EXPECT_EQ(result->status, 504);
  EXPECT_EQ(json_of(result)["error"], "deadline");
  EXPECT_EQ(get_json("/api/generations/t")["status"], "failed");
}

TEST_F(LostWorkerTest, AnInterruptedGenerationSaysSoAfterTheRestart) {
  worker.set_script(script_hang());
  start();
  std::thread caller([&] {
    const auto result = post({{"prompt", "x"}, {"request_id", "i"}});
    EXPECT_TRUE(result && result->status == 503);
  });
  ASSERT_TRUE(eventually([&] { return runs("i"); }));
  stop();
  caller.join();
  start();
  EXPECT_EQ(get_json("/api/generations/i")["status"], "interrupted");
}

TEST_F(LostWorkerTest, StatusAndModelsAreToldAsTheWorkerSaysThem) {
  start();
  const json status = get_json("/api/status");
  EXPECT_EQ(status["ready"], true);
  EXPECT_EQ(status["worker"], json::parse(R"({"reachable": true, "version": "0.0.1",
                                             "draining": false, "error": null})"));
  EXPECT_EQ(status["queue"], json::parse(R"({"length": 0, "limit": 64})"));
  EXPECT_EQ(status["devices"][0]["name"], "cpu");
  EXPECT_EQ(status["running"][0]["generation_id"], "other");
  const json models = get_json("/api/models");
  EXPECT_EQ(models["max_image_side"], 768);
  const json model = models["models"][0];
  EXPECT_EQ(model["key"], "demo");
  EXPECT_EQ(model["default"], true);
  EXPECT_EQ(model["state"], "missing");
  EXPECT_EQ(model["recommended"]["guidance"], 3.3);
  EXPECT_EQ(model["recommended"]["width"], nullptr);
  EXPECT_EQ(model["allowed"]["steps"], json::array({1, 200}));
  EXPECT_EQ(model["allowed"]["side"], nullptr);
  EXPECT_EQ(model["capabilities"], json::array({"text_to_image"}));
  EXPECT_EQ(model["max_images"], 3);
  EXPECT_EQ(models.dump().find("/secret"), std::string::npos);
}

}  // namespace
}  // namespace easel
