# Writes the page's files into a C++ source:
#   cmake -DOUTPUT=web_assets_data.cpp -DFOLDER=gateway/web "-DFILES=index.html;page.css" -P embed.cmake
# index.html gets the path "/", any other FILE "/assets/FILE". A file of an unknown kind is an error.

set(TYPE_html "text/html; charset=utf-8")
set(TYPE_css "text/css; charset=utf-8")
set(TYPE_js "text/javascript; charset=utf-8")
set(TYPE_svg "image/svg+xml")

set(arrays "")
set(table "")
set(index 0)
foreach(name IN LISTS FILES)
  string(REGEX MATCH "[a-z]+$" ending "${name}")
  if(NOT DEFINED TYPE_${ending})
    message(FATAL_ERROR "${name}: embed.cmake knows no content type for .${ending}")
  endif()
  set(path "/assets/${name}")
  if(name STREQUAL "index.html")
    set(path "/")
  endif()
  file(READ "${FOLDER}/${name}" hex HEX)
  file(SIZE "${FOLDER}/${name}" size)
  file(SHA256 "${FOLDER}/${name}" digest)
  string(SUBSTRING "${digest}" 0 16 tag)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${hex}")
  string(APPEND arrays "constexpr char kBytes${index}[] = {${bytes}};  // ${name}\n")
  string(APPEND table "    {\"${path}\", \"${TYPE_${ending}}\", {kBytes${index}, ${size}}, \"\\\"${tag}\\\"\"},\n")
  math(EXPR index "${index} + 1")
endforeach()

file(WRITE "${OUTPUT}" "// Made by gateway/web/embed.cmake.
#include \"gateway/web/web_assets.h\"

namespace easel {
namespace {

${arrays}
constexpr WebAsset kAssets[] = {
${table}};

}  // namespace

std::span<const WebAsset> web_assets() { return kAssets; }

}  // namespace easel
")
