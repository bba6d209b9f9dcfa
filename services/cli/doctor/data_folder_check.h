// The gateway's data folder: whether it can be used. Nothing in it is changed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "services/cli/doctor/finding.h"

namespace easel {

struct DataFolderFacts {
  std::filesystem::path path;  // empty: there is no place for one
  bool exists = false;
  std::string write_problem;              // why nothing can be written there, "" when it can
  bool in_use = false;                    // a gateway holds its lock
  std::string holder;                     // that gateway's process id, "" when unknown
  std::optional<int64_t> database_bytes;  // absent: no database yet
  std::string database_problem;           // "" when its header is sound
};

DataFolderFacts read_data_folder_facts(const std::filesystem::path& path);

Finding judge_data_folder(const DataFolderFacts& facts);

// What is wrong with the header of a database of easel's, "" for nothing: SQLite's magic and page
// size, easel's mark, and that the file is not cut short. `has_wal`: a write-ahead log lies beside
// it, and what is not in the file may be there. https://www.sqlite.org/fileformat.html
std::string database_problem(std::string_view header, int64_t file_bytes, bool has_wal);

}  // namespace easel
