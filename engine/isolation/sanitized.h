// Whether this is a sanitizer's build.
#pragma once

namespace easel {

// What a sanitizer maps, opens and calls for its own books has no bound that we could set.
#ifdef EASEL_SANITIZED
inline constexpr bool kIsSanitized = true;
#else
inline constexpr bool kIsSanitized = false;
#endif

}  // namespace easel
