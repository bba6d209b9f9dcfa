// Version 3 of the schema: admins, their sessions and what they did, API keys, quotas, preferences.
#pragma once

#include "storage/migrations.h"

namespace easel {

extern const Migration kMigration3;

}  // namespace easel
