// What the routes of pranks have in common.
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gateway/http_types.h"
#include "gateway/route_parts.h"

namespace easel {

// Of randomness, in a builder_slug: whoever has one may edit.
inline constexpr size_t kBuilderSlugBytes = 24;

// What a route answers with, or its error.
using PrankAction = absl::StatusOr<nlohmann::json>(const RouteParts& parts, HttpRequest& request);

// A route without a body that answers with `status` and what `action` gives.
Route make_prank_route(const RouteParts& parts, const char* method, const char* pattern,
                       PrankAction* action, int status = 200);

// The number that the path has as `parameter`; nullopt when it is none.
std::optional<int64_t> id_in_path(const HttpRequest& request, const std::string& parameter);

// The storage's error as one of the API's: not_found, conflict, invalid_field; others stay.
absl::Status prank_error(const absl::Status& status);

// The prank whose builder_slug is in the path. Who has the slug may edit it, but a prank that is
// the admins' asks for an admin as well. Its id is what the audit log gets. Errors: not_found,
// unauthorized, forbidden.
absl::StatusOr<PrankRecord> find_built_prank(const RouteParts& parts, HttpRequest& request);

// The rule of the routes that use find_built_prank(): the slug in the path is what lets in, and an
// admin's name and password count where the prank is the admins'.
void add_builder_route(Router& router, const RouteParts& parts, Route route);

// The prank whose share_slug is in the path. Error: not_found.
absl::StatusOr<PrankRecord> find_shared_prank(const RouteParts& parts, const HttpRequest& request);

}  // namespace easel
