// A generation as the REST API shows it: the answer of POST /api/generate and the history's items.
#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

#include "storage/generation_record.h"

namespace easel {

nlohmann::json record_json(const GenerationRecord& record);

// "/static/generations/ID.png", "/static/thumbnails/ID.webp"
std::string picture_url(std::string_view file);
std::string thumbnail_url(std::string_view file);

}  // namespace easel
