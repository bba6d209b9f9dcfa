#include "gateway/auth/unix_socket.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/error.h"

namespace easel {
namespace {

constexpr int kBacklog = 8;

absl::Status unusable(const std::filesystem::path& path) {
  return make_error(Reason::kOutputFailed,
                    concat("cannot use the socket ", path.string(), ": ", std::strerror(errno)));
}

struct Address {
  FileDescriptor folder;  // the name goes through it
  sockaddr_un name{};
};

absl::StatusOr<Address> address_of(const std::filesystem::path& path) {
  Address address;
  address.folder =
      FileDescriptor(::open(path.parent_path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!address.folder.valid()) return unusable(path);
  address.name.sun_family = AF_UNIX;
  const std::string text =
      concat("/proc/self/fd/", address.folder.get(), "/", path.filename().string());
  if (text.size() >= sizeof(address.name.sun_path)) {
    errno = ENAMETOOLONG;
    return unusable(path);
  }
  std::memcpy(address.name.sun_path, text.c_str(), text.size() + 1);
  return address;
}

FileDescriptor make_socket() {
  return FileDescriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

}  // namespace

absl::StatusOr<FileDescriptor> listen_at(const std::filesystem::path& path) {
  EASEL_ASSIGN_OR_RETURN(const Address address, address_of(path));
  FileDescriptor socket = make_socket();
  ::unlink(path.c_str());
  const auto* name = reinterpret_cast<const sockaddr*>(&address.name);
  if (!socket.valid() || ::bind(socket.get(), name, sizeof(address.name)) != 0 ||
      ::chmod(path.c_str(), 0600) != 0 || ::listen(socket.get(), kBacklog) != 0) {
    return unusable(path);
  }
  return socket;
}

absl::StatusOr<FileDescriptor> connect_to(const std::filesystem::path& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return absl::NotFoundError("nobody listens");
  EASEL_ASSIGN_OR_RETURN(const Address address, address_of(path));
  FileDescriptor socket = make_socket();
  const auto* name = reinterpret_cast<const sockaddr*>(&address.name);
  if (socket.valid() && ::connect(socket.get(), name, sizeof(address.name)) == 0) return socket;
  if (errno == ECONNREFUSED || errno == ENOENT) return absl::NotFoundError("nobody listens");
  return unusable(path);
}

bool is_peer_trusted(int connection) {
  ucred peer{};
  socklen_t size = sizeof(peer);
  return ::getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
         (peer.uid == ::geteuid() || peer.uid == 0);
}

std::string peer_user(int connection) {
  ucred peer{};
  socklen_t size = sizeof(peer);
  const bool known = ::getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0;
  return known ? concat("the user with the id ", peer.uid) : "somebody unknown";
}

absl::StatusOr<std::string> receive_line(int connection, size_t max_bytes) {
  std::string line;
  while (line.size() < max_bytes) {
    char byte = 0;
    const ssize_t got = ::recv(connection, &byte, 1, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return absl::DeadlineExceededError("the line did not come whole");
    if (byte == '\n') return line;
    line += byte;
  }
  return absl::OutOfRangeError("the line is too long");
}

bool send_all(int connection, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

void set_time_limit(int connection, int seconds) {
  const timeval limit{seconds, 0};
  ::setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
  ::setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
}

}  // namespace easel
