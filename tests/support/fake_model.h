// A model without weights, whose every unit of work waits for the test.
#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/error.h"
#include "engine/api/engine.h"

namespace easel::testing {

// Lets units of work pass: all of them while it is open. Thread-safe.
class Gate {
 public:
  void open() { set(true); }
  void close() { set(false); }
  void let_pass(int units) {
    const std::lock_guard lock(mutex_);
    passes_ += units;
    changed_.notify_all();
  }
  // Blocks until a unit may pass.
  void pass() {
    std::unique_lock lock(mutex_);
    ++waiting_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_ || passes_ > 0; });
    --waiting_;
    if (!open_) --passes_;
  }
  // Blocks until somebody stands before the gate.
  void await_arrival() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return waiting_ > 0; });
  }

 private:
  void set(bool open) {
    const std::lock_guard lock(mutex_);
    open_ = open;
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = true;
  int passes_ = 0;
  int waiting_ = 0;
};

// What the fake models of a test do, and what became of them. Shared by all of them.
struct FakeWorld {
  Gate gate;       // before every denoise step
  Gate load_gate;  // before weights are there
  int64_t steps = 3;
  std::string png = "picture";
  // Set before the engine starts, or while nothing runs.
  absl::Status open_status, load_status, generate_status;
  bool throws = false;
  bool weights_come_with_jobs = false;               // as under a memory budget
  std::map<std::string, Model::MakeRoom> make_room;  // what the models were given, by key

  std::vector<std::string> opened() const { return read(opened_); }
  std::vector<std::string> prompts() const { return read(prompts_); }
  std::vector<GenerateRequest> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  void note_opened(const std::string& key) {
    const std::lock_guard lock(mutex_);
    opened_.push_back(key);
  }
  void note_work(const CancelToken& cancel) {
    const std::lock_guard lock(mutex_);
    working_ = &cancel;
  }
  // Blocks until the work that stands before a gate has to stop.
  void await_stop() const {
    const CancelToken* token = nullptr;
    {
      const std::lock_guard lock(mutex_);
      token = working_;
    }
    while (token->check().ok()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  void note_request(const GenerateRequest& request) {
    const std::lock_guard lock(mutex_);
    prompts_.push_back(request.prompt);
    requests_.push_back(request);
  }

 private:
  std::vector<std::string> read(const std::vector<std::string>& list) const {
    const std::lock_guard lock(mutex_);
    return list;
  }

  mutable std::mutex mutex_;
  std::vector<std::string> opened_;   // keys, in order
  std::vector<std::string> prompts_;  // of jobs that a model began
  std::vector<GenerateRequest> requests_;
  const CancelToken* working_ = nullptr;  // of the latest generate() or load()
};

class FakeModel : public Model {
 public:
  FakeModel(std::shared_ptr<FakeWorld> world, std::string key)
      : world_(std::move(world)), key_(std::move(key)) {}

  absl::StatusOr<GenerateResult> generate(const GenerateRequest& request, const EventSink& sink,
                                          const CancelToken& cancel) override {
    world_->note_request(request);
    world_->note_work(cancel);
    if (world_->throws) throw std::runtime_error("the fake throws");
    EASEL_RETURN_IF_ERROR(world_->generate_status);
    const int64_t steps = request.steps.value_or(world_->steps);
    sink(StageStarted{"denoise", steps});
    for (int64_t step = 1; step <= steps; ++step) {
      EASEL_RETURN_IF_ERROR(cancel.check());
      world_->gate.pass();
      sink(StageProgress{"denoise", step, steps});
      if (request.preview_every > 0 && step % request.preview_every == 0) {
        sink(PreviewReady{step, concat("preview ", step)});
      }
    }
    return result_of(request, steps);
  }

  absl::Status load(const EventSink& sink, const CancelToken& cancel) override {
    if (loaded_ || world_->weights_come_with_jobs) return absl::OkStatus();
    if (sink) sink(StageStarted{"load", 1});
    world_->note_work(cancel);
    world_->load_gate.pass();
    EASEL_RETURN_IF_ERROR(cancel.check());
    EASEL_RETURN_IF_ERROR(world_->load_status);
    loaded_ = true;
    if (sink) sink(StageProgress{"load", 1, 1});
    return absl::OkStatus();
  }

  int64_t loaded_bytes() const override { return loaded_ ? 1000 : 0; }

  void set_make_room(MakeRoom make_room) override {
    world_->make_room[key_] = std::move(make_room);
  }

 private:
  GenerateResult result_of(const GenerateRequest& request, int64_t steps) const {
    GenerateResult result;
    for (int64_t i = 0; i < request.num_images; ++i) {
      result.pngs.push_back(concat(world_->png, " ", i));
    }
    result.seconds = {{"load", 0.0}, {"denoise", 0.25}};
    result.seed = request.seed.value_or(7);
    result.width = request.width.value_or(64);
    result.height = request.height.value_or(64);
    result.steps = steps;
    result.guidance = 3.5;
    result.sampler = "euler";
    result.family = "fake";
    result.variant = "one";
    result.dtype = "fp32";
    result.device = "cpu";
    return result;
  }

  const std::shared_ptr<FakeWorld> world_;
  const std::string key_;
  bool loaded_ = false;
};

inline absl::StatusOr<OpenedModel> open_fake(const std::shared_ptr<FakeWorld>& world,
                                             const std::string& key) {
  world->note_opened(key);
  EASEL_RETURN_IF_ERROR(world->open_status);
  return OpenedModel{std::make_unique<FakeModel>(world, key), "fingerprint of " + key};
}

// Remembers what it hears. Thread-safe.
class RecordingListener : public JobListener {
 public:
  void queued(int64_t position, int64_t length) override {
    note(concat("queued ", position, "/", length));
  }
  void event(const GenerateEvent& event) override {
    if (const auto* progress = std::get_if<StageProgress>(&event)) {
      note(concat(progress->stage, " ", progress->done, "/", progress->units));
    }
  }
  void done(absl::StatusOr<GenerateResult> result,
            const std::optional<JobMemory>& memory) override {
    const std::lock_guard lock(mutex_);
    heard_.push_back("done");
    memory_ = memory;
    result_ = std::make_unique<absl::StatusOr<GenerateResult>>(std::move(result));
    changed_.notify_all();
  }

  std::vector<std::string> heard() const {
    const std::lock_guard lock(mutex_);
    return heard_;
  }
  bool is_done() const {
    const std::lock_guard lock(mutex_);
    return result_ != nullptr;
  }
  // Of a job that is done.
  std::optional<JobMemory> memory() const {
    const std::lock_guard lock(mutex_);
    return memory_;
  }
  // Fails after ten seconds.
  absl::StatusOr<GenerateResult> await_result() {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, std::chrono::seconds(10), [this] { return result_ != nullptr; })) {
      return make_error(Reason::kInferenceFailed, "the listener never heard of the job's end");
    }
    return *result_;
  }

 private:
  void note(std::string text) {
    const std::lock_guard lock(mutex_);
    heard_.push_back(std::move(text));
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> heard_;
  std::unique_ptr<absl::StatusOr<GenerateResult>> result_;
  std::optional<JobMemory> memory_;
};

inline Job make_job(const std::string& id, const std::string& model = "a") {
  Job job;
  job.id = id;
  job.model = model;
  job.request.prompt = "prompt of " + id;
  return job;
}

}  // namespace easel::testing
