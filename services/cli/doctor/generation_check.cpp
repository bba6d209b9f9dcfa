#include "services/cli/doctor/generation_check.h"

#include <algorithm>
#include <cstring>

#include "absl/strings/str_format.h"
#include "base/byte_size.h"
#include "base/error.h"

namespace easel {
namespace {

constexpr char kName[] = "a picture";
constexpr double kBlank = 0.02;  // of 0 … 1: less contrast than noise has

std::string explain(Reason reason) {
  return concat("`easel doctor --explain ", reason_name(reason), "` says what to do");
}

}  // namespace

std::optional<double> picture_contrast(const GenerateResult& result) {
  for (const NamedTensor& tensor : result.tensors) {
    if (tensor.name != "image" || tensor.dtype != DType::kF32) continue;
    std::vector<float> values(tensor.bytes.size() / sizeof(float));
    if (values.empty()) return std::nullopt;
    std::memcpy(values.data(), tensor.bytes.data(), values.size() * sizeof(float));
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    return static_cast<double>(*high) - static_cast<double>(*low);
  }
  return std::nullopt;
}

Finding judge_generation(const SmallestModel& model, const absl::StatusOr<GenerateResult>& result,
                         double total_seconds) {
  if (!result.ok()) {
    const Reason reason = reason_of(result.status());
    return fail(kName, concat("model ", model.model.name, " drew none (", reason_name(reason), ")"),
                to_std(result.status().message()), explain(reason));
  }
  double denoise = 0;
  for (const StageSeconds& stage : result->seconds) {
    if (stage.stage == "denoise") denoise = stage.seconds;
  }
  const std::string found =
      concat("model ", model.model.name, ", ", result->width, " x ", result->height, " in ",
             result->dtype, " on ", result->device,
             absl::StrFormat(": a step %.2f s, with loading %.2f s", denoise, total_seconds),
             ", peak memory ", format_byte_size(result->memory.peak.total));
  const std::optional<double> contrast = picture_contrast(*result);
  if (!contrast || !(*contrast >= kBlank)) {
    return fail(kName, found, "the picture is blank: the model computes nonsense on this machine",
                "see `libtorch` above; try `easel generate --dtype fp32 --device cpu`; inspect the "
                "model's files");
  }
  return ok(kName, found);
}

Finding judge_undrawn(const std::optional<SmallestModel>& model, int64_t usable_bytes) {
  if (!model) {
    return fail(kName, "none drawn", "there is no model that is whole",
                "see the models above; EASEL_DEMO_DIR names the demo model's folder");
  }
  return warn(kName,
              concat("none drawn: the smallest model, ", model->model.name, ", has ",
                     format_byte_size(model->bytes)),
              concat("only ", format_byte_size(usable_bytes), " of memory can be taken"),
              "set EASEL_DEMO_DIR to the demo model's folder for a quick try");
}

}  // namespace easel
