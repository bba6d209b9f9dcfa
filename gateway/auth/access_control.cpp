#include "gateway/auth/access_control.h"

namespace easel {

AccessControl::AccessControl(Storage& storage, const AccessSettings& settings, const Clock& clock)
    : storage_(storage),
      clock_(clock),
      admins_(storage.accounts(), clock, settings.admins),
      audit_trail_(storage.audit(), clock),
      guard_({admins_, storage.api_keys(), audit_trail_, passes_},
             {make_origin_rules(settings.origins, settings.admin_origins), settings.anonymous},
             clock),
      limits_(storage.usage(), clock, settings.limits) {}

}  // namespace easel
