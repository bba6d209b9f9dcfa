// The tree of named parts that a network is made of.
//
//   class Mlp : public Module {
//    public:
//     Mlp(Module& parent, std::string name, int64_t dim)
//         : Module(parent, std::move(name)), fc1_(*this, "fc1", dim, 4 * dim), fc2_(*this, "fc2", 4
//         * dim, dim) {}
//     at::Tensor forward(const at::Tensor& x) const { return
//     fc2_.forward(at::gelu(fc1_.forward(x))); }
//    private:
//     Linear fc1_, fc2_;
//   };
//
// Children register under the checkpoint's own key, so that loading is a walk over the tree. A name
// may hold dots ("to_out.0") where the checkpoint has a list that we do not need.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/nn/parameter.h"

namespace easel {

// Owned by whoever declares it, registered with its parent by address: neither copied nor moved.
// The tree is fixed after construction; reading it is thread-safe.
class Module {
 public:
  Module() = default;  // a root
  Module(Module& parent, std::string name);
  virtual ~Module() = default;
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;

  using ParameterVisitor = std::function<void(const std::string& key, Parameter&)>;
  // Depth first, in order of declaration; `key` is the path from this module, such as
  // "attn.to_q.weight".
  void visit_parameters(const ParameterVisitor& visitor, const std::string& prefix = "");

  // A block is what weights are packed and moved by: all parameters below it that are in no inner
  // block.
  struct Block {
    std::string key;  // "" for what is in no marked block
    std::vector<Parameter*> parameters;
  };
  // Every block below this module in order of execution; the one with the empty key comes first.
  std::vector<Block> blocks();

 protected:
  void mark_as_block() { is_block_ = true; }

 private:
  friend class Parameter;
  void register_parameter(Parameter& parameter) { parameters_.push_back(&parameter); }
  void collect_blocks(const std::string& key, size_t current, std::vector<Block>& blocks);

  std::string name_;
  bool is_block_ = false;
  std::vector<Parameter*> parameters_;
  std::vector<Module*> children_;
};

// A numbered list of modules, keys "0", "1", ….
template <typename T>
class ModuleList : public Module {
 public:
  ModuleList(Module& parent, std::string name) : Module(parent, std::move(name)) {}

  template <typename... Args>
  T& emplace_back(Args&&... args) {
    items_.push_back(
        std::make_unique<T>(*this, std::to_string(items_.size()), std::forward<Args>(args)...));
    return *items_.back();
  }

  size_t size() const { return items_.size(); }
  const T& operator[](size_t index) const { return *items_[index]; }
  auto begin() const { return items_.begin(); }  // iterates over std::unique_ptr<T>
  auto end() const { return items_.end(); }

 private:
  std::vector<std::unique_ptr<T>> items_;
};

}  // namespace easel
