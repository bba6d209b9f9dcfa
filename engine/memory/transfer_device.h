// What brings blocks of weights to where they are computed with: the CPU's memory, a GPU's, or a
// simulated one whose clock is virtual.
//
// Two queues work side by side: uploads, one after the other, and computing. A Ticket is a point in
// one of them. The streamer never waits for the computing side itself, so on a GPU both run ahead
// of the host.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/memory/weight_alignment.h"

namespace easel {

// A copy of a block's bytes where a device uploads it faster from; waits for what still reads it.
class KeptBytes {
 public:
  KeptBytes() = default;
  virtual ~KeptBytes() = default;
  KeptBytes(const KeptBytes&) = delete;
  KeptBytes& operator=(const KeptBytes&) = delete;
};

// A block's bytes as they are computed with: packed, in the compute dtype, from wherever they are
// kept. Thread-safe, but for kept().
class BlockSource {
 public:
  virtual ~BlockSource() = default;
  virtual size_t bytes() const = 0;
  // Writes the `count` bytes from `first` on to `target`, host memory aligned to kWeightAlignment;
  // `first` is a multiple of it, and `count` as well but at the block's end. BAD_WEIGHTS when a
  // file was cut short, READ_FAILED's reason when the disk refuses.
  virtual absl::Status read_part(size_t first, size_t count, std::byte* target) const = 0;
  absl::Status read(std::byte* target) const { return read_part(0, bytes(), target); }
  // How many bytes at its end are computed with where they lie in a mapped file: reading them
  // brings their pages into the process's memory and writes nothing. Only for computing on the CPU.
  virtual size_t in_place_bytes() const { return 0; }
  // Lets go of those pages; whoever read them calls it when nothing is computed with them any more.
  virtual void let_go() const {}
  // Where the device may leave such a copy for the next upload, for as long as the source likes;
  // nullptr: nowhere. For the device alone while an upload is not awaited.
  virtual std::unique_ptr<KeptBytes>* kept() const { return nullptr; }
};

// The same with what it throws as an error: no exception may leave a reading thread.
absl::Status read_without_throwing(const BlockSource& source, size_t first, size_t count,
                                   std::byte* target);

using Ticket = uint64_t;
inline constexpr Ticket kNoTicket = 0;  // nothing to wait for

// Used by one thread.
class TransferDevice {
 public:
  virtual ~TransferDevice() = default;

  // Memory at a fixed address, aligned to kWeightAlignment; OUT_OF_MEMORY.
  virtual absl::StatusOr<std::byte*> allocate(size_t bytes) = 0;
  // Waits for what still uses it.
  virtual void release(std::byte* memory) = 0;

  // Begins to fill `memory` once the computing that `after` marks is done. `source` and `memory`
  // stay until the upload was awaited or the device is gone; a source with bytes in place, until
  // the memory is released or filled anew.
  virtual absl::StatusOr<Ticket> begin_upload(const BlockSource& source, std::byte* memory,
                                              Ticket after) = 0;
  // What is computed from here on comes after the upload; errors are those of reading it.
  virtual absl::Status await_upload(Ticket upload) = 0;
  // A point behind all computing that was begun so far.
  virtual Ticket mark_compute() = 0;

  // Host memory in which it keeps copies for the sources of uploads, beside its own buffers.
  virtual size_t kept_bytes() const { return 0; }
  // Gives back to the system what it holds for reuse alone; may wait for the device.
  virtual void trim() {}
};

}  // namespace easel
