// Whether what listens at an address is an easel: the two questions, and how the answers are read.
//
// The command links no gRPC, so the worker is asked in HTTP/2 frames made by hand (RFC 9113,
// headers without compression as in RFC 7541 section 6.2.2): one call of
// grpc.health.v1.Health/Check for easel's own service, which another server does not know.
#pragma once

#include <string>
#include <string_view>

namespace easel {

enum class ProbeAnswer {
  kIncomplete,  // so far; at the end of the connection it is no easel
  kEasel,
  kEaselNotServing,  // a worker that loads a model or is about to end
  kOther,
};

// GET /healthz, as HTTP/1.1.
std::string gateway_probe();
ProbeAnswer read_gateway_answer(std::string_view bytes);

// Health/Check of "easel.v1.ImageService", as gRPC.
std::string worker_probe();
ProbeAnswer read_worker_answer(std::string_view bytes);

}  // namespace easel
