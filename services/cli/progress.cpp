#include "services/cli/progress.h"

#include <algorithm>
#include <cmath>
#include <ostream>

#include "absl/strings/str_format.h"
#include "base/strings.h"

namespace easel {
namespace {

constexpr int64_t kBarWidth = 20;
constexpr char kEraseLine[] = "\r\x1b[K";

std::string time_text(double seconds) {
  const auto total = static_cast<int64_t>(std::lround(std::min(seconds, 1e9)));
  if (total < 3600) return absl::StrFormat("%d:%02d", total / 60, total % 60);
  return absl::StrFormat("%d:%02d:%02d", total / 3600, total / 60 % 60, total % 60);
}

}  // namespace

std::string progress_line(const StageProgress& progress, double elapsed_seconds) {
  const int64_t units = std::max<int64_t>(progress.units, 1);
  const int64_t done = std::clamp<int64_t>(progress.done, 0, units);
  const double share = static_cast<double>(done) / static_cast<double>(units);
  const auto filled = static_cast<size_t>(share * kBarWidth);
  const std::string bar = std::string(filled, '#') + std::string(kBarWidth - filled, '-');
  std::string line = absl::StrFormat("%-8s [%s] %3d %%  %d/%d", progress.stage, bar,
                                     static_cast<int>(share * 100), done, units);
  if (done > 0 && done < units) {
    line += "  " + time_text(elapsed_seconds / share * (1 - share)) + " left";
  }
  return line;
}

void ProgressPrinter::begin(const std::string& stage) { show(StageStarted{stage, 0}); }

void ProgressPrinter::show(const GenerateEvent& event) {
  if (const auto* started = std::get_if<StageStarted>(&event)) {
    stage_began_ = std::chrono::steady_clock::now();
    if (is_terminal_) {
      out_ << kEraseLine << started->stage << " …" << std::flush;
      line_shown_ = true;
    } else if (started->units > 1) {
      out_ << started->stage << ": " << started->units << " steps" << std::endl;
    } else {
      out_ << started->stage << std::endl;
    }
  } else if (const auto* progress = std::get_if<StageProgress>(&event)) {
    show_progress(*progress);
  } else if (const auto* warning = std::get_if<Warning>(&event)) {
    clear();
    out_ << "warning: " << warning->text << std::endl;
  }
}

void ProgressPrinter::show_progress(const StageProgress& progress) {
  if (!is_terminal_) return;
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - stage_began_;
  out_ << kEraseLine << progress_line(progress, elapsed.count()) << std::flush;
  line_shown_ = true;
}

void ProgressPrinter::clear() {
  if (line_shown_) out_ << kEraseLine << std::flush;
  line_shown_ = false;
}

}  // namespace easel
