// What a check of `easel doctor` found: one line of its output.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace easel {

enum class FindingStatus { kOk, kWarn, kFail };

std::string_view status_name(FindingStatus status);  // "ok", "warn", "fail"

// A value.
struct Finding {
  FindingStatus status = FindingStatus::kOk;
  std::string name;  // "cpu", "model demo"
  std::string found;
  std::string cause;   // why it is not ok, "" when it is
  std::string remedy;  // what to do, "" when there is nothing
  double seconds = 0;  // that it took; set by who runs the check
};

Finding ok(std::string_view name, std::string_view found);
Finding warn(std::string_view name, std::string_view found, std::string_view cause,
             std::string_view remedy);
Finding fail(std::string_view name, std::string_view found, std::string_view cause,
             std::string_view remedy);

// Takes findings one by one, as they are made.
using FindingSink = std::function<void(Finding)>;

}  // namespace easel
