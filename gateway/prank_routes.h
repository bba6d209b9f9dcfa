// What the routes of pranks have in common.
#pragma once

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/http_types.h"
#include "gateway/route_parts.h"

namespace easel {

// Of randomness, in a builder_slug: whoever has one may edit.
inline constexpr size_t kBuilderSlugBytes = 24;

// What makes a prank, or gives a trigger a picture, takes units of its caller's limits as one
// picture of this "engine" does: 1, or what --model-cost says of it.
inline constexpr char kUploadWork[] = "upload";

// The storage's error as one of the API's: not_found, conflict, invalid_field; others stay.
absl::Status prank_error(const absl::Status& status);

// The prank whose builder_slug is in the path. Who has the slug may edit it, but a prank that is
// the admins' asks for an admin as well. Errors: not_found, unauthorized, forbidden.
absl::StatusOr<PrankRecord> find_built_prank(const RouteParts& parts, const HttpRequest& request);

// The prank whose share_slug is in the path. Error: not_found.
absl::StatusOr<PrankRecord> find_shared_prank(const RouteParts& parts, const HttpRequest& request);

}  // namespace easel
