#include "gateway/auth/generation_passes.h"

#include "gateway/auth/secret_token.h"

namespace easel {

GenerationPasses::GenerationPasses() : key_(make_secret_token()) {}

std::string GenerationPasses::pass_of(std::string_view generation_id) const {
  return keyed_hash(key_, generation_id);
}

bool GenerationPasses::opens(std::string_view pass, std::string_view generation_id) const {
  return equal_in_constant_time(pass, pass_of(generation_id));
}

}  // namespace easel
