#include "storage/search_words.h"

#include <utf8proc.h>

#include <set>
#include <string>
#include <vector>

#include "storage/fold_phrase.h"

namespace easel {
namespace {

// "a" as a beginning would collect most of the index; one of Han or kana has three bytes.
constexpr size_t kFewestBytesOfABeginning = 3;

bool is_word_category(utf8proc_category_t category) {
  switch (category) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
    case UTF8PROC_CATEGORY_SO:
    case UTF8PROC_CATEGORY_CO:
      return true;
    default:
      return false;
  }
}

// Han, kana and Thai with what stands among them.
bool is_written_without_spaces(utf8proc_int32_t c) {
  return (c >= 0x0E00 && c <= 0x0EFF) || (c >= 0x2E80 && c <= 0x9FFF) ||
         (c >= 0x20000 && c <= 0x3FFFF);
}

// Words, each as its pieces with a ' ' between them.
std::vector<std::string> words_of(std::string_view text) {
  const std::string folded = fold_phrase(text);
  std::vector<std::string> words;
  bool in_word = false;
  bool after_piece = false;  // the word's last character is a piece of its own
  const auto* next = reinterpret_cast<const utf8proc_uint8_t*>(folded.data());
  auto left = static_cast<utf8proc_ssize_t>(folded.size());
  while (left > 0) {
    utf8proc_int32_t c = 0;
    const utf8proc_ssize_t size = utf8proc_iterate(next, left, &c);
    if (size <= 0) break;
    const std::string_view bytes(reinterpret_cast<const char*>(next), static_cast<size_t>(size));
    next += size;
    left -= size;
    if (!is_word_category(utf8proc_category(c))) {
      in_word = false;
      continue;
    }
    const bool is_piece = is_written_without_spaces(c);
    if (!in_word) {
      words.emplace_back();
    } else if (is_piece || after_piece) {
      words.back() += ' ';
    }
    words.back() += bytes;
    in_word = true;
    after_piece = is_piece;
  }
  return words;
}

}  // namespace

std::string search_words(std::string_view text) {
  std::string all;
  for (const std::string& word : words_of(text)) {
    if (!all.empty()) all += ' ';
    all += word;
  }
  return all;
}

std::string search_query(std::string_view text) {
  std::string query;
  std::set<std::string> words;
  for (const std::string& word : words_of(text)) {
    if (words.size() == kMaxSearchWords) break;
    if (!words.insert(word).second) continue;
    if (!query.empty()) query += ' ';
    query += '"';  // no word has one in it
    query += word;
    query += word.size() < kFewestBytesOfABeginning ? "\"" : "\"*";
  }
  return query;
}

}  // namespace easel
