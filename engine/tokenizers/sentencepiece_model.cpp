#include "engine/tokenizers/sentencepiece_model.h"

#include <bit>
#include <cmath>

#include "base/error.h"
#include "base/quote.h"
#include "base/utf8.h"

namespace easel {
namespace {

enum class WireType : uint32_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

struct Field {
  uint32_t number = 0;
  WireType type = WireType::kVarint;
  uint64_t value = 0;      // of the number types
  std::string_view bytes;  // of kBytes
};

// One message's fields, one after another (protobuf's wire format).
class FieldReader {
 public:
  explicit FieldReader(std::string_view message) : rest_(message), size_(message.size()) {}

  bool done() const { return rest_.empty(); }

  absl::StatusOr<Field> next() {
    EASEL_ASSIGN_OR_RETURN(const uint64_t tag, varint());
    Field field;
    if (tag > UINT32_MAX || tag >> 3 == 0) return damaged("has an impossible field number");
    field.number = static_cast<uint32_t>(tag >> 3);
    field.type = static_cast<WireType>(tag & 7);
    switch (field.type) {
      case WireType::kVarint: {
        EASEL_ASSIGN_OR_RETURN(field.value, varint());
        return field;
      }
      case WireType::kFixed64: {
        EASEL_ASSIGN_OR_RETURN(field.value, fixed(8));
        return field;
      }
      case WireType::kFixed32: {
        EASEL_ASSIGN_OR_RETURN(field.value, fixed(4));
        return field;
      }
      case WireType::kBytes: {
        EASEL_ASSIGN_OR_RETURN(const uint64_t length, varint());
        if (length > rest_.size()) return damaged("has a field that is longer than the rest");
        field.bytes = rest_.substr(0, length);
        rest_.remove_prefix(length);
        return field;
      }
    }
    return damaged("has a field of an unknown wire type");
  }

 private:
  absl::StatusOr<uint64_t> varint() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
      const auto byte = static_cast<uint8_t>(rest_.front());
      rest_.remove_prefix(1);
      value |= static_cast<uint64_t>(byte & 0x7Fu) << shift;
      if (byte < 0x80) return value;
    }
    return damaged("has a number that does not end");
  }

  absl::StatusOr<uint64_t> fixed(size_t size) {
    if (size > rest_.size()) return damaged("is cut short");
    uint64_t value = 0;
    for (size_t i = 0; i < size; ++i)
      value |= static_cast<uint64_t>(static_cast<uint8_t>(rest_[i])) << (8 * i);
    rest_.remove_prefix(size);
    return value;
  }

  absl::Status damaged(const char* what) const {
    return bad_weights("not a SentencePiece model, or damaged: a message of ", size_, " bytes ",
                       what, " before its byte ", size_ - rest_.size());
  }

  std::string_view rest_;
  size_t size_;
};

absl::StatusOr<SentencePieceModel::Piece> read_piece(std::string_view message, size_t index) {
  SentencePieceModel::Piece piece;
  for (FieldReader reader(message); !reader.done();) {
    EASEL_ASSIGN_OR_RETURN(const Field field, reader.next());
    if (field.number == 1 && field.type == WireType::kBytes) piece.text = field.bytes;
    if (field.number == 2 && field.type == WireType::kFixed32) {
      piece.score = std::bit_cast<float>(static_cast<uint32_t>(field.value));
    }
    if (field.number == 3 && field.type == WireType::kVarint && field.value >= 1 &&
        field.value <= 6) {
      piece.type = static_cast<SentencePieceModel::PieceType>(field.value);
    }
  }
  if (find_invalid_utf8(piece.text)) return bad_weights("piece ", index, " is not valid UTF-8");
  if (!std::isfinite(piece.score)) {
    return bad_weights("piece ", index, " (", quote(piece.text), ") has the score ", piece.score,
                       ", expected a finite number");
  }
  return piece;
}

absl::Status read_trainer(std::string_view message, SentencePieceModel& model) {
  constexpr uint32_t kModelType = 3;
  for (FieldReader reader(message); !reader.done();) {
    EASEL_ASSIGN_OR_RETURN(const Field field, reader.next());
    if (field.number != kModelType || field.type != WireType::kVarint) continue;
    if (field.value < 1 || field.value > 4) continue;  // as protobuf: an unknown value is not set
    model.model_type = static_cast<SentencePieceModel::ModelType>(field.value);
  }
  return absl::OkStatus();
}

absl::Status read_normalizer(std::string_view message, SentencePieceModel& model) {
  constexpr uint32_t kPrecompiledCharsmap = 2;
  for (FieldReader reader(message); !reader.done();) {
    EASEL_ASSIGN_OR_RETURN(const Field field, reader.next());
    if (field.number == kPrecompiledCharsmap && field.type == WireType::kBytes) {
      model.precompiled_charsmap = field.bytes;
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<SentencePieceModel> SentencePieceModel::parse(std::string_view bytes) {
  constexpr uint32_t kPieces = 1, kTrainer = 2, kNormalizer = 3;
  SentencePieceModel model;
  bool has_normalizer = false;
  for (FieldReader reader(bytes); !reader.done();) {
    EASEL_ASSIGN_OR_RETURN(const Field field, reader.next());
    if (field.type != WireType::kBytes) continue;
    if (field.number == kPieces) {
      EASEL_ASSIGN_OR_RETURN(auto piece, read_piece(field.bytes, model.pieces.size()));
      model.pieces.push_back(std::move(piece));
    } else if (field.number == kTrainer) {
      EASEL_RETURN_IF_ERROR(read_trainer(field.bytes, model));
    } else if (field.number == kNormalizer) {
      EASEL_RETURN_IF_ERROR(read_normalizer(field.bytes, model));
      has_normalizer = true;
    }
  }
  // The normaliser stands behind the pieces, so a file that was cut between two pieces lacks it.
  if (!has_normalizer) {
    return bad_weights("not a SentencePiece model, or cut short: its ", bytes.size(),
                       " bytes hold ", model.pieces.size(), " pieces and no normalizer_spec");
  }
  return model;
}

}  // namespace easel
