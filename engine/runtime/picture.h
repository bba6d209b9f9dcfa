// Pictures as files: a tensor, the parameters that made it, PNG bytes.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/api/generate.h"
#include "engine/families/pipeline.h"
#include "engine/image/png.h"

namespace easel {

// [3, H, W] fp32 within 0…1 on the host → PNG; values are rounded to 8 bits half to even, as numpy
// does.
absl::StatusOr<std::string> encode_picture(const at::Tensor& picture,
                                           const std::vector<PngText>& text);

// What the PNG says of picture `index`: A1111's "parameters" line, and "easel", a JSON object with
// the exact request, from which the same picture can be made again.
std::vector<PngText> describe_picture(const GenerateRequest& request, const PipelineResult& result,
                                      const std::string& model_name, const std::string& dtype,
                                      int64_t index);

}  // namespace easel
