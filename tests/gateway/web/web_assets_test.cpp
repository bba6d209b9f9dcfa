#include "gateway/web/web_assets.h"

#include <filesystem>
#include <set>
#include <string>

#include "base/file.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace easel {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMaxFileBytes = 1 << 20;
const fs::path kFolder = fs::path(EASEL_SOURCE_DIR) / "gateway/web";

std::string url_path(const fs::path& file) {
  const std::string name = file.filename().string();
  return name == "index.html" ? "/" : "/assets/" + name;
}

bool is_page_file(const fs::path& file) {
  static const std::set<std::string> kEndings = {".html", ".css", ".js", ".svg"};
  return kEndings.contains(file.extension().string());
}

TEST(WebAssetsTest, HoldsEveryFileOfThePageByteByByte) {
  size_t files = 0;
  for (const fs::directory_entry& entry : fs::directory_iterator(kFolder)) {
    if (!is_page_file(entry.path())) continue;
    ++files;
    const WebAsset* asset = find_web_asset(url_path(entry.path()));
    ASSERT_NE(asset, nullptr) << entry.path() << " is not in gateway/web/CMakeLists.txt";
    const absl::StatusOr<std::string> bytes = read_file(entry.path(), kMaxFileBytes);
    ASSERT_TRUE(bytes.ok()) << bytes.status();
    EXPECT_EQ(asset->bytes, *bytes) << entry.path();
  }
  EXPECT_EQ(files, web_assets().size());
}

TEST(WebAssetsTest, SaysWhatAFileIs) {
  EXPECT_EQ(find_web_asset("/")->content_type, "text/html; charset=utf-8");
  EXPECT_EQ(find_web_asset("/assets/page.css")->content_type, "text/css; charset=utf-8");
  EXPECT_EQ(find_web_asset("/assets/app.js")->content_type, "text/javascript; charset=utf-8");
  EXPECT_EQ(find_web_asset("/assets/favicon.svg")->content_type, "image/svg+xml");
}

TEST(WebAssetsTest, GivesEachContentItsOwnQuotedTag) {
  std::set<std::string_view> tags;
  for (const WebAsset& asset : web_assets()) {
    EXPECT_EQ(asset.etag.size(), 18u);
    EXPECT_EQ(asset.etag.front(), '"');
    EXPECT_EQ(asset.etag.back(), '"');
    EXPECT_TRUE(tags.insert(asset.etag).second) << asset.path;
  }
}

TEST(WebAssetsTest, KnowsNoOtherPath) {
  for (const char* path :
       {"", "/index.html", "/assets/", "/assets/../", "/assets/page.css?x", "app.js"}) {
    EXPECT_EQ(find_web_asset(path), nullptr) << path;
  }
}

TEST(WebAssetsTest, NamesNoOutsideResourceAndNoInlineScript) {
  for (const WebAsset& asset : web_assets()) {
    EXPECT_EQ(asset.bytes.find("https://"), std::string_view::npos) << asset.path;
    EXPECT_EQ(asset.bytes.find("innerHTML"), std::string_view::npos) << asset.path;
    EXPECT_EQ(asset.bytes.find(" style=\""), std::string_view::npos) << asset.path;
    EXPECT_EQ(asset.bytes.find("<script>"), std::string_view::npos) << asset.path;
    EXPECT_EQ(asset.bytes.find("<style>"), std::string_view::npos) << asset.path;
  }
}

}  // namespace
}  // namespace easel
