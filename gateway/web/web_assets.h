// The page's files, embedded in the binary.
#pragma once

#include <span>
#include <string_view>

namespace easel {

// A file of the page, with static storage.
struct WebAsset {
  std::string_view path;          // of the URL: "/", "/assets/page.css"
  std::string_view content_type;  // "text/html; charset=utf-8"
  std::string_view bytes;
  std::string_view etag;  // from the content, with its quotes
};

// Every file, by path. Thread-safe.
std::span<const WebAsset> web_assets();

// By the exact path of a URL, without query; nullptr where there is none. Thread-safe.
const WebAsset* find_web_asset(std::string_view path);

}  // namespace easel
