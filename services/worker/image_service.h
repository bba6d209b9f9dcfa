// easel.v1.ImageService: convert, ask the engine, convert back. No state but what it was given.
#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include "easel/v1/image_service.grpc.pb.h"
#include "services/worker/generate_reactor.h"
#include "services/worker/model_directory.h"

namespace easel {

// Thread-safe. No call waits for a job.
class ImageService : public v1::ImageService::CallbackService {
 public:
  // `services` and `models` outlive the service. `pictures` checks the headers of pictures before
  // their job waits; null: nobody does. A job takes at most `job_limit`, queue included.
  ImageService(const CallServices& services, const ModelDirectory& models,
               std::shared_ptr<const PictureReader> pictures,
               std::optional<std::chrono::milliseconds> job_limit);

  grpc::ServerWriteReactor<v1::GenerateEvent>* Generate(
      grpc::CallbackServerContext* context, const v1::GenerateRequest* request) override;
  grpc::ServerWriteReactor<v1::GenerateEvent>* Edit(grpc::CallbackServerContext* context,
                                                    const v1::EditRequest* request) override;
  grpc::ServerUnaryReactor* Cancel(grpc::CallbackServerContext* context,
                                   const v1::CancelRequest* request,
                                   v1::CancelResponse* response) override;
  grpc::ServerUnaryReactor* Status(grpc::CallbackServerContext* context,
                                   const v1::StatusRequest* request,
                                   v1::StatusResponse* response) override;

 private:
  template <typename Message, typename Convert>
  grpc::ServerWriteReactor<v1::GenerateEvent>* start(const char* method,
                                                     const grpc::CallbackServerContext& context,
                                                     const Message& message,
                                                     const Convert& convert);

  const CallServices services_;
  const ModelDirectory& models_;
  const std::shared_ptr<const PictureReader> pictures_;
  const std::optional<std::chrono::milliseconds> job_limit_;
  const std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

}  // namespace easel
