// The addresses of gateway and worker: free, or taken, and by whom.
#pragma once

#include <string>

#include "services/cli/doctor/finding.h"
#include "services/cli/doctor/health_probe.h"

namespace easel {

enum class PortState {
  kFree,             // this user can listen there
  kEasel,            // what listens answers as easel
  kEaselNotServing,  // the same, but it loads a model or is about to end
  kOther,            // something else listens, or easel with TLS
  kForbidden,        // a port that only root may take
  kSilent,           // not of this machine, and nothing answers
  kUnusable,         // no address at all
};

struct PortFacts {
  std::string what;     // "gateway", "worker"
  std::string address;  // "127.0.0.1:7999", "unix:/run/worker"
  PortState state = PortState::kFree;
  std::string detail;  // the system's words, where there are any
};

// How the one who listens is asked.
struct PortProbe {
  std::string request;
  ProbeAnswer (*read_answer)(std::string_view bytes);
};

// Tries to listen at "HOST:PORT", or to reach "unix:PATH", and asks whoever is there, for about two
// seconds at most.
PortFacts read_port_facts(const std::string& what, const std::string& address,
                          const PortProbe& probe);

Finding judge_port(const PortFacts& facts);

}  // namespace easel
