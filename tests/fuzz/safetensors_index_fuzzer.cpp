// No index leads out of its own folder, and no config value gets past its checks.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "engine/weights/checkpoint_index.h"
#include "engine/weights/config_reader.h"
#include "engine/weights/json_file.h"

namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

void read_config(std::string_view text) {
  const auto json = easel::parse_json_object(text);
  if (!json.ok()) return;
  easel::ConfigReader reader(*json, "config.json");
  const int64_t layers = reader.int_or("a", 1, 0, 100);
  const int64_t size = reader.required_int("b", 1, 100);
  const auto list = reader.ints("c", 1, 4, 0, 100);
  const auto texts = reader.strings("d", 1, 4);
  reader.number_or("a", 0.5);
  reader.string_or("d", "");
  reader.bool_or("e", false);
  require(layers >= 0 && layers <= 100 && size >= 1 && size <= 100);
  require(!list.empty() && list.size() <= 4 && !texts.empty() && texts.size() <= 4);
  for (const int64_t item : list) require(item >= 0 && item <= 100);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  read_config(text);
  const auto index = easel::parse_checkpoint_index(text);
  if (!index.ok()) return 0;
  require(!index->shard_of.empty());
  for (const auto& [name, shard] : index->shard_of) {
    require(shard.find('/') == shard.npos && shard.find('\\') == shard.npos && shard[0] != '.');
    require(shard.find('\0') == shard.npos);
  }
  return 0;
}
