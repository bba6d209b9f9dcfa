#include "services/cli/doctor/ports_check.h"

#include <netdb.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>

#include "absl/strings/numbers.h"
#include "base/strings.h"

namespace easel {
namespace {

using Clock = std::chrono::steady_clock;

constexpr timeval kPatience{2, 0};  // to connect, to write, and for each piece of the answer
constexpr std::chrono::seconds kWholePatience{2};
constexpr size_t kMostAnswer = 64 << 10;
constexpr int kMostPort = 65535;
constexpr char kUnix[] = "unix:";

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;
  int family = AF_UNSPEC;
};

class Socket {
 public:
  explicit Socket(int family) : fd_(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    // It holds for connecting too.
    ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof(kPatience));
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof(kPatience));
  }
  ~Socket() {
    if (fd_ >= 0) ::close(fd_);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  int fd() const { return fd_; }

 private:
  int fd_;
};

const sockaddr* raw(const Address& address) {
  return reinterpret_cast<const sockaddr*>(&address.storage);
}

// The problem, or "".
std::string resolve_unix(const std::string& path, Address& address) {
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof(name.sun_path)) return "the path is empty or too long";
  std::memcpy(name.sun_path, path.c_str(), path.size() + 1);
  std::memcpy(&address.storage, &name, sizeof(name));
  address.size = sizeof(name);
  address.family = AF_UNIX;
  return "";
}

std::string resolve_tcp(const std::string& text, Address& address) {
  const size_t colon = text.rfind(':');
  if (colon == std::string::npos) return "it must be HOST:PORT or unix:PATH";
  std::string host = text.substr(0, colon);
  const std::string port = text.substr(colon + 1);
  if (host.size() > 2 && host.front() == '[') host = host.substr(1, host.size() - 2);
  int number = 0;
  if (!absl::SimpleAtoi(port, &number) || number < 0 || number > kMostPort) {
    return concat("a port is a whole number up to ", kMostPort);
  }
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (const int error = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &found); error != 0) {
    return ::gai_strerror(error);
  }
  std::memcpy(&address.storage, found->ai_addr, found->ai_addrlen);
  address.size = found->ai_addrlen;
  address.family = found->ai_family;
  ::freeaddrinfo(found);
  return "";
}

// 0, or the errno. Nothing listens there afterwards.
int try_to_bind(const Address& address) {
  const Socket socket(address.family);
  const int yes = 1;  // a port whose last connections still linger is free
  ::setsockopt(socket.fd(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  return ::bind(socket.fd(), raw(address), address.size) == 0 ? 0 : errno;
}

PortState state_of(ProbeAnswer answer) {
  return answer == ProbeAnswer::kEasel             ? PortState::kEasel
         : answer == ProbeAnswer::kEaselNotServing ? PortState::kEaselNotServing
                                                   : PortState::kOther;
}

ProbeAnswer ask(const Socket& socket, const PortProbe& probe) {
  const std::string& request = probe.request;
  if (::send(socket.fd(), request.data(), request.size(), MSG_NOSIGNAL) < 0) {
    return ProbeAnswer::kOther;
  }
  const Clock::time_point limit = Clock::now() + kWholePatience;
  std::string answer;
  while (answer.size() < kMostAnswer && Clock::now() < limit) {
    char buffer[4096];
    const ssize_t got = ::recv(socket.fd(), buffer, sizeof(buffer), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    answer.append(buffer, static_cast<size_t>(got));
    const ProbeAnswer read = probe.read_answer(answer);
    if (read != ProbeAnswer::kIncomplete) return read;
  }
  return ProbeAnswer::kOther;
}

// Somebody listens, or the address is not this machine's.
void connect_and_ask(const Address& address, const PortProbe& probe, PortFacts& facts) {
  const Socket socket(address.family);
  if (::connect(socket.fd(), raw(address), address.size) != 0) {
    facts.detail = std::strerror(errno == EINPROGRESS ? ETIMEDOUT : errno);
    facts.state = PortState::kSilent;
    return;
  }
  facts.state = state_of(ask(socket, probe));
}

void read_unix_facts(const Address& address, const PortProbe& probe, PortFacts& facts) {
  connect_and_ask(address, probe, facts);
  // No file, or one that a worker left behind: the next one takes it.
  if (facts.state == PortState::kSilent) facts.state = PortState::kFree;
}

void read_tcp_facts(const Address& address, const PortProbe& probe, PortFacts& facts) {
  const int error = try_to_bind(address);
  if (error == 0) {
    facts.state = PortState::kFree;
  } else if (error == EACCES) {
    facts.state = PortState::kForbidden;
  } else {
    connect_and_ask(address, probe, facts);
    // Bound but not listening, or listening elsewhere.
    if (error == EADDRINUSE && facts.state == PortState::kSilent) facts.state = PortState::kOther;
  }
}

std::string flag_of(const PortFacts& facts) {
  return facts.what == "gateway" ? "EASEL_GATEWAY_PORT (or easel serve --port)"
                                 : "EASEL_WORKER_ADDRESS (or easel serve --worker-address)";
}

}  // namespace

PortFacts read_port_facts(const std::string& what, const std::string& text,
                          const PortProbe& probe) {
  PortFacts facts;
  facts.what = what;
  facts.address = text;
  Address address;
  const bool is_unix = text.starts_with(kUnix);
  facts.detail =
      is_unix ? resolve_unix(text.substr(sizeof(kUnix) - 1), address) : resolve_tcp(text, address);
  if (!facts.detail.empty()) {
    facts.state = PortState::kUnusable;
  } else if (is_unix) {
    read_unix_facts(address, probe, facts);
  } else {
    read_tcp_facts(address, probe, facts);
  }
  return facts;
}

Finding judge_port(const PortFacts& facts) {
  const std::string name = concat("port of the ", facts.what);
  const std::string& address = facts.address;
  switch (facts.state) {
    case PortState::kFree:
      return ok(name, concat(address, " is free"));
    case PortState::kEasel:
      return ok(name, concat(address, ": an easel ", facts.what, " answers"));
    case PortState::kEaselNotServing:
      return warn(name, concat(address, ": an easel ", facts.what, " is there, but does not serve"),
                  "it loads a model, or is about to end", "wait for it; its log says what it does");
    case PortState::kOther:
      return warn(name, concat(address, " is taken by something that does not answer as easel"),
                  "another program listens there, an easel that hangs, or one with TLS",
                  concat("`ss -ltnp` shows which; end it, or choose another by ", flag_of(facts)));
    case PortState::kForbidden:
      return warn(name, concat(address, " cannot be taken"), "ports below 1024 are for root alone",
                  concat("choose a higher one by ", flag_of(facts)));
    case PortState::kSilent:
      return warn(name, concat(address, " is not of this machine, and nothing answers there"),
                  facts.detail, concat("start it there, or correct ", flag_of(facts)));
    case PortState::kUnusable:
      return fail(name, concat(address, " is no address"), facts.detail,
                  concat("correct ", flag_of(facts)));
  }
  return ok(name, address);
}

}  // namespace easel
