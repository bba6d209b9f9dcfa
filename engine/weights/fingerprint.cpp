#include "engine/api/fingerprint.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "engine/weights/model_folder.h"
#include "engine/weights/weights_files.h"

namespace easel {
namespace {

namespace fs = std::filesystem;

constexpr size_t kSampleBytes = 64 << 10;
constexpr size_t kSamples = 64;
constexpr size_t kMaxTextFileBytes = size_t{64} << 20;

class Hasher {
 public:
  Hasher() { crypto_hash_sha256_init(&state_); }

  // With the length in front, so that no two lists of parts give the same bytes.
  void add(std::string_view part) {
    std::array<unsigned char, 8> length;
    for (size_t i = 0; i < length.size(); ++i) {
      length[i] = static_cast<unsigned char>(uint64_t{part.size()} >> (8 * i));
    }
    crypto_hash_sha256_update(&state_, length.data(), length.size());
    crypto_hash_sha256_update(&state_, reinterpret_cast<const unsigned char*>(part.data()),
                              part.size());
  }

  std::string hex() {
    std::array<unsigned char, crypto_hash_sha256_BYTES> digest;
    crypto_hash_sha256_final(&state_, digest.data());
    std::string text(2 * digest.size() + 1, '\0');  // and the NUL that sodium writes
    sodium_bin2hex(text.data(), text.size(), digest.data(), digest.size());
    text.pop_back();
    return text;
  }

 private:
  crypto_hash_sha256_state state_;
};

// Small files that decide what a component computes: configs, vocabularies, tokenizers.
bool is_config(const fs::path& file) {
  constexpr std::string_view kExtensions[] = {".json", ".txt", ".model"};
  return !file.string().ends_with(".index.json") &&
         std::find(std::begin(kExtensions), std::end(kExtensions), file.extension().string()) !=
             std::end(kExtensions);
}

absl::Status add_configs(const fs::path& folder, Hasher& hasher) {
  std::vector<fs::path> files;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    if (is_config(entry.path()) && entry.is_regular_file(error)) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) {
    EASEL_ASSIGN_OR_RETURN(const std::string bytes, read_file(file, kMaxTextFileBytes));
    hasher.add(file.filename().string());
    hasher.add(bytes);
  }
  return absl::OkStatus();
}

void add_samples(const SafetensorsFile& file, Hasher& hasher) {
  const std::string_view bytes = file.file().bytes();
  hasher.add(std::to_string(bytes.size()));
  const size_t data_begin = file.tensors().empty() ? bytes.size() : file.tensors().front().offset;
  hasher.add(bytes.substr(0, data_begin));
  const std::string_view data = bytes.substr(data_begin);
  if (data.size() <= kSamples * kSampleBytes) {
    hasher.add(data);
    return;
  }
  // Evenly spread: the first sample at the start, the last one at the end.
  const size_t last = data.size() - kSampleBytes;
  for (size_t i = 0; i < kSamples; ++i) {
    const size_t offset = last / (kSamples - 1) * i + last % (kSamples - 1) * i / (kSamples - 1);
    hasher.add(data.substr(offset, kSampleBytes));
    file.file().release(data_begin + offset, kSampleBytes);
  }
}

absl::Status add_weights(const ModelFolder& folder, const std::string& component,
                         bool from_elsewhere, Hasher& hasher) {
  if (!from_elsewhere) {
    EASEL_ASSIGN_OR_RETURN(const fs::path place, folder.folder(component));
    // A tokenizer or a scheduler has none.
    const absl::Status found = find_weights_file(place).status();
    if (!found.ok() && reason_of(found) == Reason::kComponentMissing) return absl::OkStatus();
  }
  EASEL_ASSIGN_OR_RETURN(const auto checkpoint, folder.checkpoint(component));
  std::vector<const SafetensorsFile*> files;
  for (const auto& file : checkpoint->files()) files.push_back(file.get());
  std::sort(files.begin(), files.end(), [](const SafetensorsFile* a, const SafetensorsFile* b) {
    return a->file().path().filename() < b->file().path().filename();
  });
  for (const SafetensorsFile* file : files) {
    hasher.add(file->file().path().filename().string());
    add_samples(*file, hasher);
  }
  return checkpoint->check_intact();
}

}  // namespace

absl::StatusOr<std::string> fingerprint_model(const fs::path& path,
                                              const std::map<std::string, fs::path>& components) {
  if (sodium_init() < 0) return make_error(Reason::kInferenceFailed, "libsodium does not start");
  EASEL_ASSIGN_OR_RETURN(const ModelFolder folder, ModelFolder::open(path, components));
  Hasher hasher;
  hasher.add(folder.pipeline_class());
  for (const auto& [name, class_name] : folder.components()) {
    hasher.add(name);
    hasher.add(class_name);
    EASEL_ASSIGN_OR_RETURN(const fs::path place, folder.folder(name));
    EASEL_RETURN_IF_ERROR(add_configs(place, hasher));
    EASEL_RETURN_IF_ERROR(add_weights(folder, name, components.contains(name), hasher));
  }
  return hasher.hex();
}

}  // namespace easel
