// Everything that the gateway keeps on disk, opened in the right order.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "absl/status/statusor.h"
#include "storage/account_store.h"
#include "storage/api_key_store.h"
#include "storage/audit_store.h"
#include "storage/database.h"
#include "storage/generation_removal.h"
#include "storage/generation_search.h"
#include "storage/generation_store.h"
#include "storage/picture_store.h"
#include "storage/prank_store.h"
#include "storage/prank_visits.h"
#include "storage/preference_store.h"
#include "storage/trigger_store.h"
#include "storage/usage_store.h"

namespace easel {

// The database and the stores of one data folder. Thread-safe, as they are.
class Storage {
 public:
  // What a process that died had left; for the log.
  struct Recovered {
    int64_t interrupted = 0;    // rows that were open
    int64_t removed_files = 0;  // temporary files and pictures without a row
  };

  // Locks the folder, opens and migrates the database, closes open rows as interrupted, sweeps the
  // picture folders (PictureStore::sweep). OUTPUT_FAILED, in words for the operator.
  static absl::StatusOr<std::unique_ptr<Storage>> open(const std::filesystem::path& data_folder);

  GenerationStore& generations() { return generations_; }
  GenerationSearch& search() { return search_; }
  GenerationRemoval& removal() { return removal_; }
  PrankStore& pranks() { return pranks_; }
  TriggerStore& triggers() { return triggers_; }
  PrankVisits& prank_visits() { return prank_visits_; }
  PictureStore& pictures() { return *pictures_; }
  AccountStore& accounts() { return accounts_; }
  ApiKeyStore& api_keys() { return api_keys_; }
  AuditStore& audit() { return audit_; }
  UsageStore& usage() { return usage_; }
  PreferenceStore& preferences() { return preferences_; }
  const Recovered& recovered() const { return recovered_; }

 private:
  Storage(std::unique_ptr<Database> database, std::unique_ptr<PictureStore> pictures);
  absl::StatusOr<bool> is_known(PictureKind kind, std::string_view file);

  std::unique_ptr<Database> database_;
  GenerationStore generations_{*database_};
  GenerationSearch search_{*database_};
  AccountStore accounts_{*database_};
  ApiKeyStore api_keys_{*database_};
  AuditStore audit_{*database_};
  UsageStore usage_{*database_};
  PreferenceStore preferences_{*database_};
  PrankStore pranks_{*database_};
  TriggerStore triggers_{*database_};
  PrankVisits prank_visits_{*database_};
  std::unique_ptr<PictureStore> pictures_;
  GenerationRemoval removal_{*database_, *pictures_};
  Recovered recovered_;
};

}  // namespace easel
