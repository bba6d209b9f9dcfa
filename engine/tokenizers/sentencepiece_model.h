// spiece.model: SentencePiece's ModelProto, read without protobuf.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace easel {

// What a tokenizer needs of sentencepiece_model.proto; the other fields are skipped.
struct SentencePieceModel {
  // The file's numbers, do not renumber.
  enum class PieceType : int32_t {
    kNormal = 1,
    kUnknown = 2,
    kControl = 3,
    kUserDefined = 4,
    kUnused = 5,
    kByte = 6
  };
  enum class ModelType : int32_t { kUnigram = 1, kBpe = 2, kWord = 3, kChar = 4 };

  struct Piece {
    std::string text;
    float score = 0;
    PieceType type = PieceType::kNormal;
  };
  std::vector<Piece> pieces;
  ModelType model_type = ModelType::kUnigram;
  std::string precompiled_charsmap;

  // BAD_WEIGHTS when the bytes are not such a message (every length is checked before use), when a
  // piece is not valid UTF-8, or when its score is not finite.
  static absl::StatusOr<SentencePieceModel> parse(std::string_view bytes);
};

}  // namespace easel
