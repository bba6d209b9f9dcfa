// Version 5 of the schema: a prank's triggers are judged from one index.
#pragma once

#include "storage/migrations.h"

namespace easel {

extern const Migration kMigration5;

}  // namespace easel
