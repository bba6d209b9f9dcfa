// What `easel inspect` says of a model or a weights file.
#pragma once

#include <filesystem>
#include <string>

#include "engine/api/model_report.h"

namespace easel {

std::string model_report_text(const std::filesystem::path& path, const ModelReport& report);
std::string model_report_json(const std::filesystem::path& path, const ModelReport& report);
std::string weights_report_text(const std::filesystem::path& path, const WeightsReport& report);
std::string weights_report_json(const std::filesystem::path& path, const WeightsReport& report);

}  // namespace easel
