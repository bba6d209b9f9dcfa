#include "services/worker/option_layer.h"

#include "base/error.h"
#include "services/models/toml_reader.h"

namespace easel {
namespace {

template <typename To, typename From>
void set_if(To& to, const std::optional<From>& from) {
  if (from) to = *from;
}

std::optional<std::string> variable(const Environment& environment, const char* name) {
  std::string value = environment(name);
  return value.empty() ? std::nullopt : std::optional(std::move(value));
}

std::optional<int64_t> whole(TomlReader& reader, std::string_view key, WholeBounds bounds) {
  return reader.integer(key, bounds.lowest, bounds.highest);
}

}  // namespace

void apply(const OptionLayer& layer, WorkerOptions& options) {
  set_if(options.address, layer.address);
  set_if(options.tls_cert, layer.tls_cert);
  set_if(options.tls_key, layer.tls_key);
  set_if(options.client_ca, layer.client_ca);
  set_if(options.insecure, layer.insecure);
  set_if(options.registry, layer.registry);
  set_if(options.models_dir, layer.models_dir);
  set_if(options.device, layer.device);
  set_if(options.dtype, layer.dtype);
  set_if(options.memory_budget, layer.memory_budget);
  set_if(options.threads, layer.threads);
  set_if(options.queue_limit, layer.queue_limit);
  set_if(options.max_loaded_models, layer.max_loaded_models);
  set_if(options.load, layer.load);
  set_if(options.drain_seconds, layer.drain_seconds);
  set_if(options.job_seconds, layer.job_seconds);
  set_if(options.log_prompts, layer.log_prompts);
  set_if(options.max_upload_megapixels, layer.max_upload_megapixels);
  set_if(options.max_upload_mib, layer.max_upload_mib);
  set_if(options.picture_decoder, layer.picture_decoder);
}

OptionLayer environment_layer(const Environment& environment) {
  OptionLayer layer;
  layer.address = variable(environment, "EASEL_WORKER_ADDRESS");
  layer.registry = variable(environment, "EASEL_REGISTRY");
  layer.models_dir = variable(environment, "EASEL_MODELS_DIR");
  return layer;
}

absl::StatusOr<OptionLayer> parse_option_file(std::string_view text, const std::string& place) {
  toml::parse_result parsed = toml::parse(text);
  if (!parsed) {
    return invalid_field(toml_place(place, parsed.error().source()), parsed.error().description());
  }
  TomlReader reader(parsed.table(), place);
  OptionLayer layer;
  layer.address = reader.string("address");
  layer.tls_cert = reader.string("tls_cert");
  layer.tls_key = reader.string("tls_key");
  layer.client_ca = reader.string("client_ca");
  layer.insecure = reader.boolean("insecure");
  layer.registry = reader.string("registry");
  layer.models_dir = reader.string("models_dir");
  layer.device = reader.string("device");
  layer.dtype = reader.string("dtype");
  layer.memory_budget = reader.string("memory_budget");
  layer.threads = whole(reader, "threads", kThreadBounds);
  layer.queue_limit = whole(reader, "queue_limit", kQueueBounds);
  layer.max_loaded_models = whole(reader, "max_loaded_models", kLoadedBounds);
  layer.drain_seconds = whole(reader, "drain_seconds", kSecondsBounds);
  layer.job_seconds = whole(reader, "job_seconds", kSecondsBounds);
  layer.log_prompts = reader.boolean("log_prompts");
  layer.max_upload_megapixels = whole(reader, "max_upload_megapixels", kUploadMegapixelsBounds);
  layer.max_upload_mib = whole(reader, "max_upload_mib", kUploadMibBounds);
  layer.picture_decoder = reader.string("picture_decoder");
  if (parsed.table().contains("load")) {
    layer.load = reader.strings("load");
  } else {
    reader.strings("load");  // so that messages list it among the known keys
  }
  EASEL_RETURN_IF_ERROR(reader.finish());
  return layer;
}

}  // namespace easel
