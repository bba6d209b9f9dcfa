#include "engine/tokenizers/tokenizer.h"

#include <algorithm>

namespace easel {

std::vector<int64_t> Tokenizer::encode_padded(std::string_view utf8, int64_t max_length) const {
  const auto length = static_cast<size_t>(std::max<int64_t>(max_length, 0));
  std::vector<int64_t> ids = encode(utf8);
  if (length > 0 && ids.size() > length) ids[length - 1] = ids.back();
  ids.resize(length, pad_id());
  return ids;
}

}  // namespace easel
