// Rows of generations that ended while the database could not be written (disk full, read-only):
// closed as soon as it can be, which is tried every second and once more at the end.
#pragma once

#include <deque>
#include <mutex>
#include <string>

#include "gateway/periodic_task.h"
#include "storage/generation_store.h"

namespace easel {

// Thread-safe. `generations` must outlive it.
class OpenRows {
 public:
  explicit OpenRows(GenerationStore& generations);
  ~OpenRows();
  OpenRows(const OpenRows&) = delete;
  OpenRows& operator=(const OpenRows&) = delete;

  // Closes the row as failed, or as cancelled when the code is "cancelled"; keeps it for later when
  // that cannot be done now.
  void close(std::string id, std::string error_code, std::string error_message,
             const GenerationEnd& end);

 private:
  struct Row {
    std::string id, error_code, error_message;
    GenerationEnd end;
  };
  bool try_close(const Row& row);
  // What is left; the oldest first, until one fails.
  void retry();

  GenerationStore& generations_;
  std::mutex mutex_;
  std::deque<Row> rows_;  // guarded by mutex_
  PeriodicTask retry_;    // uses all above
};

}  // namespace easel
