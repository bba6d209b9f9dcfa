// Columns of text, aligned.
#pragma once

#include <string>
#include <vector>

namespace easel {

// Cells padded to the width of their column, two spaces between; rows end in a newline and may be
// of different lengths. Width counts code points.
std::string format_table(const std::vector<std::vector<std::string>>& rows);

// 12345678 → "12.3 M", 900 → "900": a count of parameters.
std::string format_count(int64_t count);

}  // namespace easel
