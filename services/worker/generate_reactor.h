// One call of Generate or Edit: hears of a job, and writes its events to the caller.
//
// The engine's thread only puts events into the outbox; gRPC's threads carry them off, one at a
// time, each when the one before has gone out. A caller that goes away cancels the job. The call
// ends when the job has ended and all is written, or nobody is there to read it.
#pragma once

#include <grpcpp/support/server_callback.h>

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "easel/v1/image_service.pb.h"
#include "engine/api/engine.h"
#include "services/worker/event_outbox.h"
#include "services/worker/request_log.h"
#include "services/worker/to_proto.h"

namespace easel {

// Where calls are answered and logged; outlives every call.
struct CallServices {
  Engine& engine;
  JsonLog& log;
  LogOptions log_options;
};

class GenerateReactor : public grpc::ServerWriteReactor<v1::GenerateEvent>,
                        public JobListener,
                        public std::enable_shared_from_this<GenerateReactor> {
 public:
  // Submits the job, and owns itself until the call is over. A job that the engine refuses ends the
  // call with that error.
  static GenerateReactor* start(const CallServices& services, LoggedRequest asked, Job job);

  // A call that ends with `status` at once.
  static grpc::ServerWriteReactor<v1::GenerateEvent>* refuse(const absl::Status& status);

  void queued(int64_t position, int64_t length) override;
  void event(const GenerateEvent& event) override;
  void done(absl::StatusOr<GenerateResult> result, const std::optional<JobMemory>& memory) override;

  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  using Clock = std::chrono::steady_clock;

  // Keeps nothing of the job's pictures.
  GenerateReactor(const CallServices& services, LoggedRequest asked, const Job& job);
  // Starts the next write, or the end of the call, when it is time.
  void pump();

  const CallServices services_;
  const LoggedRequest asked_;
  const std::string id_, model_;  // the job's
  const std::optional<Clock::time_point> deadline_;
  std::shared_ptr<GenerateReactor> self_;  // until OnDone
  std::mutex mutex_;
  // Under mutex_:
  EventTranslator translator_;
  EventOutbox outbox_;
  v1::GenerateEvent current_;  // being written; must stay until it is
  grpc::Status status_;
  bool writing_ = false;
  bool done_ = false;      // the job
  bool gone_ = false;      // the caller
  bool finished_ = false;  // the call
};

}  // namespace easel
