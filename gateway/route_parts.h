// What the routes work with. All of it outlives them and is thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include "gateway/auth/access_control.h"
#include "gateway/event_hub.h"
#include "gateway/generation_runner.h"
#include "gateway/image_worker.h"
#include "gateway/known_models.h"
#include "gateway/prank_pictures.h"
#include "gateway/router.h"
#include "gateway/uploaded_picture.h"
#include "storage/generation_removal.h"
#include "storage/generation_search.h"
#include "storage/generation_store.h"
#include "storage/picture_store.h"
#include "storage/prank_store.h"
#include "storage/prank_visits.h"
#include "storage/trigger_store.h"

namespace easel {

struct PrankParts {
  PrankStore& pranks;
  TriggerStore& triggers;
  PrankVisits& visits;
  PrankPictures& pictures;
  KnownModels& models;
  int64_t max_pranks = PrankStore::kNoLimit;
};

struct RouteParts {
  ImageWorker& worker;
  GenerationStore& generations;
  GenerationSearch& search;
  GenerationRemoval& removal;
  PictureStore& pictures;
  EventHub& hub;
  GenerationRunner& runner;
  AccessControl& access;
  PreferenceStore& preferences;
  PrankParts pranks;
  int64_t max_image_side = 768;                              // pixels
  std::chrono::milliseconds worker_timeout{2000};            // of a question to the worker
  std::chrono::milliseconds heartbeat{15000};                // of event streams
  std::shared_ptr<const IsolatedDecoder> decoder = nullptr;  // of uploads that are read here
  UploadLimits uploads = {};
  std::chrono::milliseconds plan_timeout{20000};  // of the worker's plans of all its models
  std::chrono::milliseconds load_wait{3000};      // how long a load or unload is waited for
};

// One function a file in gateway/routes.
void add_generate_route(Router& router, const RouteParts& parts);
void add_edit_route(Router& router, const RouteParts& parts);
void add_generation_routes(Router& router, const RouteParts& parts);
void add_event_route(Router& router, const RouteParts& parts);
void add_status_route(Router& router, const RouteParts& parts);
void add_model_route(Router& router, const RouteParts& parts);
void add_static_routes(Router& router, const RouteParts& parts);
void add_health_routes(Router& router, const RouteParts& parts);
void add_page_routes(Router& router);
void add_admin_session_routes(Router& router, const RouteParts& parts);
void add_admin_key_routes(Router& router, const RouteParts& parts);
void add_admin_audit_route(Router& router, const RouteParts& parts);
void add_preference_routes(Router& router, const RouteParts& parts);
void add_prank_routes(Router& router, const RouteParts& parts);
void add_prank_builder_routes(Router& router, const RouteParts& parts);
void add_prank_trigger_routes(Router& router, const RouteParts& parts);
void add_prank_generate_route(Router& router, const RouteParts& parts);
void add_admin_prank_routes(Router& router, const RouteParts& parts);
void add_admin_generation_routes(Router& router, const RouteParts& parts);
void add_admin_model_routes(Router& router, const RouteParts& parts);

// All of the above.
Router make_router(const RouteParts& parts);

}  // namespace easel
