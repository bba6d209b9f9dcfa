#include "services/models/hub_models.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/byte_size.h"
#include "base/strings.h"

namespace easel {
namespace {

struct HubModel {
  std::string_view id;
  int64_t disk_bytes;        // of what the command below fetches
  bool gated;                // its licence must be accepted on the hub first
  std::string_view exclude;  // a second copy of the weights in another layout
};

// Sizes: from the parameter counts at the dtype that is stored, so only about.
constexpr std::array<HubModel, 3> kHubModels = {{
    {"black-forest-labs/FLUX.1-dev", 34'000'000'000, true, "flux1-*.safetensors"},
    {"black-forest-labs/FLUX.1-schnell", 34'000'000'000, false, "flux1-*.safetensors"},
    {"stabilityai/stable-diffusion-3-medium-diffusers", 17'000'000'000, true, ""},
}};

bool is_id_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '.';
}

bool is_id_part(std::string_view part) {
  return !part.empty() && part.size() <= 96 && part.front() != '.' && part.front() != '-' &&
         part.find("--") == std::string_view::npos &&
         std::all_of(part.begin(), part.end(), is_id_character);
}

}  // namespace

bool is_hub_id(std::string_view text) {
  const size_t slash = text.find('/');
  return slash != std::string_view::npos && is_id_part(text.substr(0, slash)) &&
         is_id_part(text.substr(slash + 1));
}

std::string download_advice(std::string_view hub_id, const std::filesystem::path& models_dir) {
  const auto* known = std::find_if(kHubModels.begin(), kHubModels.end(),
                                   [&](const HubModel& model) { return model.id == hub_id; });
  const bool is_known = known != kHubModels.end();
  std::string text = concat("download it with:\n  hf download ", hub_id);
  if (is_known && !known->exclude.empty()) text += concat(" --exclude '", known->exclude, "'");
  if (!models_dir.empty()) {
    text += concat(" --local-dir '", (models_dir / hub_id).string(), "'");
  }
  if (is_known)
    text += concat("\nIt takes about ", format_byte_size(known->disk_bytes), " of disk.");
  if (is_known && known->gated) {
    text += concat("\nIt is gated: accept its licence at https://huggingface.co/", hub_id,
                   " and set HF_TOKEN or HUGGINGFACE_HUB_TOKEN to a token of your account.");
  }
  return text;
}

}  // namespace easel
