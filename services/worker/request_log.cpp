#include "services/worker/request_log.h"

#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/trace_context.h"

namespace easel {
namespace {

using Fields = nlohmann::ordered_json;

template <typename T>
void set_if(Fields& fields, const char* key, const std::optional<T>& value) {
  if (value) fields[key] = *value;
}

Fields asked_fields(const LoggedRequest& asked) {
  Fields fields = {{"method", asked.method}, {"request_id", asked.id}};
  if (!asked.caller_request_id.empty()) fields["caller_request_id"] = asked.caller_request_id;
  if (!asked.traceparent.empty()) fields["trace_id"] = trace_id_of(asked.traceparent);
  if (!asked.model.empty()) fields["model"] = asked.model;
  fields["prompt_length"] = asked.prompt_length;
  if (!asked.prompt.empty()) fields["prompt"] = asked.prompt;
  fields["num_images"] = asked.num_images;
  if (asked.start_images > 0) {
    fields["start_images"] = asked.start_images;
    fields["mask"] = asked.mask;
  }
  set_if(fields, "seed", asked.seed);
  set_if(fields, "width", asked.width);
  set_if(fields, "height", asked.height);
  set_if(fields, "steps", asked.steps);
  return fields;
}

Fields usage_fields(const MemoryUsage& usage) {
  Fields parts;
  visit_parts(usage, [&](const char* name, int64_t bytes) { parts[name] = bytes; });
  return parts;
}

// Bytes.
Fields memory_fields(const JobMemory& memory) {
  Fields fields = {{"before", usage_fields(memory.before)},
                   {"peak", usage_fields(memory.peak)},
                   {"after", usage_fields(memory.after)}};
  set_if(fields, "budget", memory.budget_bytes);
  set_if(fields, "planned_peak", memory.planned_peak_bytes);
  return fields;
}

void add_used(Fields& fields, const GenerateResult& result) {
  fields["seed"] = result.seed;
  fields["width"] = result.width;
  fields["height"] = result.height;
  fields["steps"] = result.steps;
  Fields seconds = Fields::object();
  double duration = 0;
  for (const StageSeconds& row : result.seconds) {
    seconds[row.stage] = row.seconds;
    duration += row.seconds;
  }
  fields["duration"] = duration;
  fields["seconds"] = std::move(seconds);
  fields["memory"] = memory_fields(result.memory);
}

void add_error(Fields& fields, const absl::Status& status) {
  fields["reason"] = reason_name(reason_of(status));
  fields["message"] = to_std(status.message());
}

LogLevel level_of(const absl::Status& status) {
  switch (reason_of(status)) {
    case Reason::kInvalidField:
    case Reason::kCancelled:
      return LogLevel::kInfo;
    case Reason::kQueueFull:
    case Reason::kDraining:
    case Reason::kDeadline:
      return LogLevel::kWarning;
    default:
      return LogLevel::kError;
  }
}

}  // namespace

void log_request(JsonLog& log, const LoggedRequest& asked,
                 const absl::StatusOr<GenerateResult>& result,
                 const std::optional<JobMemory>& memory) {
  Fields fields = asked_fields(asked);
  if (result.ok()) {
    add_used(fields, *result);
    log.write(LogLevel::kInfo, "request", fields);
    return;
  }
  const std::chrono::duration<double> duration = std::chrono::steady_clock::now() - asked.came;
  fields["duration"] = duration.count();
  if (memory) fields["memory"] = memory_fields(*memory);
  add_error(fields, result.status());
  log.write(level_of(result.status()), "request", fields);
}

}  // namespace easel
