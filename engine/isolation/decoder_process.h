// One run of the decoder program: started, limited, fed, listened to, and always ended and reaped.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/api/cancel_token.h"
#include "engine/isolation/decoder_limits.h"

namespace easel {

// A token says nothing by itself: whoever waits looks so often.
inline constexpr std::chrono::milliseconds kCancelLook{20};

// Owns the process and the socket to it. Not thread-safe.
class DecoderProcess {
 public:
  using Clock = CancelToken::Clock;

  // With no environment, no open file but its end of the socket, and a process group of its own.
  // INFERENCE_FAILED when it cannot be started.
  static absl::StatusOr<DecoderProcess> start(const std::filesystem::path& program,
                                              const char* argument, const DecoderLimits& limits);
  DecoderProcess(DecoderProcess&& other) noexcept;
  DecoderProcess& operator=(DecoderProcess&&) = delete;
  ~DecoderProcess();  // kills

  enum class End { kClosed, kTooMuch, kLate, kStopped };
  struct Heard {
    End end = End::kClosed;
    std::vector<uint8_t> bytes;
  };
  // Sends `file` and that it is over, and meanwhile reads until the process closes its end, has
  // said more than `most` bytes, the deadline comes, or `cancel` says so (within kCancelLook).
  Heard exchange(std::string_view file, size_t most, Clock::time_point deadline,
                 const CancelToken& cancel);

  // "signal 11", "exit code 3", "no end": of a process that has closed its end. Waits a second at
  // most.
  std::string end();

 private:
  DecoderProcess(pid_t pid, int socket) : pid_(pid), socket_(socket) {}

  // What can be sent without waiting is taken off `file`; false once there is nothing more to send.
  bool send_some(std::string_view& file) const;
  // Appends what is there; false at the end.
  bool receive_some(std::vector<uint8_t>& bytes) const;

  pid_t pid_ = -1;
  int socket_ = -1;
};

}  // namespace easel
