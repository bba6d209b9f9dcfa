#include "engine/weights/safetensors_header_json.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <unordered_set>
#include <utility>

#include "base/error.h"
#include "base/json_guard.h"
#include "base/quote.h"

namespace easel {
namespace {

using Json = nlohmann::json;

constexpr int kMaxDepth = 127;  // of the reference's parser
constexpr std::string_view kMetadataKey = "__metadata__";

// Walks the header while it is parsed. A DOM would cost ten times the memory, and keeps only the
// last of two equal keys.
class HeaderHandler {
 public:
  explicit HeaderHandler(HeaderJson& header) : header_(header) {}
  absl::Status status() const { return status_; }

  bool null() { return at_metadata_key() ? true : scalar("null"); }
  bool boolean(bool) { return scalar("a boolean"); }
  bool number_integer(Json::number_integer_t) { return scalar("a negative number"); }
  bool number_float(Json::number_float_t, const Json::string_t&) { return scalar("a fraction"); }
  bool binary(Json::binary_t&) { return scalar("bytes"); }

  bool number_unsigned(Json::number_unsigned_t value) {
    if (place() == Place::kShape) return append(tensor().shape, value);
    if (place() == Place::kOffsets) return append(offsets_, value);
    return scalar("a number");
  }

  bool string(Json::string_t& value) {
    if (place() == Place::kMetadata) return add_metadata(value);
    if (place() != Place::kTensor || field_ != Field::kDType) return scalar("a string");
    const std::optional<DType> dtype = parse_dtype(value);
    if (!dtype)
      return fail(of_tensor(), " has the dtype ", quote(value), ", which is not supported");
    tensor().dtype = *dtype;
    return true;
  }

  bool start_object(size_t) {
    if (places_.empty()) return enter(Place::kRoot);
    if (place() == Place::kRoot && key_ == kMetadataKey) return enter(Place::kMetadata);
    if (place() == Place::kRoot) return start_tensor();
    return is_ignored() ? enter(Place::kIgnored) : unexpected("an object");
  }

  bool start_array(size_t) {
    if (place() == Place::kTensor && field_ == Field::kShape) return enter(Place::kShape);
    if (place() == Place::kTensor && field_ == Field::kDataOffsets) return enter(Place::kOffsets);
    return is_ignored() ? enter(Place::kIgnored) : unexpected("a list");
  }

  bool end_object() { return place() == Place::kTensor ? end_tensor() : leave(); }
  bool end_array() { return leave(); }

  bool key(Json::string_t& value) {
    if (place() == Place::kRoot) {
      key_ = value;
      return root_keys_.insert(key_).second ? true
                                            : fail("the key ", quote(key_), " is there twice");
    }
    if (place() == Place::kMetadata) key_ = value;
    if (place() != Place::kTensor) return true;
    field_ = field_of(value);
    if (field_ == Field::kUnknown) return true;
    return seen_.insert(field_).second ? true : fail(of_tensor(), " has ", quote(value), " twice");
  }

  bool parse_error(size_t position, const std::string&, const Json::exception&) {
    return fail("not JSON at byte ", position);
  }

 private:
  enum class Place { kOutside, kRoot, kMetadata, kTensor, kShape, kOffsets, kIgnored };
  enum class Field { kDType, kShape, kDataOffsets, kUnknown };
  static constexpr std::array<std::string_view, 3> kFieldNames = {"dtype", "shape", "data_offsets"};

  static Field field_of(std::string_view name) {
    const auto found = std::find(kFieldNames.begin(), kFieldNames.end(), name);
    return static_cast<Field>(found - kFieldNames.begin());
  }

  template <typename... Parts>
  bool fail(const Parts&... parts) {
    status_ = bad_weights("safetensors header: ", parts...);
    return false;
  }

  Place place() const { return places_.empty() ? Place::kOutside : places_.back(); }
  bool at_metadata_key() const { return place() == Place::kRoot && key_ == kMetadataKey; }
  DeclaredTensor& tensor() { return header_.tensors.back(); }
  std::string of_tensor() const { return concat("tensor ", quote(header_.tensors.back().name)); }

  bool enter(Place place) {
    places_.push_back(place);
    return true;
  }

  bool leave() {
    places_.pop_back();
    return true;
  }

  static bool append(std::vector<uint64_t>& list, uint64_t value) {
    list.push_back(value);
    return true;
  }

  // Inside a field of a tensor that the format does not name, or at one.
  bool is_ignored() const {
    return place() == Place::kIgnored || (place() == Place::kTensor && field_ == Field::kUnknown);
  }

  bool scalar(std::string_view what) { return is_ignored() ? true : unexpected(what); }

  bool unexpected(std::string_view what) {
    if (place() == Place::kOutside) return fail("expected an object, got ", what);
    if (place() == Place::kMetadata)
      return fail("__metadata__ ", quote(key_), " is ", what, ", expected a string");
    if (place() == Place::kRoot) return fail(quote(key_), " is ", what, ", expected an object");
    return fail(of_tensor(), ": ", kFieldNames[static_cast<size_t>(field_)], " has ", what,
                ": expected a name as dtype, lists of whole numbers as shape and data_offsets");
  }

  bool add_metadata(const std::string& value) {
    const bool added = header_.metadata.emplace(key_, value).second;
    return added ? true : fail("__metadata__ has ", quote(key_), " twice");
  }

  bool start_tensor() {
    header_.tensors.emplace_back().name = key_;
    seen_.clear();
    offsets_.clear();
    return enter(Place::kTensor);
  }

  bool end_tensor() {
    for (size_t i = 0; i < kFieldNames.size(); ++i) {
      if (seen_.count(static_cast<Field>(i)) == 0)
        return fail(of_tensor(), " has no ", kFieldNames[i]);
    }
    if (offsets_.size() != 2) {
      return fail(of_tensor(), " has ", offsets_.size(), " data_offsets, expected 2");
    }
    tensor().begin = offsets_[0];
    tensor().end = offsets_[1];
    return leave();
  }

  HeaderJson& header_;
  absl::Status status_;
  std::vector<Place> places_;
  std::string key_;                // last one of the root or of __metadata__
  Field field_ = Field::kUnknown;  // last one of a tensor
  std::set<Field> seen_;           // those of the tensor
  std::vector<uint64_t> offsets_;  // of the tensor
  std::unordered_set<std::string> root_keys_;
};

}  // namespace

absl::Status read_header_json(std::string_view json, HeaderJson& header) {
  if (absl::Status shape = check_json_shape(json, json.size(), kMaxDepth); !shape.ok()) {
    return bad_weights("safetensors header: ", shape.message());
  }
  // The JSON library skips a byte order mark and takes a zero byte for the end of the text.
  if (json.substr(0, 3) == "\xEF\xBB\xBF")
    return bad_weights("safetensors header: it starts with a byte order mark");
  if (const size_t zero = json.find('\0'); zero != json.npos) {
    return bad_weights("safetensors header: a zero byte at byte ", zero);
  }
  HeaderHandler handler(header);
  const bool parsed = Json::sax_parse(json.begin(), json.end(), &handler);
  if (!handler.status().ok()) return handler.status();
  return parsed ? absl::OkStatus() : bad_weights("safetensors header: not JSON");
}

}  // namespace easel
