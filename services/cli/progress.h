// What a job's events look like to the one who waits.
#pragma once

#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <string>

#include "engine/api/generate.h"

namespace easel {

// "denoise  [##########----------]  50 %  10/20  0:03 left": `elapsed_seconds` since the stage
// began; the time left is a guess from what is done, and left out before the first unit and after
// the last.
std::string progress_line(const StageProgress& progress, double elapsed_seconds);

// Writes to `out`: on a terminal one line that changes, elsewhere a line a stage. Warnings stand on
// lines of their own. For the thread that runs the job.
class ProgressPrinter {
 public:
  ProgressPrinter(std::ostream& out, bool is_terminal) : out_(out), is_terminal_(is_terminal) {}
  ~ProgressPrinter() { clear(); }

  // A stage that is not the engine's own, such as opening the model.
  void begin(const std::string& stage);
  void show(const GenerateEvent& event);
  // Takes the changing line away, before something else is printed.
  void clear();

 private:
  void show_progress(const StageProgress& progress);

  std::ostream& out_;
  bool is_terminal_;
  bool line_shown_ = false;
  std::chrono::steady_clock::time_point stage_began_ = std::chrono::steady_clock::now();
};

}  // namespace easel
