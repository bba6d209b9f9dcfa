#include "engine/nn/module.h"

namespace easel {

Module::Module(Module& parent, std::string name) : name_(std::move(name)) {
  parent.children_.push_back(this);
}

void Module::visit_parameters(const ParameterVisitor& visitor, const std::string& prefix) {
  for (Parameter* parameter : parameters_) visitor(prefix + parameter->name(), *parameter);
  for (Module* child : children_) child->visit_parameters(visitor, prefix + child->name_ + ".");
}

std::vector<Module::Block> Module::blocks() {
  std::vector<Block> blocks = {{"", {}}};
  collect_blocks("", /*current=*/0, blocks);
  return blocks;
}

void Module::collect_blocks(const std::string& key, size_t current, std::vector<Block>& blocks) {
  if (is_block_) {
    current = blocks.size();
    blocks.push_back({key, {}});
  }
  for (Parameter* parameter : parameters_) blocks[current].parameters.push_back(parameter);
  for (Module* child : children_) {
    child->collect_blocks(key.empty() ? child->name_ : key + "." + child->name_, current, blocks);
  }
}

}  // namespace easel
