// What a tokenizer.json says about itself, checked against what the reader's class does.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "nlohmann/json.hpp"

namespace easel {

// The types that tokenizer.json may declare under one of its keys.
struct DeclaredPart {
  const char* key;  // "normalizer", "pre_tokenizer", "post_processor"
  std::vector<std::string_view> types;
};

// transformers' classes build these parts themselves and do not read them, so a type that is not in
// the list would be ignored in silence: BAD_WEIGHTS names it instead. A missing or null part
// passes; Sequences are looked into.
absl::Status check_declared_parts(const nlohmann::json& tokenizer_json,
                                  const std::vector<DeclaredPart>& parts);

// The parts under `key` in their order, Sequences taken apart.
std::vector<const nlohmann::json*> declared_parts(const nlohmann::json& tokenizer_json,
                                                  const char* key);

// BAD_WEIGHTS unless `part` lacks `key` or has one of `values` there.
absl::Status expect_member(const nlohmann::json& part, std::string_view where, const char* key,
                           const std::vector<nlohmann::json>& values);

}  // namespace easel
