// Requests and answers as the gateway sees them: plain values, so that routes and tests know no
// HTTP library.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "gateway/auth/identity.h"
#include "gateway/header_list.h"

namespace easel {

struct Route;
class MultipartReader;

// What a request has taken of its sender's limits (gateway/auth/rate_limits.h).
struct UnitsTaken {
  std::string client;
  int64_t units = 0;
  int64_t day = -1;  // of which they were taken; -1: of none
  int64_t of_minute = 0;
};

struct HttpRequest {
  std::string method;  // "GET"
  std::string path;    // percent-decoded, without the query; may hold any byte
  std::multimap<std::string, std::string> query;
  HeaderList headers;
  std::string body;
  size_t body_bytes = 0;  // that were read; a handler may let go of `body` early
  // Of the connection: the client's or a proxy's; canonical (middleware/client_address.h).
  std::string peer_address;
  // Whether the other side has closed the connection; callable from the thread of the request.
  std::function<bool()> is_gone = [] { return false; };

  // What the middleware found out.
  std::string request_id;
  std::string traceparent;     // to hand on
  std::string trace_id;        // 32 hex digits
  std::string client_address;  // behind trusted proxies the one that they name
  bool is_secure = false;      // came over TLS, to the proxy in front
  Identity identity;           // set before the route's handler runs
  std::string audit_target;    // what the handler worked on, where the path does not tell
  UnitsTaken units;
  std::string rate_limit, rate_limit_policy;  // of the answer; "" for none
  std::map<std::string, std::string, std::less<>> path_parameters;
  const Route* route = nullptr;           // nullptr until one was found
  std::shared_ptr<void> ticket;           // the place of a large body
  std::shared_ptr<MultipartReader> form;  // what has read the body, where it is a form
  absl::Status body_refusal;  // why the body was not read to its end, if a reason is known
  std::chrono::steady_clock::time_point started;
};

// Sends one piece of a streamed body; false when the reader is gone.
using BodyWriter = std::function<bool(std::string_view)>;

struct HttpResponse {
  int status = 200;
  HeaderList headers;
  std::string body;
  // Set instead of `body`: runs on the connection's thread until the stream ends or a write fails.
  std::function<void(const BodyWriter&)> stream;
  // The request's body was not read to its end: the connection cannot be used again.
  bool close_connection = false;
};

}  // namespace easel
