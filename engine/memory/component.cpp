#include "engine/memory/component.h"

#include <utility>

#include "base/error.h"

namespace easel {

absl::StatusOr<std::unique_ptr<Component>> Component::create(
    std::string name, std::unique_ptr<Module> module, std::shared_ptr<const Checkpoint> checkpoint,
    const KeyRules& rules) {
  EASEL_RETURN_IF_ERROR(match_checkpoint(*module, *checkpoint, rules, name));
  return std::unique_ptr<Component>(
      new Component(std::move(name), std::move(module), std::move(checkpoint)));
}

Component::Component(std::string name, std::unique_ptr<Module> module,
                     std::shared_ptr<const Checkpoint> checkpoint)
    : name_(std::move(name)), checkpoint_(std::move(checkpoint)), module_(std::move(module)) {}

absl::Status Component::load(at::ScalarType dtype, at::Device device) {
  if (loaded()) return absl::OkStatus();
  std::vector<std::unique_ptr<WeightBuffer>> buffers;
  for (const Module::Block& block : module_->blocks()) {
    buffers.push_back(std::make_unique<WeightBuffer>(block.parameters, dtype, device));
  }
  EASEL_RETURN_IF_ERROR(checkpoint_->check_intact());
  buffers_ = std::move(buffers);
  return absl::OkStatus();
}

void Component::unload() { buffers_.clear(); }

int64_t Component::loaded_bytes() const {
  int64_t bytes = 0;
  for (const auto& buffer : buffers_) bytes += buffer->bytes();
  return bytes;
}

int64_t Component::mapped_bytes() const {
  int64_t bytes = 0;
  for (const auto& buffer : buffers_) bytes += buffer->mapped_bytes();
  return bytes;
}

}  // namespace easel
