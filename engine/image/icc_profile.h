// The colour profile (ICC.1) that a picture carries. Thread-safe: no state.
#pragma once

#include <string>
#include <string_view>

namespace easel {

// The profile's bytes as the file has them: PNG's iCCP, JPEG's APP2 segments put together, WebP's
// ICCP. Empty when there is none, or it is damaged or over 4 MiB: such a picture is still a
// picture.
std::string read_icc_profile(std::string_view file);

}  // namespace easel
