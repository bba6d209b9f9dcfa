// Text as the search of generations compares it: folded (fold_phrase.h), in words.
//
// A word is a run of letters, digits, marks and symbols like emoji; everything else parts words, so
// that nothing of a query is an operator. Scripts that are written without spaces (Chinese,
// Japanese, Thai) have no such runs: each of their characters is a piece of its own, and a word is
// found as its pieces in a row. Thread-safe: no state.
#pragma once

#include <string>
#include <string_view>

namespace easel {

// More words of a query are left out.
inline constexpr int kMaxSearchWords = 64;

// What the index gets: pieces with a ' ' between them.
std::string search_words(std::string_view text);

// A query for SQLite's FTS5: every word that begins as one of `text`'s does. "" when there is no
// word in it, which finds nothing.
std::string search_query(std::string_view text);

}  // namespace easel
