#include "engine/nn/checkpoint_binding.h"

#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/strings.h"

namespace easel {
namespace {

constexpr size_t kShownKeys = 8;

std::string shape_text(const std::vector<int64_t>& shape) {
  return concat("[", join(shape, ", "), "]");
}

std::string list_text(const char* title, const std::vector<std::string>& keys) {
  if (keys.empty()) return "";
  const std::vector<std::string> shown(
      keys.begin(), keys.begin() + static_cast<ptrdiff_t>(std::min(keys.size(), kShownKeys)));
  const std::string more =
      keys.size() > kShownKeys ? concat(", … ", keys.size() - kShownKeys, " more") : "";
  return concat("; ", keys.size(), " ", title, ": ", join(shown, ", "), more);
}

// One look-up of a module's keys in a checkpoint; collects what does not fit.
class Matcher {
 public:
  Matcher(const Checkpoint& checkpoint, const KeyRules& rules)
      : checkpoint_(checkpoint), rules_(rules) {}

  void match(const std::string& key, Parameter& parameter) {
    const Checkpoint::Entry* entry = find(key);
    if (entry == nullptr) {
      missing_.push_back(key);
      return;
    }
    used_.insert(entry->info->name);
    if (entry->info->shape != parameter.shape()) {
      misshapen_.push_back(concat(key, " (expected ", shape_text(parameter.shape()), ", got ",
                                  shape_text(entry->info->shape), ")"));
      return;
    }
    parameter.set_source({&checkpoint_, entry, /*first_row=*/0, /*swap_halves=*/false});
  }

  std::string problems() const {
    std::vector<std::string> unused;
    for (const std::string& name : checkpoint_.names()) {
      if (!used_.contains(name) && !ignored(name)) unused.push_back(name);
    }
    return list_text("missing", missing_) + list_text("unused", unused) +
           list_text("misshapen", misshapen_);
  }

 private:
  const Checkpoint::Entry* find_prefixed(const std::string& key) const {
    if (const Checkpoint::Entry* entry = checkpoint_.find(key)) return entry;
    for (const std::string& prefix : rules_.prefixes) {
      if (const Checkpoint::Entry* entry = checkpoint_.find(prefix + key)) return entry;
    }
    return nullptr;
  }

  const Checkpoint::Entry* find(const std::string& key) const {
    if (const Checkpoint::Entry* entry = find_prefixed(key)) return entry;
    for (const auto& [name, alias] : rules_.aliases) {
      if (name != key) continue;
      if (const Checkpoint::Entry* entry = find_prefixed(alias)) return entry;
    }
    return nullptr;
  }

  // Either name of a tied pair may be stored twice.
  bool ignored(const std::string& name) const {
    const auto ends = [&](const std::string& suffix) { return name.ends_with(suffix); };
    const auto is_alias = [&](const auto& pair) { return name.ends_with(pair.second); };
    return std::any_of(rules_.ignored_suffixes.begin(), rules_.ignored_suffixes.end(), ends) ||
           std::any_of(rules_.aliases.begin(), rules_.aliases.end(), is_alias);
  }

  const Checkpoint& checkpoint_;
  const KeyRules& rules_;
  std::set<std::string> used_;
  std::vector<std::string> missing_, misshapen_;
};

}  // namespace

absl::Status match_checkpoint(Module& root, const Checkpoint& checkpoint, const KeyRules& rules,
                              const std::string& component) {
  Matcher matcher(checkpoint, rules);
  root.visit_parameters(
      [&](const std::string& key, Parameter& parameter) { matcher.match(key, parameter); });
  const std::string problems = matcher.problems();
  if (problems.empty()) return absl::OkStatus();
  return bad_weights(component, ": the checkpoint does not fit the model that its config describes",
                     problems);
}

}  // namespace easel
