#include "gateway/gateway_settings.h"

#include <toml++/toml.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "base/error.h"
#include "base/quote.h"
#include "gateway/middleware/client_address.h"
#include "gateway/middleware/cors.h"
#include "gateway/middleware/host_names.h"

namespace easel {
namespace {

constexpr int64_t kMaxPort = 65535, kMaxSide = 16384, kMaxCount = 4096, kMaxSeconds = 86400,
                  kMaxUnits = 1'000'000'000, kMaxMegapixels = 64, kMaxPranks = 10'000'000,
                  kMaxMib = 1 << 30, kMaxDays = 36'500;

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> items;
  while (!text.empty()) {
    const size_t comma = std::min(text.find(','), text.size());
    std::string_view item = text.substr(0, comma);
    while (item.starts_with(' ')) item.remove_prefix(1);
    while (item.ends_with(' ')) item.remove_suffix(1);
    if (!item.empty()) items.emplace_back(item);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return items;
}

absl::Status set_number(const GatewaySetting& setting, int64_t number, std::string_view place) {
  if (number < setting.lowest || number > setting.highest) {
    return invalid_field(place, " must be a whole number from ", setting.lowest, " to ",
                         setting.highest);
  }
  *std::get<int64_t*>(setting.value) = number;
  return absl::OkStatus();
}

absl::Status set_from_toml(const GatewaySetting& setting, const toml::node& node,
                           std::string_view place) {
  if (std::holds_alternative<int64_t*>(setting.value)) {
    const auto* number = node.as_integer();
    if (number == nullptr) return invalid_field(place, " must be a whole number");
    return set_number(setting, number->get(), place);
  }
  if (auto* const* text = std::get_if<std::string*>(&setting.value)) {
    if (node.as_string() == nullptr) return invalid_field(place, " must be a string");
    **text = node.as_string()->get();
    return absl::OkStatus();
  }
  std::vector<std::string> items;
  const toml::array* array = node.as_array();
  for (size_t i = 0; array != nullptr && i < array->size(); ++i) {
    if (const auto* item = array->get(i)->as_string()) items.push_back(item->get());
  }
  if (array == nullptr || items.size() != array->size()) {
    return invalid_field(place, " must be a list of strings");
  }
  *std::get<std::vector<std::string>*>(setting.value) = std::move(items);
  return absl::OkStatus();
}

// A file's key may be the setting's name or the flag's: they differ for lists ("model_costs" and
// --model-cost).
bool is_key_of(const GatewaySetting& setting, std::string_view key) {
  if (key == setting.name) return true;
  std::string flag = setting.flag().substr(std::string_view("--").size());
  std::replace(flag.begin(), flag.end(), '-', '_');
  return key == flag;
}

}  // namespace

std::string_view GatewaySetting::type() const {
  if (std::holds_alternative<int64_t*>(value)) return "INT";
  if (std::holds_alternative<std::vector<std::string>*>(value)) return "LIST";
  if (name == "data_dir") return "FOLDER";
  return name == "picture_decoder" || name.ends_with("_file") ? "FILE" : "TEXT";
}

std::string GatewaySetting::text() const {
  if (auto* const* number = std::get_if<int64_t*>(&value)) return std::to_string(**number);
  if (auto* const* word = std::get_if<std::string*>(&value)) return **word;
  return join(*std::get<std::vector<std::string>*>(value), ",");
}

std::string GatewaySetting::flag() const {
  std::string flag = "--" + name;
  std::replace(flag.begin(), flag.end(), '_', '-');
  // One flag an origin or proxy reads better in the singular.
  if (std::holds_alternative<std::vector<std::string>*>(value)) {
    flag.resize(flag.size() - (flag.ends_with("ies") ? 3 : 1));
    if (name.ends_with("ies")) flag += 'y';
  }
  return flag;
}

absl::Status GatewaySetting::set(std::string_view text, std::string_view place) const {
  if (auto* const* target = std::get_if<std::string*>(&value)) {
    **target = text;
    return absl::OkStatus();
  }
  if (auto* const* target = std::get_if<std::vector<std::string>*>(&value)) {
    **target = split(text);
    return absl::OkStatus();
  }
  int64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end) number = lowest - 1;
  return set_number(*this, number, place);
}

