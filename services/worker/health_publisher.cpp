#include "services/worker/health_publisher.h"

#include <grpcpp/health_check_service_interface.h>

#include <algorithm>
#include <utility>

namespace easel {
namespace {

constexpr const char* kServices[] = {"", "easel.v1.ImageService", "easel.v1.ModelService"};
constexpr char kModelPrefix[] = "easel.model.";

}  // namespace

void HealthPublisher::attach(grpc::HealthCheckServiceInterface* service) {
  const std::lock_guard lock(mutex_);
  service_ = service;
  publish();
}

void HealthPublisher::set_models(std::map<std::string, bool> available) {
  const std::lock_guard lock(mutex_);
  available_ = std::move(available);
  publish();
}

void HealthPublisher::models_changed(const std::vector<LoadedModelStatus>& models) {
  const std::lock_guard lock(mutex_);
  loading_.clear();
  for (const LoadedModelStatus& model : models) {
    if (model.loading) loading_.push_back(model.key);
  }
  publish();
}

void HealthPublisher::set_started() {
  const std::lock_guard lock(mutex_);
  started_ = true;
  publish();
}

void HealthPublisher::set_draining() {
  const std::lock_guard lock(mutex_);
  draining_ = true;
  publish();
}

void HealthPublisher::publish() {
  if (service_ == nullptr) return;
  const bool serving = started_ && !draining_ && loading_.empty();
  for (const char* name : kServices) service_->SetServingStatus(name, serving);
  for (const std::string& key : std::exchange(published_, {})) {
    if (!available_.contains(key)) service_->SetServingStatus(kModelPrefix + key, false);
  }
  for (const auto& [key, available] : available_) {
    const bool loads = std::find(loading_.begin(), loading_.end(), key) != loading_.end();
    service_->SetServingStatus(kModelPrefix + key, available && !loads && !draining_);
    published_.push_back(key);
  }
}

}  // namespace easel
