#include "engine/tokenizers/unigram_model.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "base/quote.h"
#include "engine/tokenizers/unicode.h"

namespace easel {
namespace {

// How much worse than the worst piece an unknown code point is.
constexpr double kUnkPenalty = 10.0;
constexpr size_t kNowhere = std::numeric_limits<size_t>::max();

std::vector<std::pair<std::string, int32_t>> trie_entries(const UnigramModel::Pieces& pieces) {
  std::vector<std::pair<std::string, int32_t>> entries;
  entries.reserve(pieces.size());
  for (const auto& [piece, score] : pieces)
    entries.emplace_back(piece, static_cast<int32_t>(entries.size()));
  return entries;
}

}  // namespace

// The best path that ends at a byte.
struct UnigramModel::Best {
  double score = 0;
  size_t start = kNowhere;  // of its last piece
  int32_t id = 0;
};

absl::StatusOr<UnigramModel> UnigramModel::create(const Pieces& pieces, int32_t unk_id) {
  if (unk_id < 0 || static_cast<size_t>(unk_id) >= pieces.size()) {
    return bad_weights("the unknown token's id is ", unk_id, ", but the vocabulary has ",
                       pieces.size(), " pieces");
  }
  for (size_t i = 0; i < pieces.size(); ++i) {
    if (!std::isfinite(pieces[i].second)) {
      return bad_weights("piece ", i, " (", quote(pieces[i].first), ") has the score ",
                         pieces[i].second, ", expected a finite number");
    }
  }
  return UnigramModel(pieces, unk_id);
}

UnigramModel::UnigramModel(const Pieces& pieces, int32_t unk_id)
    : trie_(trie_entries(pieces)), unk_id_(unk_id) {
  double min_score = std::numeric_limits<double>::infinity();
  scores_.reserve(pieces.size());
  for (const auto& [piece, score] : pieces) {
    min_score = std::min(min_score, score);
    ids_[piece] = static_cast<int32_t>(scores_.size());
    scores_.push_back(score);
  }
  unk_score_ = min_score - kUnkPenalty;
}

std::optional<int64_t> UnigramModel::id_of(const std::string& piece) const {
  const auto found = ids_.find(piece);
  return found == ids_.end() ? std::nullopt : std::optional<int64_t>(found->second);
}

std::vector<UnigramModel::Best> UnigramModel::best_paths(std::string_view word) const {
  std::vector<Best> best(word.size() + 1);
  for (size_t start = 0; start < word.size();) {
    const double score_here = best[start].score;
    const auto offer = [&](size_t end, double score, int32_t id) {
      Best& target = best[end];
      if (target.start == kNowhere || score > target.score) target = {score, start, id};
    };
    size_t next = start;
    unicode::next_code_point(word, next);
    bool has_single = false;
    trie_.each_prefix(word.substr(start), [&](size_t length, int32_t id) {
      offer(start + length, scores_[static_cast<size_t>(id)] + score_here, id);
      has_single = has_single || start + length == next;
    });
    if (!has_single) offer(next, unk_score_ + score_here, unk_id_);
    start = next;
  }
  return best;
}

void UnigramModel::append_ids(std::string_view word, std::vector<int64_t>& ids) const {
  const std::vector<Best> best = best_paths(word);
  const size_t first = ids.size();
  for (size_t end = word.size(); end > 0;) {
    size_t start = best[end].start;
    int64_t id = best[end].id;
    if (id == unk_id_) {
      while (start > 0 && best[start].id == unk_id_) start = best[start].start;
      // Unknown code points may together be a piece whose score is worse than theirs.
      id = id_of(std::string(word.substr(start, end - start))).value_or(unk_id_);
    }
    ids.push_back(id);
    end = start;
  }
  std::reverse(ids.begin() + static_cast<ptrdiff_t>(first), ids.end());
}

}  // namespace easel
