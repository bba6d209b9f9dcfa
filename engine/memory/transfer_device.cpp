#include "engine/memory/transfer_device.h"

#include <exception>
#include <new>

#include "base/error.h"

namespace easel {

absl::Status read_without_throwing(const BlockSource& source, size_t first, size_t count,
                                   std::byte* target) {
  try {
    return source.read_part(first, count, target);
  } catch (const std::bad_alloc&) {
    return make_error(Reason::kOutOfMemory, "no memory to read a block of weights with");
  } catch (const std::exception& error) {
    return make_error(Reason::kInferenceFailed,
                      concat("reading a block of weights: ", error.what()));
  } catch (...) {
    return make_error(Reason::kInferenceFailed, "reading a block of weights: unknown exception");
  }
}

}  // namespace easel
