#include "engine/weights/checkpoint_index.h"

#include <set>

#include "base/error.h"
#include "base/quote.h"
#include "engine/weights/json_file.h"

namespace easel {
namespace {

using Json = nlohmann::json;

constexpr size_t kMaxIndexBytes = size_t{64} << 20;
constexpr std::string_view kSuffix = ".safetensors";

// A name in the index's own folder: no separator, so neither ".." nor an absolute path can be in
// it.
bool is_plain_shard_name(std::string_view name) {
  return name.size() > kSuffix.size() && name.substr(name.size() - kSuffix.size()) == kSuffix &&
         name[0] != '.' && name.find_first_of(std::string_view("/\\\0", 3)) == name.npos;
}

// The JSON library keeps the last of two equal keys and says nothing.
absl::Status check_no_key_twice(std::string_view text) {
  std::set<std::string> seen;
  absl::Status status;
  bool in_weight_map = false;
  const auto look = [&](int depth, Json::parse_event_t event, Json& value) {
    if (event != Json::parse_event_t::key || depth > 2) return true;
    const auto& key = value.get_ref<const std::string&>();
    if (depth == 1) in_weight_map = key == "weight_map";
    if (in_weight_map && !seen.insert(concat(depth, key)).second && status.ok()) {
      status = bad_weights("the key ", quote(key), " is there twice");
    }
    return true;
  };
  const Json parsed = Json::parse(text.begin(), text.end(), look, /*allow_exceptions=*/false);
  if (parsed.is_discarded()) return bad_weights("not JSON");
  return status;
}

}  // namespace

absl::StatusOr<CheckpointIndex> parse_checkpoint_index(std::string_view json) {
  EASEL_ASSIGN_OR_RETURN(const Json root, parse_json_object(json, kMaxIndexBytes));
  EASEL_RETURN_IF_ERROR(check_no_key_twice(json));
  const auto weight_map = root.find("weight_map");
  if (weight_map == root.end() || !weight_map->is_object() || weight_map->empty()) {
    return bad_weights(
        "'weight_map' is missing or empty, expected an object of tensor names and file names");
  }
  CheckpointIndex index;
  for (const auto& [name, shard] : weight_map->items()) {
    if (!shard.is_string())
      return bad_weights("weight_map ", quote(name), " is ", shard.type_name(),
                         ", expected a file name");
    const auto& file = shard.get_ref<const std::string&>();
    if (!is_plain_shard_name(file)) {
      return bad_weights(
          "weight_map ", quote(name), " names the file ", quote(file),
          ": expected a .safetensors file in the index's own folder, without a path");
    }
    index.shard_of.emplace(name, file);
  }
  return index;
}

}  // namespace easel
