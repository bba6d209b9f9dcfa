#include "engine/families/flux/family.h"

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "engine/families/flux/config.h"
#include "engine/families/flux/pipeline.h"

namespace easel {
namespace {

absl::StatusOr<std::string> detect_variant(const ModelFolder& folder) {
  EASEL_ASSIGN_OR_RETURN(const nlohmann::json json, folder.config("transformer"));
  EASEL_ASSIGN_OR_RETURN(const auto config,
                         flux::TransformerConfig::from_json(json, "transformer/config.json"));
  return std::string(config.guidance_embeds ? "dev" : "schnell");
}

}  // namespace

Family flux_family() {
  return {.name = "flux",
          .pipeline_classes = {"FluxPipeline", "FluxImg2ImgPipeline", "FluxInpaintPipeline"},
          .open = flux::FluxPipeline::open,
          .detect_variant = detect_variant,
          .main_component = "transformer",
          .capabilities = {Capability::kTextToImage, Capability::kImageToImage,
                           Capability::kInpainting, Capability::kEdit},
          .max_start_images = 1};
}

}  // namespace easel
