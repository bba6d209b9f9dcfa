// What lets a caller who may not use the API follow and cancel the one generation that was begun
// for it: a prank's visitor, where anonymous use is switched off.
#pragma once

#include <string>
#include <string_view>

namespace easel {

// Thread-safe: never changes. The passes end with the process, as the generations do.
class GenerationPasses {
 public:
  GenerationPasses();

  // 64 hex digits that nobody can make from the id.
  std::string pass_of(std::string_view generation_id) const;
  bool opens(std::string_view pass, std::string_view generation_id) const;

 private:
  const std::string key_;
};

}  // namespace easel
