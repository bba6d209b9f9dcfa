// One source of options: what it says, and nothing where it says nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "services/models/model_places.h"
#include "services/worker/worker_options.h"

namespace easel {

// The fields of WorkerOptions, each of which may be absent.
struct OptionLayer {
  std::optional<std::string> address, tls_cert, tls_key, client_ca, registry, models_dir, device,
      memory_budget, dtype, picture_decoder;
  std::optional<bool> insecure, log_prompts;
  std::optional<int64_t> threads, queue_limit, max_loaded_models, drain_seconds, job_seconds,
      max_upload_megapixels, max_upload_mib;
  std::optional<std::vector<std::string>> load;
};

struct WholeBounds {
  int64_t lowest = 0;
  int64_t highest = 0;
};
inline constexpr WholeBounds kThreadBounds{0, 1024};
inline constexpr WholeBounds kQueueBounds{1, 10000};
inline constexpr WholeBounds kLoadedBounds{1, 64};
inline constexpr WholeBounds kSecondsBounds{0, 86400};
inline constexpr WholeBounds kUploadMegapixelsBounds{1, 64};
inline constexpr WholeBounds kUploadMibBounds{1, 25};

// Puts what `layer` says over `options`.
void apply(const OptionLayer& layer, WorkerOptions& options);

// EASEL_WORKER_ADDRESS, EASEL_REGISTRY, EASEL_MODELS_DIR.
OptionLayer environment_layer(const Environment& environment);

// A TOML file's text; `place` names it in messages. INVALID_FIELD with the line.
absl::StatusOr<OptionLayer> parse_option_file(std::string_view text, const std::string& place);

}  // namespace easel
