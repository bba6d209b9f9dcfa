#include "services/worker/request_log.h"

#include <string_view>
#include <utility>

#include "base/error.h"
#include "base/process_memory.h"
#include "base/trace_context.h"
#include "base/utf8.h"

namespace easel {
namespace {

using Fields = nlohmann::ordered_json;

Fields caller_fields(const std::string& method, const Job& job) {
  Fields fields = {{"method", method}, {"request_id", job.id}};
  if (!job.caller_request_id.empty()) fields["caller_request_id"] = job.caller_request_id;
  if (!job.traceparent.empty()) fields["trace_id"] = trace_id_of(job.traceparent);
  return fields;
}

template <typename T>
void set_if(Fields& fields, const char* key, const std::optional<T>& value) {
  if (value) fields[key] = *value;
}

void add_asked(Fields& fields, const GenerateRequest& request) {
  set_if(fields, "seed", request.seed);
  set_if(fields, "width", request.width);
  set_if(fields, "height", request.height);
  set_if(fields, "steps", request.steps);
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

void log_request(JsonLog& log, const LogOptions& options, const std::string& method, const Job& job,
                 const absl::StatusOr<GenerateResult>& result) {
  Fields fields = caller_fields(method, job);
  fields["model"] = job.model;
  fields["prompt_length"] = count_code_points(job.request.prompt);
  if (options.prompts) fields["prompt"] = job.request.prompt;
  fields["num_images"] = job.request.num_images;
  if (job.request.image) {
    fields["start_images"] = 1;
    fields["mask"] = job.request.mask.has_value();
  }
  if (result.ok()) {
    add_used(fields, *result);
    log.write(LogLevel::kInfo, "request", fields);
    return;
  }
  add_asked(fields, job.request);
  add_error(fields, result.status());
  fields["memory"] = {{"peak", {{"total", peak_resident_bytes()}}},
                      {"after", {{"total", resident_bytes()}}}};
  log.write(level_of(result.status()), "request", fields);
}

void log_refusal(JsonLog& log, const std::string& method, const Job& job,
                 const absl::Status& status) {
  Fields fields = caller_fields(method, job);
  add_error(fields, status);
  log.write(level_of(status), "request", fields);
}

}  // namespace easel
