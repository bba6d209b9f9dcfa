#include "services/cli/bench_command.h"

#include <chrono>
#include <memory>
#include <ostream>
#include <utility>

#include "base/error.h"
#include "services/cli/bench_report.h"
#include "services/cli/cancel_on_signal.h"
#include "services/cli/option_values.h"
#include "services/cli/progress.h"
#include "services/cli/prompt_source.h"

namespace easel {
namespace {

using Clock = std::chrono::steady_clock;

constexpr WholeRange kPositive{1};
constexpr WholeRange kRuns{1, 1000};
constexpr int64_t kDefaultRuns = 3;
constexpr uint64_t kSeed = 1;

double seconds_between(Clock::time_point from, Clock::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}

// Seconds between the denoise stage's units.
class StepClock {
 public:
  void on_event(const GenerateEvent& event) {
    const Clock::time_point now = Clock::now();
    const auto* progress = std::get_if<StageProgress>(&event);
    if (progress != nullptr && progress->stage == "denoise") {
      steps_.push_back(seconds_between(last_, now));
    }
    last_ = now;
  }
  std::vector<double> take() { return std::move(steps_); }

 private:
  Clock::time_point last_ = Clock::now();
  std::vector<double> steps_;
};

absl::StatusOr<GenerateRequest> make_request(const BenchOptions& options, int64_t& runs) {
  GenerateRequest request;
  EASEL_RETURN_IF_ERROR(check_text("--prompt", options.prompt));
  request.prompt = options.prompt;
  request.seed = kSeed;
  EASEL_RETURN_IF_ERROR(read_whole("--width", options.width, kPositive, request.width));
  EASEL_RETURN_IF_ERROR(read_whole("--height", options.height, kPositive, request.height));
  EASEL_RETURN_IF_ERROR(read_whole("--steps", options.steps, kPositive, request.steps));
  std::optional<int64_t> given_runs;
  EASEL_RETURN_IF_ERROR(read_whole("--runs", options.runs, kRuns, given_runs));
  runs = given_runs.value_or(kDefaultRuns);
  return request;
}

absl::Status bench(const BenchOptions& options, const Console& console) {
  int64_t num_runs = 0;
  EASEL_ASSIGN_OR_RETURN(const GenerateRequest request, make_request(options, num_runs));
  ProgressPrinter progress(console.err, console.err_is_terminal);
  CancelToken cancel;
  const CancelOnSignal on_signal(cancel);
  const Clock::time_point start = Clock::now();
  EASEL_ASSIGN_OR_RETURN(const std::unique_ptr<Model> model,
                         open_chosen_model(options.model, Retention::kKeep));
  const double open_seconds = seconds_between(start, Clock::now());
  std::vector<BenchRun> runs;
  for (int64_t i = 0; i < num_runs; ++i) {
    StepClock clock;
    const EventSink sink = [&](const GenerateEvent& event) {
      clock.on_event(event);
      if (!options.quiet) progress.show(event);
    };
    EASEL_ASSIGN_OR_RETURN(GenerateResult result, model->generate(request, sink, cancel));
    runs.push_back({std::move(result), clock.take()});
  }
  progress.clear();
  const BenchFigures figures = summarize(runs, open_seconds);
  console.out << (options.json ? bench_json(figures) : bench_text(figures));
  return absl::OkStatus();
}

}  // namespace

void add_bench_options(CLI::App& app, BenchOptions& options) {
  add_model_options(app, options.model);
  app.add_option("--prompt", options.prompt, "What to draw; the time does not depend on it");
  add_text_option(app, "--width", options.width, "Default: the model's own")->type_name("PIXELS");
  add_text_option(app, "--height", options.height, "Default: the model's own")->type_name("PIXELS");
  add_text_option(app, "--steps", options.steps, "Denoising steps; default: the model's own")
      ->type_name("N");
  add_text_option(app, "--runs", options.runs, "Pictures to draw, 1 … 1000; default 3")
      ->type_name("N");
  app.add_flag("--json", options.json, "Prints one JSON object instead of a table");
  app.add_flag("--quiet", options.quiet, "Prints no progress");
}

int run_bench(const BenchOptions& options, const Console& console) {
  return conclude(console, bench(options, console), options.json);
}

}  // namespace easel
