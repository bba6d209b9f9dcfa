// Strings with a number each, found as prefixes of a text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace easel {

// Built once, then immutable and thread-safe. One array of nodes, siblings side by side.
class ByteTrie {
 public:
  // Of several entries with one key the last one counts; the empty key is never found. No value is
  // negative.
  explicit ByteTrie(std::vector<std::pair<std::string, int32_t>> entries);

  // visit(length, value) for every key that `text` starts with, shortest first.
  template <typename Visit>
  void each_prefix(std::string_view text, Visit visit) const {
    const Node* node = &nodes_[0];
    for (size_t i = 0; i < text.size(); ++i) {
      node = child(*node, static_cast<uint8_t>(text[i]));
      if (node == nullptr) return;
      if (node->value >= 0) visit(i + 1, node->value);
    }
  }

  bool empty() const { return nodes_.size() == 1; }

 private:
  struct Node {
    uint32_t first_child = 0;
    int32_t value = -1;
    uint16_t num_children = 0;
    uint8_t label = 0;
  };
  const Node* child(const Node& node, uint8_t label) const;

  std::vector<Node> nodes_;
};

}  // namespace easel
