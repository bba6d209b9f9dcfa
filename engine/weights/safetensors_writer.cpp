#include "engine/weights/safetensors_writer.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>

#include "base/error.h"
#include "base/file.h"
#include "base/quote.h"
#include "base/utf8.h"
#include "engine/weights/safetensors_file.h"

namespace easel {
namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kDataAlignment = 64;
constexpr size_t kLengthBytes = 8;

absl::Status check_tensor(const NamedTensor& tensor, std::set<std::string_view>& names) {
  if (tensor.name == "__metadata__")
    return invalid_field("a tensor cannot be named '__metadata__'");
  if (find_invalid_utf8(tensor.name))
    return invalid_field("tensor name ", quote(tensor.name), " is not UTF-8");
  if (!names.insert(tensor.name).second)
    return invalid_field("two tensors are named ", quote(tensor.name));
  uint64_t bytes = dtype_bytes(tensor.dtype);
  bool fits = true;
  for (const int64_t size : tensor.shape) {
    fits = fits && size >= 0 && !__builtin_mul_overflow(bytes, static_cast<uint64_t>(size), &bytes);
  }
  if (fits && bytes == tensor.bytes.size()) return absl::OkStatus();
  return invalid_field("tensor ", quote(tensor.name), " has ", tensor.bytes.size(),
                       " bytes, which shape [", join(tensor.shape, ", "), "] of ",
                       dtype_name(tensor.dtype), " does not need");
}

// Larger elements first, so that every tensor begins at a multiple of its own element size.
std::vector<const NamedTensor*> in_file_order(absl::Span<const NamedTensor> tensors) {
  std::vector<const NamedTensor*> order;
  for (const NamedTensor& tensor : tensors) order.push_back(&tensor);
  std::stable_sort(order.begin(), order.end(), [](const NamedTensor* a, const NamedTensor* b) {
    return dtype_bytes(a->dtype) > dtype_bytes(b->dtype);
  });
  return order;
}

// Length and JSON, padded with spaces so that the data begins aligned.
std::string header_bytes(const std::vector<const NamedTensor*>& order,
                         const std::map<std::string, std::string>& metadata) {
  Json json = Json::object();
  if (!metadata.empty()) json["__metadata__"] = metadata;
  size_t offset = 0;
  for (const NamedTensor* tensor : order) {
    Json& entry = json[tensor->name];
    entry["dtype"] = std::string(dtype_name(tensor->dtype));
    entry["shape"] = tensor->shape;
    entry["data_offsets"] = {offset, offset + tensor->bytes.size()};
    offset += tensor->bytes.size();
  }
  std::string text = json.dump();
  const size_t unpadded = kLengthBytes + text.size();
  text.append((kDataAlignment - unpadded % kDataAlignment) % kDataAlignment, ' ');
  std::string length(kLengthBytes, '\0');
  for (size_t i = 0; i < kLengthBytes; ++i)
    length[i] = static_cast<char>(static_cast<uint64_t>(text.size()) >> (8 * i) & 0xFF);
  return length + text;
}

}  // namespace

absl::Status write_safetensors(const std::filesystem::path& path,
                               absl::Span<const NamedTensor> tensors,
                               const std::map<std::string, std::string>& metadata) {
  std::set<std::string_view> names;
  for (const NamedTensor& tensor : tensors) EASEL_RETURN_IF_ERROR(check_tensor(tensor, names));
  for (const auto& [key, value] : metadata) {
    if (find_invalid_utf8(key) || find_invalid_utf8(value))
      return invalid_field("metadata ", quote(key), " is not UTF-8");
  }
  const std::vector<const NamedTensor*> order = in_file_order(tensors);
  const std::string header = header_bytes(order, metadata);
  std::vector<std::string_view> parts = {header};
  for (const NamedTensor* tensor : order) parts.push_back(tensor->bytes);
  return write_file_atomically(path, parts);
}

absl::StatusOr<std::vector<NamedTensor>> read_safetensors(const std::filesystem::path& path) {
  EASEL_ASSIGN_OR_RETURN(const auto file, SafetensorsFile::open(path));
  std::vector<NamedTensor> tensors;
  for (const TensorInfo& info : file->tensors()) {
    tensors.push_back({info.name, info.dtype, info.shape, std::string(file->data(info))});
  }
  EASEL_RETURN_IF_ERROR(file->file().check_intact());
  return tensors;
}

}  // namespace easel
