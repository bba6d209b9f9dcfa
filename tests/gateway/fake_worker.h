// A worker without an engine, for tests: a real gRPC server whose generations are scripted.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "easel/v1/image_service.grpc.pb.h"

namespace easel {

using FakeWriter = grpc::ServerWriter<v1::GenerateEvent>;
using FakeScript =
    std::function<grpc::Status(grpc::ServerContext&, const v1::GenerateRequest&, FakeWriter&)>;

// What a worker saw of a call.
struct SeenCall {
  v1::GenerateRequest request;
  std::string request_id, traceparent;  // of the metadata
};

// Thread-safe but for start and stop.
class FakeWorker {
 public:
  // Listens on `port` of loopback, 0: any free one.
  explicit FakeWorker(int port = 0);
  ~FakeWorker();

  std::string address() const;
  int port() const { return port_; }
  // Gone at once, as a program that ended; `start` brings it back at the same port.
  void stop();
  void start();

  // Of the generations from now on; the first one is script_picture().
  void set_script(FakeScript script);
  // What Status says.
  void set_ready(bool ready);
  void set_draining(bool draining);
  // Status and List hang as long as it is set.
  void set_deaf(bool deaf);
  // The most that its models may be asked for, as List says: 200.
  void set_most_steps(uint32_t most);
  // As if a job ran: loads and unloads of "sketch" are done when it has ended.
  void set_busy(bool busy);
  // What Load answers when its turn has come.
  void set_load_answer(grpc::Status answer);

  std::vector<SeenCall> calls() const;
  // Of Edit; the script got them as generations of the same id, size, steps and seed.
  std::vector<v1::EditRequest> edits() const;
  // Generations that were ended by the caller's cancel.
  int cancelled() const;

 private:
  struct Services;
  std::unique_ptr<Services> services_;
  std::unique_ptr<grpc::Server> server_;
  int port_ = 0;
};

// A picture of 320x200 with `steps` steps (4), previews where asked for, `num_images` pictures.
FakeScript script_picture();
// The first events of script_picture(), then nothing until the caller cancels.
FakeScript script_hang();
// Waits in the queue until it is cancelled.
FakeScript script_queue();
// A failure with an ErrorInfo of that reason, and a script that ends with it.
grpc::Status fake_failure(grpc::StatusCode code, const std::string& reason,
                          const std::string& message);
FakeScript script_failure(grpc::StatusCode code, const std::string& reason,
                          const std::string& message);

std::string fake_png(int width, int height);

}  // namespace easel
