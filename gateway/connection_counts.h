// How many connections each address has.
#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <set>
#include <string>

namespace easel {

// Thread-safe.
class ConnectionCounts {
 public:
  // The addresses of `exempt` may have any number.
  ConnectionCounts(size_t max_per_address, std::set<std::string> exempt);

  // False, and nothing is counted, where the address has as many as it may.
  bool enter(const std::string& address);
  // A connection for which enter() said true has ended.
  void leave(const std::string& address);

 private:
  const size_t max_per_address_;
  const std::set<std::string> exempt_;
  std::mutex mutex_;
  std::map<std::string, size_t> counts_;  // guarded by mutex_
};

}  // namespace easel
