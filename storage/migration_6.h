// Version 6 of the schema: what was folded by older rules is folded again.
#pragma once

#include "storage/migrations.h"

namespace easel {

extern const Migration kMigration6;

}  // namespace easel
