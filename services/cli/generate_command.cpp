#include "services/cli/generate_command.h"

#include <chrono>
#include <memory>
#include <ostream>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "engine/api/tensor_file.h"
#include "services/cli/cancel_on_signal.h"
#include "services/cli/generate_report.h"
#include "services/cli/output_paths.h"
#include "services/cli/progress.h"

namespace easel {
namespace {

namespace fs = std::filesystem;

constexpr char kPreviewWithoutOutput[] = "easel.png";  // becomes easel.preview.png

// One run of the command.
class GenerateRun {
 public:
  GenerateRun(const GenerateOptions& options, const Console& console)
      : options_(options), console_(console), progress_(console.err, console.err_is_terminal) {}

  absl::Status run() {
    EASEL_RETURN_IF_ERROR(check_output());
    EASEL_ASSIGN_OR_RETURN(const GenerateRequest request, make_request(options_, console_.in));
    EASEL_ASSIGN_OR_RETURN(const GenerateResult result, compute(request));
    progress_.clear();
    std::vector<fs::path> paths;
    const absl::Status written = write(result, paths);
    if (!written.ok() && !paths.empty()) {
      std::vector<std::string> names;
      for (const fs::path& path : paths) names.push_back(path.string());
      return with_context(written, concat("only ", join(names, ", "), " could be written"));
    }
    EASEL_RETURN_IF_ERROR(written);
    report(result, paths);
    return absl::OkStatus();
  }

 private:
  absl::Status check_output() const {
    if (options_.output) {
      EASEL_RETURN_IF_ERROR(check_png_name("--output", *options_.output));
    }
    EASEL_RETURN_IF_ERROR(check_writable(options_.output.value_or(kPreviewWithoutOutput)));
    return options_.save_tensors ? check_writable(*options_.save_tensors) : absl::OkStatus();
  }

  absl::StatusOr<GenerateResult> compute(const GenerateRequest& request) {
    CancelToken cancel;
    const CancelOnSignal on_signal(cancel);
    const auto start = std::chrono::steady_clock::now();
    if (!options_.quiet) progress_.begin("open");
    EASEL_ASSIGN_OR_RETURN(const std::unique_ptr<Model> model,
                           open_chosen_model(options_.model, Retention::kReleaseEarly));
    const std::chrono::duration<double> opening = std::chrono::steady_clock::now() - start;
    EASEL_ASSIGN_OR_RETURN(
        GenerateResult result,
        model->generate(
            request, [this](const GenerateEvent& event) { on_event(event); }, cancel));
    result.seconds.insert(result.seconds.begin(), {"open", opening.count()});
    return result;
  }

  void on_event(const GenerateEvent& event) {
    if (!options_.quiet) progress_.show(event);
    const auto* preview = std::get_if<PreviewReady>(&event);
    if (preview == nullptr) return;
    const fs::path path = preview_path(options_.output.value_or(kPreviewWithoutOutput));
    const absl::Status written = write_file_atomically(path, preview->png);
    // A preview is not worth the picture: the work goes on without it.
    if (!written.ok() && !options_.quiet) {
      progress_.show(Warning{std::string(to_std(written.message()))});
    }
  }

  // Fills `paths` with the pictures that are there, also when it fails.
  absl::Status write(const GenerateResult& result, std::vector<fs::path>& paths) const {
    const size_t count = result.pngs.size();
    const std::vector<fs::path> names = options_.output
                                            ? image_paths(*options_.output, count)
                                            : unused_image_paths({}, result.seed, count);
    for (size_t i = 0; i < count; ++i) {
      EASEL_RETURN_IF_ERROR(write_file_atomically(names[i], result.pngs[i]));
      paths.push_back(names[i]);
    }
    return options_.save_tensors ? save_tensors(*options_.save_tensors, result.tensors)
                                 : absl::OkStatus();
  }

  void report(const GenerateResult& result, const std::vector<fs::path>& paths) const {
    if (!options_.quiet) console_.err << generate_summary(result) << std::endl;
    if (options_.json) {
      console_.out << generate_json(result, paths) << "\n";
      return;
    }
    for (const fs::path& path : paths) console_.out << path.string() << "\n";
  }

  const GenerateOptions& options_;
  const Console& console_;
  ProgressPrinter progress_;
};

}  // namespace

int run_generate(const GenerateOptions& options, const Console& console) {
  const absl::Status status = GenerateRun(options, console).run();
  return conclude(console, status, options.json);
}

}  // namespace easel