std::vector<GatewaySetting> gateway_settings(GatewayOptions& o) {
  return {
      {"host", "", "Address to listen on", &o.host},
      {"port", "EASEL_GATEWAY_PORT", "Port to listen on; 0: any free one", &o.port, 0, kMaxPort},
      {"worker", "EASEL_WORKER_ADDRESS", "The worker's address: host:port or unix:path", &o.worker},
      {"data_dir", "EASEL_DATA_DIR", "Folder of the database and the pictures", &o.data_dir},
      {"max_image_side", "MAX_IMAGE_SIDE", "Longer sides are clamped to it, in pixels",
       &o.max_image_side, 16, kMaxSide},
      {"max_upload_megapixels", "", "Largest picture that is taken, in units of 2^20 pixels",
       &o.max_upload_megapixels, 1, kMaxMegapixels},
      {"picture_decoder", "",
       "The program that reads uploads, each in a process of its own; default: "
       "easel-picture-decoder beside this one",
       &o.picture_decoder},
      {"cors_origins", "", "Origins whose pages may use the API, exact, with commas",
       &o.cors_origins},
      {"admin_origins", "",
       "Origins, besides this server's own, whose pages may act with an admin's cookie",
       &o.admin_origins},
      {"trusted_proxies", "", "Addresses of proxies whose X-Forwarded-For is believed",
       &o.trusted_proxies},
      {"allowed_hosts", "EASEL_ALLOWED_HOSTS",
       "Names under which the gateway answers, besides addresses and names without a dot; default: "
       "none where only this machine can connect and no proxy is trusted, else any",
       &o.allowed_hosts},
      {"generation_timeout", "", "Seconds that a generation may take, its waiting included",
       &o.generation_timeout, 1, kMaxSeconds},
      {"max_generations", "", "Generations that run or wait at once", &o.max_generations, 1,
       kMaxCount},
      {"max_connections", "", "Open connections; each takes a thread", &o.max_connections, 8,
       kMaxCount},
      {"max_connections_per_address", "", "Of these from one address, but for trusted proxies",
       &o.max_connections_per_address, 1, kMaxCount},
      {"max_streams", "", "Open event streams", &o.max_streams, 1, kMaxCount},
      {"max_streams_per_address", "", "Of these to one client's address",
       &o.max_streams_per_address, 1, kMaxCount},
      {"anonymous", "", "Callers without an API key: 'allow' or 'refuse'", &o.anonymous},
      {"secure_cookies", "", "Cookies over TLS alone: 'auto' (as a trusted proxy says) or 'always'",
       &o.secure_cookies},
      {"admin_password_file", "EASEL_ADMIN_PASSWORD_FILE",
       "File with the password of the admin 'admin', read at the start", &o.admin_password_file},
      {"rate_limit", "", "Units of work a minute for one client; 0: no limit", &o.rate_limit, 0,
       kMaxUnits},
      {"daily_quota", "", "Units of work a day for one client; 0: no limit", &o.daily_quota, 0,
       kMaxUnits},
      {"model_costs", "", "Units of one picture, as flux_dev=4, with commas; else 1",
       &o.model_costs},
      {"keep_days", "", "Generations that are older are removed, with their pictures; 0: none",
       &o.keep_days, 0, kMaxDays},
      {"max_pranks", "", "Pranks that are kept", &o.max_pranks, 1, kMaxPranks},
      {"max_prank_mib", "", "What all pictures of pranks may take, in MiB", &o.max_prank_mib, 1,
       kMaxMib},
  };
}

absl::Status check_gateway_options(const GatewayOptions& options) {
  for (const std::string& origin : options.cors_origins) {
    EASEL_RETURN_IF_ERROR(check_origin(origin));
  }
  for (const std::string& origin : options.admin_origins) {
    EASEL_RETURN_IF_ERROR(check_origin(origin));
  }
  for (const std::string& proxy : options.trusted_proxies) {
    if (canonical_address(proxy)) continue;
    return invalid_field("the trusted proxy ", quote(proxy),
                         " must be one IPv4 or IPv6 address, as 10.0.0.1 or fd00::1: no name, no "
                         "port, no network");
  }
  for (const std::string& name : options.allowed_hosts) {
    EASEL_RETURN_IF_ERROR(check_host_name(name));
  }
  EASEL_ASSIGN_OR_RETURN(const auto costs, parse_model_costs(options.model_costs));
  for (const auto& [engine, units] : costs) {
    if (options.daily_quota == 0 || units <= options.daily_quota) continue;
    return invalid_field("--daily-quota ", options.daily_quota,
                         " is less than one picture costs by ", "--model-cost ", engine, "=", units,
                         ": nobody could ever draw one");
  }
  if (options.anonymous != "allow" && options.anonymous != "refuse") {
    return invalid_field("--anonymous must be 'allow' or 'refuse'");
  }
  if (options.secure_cookies != "auto" && options.secure_cookies != "always") {
    return invalid_field("--secure-cookies must be 'auto' or 'always'");
  }
  if (options.data_dir.empty()) {
    return invalid_field("--data-dir must name a folder (or set EASEL_DATA_DIR, or HOME)");
  }
  return absl::OkStatus();
}

absl::Status read_gateway_toml(std::string_view text, const std::string& place,
                               const std::vector<GatewaySetting>& settings) {
  const toml::parse_result parsed = toml::parse(text);
  if (!parsed) {
    return invalid_field(place, ":", parsed.error().source().begin.line, ": ",
                         parsed.error().description());
  }
  std::set<std::string> given;
  for (const auto& [key, node] : parsed.table()) {
    const std::string_view name = key.str();
    const std::string where = concat(place, ":", key.source().begin.line, ": ", quote(name));
    const auto setting = std::find_if(settings.begin(), settings.end(),
                                      [&](const auto& known) { return is_key_of(known, name); });
    if (setting == settings.end()) {
      std::vector<std::string> names;
      names.reserve(settings.size());
      for (const GatewaySetting& known : settings) names.push_back(known.name);
      return invalid_field(where, " is unknown: known are ", join(names, ", "));
    }
    if (!given.insert(setting->name).second) {
      return invalid_field(where, " is given twice: ", setting->name, " is the same setting");
    }
    EASEL_RETURN_IF_ERROR(set_from_toml(*setting, node, where));
  }
  return absl::OkStatus();
}

}  // namespace easel
