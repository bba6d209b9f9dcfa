// Rows of generations that ended while the database could not be written (disk full, read-only):
// closed as soon as it can be.
#pragma once

#include <deque>
#include <mutex>
#include <string>

#include "storage/generation_store.h"

namespace easel {

// Thread-safe.
class OpenRows {
 public:
  explicit OpenRows(GenerationStore& generations) : generations_(generations) {}

  // Closes the row as failed, or as cancelled when the code is "cancelled"; keeps it for later when
  // that cannot be done now.
  void close(std::string id, std::string error_code, std::string error_message,
             const GenerationEnd& end);
  // Tries again what is left; the oldest first, until one fails.
  void retry();

 private:
  struct Row {
    std::string id, error_code, error_message;
    GenerationEnd end;
  };
  bool try_close(const Row& row);

  GenerationStore& generations_;
  std::mutex mutex_;
  std::deque<Row> rows_;  // guarded by mutex_
};

}  // namespace easel
