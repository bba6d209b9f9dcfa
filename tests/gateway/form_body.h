// A body of multipart/form-data, right or wrong.
#pragma once

#include <string>
#include <string_view>

#include "base/strings.h"

namespace easel {

class FormBody {
 public:
  static constexpr std::string_view kBoundary = "------boundary7MA4YWx";

  static std::string content_type() { return concat("multipart/form-data; boundary=", kBoundary); }

  FormBody& add(std::string_view name, std::string_view content) {
    return add_raw(concat("Content-Disposition: form-data; name=\"", name, "\""), content);
  }
  FormBody& add_file(std::string_view name, std::string_view file_name, std::string_view content) {
    return add_raw(concat("Content-Disposition: form-data; name=\"", name, "\"; filename=\"",
                          file_name, "\"\r\nContent-Type: application/octet-stream"),
                   content);
  }
  FormBody& add_raw(std::string_view headers, std::string_view content) {
    parts_ += concat("--", kBoundary, "\r\n", headers, "\r\n\r\n", content, "\r\n");
    return *this;
  }
  // The beginning of a body whose part of that name goes on.
  std::string add_open(std::string_view name) {
    return concat(parts_, "--", kBoundary, "\r\nContent-Disposition: form-data; name=\"", name,
                  "\"\r\n\r\n");
  }

  std::string text() const { return concat(parts_, "--", kBoundary, "--\r\n"); }

 private:
  std::string parts_;
};

}  // namespace easel
