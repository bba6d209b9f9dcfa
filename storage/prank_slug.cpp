#include <algorithm>
#include <array>

#include "storage/fold_phrase.h"
#include "storage/prank_store.h"

namespace easel {
namespace {

constexpr size_t kMinSlug = 3, kMaxSlug = 64;
constexpr size_t kMaxSlugOfTitle = 48;  // leaves room for an ending that makes it another

// "imagine" is the VIP prank's, which does not ask here.
constexpr std::array<std::string_view, 22> kReserved = {
    "about", "account", "admin",   "api",      "assets", "builder", "edit",   "generate",
    "help",  "imagine", "index",   "login",    "logout", "new",     "pranks", "settings",
    "share", "static",  "support", "triggers", "vip",    "www"};

bool is_slug_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

}  // namespace

bool is_share_slug(std::string_view text) {
  return text.size() >= kMinSlug && text.size() <= kMaxSlug && text.front() != '-' &&
         text.back() != '-' && std::all_of(text.begin(), text.end(), [](char c) {
           return is_slug_letter(c) || c == '-';
         });
}

bool is_reserved_slug(std::string_view slug) {
  return std::find(kReserved.begin(), kReserved.end(), slug) != kReserved.end();
}

std::string slug_of_title(std::string_view title) {
  std::string slug;
  for (const char c : fold_phrase(title)) {
    if (slug.size() == kMaxSlugOfTitle) break;
    if (is_slug_letter(c)) {
      slug += c;
    } else if (!slug.empty() && slug.back() != '-') {
      slug += '-';
    }
  }
  while (slug.ends_with('-')) slug.pop_back();
  return is_share_slug(slug) && !is_reserved_slug(slug) ? slug : std::string();
}

}  // namespace easel
