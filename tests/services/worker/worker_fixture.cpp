#include "tests/services/worker/worker_fixture.h"

#include <fcntl.h>
#include <unistd.h>

#include <fstream>

namespace easel {
namespace {

constexpr char kRegistry[] = R"(
[models.one]
path = "one"
default = true
display_name = "Model one"
tags = ["fast"]
recommended = { width = 64, steps = 3 }
allowed = { steps = [1, 50], guidance = [0, 10], side = [16, 512] }
[models.two]
path = "two"
[models.gone]
path = "gone"
)";

std::string kind_of(const v1::GenerateEvent& event) {
  switch (event.event_case()) {
    case v1::GenerateEvent::kQueued:
      return concat("queued ", event.queued().position());
    case v1::GenerateEvent::kLoading:
      return concat("loading ", event.loading().done(), "/", event.loading().units());
    case v1::GenerateEvent::kStep:
      return concat("step ", event.step().step(), "/", event.step().steps(),
                    event.step().has_preview() ? " preview" : "");
    case v1::GenerateEvent::kImageReady:
      return concat("image ", event.image_ready().index());
    case v1::GenerateEvent::kResult:
      return "result";
    default:
      return "other";
  }
}

}  // namespace

google::rpc::ErrorInfo error_info(const grpc::Status& status) {
  google::rpc::Status details;
  google::rpc::ErrorInfo info;
  if (details.ParseFromString(status.error_details()) && details.details_size() == 1) {
    details.details(0).UnpackTo(&info);
  }
  return info;
}

::testing::AssertionResult refused_with(const grpc::Status& status, const std::string& reason,
                                        const std::vector<std::string>& named) {
  const google::rpc::ErrorInfo info = error_info(status);
  if (info.reason() != reason || info.domain() != "easel") {
    return ::testing::AssertionFailure()
           << status.error_code() << " '" << info.reason() << "': " << status.error_message();
  }
  for (const std::string& text : named) {
    if (status.error_message().find(text) != std::string::npos) continue;
    return ::testing::AssertionFailure()
           << "'" << text << "' is not in: " << status.error_message();
  }
  return ::testing::AssertionSuccess();
}

WorkerFixture::WorkerFixture()
    : log_fd_(::open((folder_ / "log").c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600)),
      log_(log_fd_) {
  for (const char* name : {"one", "two"}) folder_.write(concat(name, "/model_index.json"), "{}");
  write_registry(kRegistry);
  options_.address = "127.0.0.1:0";
}

WorkerFixture::~WorkerFixture() {
  world_->gate.open();
  world_->load_gate.open();
  worker_.reset();
  ::close(log_fd_);
}

WorkerParts WorkerFixture::make_parts() {
  WorkerParts parts;
  parts.open = [world = world_](const LocatedModel& located) {
    return testing::open_fake(world, located.name);
  };
  parts.probe.identify = [this](const LocatedModel&) -> absl::StatusOr<ModelIdentity> {
    ModelIdentity identity;
    identity.family = "fake";
    identity.variant = "one";
    identity.capabilities = capabilities_;
    identity.max_start_images = max_start_images_;
    return identity;
  };
  parts.probe.check_files = [](const LocatedModel&) { return absl::OkStatus(); };
  parts.monitor = make_process_monitor();
  parts.pictures = pictures_;
  parts.plan = plan_;
  return parts;
}

void WorkerFixture::start() {
  ModelPlaces places;
  places.registry = folder_ / "models.toml";
  places.demo = folder_ / "no_demo";
  auto worker = Worker::start(options_, places, make_parts(), log_);
  ASSERT_TRUE(worker.ok()) << worker.status();
  worker_ = *std::move(worker);
  channel_ = grpc::CreateChannel(worker_->address(), grpc::InsecureChannelCredentials());
  images_ = v1::ImageService::NewStub(channel_);
  models_ = v1::ModelService::NewStub(channel_);
}

std::vector<std::string> WorkerFixture::Answer::kinds() const {
  std::vector<std::string> kinds;
  for (const v1::GenerateEvent& event : events) kinds.push_back(kind_of(event));
  return kinds;
}

v1::GenerateRequest WorkerFixture::request(const std::string& id) {
  v1::GenerateRequest message;
  message.set_request_id(id);
  message.set_prompt("a red circle");
  return message;
}

WorkerFixture::Answer WorkerFixture::read_all(grpc::ClientReader<v1::GenerateEvent>& reader) {
  Answer answer;
  v1::GenerateEvent event;
  while (reader.Read(&event)) answer.events.push_back(event);
  answer.status = reader.Finish();
  return answer;
}

WorkerFixture::Answer WorkerFixture::generate(const v1::GenerateRequest& message) {
  grpc::ClientContext context;
  return read_all(*images_->Generate(&context, message));
}

v1::StatusResponse WorkerFixture::status() {
  grpc::ClientContext context;
  v1::StatusResponse response;
  const grpc::Status status = images_->Status(&context, {}, &response);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return response;
}

std::unique_ptr<grpc::ClientReader<v1::GenerateEvent>> WorkerFixture::start_blocked(
    grpc::ClientContext& context, const std::string& id) {
  world_->gate.close();
  auto reader = images_->Generate(&context, request(id));
  world_->gate.await_arrival();
  return reader;
}

void WorkerFixture::write_registry(const std::string& text) const {
  folder_.write("models.toml", text);
}

std::vector<nlohmann::json> WorkerFixture::log_lines() const {
  std::vector<nlohmann::json> lines;
  std::ifstream in(folder_ / "log");
  for (std::string line; std::getline(in, line);) {
    lines.push_back(nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false));
    EXPECT_TRUE(lines.back().is_object()) << line;
  }
  return lines;
}

nlohmann::json WorkerFixture::logged(const std::string& event) const {
  nlohmann::json found;
  for (int i = 0; i < 1000 && found.is_null(); ++i) {
    if (i > 0) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    for (const nlohmann::json& line : log_lines()) {
      if (line.value("event", "") == event) found = line;
    }
  }
  return found;
}

}  // namespace easel
