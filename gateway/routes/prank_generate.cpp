#include <memory>
#include <utility>

#include "base/error.h"
#include "base/utc_time.h"
#include "gateway/error_body.h"
#include "gateway/generation_route.h"
#include "gateway/log_event.h"
#include "gateway/prank_routes.h"
#include "gateway/trigger_answer.h"

namespace easel {
namespace {

// What a trigger answers the prompt with; nothing where none matches.
struct Found {
  std::optional<int64_t> trigger_id;
  std::shared_ptr<const TriggerAnswer> answer;
};

absl::StatusOr<Found> find_answer(const RouteParts& parts, int64_t prank,
                                  const std::string& prompt) {
  EASEL_ASSIGN_OR_RETURN(const auto hit, parts.pranks.triggers.find_match(prank, prompt));
  if (!hit) return Found{};
  EASEL_ASSIGN_OR_RETURN(auto answer,
                         TriggerAnswer::open(parts.pictures, hit->files, parts.pranks.models));
  // The maker may have taken it away at this very moment.
  if (answer == nullptr) return Found{};
  return Found{hit->trigger_id, std::move(answer)};
}

void record(const RouteParts& parts, int64_t prank, const VisitorPrompt& prompt) {
  const absl::Status recorded = parts.pranks.visits.record_prompt(prank, prompt);
  if (recorded.ok()) return;
  log_event(LogLevel::kWarning, "prompt not recorded",
            {{"generation_id", prompt.generation_id}, {"detail", log_text(recorded)}});
}

HttpResponse generate(const RouteParts& parts, HttpRequest& request) {
  const absl::StatusOr<PrankRecord> prank = find_shared_prank(parts, request);
  if (!prank.ok()) return error_response(request, prank.status());
  absl::StatusOr<GenerateOrder> order =
      parse_generate_body(request.body, parts.max_image_side, parts.uploads);
  if (!order.ok()) return error_response(request, order.status());
  const std::string prompt = order->request.prompt;
  absl::StatusOr<Found> found = find_answer(parts, prank->id, prompt);
  if (!found.ok()) return error_response(request, found.status());
  GenerationStart start{*std::move(order), std::move(found->answer), {}, /*gives_pass=*/true};
  start.on_begun = [&](const GenerationRun& run) {
    record(parts, prank->id, {prompt, found->trigger_id, run.id, utc_now_ms()});
  };
  return run_generation(parts, request, std::move(start));
}

}  // namespace

void add_prank_generate_route(Router& router, const RouteParts& parts) {
  router.add(Access::kVisitor, make_generation_route("/api/pranks/{share_slug}/generate",
                                                     [parts](HttpRequest& request) {
                                                       return generate(parts, request);
                                                     }));
}

}  // namespace easel
