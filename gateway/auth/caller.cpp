#include "gateway/auth/caller.h"

#include "base/strings.h"
#include "gateway/auth/admins.h"

namespace easel {

std::string caller_of(const HttpRequest& request) {
  const std::string actor = request.identity.actor();
  return actor.empty() ? concat("address:", client_network(request.client_address)) : actor;
}

}  // namespace easel
