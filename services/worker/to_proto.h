// The engine's values into messages. Pure functions, but for the translator.
#pragma once

#include <optional>
#include <vector>

#include "easel/v1/image_service.pb.h"
#include "easel/v1/model_service.pb.h"
#include "engine/api/engine.h"
#include "engine/api/memory_plan.h"
#include "engine/api/model_report.h"
#include "services/models/registry_entry.h"
#include "services/worker/load_notes.h"

namespace easel {

// The events of one job, in order. Not thread-safe.
class EventTranslator {
 public:
  // `preview_every` as in the request: a step that a preview belongs to waits for it, so that both
  // go out as one.
  explicit EventTranslator(int64_t preview_every) : preview_every_(preview_every) {}

  static v1::GenerateEvent queued(int64_t position, int64_t length);
  // None, one or two.
  std::vector<v1::GenerateEvent> translate(const GenerateEvent& event);
  // The pictures and the result; takes the pictures' bytes out of `result`.
  std::vector<v1::GenerateEvent> finish(GenerateResult& result, const std::string& model);

 private:
  void flush_step(std::vector<v1::GenerateEvent>& out);

  const int64_t preview_every_;
  std::optional<v1::GenerateEvent> step_;  // the step that waits for its preview
};

v1::StatusResponse to_proto(const EngineStatus& status);

// `identity` is null where the model is not there, `problem` says why then.
struct ModelFacts {
  explicit ModelFacts(const RegistryEntry& registered) : entry(registered) {}

  const RegistryEntry& entry;
  bool is_default = false;
  const ModelIdentity* identity = nullptr;
  std::string problem;
  const LoadedModelStatus* loaded = nullptr;  // null when it is not in memory
  LoadNote load;
};
v1::ModelInfo to_proto(const ModelFacts& facts);

// All but whether the budget was set.
v1::MemoryPlan to_proto(const MemoryPlan& plan);

// The registry's word comes before that of the model's own folder; `identity` may be null.
RecommendedParameters recommended_of(const RegistryEntry& entry, const ModelIdentity* identity);

}  // namespace easel
