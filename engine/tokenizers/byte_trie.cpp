#include "engine/tokenizers/byte_trie.h"

#include <algorithm>

namespace easel {
namespace {

// The sorted entries that share a node's prefix of `depth` bytes.
struct Span {
  size_t begin;
  size_t end;
  size_t depth;
};

}  // namespace

ByteTrie::ByteTrie(std::vector<std::pair<std::string, int32_t>> entries) {
  std::stable_sort(entries.begin(), entries.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  nodes_.emplace_back();
  std::vector<Span> spans = {{0, entries.size(), 0}};  // one per node, in the nodes' order
  for (size_t i = 0; i < nodes_.size(); ++i) {
    Span span = spans[i];
    for (; span.begin < span.end && entries[span.begin].first.size() == span.depth; ++span.begin) {
      if (span.depth > 0) nodes_[i].value = entries[span.begin].second;
    }
    nodes_[i].first_child = static_cast<uint32_t>(nodes_.size());
    while (span.begin < span.end) {
      const char label = entries[span.begin].first[span.depth];
      size_t end = span.begin;
      while (end < span.end && entries[end].first[span.depth] == label) ++end;
      spans.push_back({span.begin, end, span.depth + 1});
      nodes_.emplace_back();
      nodes_.back().label = static_cast<uint8_t>(label);
      ++nodes_[i].num_children;
      span.begin = end;
    }
  }
}

const ByteTrie::Node* ByteTrie::child(const Node& node, uint8_t label) const {
  const Node* first = nodes_.data() + node.first_child;
  const Node* last = first + node.num_children;
  // std::string compares bytes as unsigned, so the labels are sorted.
  const Node* found =
      std::lower_bound(first, last, label, [](const Node& n, uint8_t l) { return n.label < l; });
  return found != last && found->label == label ? found : nullptr;
}

}  // namespace easel
