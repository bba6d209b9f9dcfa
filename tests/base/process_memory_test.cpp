#include "base/process_memory.h"

#include <gtest/gtest.h>

#include <vector>

namespace easel {
namespace {

constexpr int64_t kBlockBytes = 64 << 20;

// Touches every page of a block and gives it back.
void use_block(int64_t bytes) {
  std::vector<char> block(static_cast<size_t>(bytes));
  for (size_t i = 0; i < block.size(); i += 4096) block[i] = 1;
}

TEST(ProcessMemoryTest, TheMachineHasMoreThanTheProcessUses) {
  EXPECT_GT(resident_bytes(), 0);
  EXPECT_GT(machine_memory_bytes(), resident_bytes());
}

TEST(ProcessMemoryTest, ThePeakCountsAnewAfterAReset) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "AddressSanitizer keeps what was freed";
#endif
  use_block(kBlockBytes);
  const int64_t peak = peak_resident_bytes();
  EXPECT_GE(peak, kBlockBytes);
  reset_peak_resident_bytes();
  if (peak_resident_bytes() == peak) GTEST_SKIP() << "the system does not allow it";
  EXPECT_LT(peak_resident_bytes(), peak);
}

// As activations come and go: a large piece is freed, which makes the C library raise its limit
// (one of more than 32 MiB does not), then many smaller ones of which a few stay.
TEST(ProcessMemoryTest, FreedPiecesBetweenThoseInUseGoBackToTheSystem) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "AddressSanitizer keeps what was freed";
#endif
  return_large_pieces_at_once();
  constexpr size_t kPieceBytes = 4 << 20, kPieces = 64;
  use_block(24 << 20);
  const int64_t before = resident_bytes();
  std::vector<std::vector<char>> pieces(kPieces);
  for (auto& piece : pieces) piece.assign(kPieceBytes, 1);
  EXPECT_GT(resident_bytes() - before, static_cast<int64_t>(kPieces * kPieceBytes) * 3 / 4);
  for (size_t i = 0; i + 1 < kPieces; ++i) std::vector<char>().swap(pieces[i]);
  EXPECT_LT(resident_bytes() - before, static_cast<int64_t>(kPieces * kPieceBytes) / 4);
}

}  // namespace
}  // namespace easel
