#include "gateway/connection_counts.h"

#include <utility>

namespace easel {

ConnectionCounts::ConnectionCounts(size_t max_per_address, std::set<std::string> exempt)
    : max_per_address_(max_per_address), exempt_(std::move(exempt)) {}

bool ConnectionCounts::enter(const std::string& address) {
  if (exempt_.contains(address)) return true;
  const std::lock_guard lock(mutex_);
  size_t& count = counts_[address];
  if (count >= max_per_address_) return false;
  ++count;
  return true;
}

void ConnectionCounts::leave(const std::string& address) {
  const std::lock_guard lock(mutex_);
  const auto found = counts_.find(address);
  if (found != counts_.end() && --found->second == 0) counts_.erase(found);
}

}  // namespace easel
