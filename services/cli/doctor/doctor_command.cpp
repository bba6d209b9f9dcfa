#include "services/cli/doctor/doctor_command.h"

#include <cstdlib>
#include <ostream>
#include <utility>
#include <vector>

#include "services/cli/doctor/all_checks.h"
#include "services/cli/doctor/doctor_report.h"
#include "services/cli/doctor/explain.h"
#include "services/cli/progress.h"

namespace easel {
namespace {

// https://no-color.org: set and not empty means none.
bool wants_colours(const Console& console) {
  const char* none = std::getenv("NO_COLOR");
  return console.out_is_terminal && (none == nullptr || *none == '\0');
}

// Says what is looked at, where somebody watches.
class Watched {
 public:
  explicit Watched(const Console& console)
      : shown_(console.err_is_terminal), progress_(console.err, console.err_is_terminal) {}

  void begin(const std::string& name) {
    if (shown_) progress_.begin(name);
  }
  void clear() { progress_.clear(); }

 private:
  bool shown_;
  ProgressPrinter progress_;
};

}  // namespace

void add_doctor_options(CLI::App& app, DoctorOptions& options) {
  app.add_flag("--json", options.json, "Prints one JSON object instead of lines of text");
  app.add_option_function<std::string>(
         "--explain",
         [&options](const std::string& reason) {
           options.explain = true;
           options.reason = reason;
         },
         "Explains an error's reason, such as OUT_OF_MEMORY; without one lists all, and checks "
         "nothing")
      ->expected(0, 1)
      ->type_name("[REASON]");
}

int run_doctor(const DoctorOptions& options, const Console& console) {
  if (options.explain) return run_explain(options.reason, options.json, console);
  const bool colours = wants_colours(console);
  std::vector<Finding> findings;
  Watched watched(console);
  for (const DoctorCheck& check : all_checks()) {
    watched.begin(check.name);
    console.out.flush();  // the check's process has a copy of what is not written yet
    run_check(check, [&](Finding finding) {
      watched.clear();
      if (!options.json) console.out << finding_text(finding, colours) << std::flush;
      findings.push_back(std::move(finding));
    });
  }
  watched.clear();
  console.out << (options.json ? doctor_json(findings) : "\n" + summary_text(findings));
  const int code = conclude(console, absl::OkStatus(), options.json);
  const bool failed = worst_status(findings) == FindingStatus::kFail;
  return code == 0 && failed ? 1 : code;
}

}  // namespace easel
