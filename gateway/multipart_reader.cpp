#include "gateway/multipart_reader.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/error.h"
#include "gateway/api_error.h"
#include "gateway/header_list.h"
#include "gateway/header_parameters.h"

namespace easel {
namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::string_view kBlankLine = "\r\n\r\n";

absl::Status malformed(std::string_view why) {
  return api_error(ErrorCode::kInvalidField, concat("the body is not multipart/form-data: ", why));
}

// RFC 2046 5.1.1: bchars, no space at the end.
bool is_boundary(std::string_view text) {
  constexpr std::string_view kMarks = "'()+_,-./:=? ";
  return !text.empty() && text.size() <= MultipartReader::kMaxBoundaryBytes && text.back() != ' ' &&
         std::all_of(text.begin(), text.end(), [&](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                  kMarks.find(c) != std::string_view::npos;
         });
}

// The name in the part's Content-Disposition; an error for a part that is none of a form, or is
// packed in a way that no browser uses (RFC 7578 4.7).
absl::StatusOr<std::string> name_of(std::string_view headers) {
  std::optional<std::string> name;
  while (!headers.empty()) {
    const std::string_view line = headers.substr(0, headers.find(kLineEnd));
    headers.remove_prefix(std::min(line.size() + kLineEnd.size(), headers.size()));
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) return malformed("a part has a line that is no header");
    const std::string_view field = line.substr(0, colon), value = line.substr(colon + 1);
    if (equal_ignoring_case(field, "Content-Transfer-Encoding")) {
      return malformed("a part has a Content-Transfer-Encoding");
    }
    if (!equal_ignoring_case(field, "Content-Disposition")) continue;
    const std::optional<HeaderValue> disposition = parse_header_value(value);
    if (name || !disposition || !equal_ignoring_case(disposition->value, "form-data")) {
      return malformed("a part's Content-Disposition cannot be read");
    }
    name = disposition->parameter("name");
    if (!name) return malformed("a part's Content-Disposition has no name");
  }
  if (!name) return malformed("a part has no Content-Disposition");
  return *std::move(name);
}

}  // namespace

absl::StatusOr<std::string> MultipartReader::boundary_of(std::string_view content_type) {
  const std::optional<HeaderValue> type = parse_header_value(content_type);
  const std::optional<std::string> boundary = type ? type->parameter("boundary") : std::nullopt;
  if (boundary && is_boundary(*boundary)) return *boundary;
  return api_error(ErrorCode::kBadRequest,
                   concat("the Content-Type must have one boundary of 1 to ", kMaxBoundaryBytes,
                          " characters that RFC 2046 allows"));
}

MultipartReader::MultipartReader(std::string_view boundary, Admit admit)
    : delimiter_(concat("\r\n--", boundary)), admit_(std::move(admit)) {}

absl::Status MultipartReader::take(std::string_view piece) {
  if (!status_.ok() || state_ == State::kEpilogue) return status_;
  held_ += piece;
  while (true) {
    const absl::StatusOr<bool> got_on = step();
    if (!got_on.ok()) {
      held_.clear();
      return status_ = got_on.status();
    }
    if (!*got_on) return absl::OkStatus();
  }
}

absl::StatusOr<bool> MultipartReader::step() {
  switch (state_) {
    case State::kPreamble:
      return skip_preamble();
    case State::kAfterBoundary:
      return read_after_boundary();
    case State::kHeaders:
      return read_headers();
    case State::kContent:
      return read_content();
    case State::kEpilogue:
      held_.clear();
      return false;
  }
  return false;
}

absl::StatusOr<bool> MultipartReader::skip_preamble() {
  const size_t at = held_.find(delimiter_);
  if (at != std::string::npos) {
    held_.erase(0, at + delimiter_.size());
    state_ = State::kAfterBoundary;
    return true;
  }
  // No sender that is in use writes one, and it would be read for nothing.
  if (held_.size() > kMaxHeaderBytes) return malformed("it does not begin with its boundary");
  return false;
}

// "--" ends the body, white space and the line's end begin a part.
absl::StatusOr<bool> MultipartReader::read_after_boundary() {
  if (held_.size() < 2) return false;
  if (held_.starts_with("--")) {
    state_ = State::kEpilogue;
    return true;
  }
  const size_t at = held_.find_first_not_of(" \t");
  if (at == std::string::npos || held_.size() - at < kLineEnd.size()) {
    if (held_.size() > kMaxHeaderBytes) return malformed("a boundary's line does not end");
    return false;
  }
  if (held_.compare(at, kLineEnd.size(), kLineEnd) != 0) {
    return malformed("something stands behind a boundary");
  }
  if (parts_.size() == kMaxParts) {
    return malformed(concat("it has more than ", kMaxParts, " parts"));
  }
  held_.erase(0, at);  // the line's end stays: headers may be none, and then a blank line follows
  state_ = State::kHeaders;
  return true;
}

absl::StatusOr<bool> MultipartReader::read_headers() {
  const size_t end = std::string_view(held_).substr(0, kMaxHeaderBytes).find(kBlankLine);
  if (end == std::string::npos) {
    if (held_.size() < kMaxHeaderBytes) return false;
    return malformed(concat("the headers of a part have more than ", kMaxHeaderBytes, " bytes"));
  }
  const std::string_view lines(held_.data(), end);
  EASEL_RETURN_IF_ERROR(begin_part(lines.substr(std::min(kLineEnd.size(), lines.size()))));
  held_.erase(0, end + kBlankLine.size());
  state_ = State::kContent;
  return true;
}

absl::Status MultipartReader::begin_part(std::string_view headers) {
  EASEL_ASSIGN_OR_RETURN(std::string name, name_of(headers));
  EASEL_ASSIGN_OR_RETURN(most_content_, admit_(name));
  parts_.push_back({std::move(name), {}});
  return absl::OkStatus();
}

absl::Status MultipartReader::append_content(size_t count) {
  std::string& content = parts_.back().content;
  if (count > most_content_ - content.size()) {
    return api_error(ErrorCode::kTooLarge,
                     concat("'", parts_.back().name, "' has more than ", most_content_, " bytes"));
  }
  content.append(held_, 0, count);
  held_.erase(0, count);
  return absl::OkStatus();
}

absl::StatusOr<bool> MultipartReader::read_content() {
  const size_t at = held_.find(delimiter_);
  if (at != std::string::npos) {
    EASEL_RETURN_IF_ERROR(append_content(at));
    held_.erase(0, delimiter_.size());
    state_ = State::kAfterBoundary;
    return true;
  }
  // The last bytes may be the beginning of a delimiter.
  if (held_.size() >= delimiter_.size()) {
    EASEL_RETURN_IF_ERROR(append_content(held_.size() - delimiter_.size() + 1));
  }
  return false;
}

absl::StatusOr<std::vector<MultipartPart>> MultipartReader::finish() {
  EASEL_RETURN_IF_ERROR(status_);
  if (state_ != State::kEpilogue) return malformed("its closing boundary is missing");
  return std::move(parts_);
}

}  // namespace easel
