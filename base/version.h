// The program's version, as `easel --version` and the files that it writes say it.
#pragma once

namespace easel {

inline constexpr char kVersion[] = "0.1.0";

}  // namespace easel
