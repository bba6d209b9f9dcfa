#include "gateway/header_list.h"

#include <algorithm>

namespace easel {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

const std::string* HeaderList::find(std::string_view name) const {
  for (const auto& [key, value] : fields_) {
    if (equal_ignoring_case(key, name)) return &value;
  }
  return nullptr;
}

size_t HeaderList::count(std::string_view name) const {
  return static_cast<size_t>(std::count_if(fields_.begin(), fields_.end(), [&](const auto& field) {
    return equal_ignoring_case(field.first, name);
  }));
}

void HeaderList::add(std::string_view name, std::string_view value) {
  fields_.emplace_back(name, value);
}

void HeaderList::set(std::string_view name, std::string_view value) {
  std::erase_if(fields_, [&](const auto& field) { return equal_ignoring_case(field.first, name); });
  add(name, value);
}

}  // namespace easel
