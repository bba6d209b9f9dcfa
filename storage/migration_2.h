// Version 2 of the schema: pranks, their triggers, and what visitors did.
#pragma once

#include "storage/migrations.h"

namespace easel {

extern const Migration kMigration2;

}  // namespace easel
