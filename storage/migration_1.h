// Version 1 of the schema: the generation log and its files.
#pragma once

#include "storage/migrations.h"

namespace easel {

extern const Migration kMigration1;

}  // namespace easel
