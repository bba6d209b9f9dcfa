// Unix sockets by folder and name, so that a long path does not exceed their 107 bytes.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/file_descriptor.h"

namespace easel {

// Listens on `path`, which only its owner may use (0600); replaces an old file there.
// OUTPUT_FAILED.
absl::StatusOr<FileDescriptor> listen_at(const std::filesystem::path& path);
// absl::IsNotFound when nobody listens there.
absl::StatusOr<FileDescriptor> connect_to(const std::filesystem::path& path);

// Whether the process at the other end is of this user or root's.
bool is_peer_trusted(int connection);
// "the user with the id 1000": whose process that is, in words.
std::string peer_user(int connection);

// The line without its end. absl::IsDeadlineExceeded and so on when it does not come whole, within
// `max_bytes` and the socket's own time.
absl::StatusOr<std::string> receive_line(int connection, size_t max_bytes);
bool send_all(int connection, std::string_view bytes);
// Of each read and write.
void set_time_limit(int connection, int seconds);

}  // namespace easel
