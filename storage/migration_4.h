// Version 4 of the schema: the search of generations, and the prompts that were used.
#pragma once

#include "storage/migrations.h"

namespace easel {

extern const Migration kMigration4;

}  // namespace easel
