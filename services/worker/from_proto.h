// Messages into the engine's values, everything in them checked. Pure functions.
#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "easel/v1/image_service.pb.h"
#include "engine/api/generate.h"
#include "services/models/registry_entry.h"

namespace easel {

inline constexpr size_t kMaxPromptBytes = 16 << 10;
inline constexpr size_t kMaxRequestImageBytes = 25 << 20;
inline constexpr int64_t kMaxRequestImages = 8;

// 1-128 of A-Z a-z 0-9 - _ . : and else INVALID_FIELD.
absl::Status check_request_id(std::string_view id);

// For the model of `entry`; the pictures are moved out of the message. INVALID_FIELD with the
// field's name, its value and what is allowed: ranges of the registry, texts, pictures. What only
// the model can judge is left to the engine.
absl::StatusOr<GenerateRequest> from_proto(v1::GenerateRequest&& message,
                                           const RegistryEntry& entry);

// An edit is image to image, or inpainting where there is a mask. `max_images` is what the model
// can start from: pictures beyond that are there as unused.
absl::StatusOr<GenerateRequest> from_proto(v1::EditRequest&& message, const RegistryEntry& entry,
                                           int64_t max_images);

}  // namespace easel
