#include "tests/gateway/fake_worker.h"

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <thread>

#include "base/strings.h"
#include "easel/v1/model_service.grpc.pb.h"
#include "google/rpc/error_info.pb.h"
#include "tests/gateway/solid_png.h"

namespace easel {
namespace {

std::string metadata(const grpc::ServerContext& context, const char* key) {
  const auto found = context.client_metadata().find(key);
  if (found == context.client_metadata().end()) return "";
  return {found->second.data(), found->second.size()};
}

void send(FakeWriter& writer, const v1::GenerateRequest& request, uint64_t& sequence,
          v1::GenerateEvent event) {
  event.set_request_id(request.request_id());
  event.set_sequence(++sequence);
  writer.Write(event);
}

void send_beginning(FakeWriter& writer, const v1::GenerateRequest& request, uint64_t& sequence) {
  v1::GenerateEvent event;
  event.mutable_queued()->set_position(0);
  send(writer, request, sequence, event);
  event.mutable_encoding()->set_units(1);
  send(writer, request, sequence, event);
  const uint32_t steps = request.has_steps() ? request.steps() : 4;
  for (uint32_t step = 1; step <= steps; ++step) {
    v1::GenerateEvent done;
    done.mutable_step()->set_step(step);
    done.mutable_step()->set_steps(steps);
    if (request.preview_every() > 0 && step % request.preview_every() == 0) {
      done.mutable_step()->mutable_preview()->set_data(fake_png(8, 8));
    }
    send(writer, request, sequence, done);
  }
}

v1::GenerateEvent result_of(const v1::GenerateRequest& request) {
  v1::GenerateEvent event;
  v1::Result& result = *event.mutable_result();
  result.set_model(request.model().empty() ? "demo" : request.model());
  result.set_family("fake");
  result.set_variant("tiny");
  result.set_fingerprint("f00d");
  result.set_seed(request.has_seed() ? request.seed() : 7);
  result.set_width(request.width() == 0 ? 320 : request.width());
  result.set_height(request.height() == 0 ? 200 : request.height());
  result.set_steps(request.has_steps() ? request.steps() : 4);
  result.set_guidance(request.has_guidance() ? request.guidance() : 3.5F);
  result.set_sampler("euler");
  result.add_warnings("only a test");
  result.add_warnings("64 × 48\nX-Forged: 1");
  v1::StageSeconds& stage = *result.add_seconds();
  stage.set_stage("denoise");
  stage.set_seconds(0.5);
  return event;
}

}  // namespace

std::string fake_png(int width, int height) { return solid_png(width, height); }

FakeScript script_picture() {
  return [](grpc::ServerContext&, const v1::GenerateRequest& request, FakeWriter& writer) {
    uint64_t sequence = 0;
    send_beginning(writer, request, sequence);
    for (uint32_t index = 0; index < std::max(1U, request.num_images()); ++index) {
      v1::GenerateEvent event;
      event.mutable_image_ready()->set_index(index);
      event.mutable_image_ready()->mutable_image()->set_data(fake_png(320, 200));
      send(writer, request, sequence, event);
    }
    send(writer, request, sequence, result_of(request));
    return grpc::Status::OK;
  };
}

FakeScript script_hang() {
  return [](grpc::ServerContext& context, const v1::GenerateRequest& request, FakeWriter& writer) {
    uint64_t sequence = 0;
    send_beginning(writer, request, sequence);
    while (!context.IsCancelled()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return grpc::Status::CANCELLED;
  };
}

FakeScript script_queue() {
  return [](grpc::ServerContext& context, const v1::GenerateRequest& request, FakeWriter& writer) {
    uint64_t sequence = 0;
    v1::GenerateEvent event;
    event.mutable_queued()->set_position(1);
    send(writer, request, sequence, event);
    while (!context.IsCancelled()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return grpc::Status::CANCELLED;
  };
}

grpc::Status fake_failure(grpc::StatusCode code, const std::string& reason,
                          const std::string& message) {
  google::rpc::ErrorInfo info;
  info.set_reason(reason);
  info.set_domain("easel");
  google::rpc::Status details;
  details.set_code(code);
  details.add_details()->PackFrom(info);
  return {code, message, details.SerializeAsString()};
}

FakeScript script_failure(grpc::StatusCode code, const std::string& reason,
                          const std::string& message) {
  return [=](grpc::ServerContext&, const v1::GenerateRequest&, FakeWriter&) {
    return fake_failure(code, reason, message);
  };
}

struct FakeWorker::Services : v1::ImageService::Service, v1::ModelService::Service {
  grpc::Status Generate(grpc::ServerContext* context, const v1::GenerateRequest* request,
                        FakeWriter* writer) override {
    FakeScript now;
    {
      const std::lock_guard lock(mutex);
      now = script;
      calls.push_back(
          {*request, metadata(*context, "x-request-id"), metadata(*context, "traceparent")});
    }
    const grpc::Status status = now(*context, *request, *writer);
    if (context->IsCancelled()) ++cancelled;
    return status;
  }
  grpc::Status Edit(grpc::ServerContext* context, const v1::EditRequest* request,
                    FakeWriter* writer) override {
    FakeScript now;
    {
      const std::lock_guard lock(mutex);
      now = script;
      edits.push_back(*request);
    }
    v1::GenerateRequest same;
    same.set_request_id(request->request_id());
    same.set_model(request->model());
    same.set_width(request->width());
    same.set_height(request->height());
    if (request->has_steps()) same.set_steps(request->steps());
    if (request->has_seed()) same.set_seed(request->seed());
    const grpc::Status status = now(*context, same, *writer);
    if (context->IsCancelled()) ++cancelled;
    return status;
  }
  grpc::Status Status(grpc::ServerContext* context, const v1::StatusRequest*,
                      v1::StatusResponse* response) override {
    wait_while_deaf(*context);
    response->set_ready(ready);
    response->set_draining(draining);
    response->set_version("0.0.1");
    response->set_queue_limit(64);
    v1::Device& device = *response->add_devices();
    device.set_name("cpu");
    device.set_total_bytes(1 << 30);
    v1::RunningJob& job = *response->add_running();
    job.set_request_id("other");
    job.set_stage("denoise");
    return grpc::Status::OK;
  }
  grpc::Status List(grpc::ServerContext* context, const v1::ListRequest* request,
                    v1::ListResponse* response) override {
    wait_while_deaf(*context);
    v1::ModelInfo& model = *response->add_models();
    model.set_key("demo");
    model.set_is_default(true);
    model.set_state(v1::MODEL_STATE_MISSING);
    model.set_problem("/secret/models/demo is not there");
    model.add_capabilities(v1::CAPABILITY_TEXT_TO_IMAGE);
    model.set_max_images(3);
    model.mutable_recommended()->set_guidance(3.3F);
    model.mutable_allowed_steps()->set_lowest(1);
    model.mutable_allowed_steps()->set_highest(most_steps);
    describe_sketch(*response->add_models(), request->with_plans());
    return grpc::Status::OK;
  }
  grpc::Status Load(grpc::ServerContext* context, const v1::LoadRequest* request,
                    v1::LoadResponse*) override {
    ++loads_that_wait;
    wait_while_busy(*context);
    const std::lock_guard lock(mutex);
    --loads_that_wait;
    load_problem = load_answer.error_message();
    if (load_answer.ok()) loaded = request->key();
    return load_answer;
  }
  grpc::Status Unload(grpc::ServerContext* context, const v1::UnloadRequest* request,
                      v1::UnloadResponse*) override {
    wait_while_busy(*context);
    const std::lock_guard lock(mutex);
    if (loaded == request->key()) loaded.clear();
    return grpc::Status::OK;
  }
  // As the worker: what has begun goes on when its caller has gone.
  void wait_while_busy(const grpc::ServerContext&) const {
    while (busy) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  void describe_sketch(v1::ModelInfo& model, bool with_plan) const {
    const std::lock_guard lock(mutex);
    model.set_key("sketch");
    model.set_display_name("Sketch");
    model.set_family("fake");
    model.set_state(loaded == "sketch" ? v1::MODEL_STATE_LOADED : v1::MODEL_STATE_AVAILABLE);
    model.set_loaded_bytes(loaded == "sketch" ? 1000 : 0);
    model.set_load_waits(loads_that_wait > 0);
    model.set_load_problem(load_problem);
    if (!with_plan) return;
    v1::MemoryPlan& plan = *model.mutable_plan();
    plan.set_fits(true);
    plan.set_words("Everything fits and stays in place between requests.");
    plan.set_device("cpu");
    plan.set_width(128);
    plan.set_height(128);
    plan.set_budget_bytes(1 << 30);
    plan.set_peak_bytes(1 << 28);
    plan.set_smallest_budget_bytes(1 << 27);
    plan.set_largest_side(1024);
    v1::PlannedComponent& component = *plan.add_components();
    component.set_name("transformer");
    component.set_placement("resident");
    component.set_total_bytes(1000);
  }
  void wait_while_deaf(const grpc::ServerContext& context) const {
    while (deaf && !context.IsCancelled()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }

  mutable std::mutex mutex;
  FakeScript script = script_picture();  // guarded by mutex
  std::vector<SeenCall> calls;           // guarded by mutex
  std::vector<v1::EditRequest> edits;    // guarded by mutex
  std::string loaded, load_problem;      // guarded by mutex
  grpc::Status load_answer;              // guarded by mutex
  std::atomic<int> loads_that_wait{0};
  std::atomic<bool> busy{false};
  std::atomic<int> cancelled{0};
  std::atomic<bool> ready{true};
  std::atomic<bool> draining{false};
  std::atomic<bool> deaf{false};
  std::atomic<uint32_t> most_steps{200};
};

FakeWorker::FakeWorker(int port) : services_(std::make_unique<Services>()), port_(port) { start(); }
FakeWorker::~FakeWorker() { stop(); }

std::string FakeWorker::address() const { return concat("127.0.0.1:", port_); }

void FakeWorker::start() {
  grpc::ServerBuilder builder;
  builder.AddListeningPort(address(), grpc::InsecureServerCredentials(), &port_);
  builder.RegisterService(static_cast<v1::ImageService::Service*>(services_.get()));
  builder.RegisterService(static_cast<v1::ModelService::Service*>(services_.get()));
  builder.SetMaxReceiveMessageSize(80 << 20);
  server_ = builder.BuildAndStart();
}

void FakeWorker::stop() {
  if (server_ == nullptr) return;
  services_->deaf = false;
  services_->busy = false;
  server_->Shutdown(std::chrono::system_clock::now());
  server_->Wait();
  server_.reset();
}

void FakeWorker::set_script(FakeScript script) {
  const std::lock_guard lock(services_->mutex);
  services_->script = std::move(script);
}
void FakeWorker::set_ready(bool ready) { services_->ready = ready; }
void FakeWorker::set_draining(bool draining) { services_->draining = draining; }
void FakeWorker::set_deaf(bool deaf) { services_->deaf = deaf; }
void FakeWorker::set_most_steps(uint32_t most) { services_->most_steps = most; }
void FakeWorker::set_busy(bool busy) { services_->busy = busy; }
void FakeWorker::set_load_answer(grpc::Status answer) {
  const std::lock_guard lock(services_->mutex);
  services_->load_answer = std::move(answer);
}

std::vector<SeenCall> FakeWorker::calls() const {
  const std::lock_guard lock(services_->mutex);
  return services_->calls;
}
std::vector<v1::EditRequest> FakeWorker::edits() const {
  const std::lock_guard lock(services_->mutex);
  return services_->edits;
}
int FakeWorker::cancelled() const { return services_->cancelled; }

}  // namespace easel
