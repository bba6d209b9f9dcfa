// The engine as its callers see it: a model that is opened once and makes pictures. No torch in
// here.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "engine/api/cancel_token.h"
#include "engine/api/generate.h"

namespace easel {

enum class ComputeDtype { kAuto, kFp32, kBf16, kFp16 };

// "auto", "fp32", "bf16", "fp16"; INVALID_FIELD for anything else.
absl::StatusOr<ComputeDtype> parse_compute_dtype(std::string_view name);

// When the weights of a stage leave memory.
enum class Retention {
  kKeep,          // stay for the next job
  kReleaseEarly,  // go as soon as no later stage of the job needs them: lowest peak for a single
                  // job
};

struct ModelOptions {
  std::filesystem::path path;  // the model's folder
  std::map<std::string, std::filesystem::path>
      components;  // component name → its weights from elsewhere
  ComputeDtype dtype =
      ComputeDtype::kAuto;                 // auto: as stored, but fp16 as bf16 on a CPU that has it
  std::string device = "cpu";              // "auto", "cpu", "cuda", "cuda:N"
  Retention retention = Retention::kKeep;  // without a budget; with one its plan decides
  // What the job may take at most: on a CPU of the process's whole memory, on a GPU of the
  // device's. Every job is planned to stay within it, and refused with OUT_OF_MEMORY when no plan
  // can.
  std::optional<int64_t> memory_budget_bytes;
  std::string name;  // what the pictures say made them; "": the folder's name
};

// Thread-safe for reading its description; `generate` runs one job at a time, callers queue.
class Model {
 public:
  virtual ~Model() = default;

  // Errors: INVALID_FIELD, BAD_WEIGHTS, OUT_OF_MEMORY, CANCELLED, DEADLINE, INFERENCE_FAILED (not a
  // finite picture). After any of them the model serves the next request.
  virtual absl::StatusOr<GenerateResult> generate(const GenerateRequest& request,
                                                  const EventSink& sink,
                                                  const CancelToken& cancel) = 0;

  // Brings the weights of all components into memory, which the first job would do else; nothing to
  // do when they are there, or when a budget lets them come with each job's stages. One unit of the
  // stage "load" is a component. Errors as `generate`; none of the weights stay then.
  virtual absl::Status load(const EventSink& sink, const CancelToken& cancel) = 0;

  // Where several models share one budget: a job that would have to stream, or would not fit, calls
  // this to have another model leave, until it says that there is none left. Means nothing without
  // a budget. Set before the first job.
  using MakeRoom = std::function<bool()>;
  // NOLINTNEXTLINE(performance-unnecessary-value-param): who heeds it keeps it.
  virtual void set_make_room(MakeRoom /*make_room*/) {}

  // Bytes of the weights that are loaded, in memory of our own or used in the mapped file. Waits
  // for a job that runs.
  virtual int64_t loaded_bytes() const = 0;
};

// Reads configs, tokenizers and the headers of the weights, and checks that they fit; loads no
// weights. MODEL_MISSING, COMPONENT_MISSING, BAD_WEIGHTS; INVALID_FIELD for options that cannot be.
absl::StatusOr<std::unique_ptr<Model>> open_model(const ModelOptions& options);

}  // namespace easel
