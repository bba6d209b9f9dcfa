// What became of the calls of Load, for those who ask later: a caller need not wait for its end.
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "absl/status/status.h"

namespace easel {

struct LoadNote {
  bool waits = false;   // a Load waits for its turn, or runs
  std::string problem;  // of the last one that ended; "" for none
};

// Thread-safe.
class LoadNotes {
 public:
  void begin(const std::string& key);
  void end(const std::string& key, const absl::Status& status);
  // Whatever was wrong before says nothing any more.
  void forget_problem(const std::string& key);

  LoadNote of(const std::string& key) const;

 private:
  struct Row {
    int running = 0;
    std::string problem;
  };
  mutable std::mutex mutex_;
  std::map<std::string, Row> rows_;  // under mutex_; keys of the registry alone
};

}  // namespace easel
