// Text as triggers compare it: without case, accents and superfluous space.
//
// Unicode's compatibility decomposition (NFKD) with full case folding: "ß" is "ss", "ﬁ" is "fi",
// full-width letters are plain ones. Then
//   * accents and the points of Hebrew and Arabic go. Marks that are letters of their own stay: the
//     vowels of Indic scripts and of Thai, the voicing of kana, the bar of "≠";
//   * letters with a stroke through them are plain ones (ø, ł, đ), æ and œ are two letters, and the
//     four Turkish i's are one;
//   * typographic quotation marks and apostrophes are straight ones, dashes are hyphens: phones
//     type the ones, keyboards the others;
//   * what cannot be seen goes (joiners, variation selectors, marks of direction, soft hyphens);
//   * white space of any kind and length is one ' ', none at the ends;
//   * what is left is composed (NFC), so that no syllable of Hangul or kana begins with another.
// What changes here needs a migration that folds again what is stored. Thread-safe: no state.
#pragma once

#include <string>
#include <string_view>

namespace easel {

// `text` must be valid UTF-8 ("" for what is none). May come out empty.
std::string fold_phrase(std::string_view text);

}  // namespace easel
