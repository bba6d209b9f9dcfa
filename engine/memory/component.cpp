#include "engine/memory/component.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "engine/nn/dtype_map.h"

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
  if (loaded() && streamed_ == nullptr) return absl::OkStatus();
  unload();
  std::vector<std::unique_ptr<WeightBuffer>> buffers;
  for (const Module::Block& block : module_->blocks()) {
    EASEL_ASSIGN_OR_RETURN(auto buffer, WeightBuffer::load(block.parameters, dtype, device));
    buffers.push_back(std::move(buffer));
  }
  EASEL_RETURN_IF_ERROR(checkpoint_->check_intact());
  buffers_ = std::move(buffers);
  return absl::OkStatus();
}

absl::Status Component::stream(at::ScalarType dtype, at::Device device,
                               const BlockResidency& residency, TransferDevice& transfer) {
  if (lies_as(residency)) return absl::OkStatus();
  unload();
  const std::vector<Module::Block> blocks = module_->blocks();
  EASEL_ASSIGN_OR_RETURN(auto shared, WeightBuffer::load(blocks[0].parameters, dtype, device));
  pack(blocks, dtype, device);
  const auto& resident = residency.resident;
  const bool streams = std::find(resident.begin(), resident.end(), false) != resident.end();
  std::vector<const PackedBlock*> streamed;
  for (size_t i = 0; i < packed_.size(); ++i) {
    const bool comes_again = !streams || (i < resident.size() && !resident[i]);
    packed_[i]->set_keep(residency.kept && comes_again);
    streamed.push_back(packed_[i].get());
  }
  EASEL_ASSIGN_OR_RETURN(streamed_,
                         StreamedWeights::create(std::move(streamed), residency, transfer));
  buffers_.push_back(std::move(shared));
  return absl::OkStatus();
}

void Component::pack(const std::vector<Module::Block>& blocks, at::ScalarType dtype,
                     at::Device device) {
  if (!packed_.empty() && packed_for_ == std::pair(dtype, device)) return;
  packed_.clear();
  packed_for_ = {dtype, device};
  for (size_t i = 1; i < blocks.size(); ++i) {
    packed_.push_back(std::make_unique<PackedBlock>(blocks[i].parameters, dtype, device));
  }
}

bool Component::lies_as(const BlockResidency& residency) const {
  return streamed_ != nullptr && streamed_->residency() == residency;
}

void Component::begin_pass(bool another_follows) {
  if (streamed_ != nullptr) streamed_->begin_pass(another_follows);
}

void Component::unload() {
  streamed_.reset();
  buffers_.clear();
}

ComponentFootprint Component::footprint(at::ScalarType dtype) const {
  ComponentFootprint footprint;
  footprint.name = name_;
  footprint.format = dtype_label(dtype);
  for (const Module::Block& block : module_->blocks()) {
    const auto bytes = static_cast<int64_t>(packed_bytes(block.parameters, dtype));
    if (block.key.empty()) {
      footprint.shared_bytes = bytes;
    } else {
      footprint.block_bytes.push_back(bytes);
    }
  }
  return footprint;
}

int64_t Component::loaded_bytes() const {
  int64_t bytes = 0;
  if (streamed_ != nullptr) bytes += static_cast<int64_t>(streamed_->streamer().bytes_held());
  for (const auto& buffer : buffers_) bytes += buffer->bytes();
  return bytes;
}

int64_t Component::mapped_bytes() const {
  int64_t bytes = 0;
  for (const auto& buffer : buffers_) bytes += buffer->mapped_bytes();
  return bytes;
}

}  // namespace easel
