// Events on their way to a reader who may be slow.
#pragma once

#include <deque>
#include <optional>
#include <string>

#include "easel/v1/image_service.pb.h"

namespace easel {

// Not thread-safe. Holds at most one event of each kind of progress and the job's pictures, however
// slow the reader: progress that has not gone out is replaced by newer progress of its kind, where
// nothing else came between; pictures and the result stay. Numbers events as they go out, so that a
// reader sees 1, 2, 3, … whatever was left out.
class EventOutbox {
 public:
  explicit EventOutbox(std::string request_id) : request_id_(std::move(request_id)) {}

  void push(v1::GenerateEvent event);
  std::optional<v1::GenerateEvent> pop();

 private:
  const std::string request_id_;
  uint64_t sequence_ = 0;
  std::deque<v1::GenerateEvent> events_;
};

}  // namespace easel
