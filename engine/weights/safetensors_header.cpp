#include "engine/weights/safetensors_header.h"

#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>

#include "base/error.h"
#include "base/quote.h"
#include "engine/weights/safetensors_header_json.h"

namespace easel {
namespace {

constexpr uint64_t kMaxHeaderBytes = 100'000'000;  // of the reference
constexpr uint64_t kLengthBytes = 8;

uint64_t little_endian_u64(std::string_view bytes) {
  uint64_t value = 0;
  for (size_t i = kLengthBytes; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

// The header's JSON, or why there is none.
absl::StatusOr<std::string_view> header_text(std::string_view file_prefix, uint64_t file_size) {
  if (file_size < kLengthBytes || file_prefix.size() < kLengthBytes) {
    return bad_weights("not a safetensors file: ", file_size, " bytes, expected at least ",
                       kLengthBytes);
  }
  const uint64_t length = little_endian_u64(file_prefix);
  if (length > kMaxHeaderBytes) {
    return bad_weights("not a safetensors file: it begins with a header length of ", length,
                       ", at most ", kMaxHeaderBytes, " is allowed");
  }
  if (length > file_size - kLengthBytes || length > file_prefix.size() - kLengthBytes) {
    return bad_weights("the header has ", length, " bytes, the file only ", file_size,
                       ": it is cut short or not a safetensors file");
  }
  return file_prefix.substr(kLengthBytes, length);
}

// A shape can have millions of sizes; the first ones tell enough.
std::string shown_shape(const DeclaredTensor& tensor) {
  constexpr size_t kMaxShown = 16;
  if (tensor.shape.size() <= kMaxShown) return join(tensor.shape, ", ");
  const std::vector<uint64_t> first(tensor.shape.begin(), tensor.shape.begin() + kMaxShown);
  return concat(join(first, ", "), ", … (", tensor.shape.size(), " sizes)");
}

bool multiply(uint64_t& product, uint64_t factor) {
  return !__builtin_mul_overflow(product, factor, &product);
}

// Bytes that shape and dtype ask for. The reference counts in bits, so a size that overflows there
// is refused here too, also when a later size is 0.
absl::StatusOr<uint64_t> tensor_bytes(const DeclaredTensor& tensor) {
  uint64_t count = 1;
  bool fits = true;
  for (const uint64_t size : tensor.shape) {
    fits = fits && multiply(count, size) && size <= uint64_t{std::numeric_limits<int64_t>::max()};
  }
  uint64_t bits = count;
  if (!fits || !multiply(bits, uint64_t{8} * dtype_bytes(tensor.dtype))) {
    return bad_weights("tensor ", quote(tensor.name), ": shape [", shown_shape(tensor),
                       "] overflows");
  }
  return bits / 8;
}

// `expected` is where the tensor before ended.
absl::Status check_place(const DeclaredTensor& tensor, uint64_t expected) {
  const auto [begin, end] = std::pair(tensor.begin, tensor.end);
  const std::string place =
      concat("tensor ", quote(tensor.name), ": data_offsets [", begin, ", ", end, "]");
  if (end < begin) return bad_weights(place, " end before they begin");
  if (begin < expected)
    return bad_weights(place, " overlap the tensor before, which ends at ", expected);
  if (begin > expected) return bad_weights(place, " leave a gap: expected to begin at ", expected);
  EASEL_ASSIGN_OR_RETURN(const uint64_t bytes, tensor_bytes(tensor));
  if (bytes == end - begin) return absl::OkStatus();
  return bad_weights(place, " are ", end - begin, " bytes, but shape [", shown_shape(tensor),
                     "] of ", dtype_name(tensor.dtype), " needs ", bytes);
}

absl::Status check_covered(uint64_t described, uint64_t file_size) {
  if (described == file_size) return absl::OkStatus();
  return bad_weights("the file has ", file_size, " bytes, its header describes ", described,
                     described > file_size ? ": it is cut short" : ": something was appended");
}

TensorInfo to_info(DeclaredTensor tensor, size_t data_begin) {
  TensorInfo info;
  info.name = std::move(tensor.name);
  info.dtype = tensor.dtype;
  info.shape.assign(tensor.shape.begin(), tensor.shape.end());
  info.offset = data_begin + tensor.begin;
  info.bytes = tensor.end - tensor.begin;
  return info;
}

}  // namespace

absl::StatusOr<SafetensorsHeader> parse_safetensors_header(std::string_view file_prefix,
                                                           uint64_t file_size) {
  EASEL_ASSIGN_OR_RETURN(const std::string_view text, header_text(file_prefix, file_size));
  HeaderJson json;
  EASEL_RETURN_IF_ERROR(read_header_json(text, json));
  std::sort(json.tensors.begin(), json.tensors.end(),
            [](const DeclaredTensor& a, const DeclaredTensor& b) {
              return std::tie(a.begin, a.end, a.name) < std::tie(b.begin, b.end, b.name);
            });
  SafetensorsHeader header;
  header.metadata = std::move(json.metadata);
  header.data_begin = kLengthBytes + text.size();
  uint64_t end = 0;
  header.tensors.reserve(json.tensors.size());
  for (DeclaredTensor& tensor : json.tensors) {
    EASEL_RETURN_IF_ERROR(check_place(tensor, end));
    end = tensor.end;
    header.tensors.push_back(to_info(std::move(tensor), header.data_begin));
  }
  if (end > std::numeric_limits<uint64_t>::max() - header.data_begin) {
    return bad_weights("the header describes ", end, " bytes of data, the file has ", file_size);
  }
  EASEL_RETURN_IF_ERROR(check_covered(header.data_begin + end, file_size));
  return header;
}

}  // namespace easel
