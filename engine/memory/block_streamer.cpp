#include "engine/memory/block_streamer.h"

#include <algorithm>
#include <utility>

#include "base/error.h"

namespace easel {

size_t streamer_bytes(const std::vector<size_t>& block_bytes, const std::vector<bool>& resident,
                      size_t num_slots) {
  size_t own = 0;
  size_t largest = 0;
  size_t streamed = 0;
  for (size_t i = 0; i < block_bytes.size(); ++i) {
    if (resident[i]) {
      own += block_bytes[i];
    } else if (block_bytes[i] > 0) {
      largest = std::max(largest, block_bytes[i]);
      ++streamed;
    }
  }
  return own + std::min(num_slots, streamed) * largest;
}

absl::StatusOr<std::unique_ptr<BlockStreamer>> BlockStreamer::create(TransferDevice& device,
                                                                     BlockStreamerOptions options) {
  if (options.num_slots == 0) return invalid_field("num_slots: got 0, expected at least 1");
  if (options.resident.size() != options.blocks.size()) {
    return invalid_field("resident: got ", options.resident.size(),
                         " flags, expected one for each of ", options.blocks.size(), " blocks");
  }
  std::unique_ptr<BlockStreamer> streamer(new BlockStreamer(device, std::move(options)));
  EASEL_RETURN_IF_ERROR(streamer->allocate_slots());
  return streamer;
}

BlockStreamer::BlockStreamer(TransferDevice& device, BlockStreamerOptions options)
    : device_(device), options_(std::move(options)), own_(options_.blocks.size()) {
  for (const BlockSource* block : options_.blocks) num_missing_ += block->bytes() > 0 ? 1 : 0;
}

BlockStreamer::~BlockStreamer() {
  for (Memory& slot : slots_) device_.release(slot.data);
  for (Memory& own : own_) {
    if (own.data != nullptr) device_.release(own.data);
  }
}

absl::Status BlockStreamer::allocate_slots() {
  size_t largest = 0;
  size_t streamed = 0;
  for (size_t i = 0; i < options_.blocks.size(); ++i) {
    if (options_.resident[i] || bytes_of(i) == 0) continue;
    largest = std::max(largest, bytes_of(i));
    ++streamed;
  }
  while (slots_.size() < std::min(options_.num_slots, streamed)) {
    EASEL_ASSIGN_OR_RETURN(std::byte* const data, device_.allocate(largest));
    Memory& slot = slots_.emplace_back();
    slot.data = data;
    slot.bytes = largest;
  }
  return absl::OkStatus();
}

void BlockStreamer::begin_pass(bool another_follows) {
  leave_current();
  position_ = 0;
  another_follows_ = another_follows;
  look_ahead(/*first_step=*/0);
}

absl::StatusOr<const std::byte*> BlockStreamer::enter(size_t index) {
  if (index >= options_.blocks.size()) {
    return invalid_field("block: got ", index, ", expected less than ", options_.blocks.size());
  }
  leave_current();
  position_ = index;
  const bool empty = bytes_of(index) == 0;
  if (!empty && holder_of(index) == nullptr) {
    EASEL_RETURN_IF_ERROR(bring(index, *place_for(index)));
  }
  // Before this block is waited for, so that the uploads follow each other without a gap.
  look_ahead(/*first_step=*/1);
  if (empty) return nullptr;
  Memory& memory = *holder_of(index);
  if (memory.upload != kNoTicket) {
    if (absl::Status read = device_.await_upload(std::exchange(memory.upload, kNoTicket));
        !read.ok()) {
      memory.block = kNone;
      ++num_missing_;
      return read;
    }
  }
  current_ = &memory;
  return memory.data;
}

size_t BlockStreamer::bytes_held() const {
  size_t bytes = 0;
  for (const auto* memories : {&slots_, &own_}) {
    for (const Memory& memory : *memories) {
      const bool in_place =
          memory.block != kNone && options_.blocks[memory.block]->in_place_bytes() > 0;
      bytes += in_place ? bytes_of(memory.block) : memory.bytes;
    }
  }
  return bytes;
}

void BlockStreamer::leave_current() {
  if (current_ == nullptr) return;
  // What lies in memory of its own is never overwritten.
  if (!options_.resident[current_->block]) current_->last_use = device_.mark_compute();
  current_ = nullptr;
}

size_t BlockStreamer::steps_until(size_t block) const {
  return (block + options_.blocks.size() - position_) % options_.blocks.size();
}

BlockStreamer::Memory* BlockStreamer::holder_of(size_t block) {
  if (options_.resident[block]) return own_[block].block == block ? &own_[block] : nullptr;
  for (Memory& slot : slots_) {
    if (slot.block == block) return &slot;
  }
  return nullptr;
}

BlockStreamer::Memory* BlockStreamer::place_for(size_t block) {
  if (options_.resident[block]) return &own_[block];
  Memory* last = nullptr;
  for (Memory& slot : slots_) {
    if (slot.block == kNone) return &slot;
    if (last == nullptr || steps_until(slot.block) > steps_until(last->block)) last = &slot;
  }
  return steps_until(last->block) > steps_until(block) ? last : nullptr;
}

absl::Status BlockStreamer::bring(size_t block, Memory& place) {
  if (place.data == nullptr) {
    EASEL_ASSIGN_OR_RETURN(place.data, device_.allocate(bytes_of(block)));
    place.bytes = bytes_of(block);
  }
  if (std::exchange(place.block, kNone) != kNone) ++num_missing_;
  place.upload = kNoTicket;
  EASEL_ASSIGN_OR_RETURN(place.upload,
                         device_.begin_upload(*options_.blocks[block], place.data, place.last_use));
  place.block = block;
  --num_missing_;
  bytes_uploaded_ += bytes_of(block);
  return absl::OkStatus();
}

void BlockStreamer::look_ahead(size_t first_step) {
  if (num_missing_ == 0) return;
  const size_t num_blocks = options_.blocks.size();
  // Resident blocks need no slot: without a limit the first pass would ask for all of them at once.
  size_t on_their_way = 0;
  for (size_t step = first_step; step < num_blocks && on_their_way < options_.num_slots; ++step) {
    if (!another_follows_ && position_ + step >= num_blocks) return;
    const size_t block = (position_ + step) % num_blocks;
    if (bytes_of(block) == 0) continue;
    const Memory* holder = holder_of(block);
    if (holder == nullptr) {
      Memory* place = place_for(block);
      // What fails here is tried again, and told, when the block is entered.
      if (place == nullptr || !bring(block, *place).ok()) return;
      holder = place;
    }
    if (holder->upload != kNoTicket) ++on_their_way;
  }
}

}  // namespace easel
