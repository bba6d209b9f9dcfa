// The form of POST /edit, checked.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "gateway/generate_body.h"
#include "gateway/multipart_reader.h"
#include "gateway/uploaded_picture.h"

namespace easel {

inline constexpr size_t kMaxEditImages = 3;

// What a whole form may have: three pictures of 25 MiB, and 1 MiB for the rest. It fits into one
// message to the worker.
inline constexpr size_t kMaxEditBody = (kMaxEditImages * 25 + 1) << 20;

// Which parts a form may have, for MultipartReader: known names, three "image" at most and all else
// once. Of one form.
MultipartReader::Admit admit_edit_parts(const UploadLimits& limits);

// What to draw. Of pictures only the headers are read. `max_side` (pixels) bounds each side, also
// one that "resolution" asks for. Errors: invalid_field.
absl::StatusOr<GenerateOrder> parse_edit_form(std::vector<MultipartPart> parts, int64_t max_side,
                                              const UploadLimits& limits);

}  // namespace easel
