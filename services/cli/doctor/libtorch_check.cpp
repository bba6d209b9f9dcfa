#include "services/cli/doctor/libtorch_check.h"

#include "base/error.h"

namespace easel {

Finding judge_libtorch(const LibtorchFacts& facts, const absl::Status& tried) {
  constexpr char kName[] = "libtorch";
  const std::string found =
      concat(facts.version, ", kernels for ", facts.cpu_capability, ", ", facts.threads,
             facts.threads == 1 ? " thread" : " threads", ", CUDA part ",
             facts.has_cuda_library ? "there" : "not there", "; ", facts.folder);
  if (!tried.ok()) {
    return fail(kName, found, concat("it does not compute: ", tried.message()),
                "install the same version anew (`./dev build` fetches it); if that does not help, "
                "suspect the memory or the processor");
  }
  return ok(kName, found);
}

}  // namespace easel
