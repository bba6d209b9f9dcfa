// Header fields in order; names compare without case (RFC 9110 5.1). A plain value.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace easel {

class HeaderList {
 public:
  // The first field of that name, or nullptr.
  const std::string* find(std::string_view name) const;
  // How many fields have that name.
  size_t count(std::string_view name) const;
  void add(std::string_view name, std::string_view value);
  // Replaces every field of that name.
  void set(std::string_view name, std::string_view value);

  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

bool equal_ignoring_case(std::string_view a, std::string_view b);

}  // namespace easel
