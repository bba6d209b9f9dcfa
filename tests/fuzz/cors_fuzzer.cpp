// Lines: the configured origins, and last the Origin header of a request. Only an origin that is
// one of the list, byte by byte, is let in; and only what a browser could send gets into the list.
#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "gateway/middleware/cors.h"
#include "tests/fuzz/require.h"

namespace {

using easel::require;

std::string value_of(const easel::HttpResponse& response, std::string_view name) {
  require(response.headers.count(name) <= 1);
  const std::string* value = response.headers.find(name);
  return value == nullptr ? "" : *value;
}

// scheme://host[:port]: no path, user, wildcard, capital letter or default port.
void check_listed(const std::string& origin) {
  const size_t scheme = origin.find("://");
  require(scheme == 4 || scheme == 5);
  require(origin.starts_with("http://") || origin.starts_with("https://"));
  const std::string host = origin.substr(scheme + 3);
  require(!host.empty() && host.front() != ':' && host.back() != ':');
  require(host.front() == '[' || std::count(host.begin(), host.end(), ':') <= 1);
  require(host.find_first_of("/*@?#\\%, \t\r\n_") == std::string::npos);
  require(std::none_of(host.begin(), host.end(), [](unsigned char c) {
    return c <= ' ' || c >= 0x7f || (c >= 'A' && c <= 'Z');
  }));
  require(!host.ends_with(origin.starts_with("https") ? ":443" : ":80"));
}

void check_answer(const easel::Cors& cors, const std::set<std::string>& origins,
                  const easel::HttpRequest& request) {
  const std::string& origin = *request.headers.find("Origin");
  const bool expected = origins.contains(origin);
  require(cors.allows(request) == expected);
  easel::HttpResponse response = cors.answer_options(request, "GET");
  require((value_of(response, "Access-Control-Allow-Methods") == "GET") == expected);
  cors.decorate(request, response);
  require(value_of(response, "Vary") == "Origin");
  require(value_of(response, "Access-Control-Allow-Origin") == (expected ? origin : ""));
  require(value_of(response, "Access-Control-Allow-Credentials") == (expected ? "true" : ""));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  std::set<std::string> origins;
  for (size_t end; (end = text.find('\n')) != text.npos; text.remove_prefix(end + 1)) {
    const std::string origin(text.substr(0, end));
    if (!easel::check_origin(origin).ok()) continue;
    check_listed(origin);
    origins.insert(origin);
  }
  const easel::Cors cors(origins);
  std::set<std::string> asked(origins);
  asked.insert({std::string(text), "null", "*", ""});
  for (const std::string& origin : asked) {
    easel::HttpRequest request;
    request.headers.add("origin", origin);
    request.headers.add("Access-Control-Request-Method", "GET");
    check_answer(cors, origins, request);
    request.headers.add("Origin", origin);
    require(!cors.allows(request));
  }
  return 0;
}
