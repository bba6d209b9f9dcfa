// Changes to the registry's text that leave comments and other entries as their author wrote them.
#pragma once

#include <string>
#include <string_view>

namespace easel {

// `text` with a table [models.KEY] at its end that holds one string. KEY must be a registry key.
std::string append_entry(std::string_view text, std::string_view key, std::string_view name,
                         std::string_view value);

// `text` without the tables [models.KEY] and [models.KEY.…]: from their header lines to the next
// header line. Entries written in another way are not found and stay; the caller checks the result.
std::string without_entry(std::string_view text, std::string_view key);

}  // namespace easel
