// The border between torch, which throws, and everything else, where errors are values.
#pragma once

#include <c10/core/InferenceMode.h>
#include <c10/util/Exception.h>

#include <exception>
#include <new>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "base/error.h"
#include "engine/memory/streamed_weights.h"

namespace easel {

inline bool says_out_of_memory(const c10::Error& error) {
  // The CPU's allocator has no error type of its own, nor have CUDA's calls beside the allocator.
  const std::string_view what = error.what_without_backtrace();
  return what.find("can't allocate memory") != std::string_view::npos ||
         what.find("CUDA error: out of memory") != std::string_view::npos ||
         what.find("CUBLAS_STATUS_ALLOC_FAILED") != std::string_view::npos;
}

inline absl::Status out_of_memory(const std::string& detail) {
  return make_error(Reason::kOutOfMemory, concat("out of memory: ", detail,
                                                 "; a smaller size or fewer images need less"));
}

// What torch throws, as an error; `work` returns a Status or a StatusOr.
template <typename Work>
auto guarded(const Work& work) -> decltype(work()) {
  try {
    const c10::InferenceMode inference;
    return work();
  } catch (const WeightsError& error) {
    return error.status();
  } catch (const c10::OutOfMemoryError& error) {
    return out_of_memory(error.what_without_backtrace());
  } catch (const c10::Error& error) {
    if (says_out_of_memory(error)) return out_of_memory(error.what_without_backtrace());
    return make_error(Reason::kInferenceFailed, error.what_without_backtrace());
  } catch (const std::bad_alloc&) {
    return out_of_memory("the host has no more");
  } catch (const std::exception& error) {
    return make_error(Reason::kInferenceFailed, error.what());
  }
}

}  // namespace easel
