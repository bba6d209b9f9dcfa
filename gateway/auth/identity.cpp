#include "gateway/auth/identity.h"

#include "base/strings.h"
#include "storage/api_key_store.h"

namespace easel {

bool Identity::is_admin() const {
  return kind == CallerKind::kAdminSession || kind == CallerKind::kAdminPassword ||
         (kind == CallerKind::kKey && (scopes & kScopeAdmin) != 0);
}

std::string Identity::actor() const {
  if (kind == CallerKind::kAnonymous) return "";
  return kind == CallerKind::kKey ? concat("key:", id) : concat("admin:", name);
}

}  // namespace easel
