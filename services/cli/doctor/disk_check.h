// Free space where data and models lie, and how fast a model can be read.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "absl/status/statusor.h"
#include "services/cli/doctor/finding.h"

namespace easel {

struct DiskSpace {
  std::filesystem::path folder;  // the nearest one above that is there
  int64_t total_bytes = 0;
  int64_t free_bytes = 0;  // for this user
};

// OUTPUT_FAILED where nothing of the path is there.
absl::StatusOr<DiskSpace> read_disk_space(const std::filesystem::path& path);

// `what` is kept there: "data folder".
Finding judge_disk_space(const std::string& what, const absl::StatusOr<DiskSpace>& space);

struct ReadSpeed {
  int64_t bytes = 0;
  double seconds = 0;
  bool cache_bypassed = false;  // else it was asked to be dropped, and pages in use were not
};

struct ReadLimits {
  int64_t bytes = int64_t{256} << 20;
  double seconds = 1;
};

// Reads the file from its start, past the page cache (O_DIRECT); where the file system cannot, its
// pages are dropped first. MODEL_MISSING when it cannot be opened, BAD_WEIGHTS when reading fails.
absl::StatusOr<ReadSpeed> measure_read_speed(const std::filesystem::path& file,
                                             const ReadLimits& limits = {});

Finding judge_read_speed(const std::filesystem::path& file, const absl::StatusOr<ReadSpeed>& speed);

}  // namespace easel
