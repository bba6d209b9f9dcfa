#include "services/cli/doctor/ports_check.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "tests/support/temp_folder.h"

namespace easel {
namespace {

const PortProbe kGateway{gateway_probe(), read_gateway_answer};
const PortProbe kWorker{worker_probe(), read_worker_answer};

// Listens on a free port of loopback, and gives one caller one answer, after its first bytes came.
class Listener {
 public:
  explicit Listener(std::string answer) : answer_(std::move(answer)) {
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(name);
    EXPECT_EQ(::bind(fd_, reinterpret_cast<sockaddr*>(&name), size), 0);
    ::listen(fd_, 1);
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&name), &size);
    address_ = "127.0.0.1:" + std::to_string(ntohs(name.sin_port));
    thread_ = std::thread([this] { serve(); });
  }
  ~Listener() {
    ::shutdown(fd_, SHUT_RDWR);
    thread_.join();
    ::close(fd_);
  }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  const std::string& address() const { return address_; }

 private:
  void serve() const {
    const int caller = ::accept(fd_, nullptr, nullptr);
    if (caller < 0) return;
    char buffer[1024];
    const ssize_t got = ::recv(caller, buffer, sizeof(buffer), 0);
    if (got > 0) ::send(caller, answer_.data(), answer_.size(), MSG_NOSIGNAL);
    ::close(caller);
  }

  std::string answer_;
  std::string address_;
  int fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  std::thread thread_;
};

constexpr char kAlive[] =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"status\":\"alive\"}";

TEST(PortsCheckTest, AGatewayThatAnswersIsEasel) {
  const Listener gateway(kAlive);
  EXPECT_EQ(read_port_facts("gateway", gateway.address(), kGateway).state, PortState::kEasel);
}

TEST(PortsCheckTest, AnotherProgramIsNotEasel) {
  const Listener other("HTTP/1.1 404 Not Found\r\n\r\n");
  EXPECT_EQ(read_port_facts("gateway", other.address(), kGateway).state, PortState::kOther);
  const Listener ssh("SSH-2.0-OpenSSH_9.2\r\n");
  EXPECT_EQ(read_port_facts("worker", ssh.address(), kWorker).state, PortState::kOther);
  const Listener mute("");
  EXPECT_EQ(read_port_facts("worker", mute.address(), kWorker).state, PortState::kOther);
}

TEST(PortsCheckTest, APortThatNobodyTakesIsFreeAndStaysSo) {
  bool free_twice = false;
  // Another program may take one that was just given back.
  for (int attempt = 0; attempt < 5 && !free_twice; ++attempt) {
    const std::string address = Listener("").address();
    const auto looked = [&] { return read_port_facts("gateway", address, kGateway).state; };
    const PortState first = looked(), second = looked();
    free_twice = first == PortState::kFree && second == PortState::kFree;
  }
  EXPECT_TRUE(free_twice);
}

TEST(PortsCheckTest, ASocketFileThatIsNotThereIsFree) {
  const TempFolder folder;
  const std::string address = "unix:" + (folder / "worker").string();
  EXPECT_EQ(read_port_facts("worker", address, kWorker).state, PortState::kFree);
  EXPECT_EQ(folder.num_files(), 0u);
}

TEST(PortsCheckTest, WhatIsNoAddressIsSaid) {
  for (const char* address : {"", "50051", "127.0.0.1:", "127.0.0.1:port", "unix:"}) {
    const PortFacts facts = read_port_facts("worker", address, kWorker);
    EXPECT_EQ(facts.state, PortState::kUnusable) << address;
    EXPECT_EQ(judge_port(facts).status, FindingStatus::kFail);
  }
}

TEST(PortsCheckTest, EveryStateIsJudged) {
  const auto judged = [](PortState state) {
    return judge_port({"gateway", "127.0.0.1:7999", state, "a cause"});
  };
  for (const PortState state : {PortState::kFree, PortState::kEasel}) {
    EXPECT_EQ(judged(state).status, FindingStatus::kOk);
    EXPECT_TRUE(judged(state).remedy.empty());
  }
  for (const PortState state : {PortState::kEaselNotServing, PortState::kOther,
                                PortState::kForbidden, PortState::kSilent}) {
    EXPECT_EQ(judged(state).status, FindingStatus::kWarn);
    EXPECT_FALSE(judged(state).cause.empty());
    EXPECT_FALSE(judged(state).remedy.empty());
  }
}

// A frame of HTTP/2: length, type, flags, stream 1 (0 for settings).
std::string frame(char type, char flags, std::string_view payload) {
  std::string out = {0, 0, static_cast<char>(payload.size()), type, flags, 0, 0, 0};
  return out + static_cast<char>(type == 4 ? 0 : 1) + std::string(payload);
}

std::string answer_with(char status) {
  const std::string message = {0, 0, 0, 0, 2, 8, status};
  return frame(4, 0, "") + frame(4, 1, "") + frame(1, 4, "hpack") + frame(0, 0, message);
}

TEST(HealthProbeTest, ReadsTheStatusOfAWorker) {
  EXPECT_EQ(read_worker_answer(answer_with(1)), ProbeAnswer::kEasel);
  EXPECT_EQ(read_worker_answer(answer_with(2)), ProbeAnswer::kEaselNotServing);
  EXPECT_EQ(read_worker_answer(answer_with(3)), ProbeAnswer::kOther);
}

TEST(HealthProbeTest, AnAnswerIsOnlyReadWhenItIsWhole) {
  const std::string whole = answer_with(1);
  for (size_t length = 0; length < whole.size(); ++length) {
    EXPECT_EQ(read_worker_answer(whole.substr(0, length)), ProbeAnswer::kIncomplete) << length;
  }
  const std::string alive = kAlive;
  for (size_t length = 0; length < alive.size(); ++length) {
    EXPECT_EQ(read_gateway_answer(alive.substr(0, length)), ProbeAnswer::kIncomplete) << length;
  }
}

TEST(HealthProbeTest, AServerWithoutEaselsServiceIsAnother) {
  EXPECT_EQ(read_worker_answer(frame(4, 0, "") + frame(1, 5, "not found")), ProbeAnswer::kOther);
  EXPECT_EQ(read_worker_answer("HTTP/1.1 400 Bad Request\r\n\r\n"), ProbeAnswer::kOther);
  EXPECT_EQ(read_worker_answer(std::string(64, '\xff')), ProbeAnswer::kOther);
}

}  // namespace
}  // namespace easel
