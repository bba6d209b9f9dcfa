// Where FLUX checkpoints differ from the module tree in their keys: data only.
#include "engine/families/flux/transformer.h"

namespace easel::flux {

KeyRules Transformer::key_rules() {
  return {.prefixes = {}, .aliases = {}, .ignored_suffixes = {}};
}

}  // namespace easel::flux
