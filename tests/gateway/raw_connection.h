// A TCP connection that sends any bytes, right or wrong.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <string>
#include <string_view>
#include <utility>

namespace easel {

class RawConnection {
 public:
  // `receive_bytes`: how much the kernel takes before anybody reads it; 0: as much as it likes.
  explicit RawConnection(int port, int receive_bytes = 0)
      : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (receive_bytes > 0) {
      ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof(receive_bytes));
    }
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) close();
  }
  ~RawConnection() { close(); }
  RawConnection(RawConnection&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  RawConnection& operator=(RawConnection&&) = delete;

  bool is_open() const { return fd_ >= 0; }

  // False when the other side no longer takes bytes, or for `limit_seconds` took none.
  bool send(std::string_view bytes, int limit_seconds = 5) {
    set_timeout(SO_SNDTIMEO, limit_seconds);
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
    return true;
  }

  // What comes until the other side closes, `until` is in it, or nothing came for `limit_seconds`.
  std::string receive(std::string_view until = "", int limit_seconds = 5) {
    set_timeout(SO_RCVTIMEO, limit_seconds);
    std::string all;
    char piece[16384];
    while (until.empty() || all.find(until) == std::string::npos) {
      const ssize_t count = ::recv(fd_, piece, sizeof(piece), 0);
      closed_ = count == 0 || (count < 0 && errno == ECONNRESET);
      if (count <= 0) break;
      all.append(piece, static_cast<size_t>(count));
    }
    return all;
  }
  // As many bytes as are there, at most `most`; 0 at the end of the connection or after a while.
  size_t receive_some(size_t most, int limit_seconds = 30) {
    set_timeout(SO_RCVTIMEO, limit_seconds);
    std::string piece(most, '\0');
    const ssize_t count = ::recv(fd_, piece.data(), piece.size(), 0);
    closed_ = count == 0 || (count < 0 && errno == ECONNRESET);
    return count > 0 ? static_cast<size_t>(count) : 0;
  }
  // Whether the last receive() saw the end of the connection.
  bool was_closed() const { return closed_; }

  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }

 private:
  void set_timeout(int option, int seconds) {
    const timeval time{seconds, 0};
    ::setsockopt(fd_, SOL_SOCKET, option, &time, sizeof(time));
  }

  int fd_;
  bool closed_ = false;
};

}  // namespace easel
