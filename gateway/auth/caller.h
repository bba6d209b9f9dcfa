// Who begins and cancels generations: the same name means the same caller.
#pragma once

#include <string>

#include "gateway/http_types.h"

namespace easel {

// "key:ID", "admin:NAME"; without credentials "address:" and the network that one client may have
// at its disposal (client_network). Callers behind one address are one.
std::string caller_of(const HttpRequest& request);

}  // namespace easel
