// Finds generations by the words of their prompts, their status and their model.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "storage/database.h"
#include "storage/generation_store.h"

namespace easel {

// What is asked for; all of it has to hold.
struct GenerationQuery {
  std::string text;                        // words, by search_words.h; "": any prompt
  std::optional<GenerationStatus> status;  // none: any
  std::string model;                       // that drew it; "": any
};

struct UsedPrompt {
  std::string prompt;
  int64_t uses = 0;
  std::string generation_id;  // the newest that was asked for by it
  int64_t used_at_ms = 0;     // when that was
};

struct PromptPage {
  std::vector<UsedPrompt> items;
  std::optional<std::string> next;
};

// Looks at what is committed, behind no write. DEADLINE for what takes longer than
// Database::kSearchTime. Thread-safe.
class GenerationSearch {
 public:
  // `database` must outlive it.
  explicit GenerationSearch(Database& database) : database_(database) {}

  // As GenerationStore::page, of what the query finds.
  absl::StatusOr<GenerationPage> page(const GenerationQuery& query, int limit,
                                      std::string_view cursor);

  // Distinct prompts, the one that was used last first. `limit` and `cursor` as above.
  absl::StatusOr<PromptPage> prompts(int limit, std::string_view cursor);

 private:
  Database& database_;
};

// Makes a new row known to the search, in the row's own transaction. May throw SQLite::Exception.
void note_prompt(SQLite::Database& connection, int64_t number, std::string_view prompt);
// The row `number`, which was asked for by `prompt`, has gone. In the transaction that removed it;
// may throw. Looks at all rows when the newest of several of one prompt goes.
void forget_prompt(SQLite::Database& connection, int64_t number, std::string_view prompt);

}  // namespace easel
