// The gateway's settings by name: one list for the flags, the variables and the file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "gateway/gateway_options.h"

namespace easel {

struct GatewaySetting {
  std::string name;      // "max_streams": the file's key; the flag is --max-streams
  std::string variable;  // of the environment, "" for none
  std::string help;
  std::variant<std::string*, int64_t*, std::vector<std::string>*> value;
  int64_t lowest = 0, highest = 0;  // of whole numbers

  std::string flag() const;
  // For --help: "INT", "TEXT", "LIST" (with commas), "FILE", "FOLDER".
  std::string_view type() const;
  // The value as a flag takes it.
  std::string text() const;
  // Sets the value; lists take commas. INVALID_FIELD that begins with `place`.
  absl::Status set(std::string_view text, std::string_view place) const;
};

// The settings of `options`, which must outlive them.
std::vector<GatewaySetting> gateway_settings(GatewayOptions& options);

// What no single setting shows to be wrong: origins, a missing data folder.
absl::Status check_gateway_options(const GatewayOptions& options);

// Sets what the TOML text has; keys are the settings' names or the flags' with '_'. INVALID_FIELD,
// with `place` and the line: TOML that is none, an unknown key, one given twice, a wrong type or
// value.
absl::Status read_gateway_toml(std::string_view text, const std::string& place,
                               const std::vector<GatewaySetting>& settings);

}  // namespace easel
