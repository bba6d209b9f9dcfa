#include "base/process_memory.h"

#include <gtest/gtest.h>

#include <vector>

namespace easel {
namespace {

constexpr int64_t kBlockBytes = 64 << 20;

// Touches every page of a block and gives it back.
void use_block() {
  std::vector<char> block(static_cast<size_t>(kBlockBytes));
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
  use_block();
  const int64_t peak = peak_resident_bytes();
  EXPECT_GE(peak, kBlockBytes);
  reset_peak_resident_bytes();
  if (peak_resident_bytes() == peak) GTEST_SKIP() << "the system does not allow it";
  EXPECT_LT(peak_resident_bytes(), peak);
}

}  // namespace
}  // namespace easel
