// Who brings a block's weights when they are needed.
#pragma once

#include <cstddef>

namespace easel {

// Asked whenever a parameter of a block is used whose weights come and go while the network is
// computed. Used by one thread.
class BlockGate {
 public:
  virtual ~BlockGate() = default;
  // When it returns, every parameter of the block is bound. Throws when it cannot be.
  virtual void enter(size_t block) = 0;
};

}  // namespace easel
