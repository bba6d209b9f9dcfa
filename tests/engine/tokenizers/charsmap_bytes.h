// Charsmaps built by hand.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace easel {

inline void append_u32(uint32_t value, std::string& out) {
  for (int shift = 0; shift < 32; shift += 8) out += static_cast<char>(value >> shift & 0xFF);
}

// The double array of a trie, one block of 256 units for each node.
class CharsmapBuilder {
 public:
  CharsmapBuilder() { add_node(); }

  // `key` is replaced by `replacement`; no byte of it is 0.
  CharsmapBuilder& rule(const std::string& key, const std::string& replacement) {
    uint32_t node = 0;
    for (const char c : key) {
      const auto byte = static_cast<uint8_t>(c);
      if (children_[{node, byte}] == 0) children_[{node, byte}] = add_node();
      node = children_[{node, byte}];
    }
    values_[node] = static_cast<uint32_t>(replacements.size());
    replacements += replacement + '\0';
    return *this;
  }

  // Units in their order. A node's children lie in the block of its number, its value at the
  // block's start.
  std::vector<uint32_t> units() const {
    std::vector<uint32_t> out(size_t{256} * num_nodes_, 0);
    out[0] = offset_unit(0, 0);
    for (const auto& [edge, child] : children_) {
      const uint32_t place = 256 * edge.first + edge.second;
      out[place] =
          edge.second | offset_unit(place, child) | (values_.count(child) > 0 ? 1u << 8 : 0);
    }
    for (const auto& [node, value] : values_) out[size_t{256} * node] = 1u << 31 | value;
    return out;
  }

  std::string blob() const { return blob(units()); }
  std::string blob(const std::vector<uint32_t>& units) const {
    std::string out;
    append_u32(static_cast<uint32_t>(4 * units.size()), out);
    for (const uint32_t unit : units) append_u32(unit, out);
    return out + replacements;
  }

  std::string replacements;

 private:
  uint32_t add_node() { return num_nodes_++; }
  // Such that place ^ offset is the first unit of the node's block.
  static uint32_t offset_unit(uint32_t place, uint32_t node) {
    return (place ^ (256 * node)) << 10;
  }

  std::map<std::pair<uint32_t, uint8_t>, uint32_t> children_;
  std::map<uint32_t, uint32_t> values_;
  uint32_t num_nodes_ = 0;
};

}  // namespace easel
