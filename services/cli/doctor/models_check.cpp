#include "services/cli/doctor/models_check.h"

#include <algorithm>

#include "base/byte_size.h"
#include "base/error.h"
#include "services/models/hub_models.h"

namespace easel {
namespace {

namespace fs = std::filesystem;

constexpr size_t kMostProblems = 3;  // of one model; `easel inspect` shows all

Finding not_here(const std::string& name, const KnownModel& model) {
  const std::string cause(to_std(model.located.message()));
  // The built-in ones are an offer, not a promise. The first line of the cause says where it
  // looked.
  if (model.built_in && model.name != "demo") {
    return ok(name, "not on this machine; `easel generate --model " + model.name +
                        " --prompt x` says how to get it");
  }
  return fail(name, "not on this machine", cause,
              model.built_in ? "set EASEL_DEMO_DIR, or install easel anew"
                             : concat("bring it there, or `easel models remove ", model.name, "`"));
}

Finding unreadable(const std::string& name, const KnownModel& model, const absl::Status& status) {
  std::error_code error;
  if (!fs::exists(model.path / "model_index.json", error)) {
    return warn(name, concat("no model in ", model.path.string()), "it has no model_index.json",
                "finish its download (`hf download` goes on where it stopped), or delete the "
                "folder; single files are no model folder");
  }
  return fail(name, model.path.string(), to_std(status.message()),
              "download the file that is named again");
}

std::string problems_of(const ModelReport& report) {
  std::vector<std::string> problems;
  for (const ComponentReport& part : report.components) {
    if (!part.problem.empty()) problems.push_back(concat(part.name, ": ", part.problem));
  }
  if (!report.problem.empty()) problems.push_back(report.problem);
  const size_t more = problems.size() - std::min(problems.size(), kMostProblems);
  problems.resize(std::min(problems.size(), kMostProblems));
  std::string text = join(problems, "\n");
  return more == 0 ? text : concat(text, "\nand ", more, " more");
}

int64_t bytes_of(const ModelReport& report) {
  int64_t bytes = 0;
  for (const ComponentReport& part : report.components) bytes += part.bytes;
  return bytes;
}

std::string redo(const KnownModel& model) {
  const std::string inspect =
      concat("`easel inspect ", model.path.string(), "` shows every component");
  if (!is_hub_id(model.name)) return inspect + "; bring the missing or damaged files anew";
  return concat(inspect, "; `hf download ", model.name, "` goes on where it stopped");
}

}  // namespace

Finding judge_model(const KnownModel& model, const absl::StatusOr<ModelReport>& report) {
  const std::string name = concat("model ", model.name);
  if (!model.located.ok()) return not_here(name, model);
  if (!report.ok()) return unreadable(name, model, report.status());
  const std::string title = report->family.empty() ? "unknown family"
                            : report->variant.empty()
                                ? report->family
                                : concat(report->family, " ", report->variant);
  const std::string found =
      concat(title, ", ", format_byte_size(bytes_of(*report)), ", ", model.path.string());
  if (report->complete()) return ok(name, found);
  if (report->family.empty()) {
    return warn(name, found, problems_of(*report), "this version of easel cannot draw with it");
  }
  return fail(name, found, problems_of(*report), redo(model));
}

Finding judge_mixed_model(const KnownModel& model, const absl::Status& status) {
  const std::string name = concat("model ", model.name);
  const std::string found = concat(model.path.string(), " with ", model.components.size(),
                                   " of its components from elsewhere");
  if (status.ok()) return ok(name, found);
  return fail(name, found, to_std(status.message()),
              "correct the paths in the registry (`easel models`), or bring the file anew");
}

}  // namespace easel
