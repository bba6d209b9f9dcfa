// The registry's file format.
//
//   [models.flux_dev]                       # the key: letters, digits, "_", "-", "."
//   hub = "black-forest-labs/FLUX.1-dev"    # or: path = "/models/flux-dev" (relative: to this
//   file) display_name = "FLUX.1 dev" notes = "guidance-distilled" tags = ["photo", "text"] default
//   = true                          # at most one max_side = 1024 components = { vae =
//   "/models/other-vae" } recommended = { width = 1024, height = 1024, steps = 28, guidance = 3.5 }
//   allowed = { steps = [1, 100], guidance = [0, 10], side = [256, 2048] }
#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "services/models/registry_entry.h"

namespace easel {

// A key names no path and no hub id: "/" is not among its characters, 64 at most.
bool is_registry_key(std::string_view text);

// The entries by key. `path` is where the text comes from: for messages and relative paths. Strict:
// INVALID_FIELD with the line for what is no TOML, an unknown key, a value of the wrong type or
// range, an entry with both or neither of `path` and `hub`, a second default.
absl::StatusOr<std::vector<RegistryEntry>> parse_registry(std::string_view text,
                                                          const std::filesystem::path& path);

}  // namespace easel
