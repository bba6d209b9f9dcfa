// The HTTP server: HTTP/1.1 over TCP without TLS, one thread a connection, every size and time
// bounded. The only file pair that knows the HTTP library (cpp-httplib).
#pragma once

#include <chrono>
#include <memory>
#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "gateway/http_service.h"

namespace easel {

struct HttpTimes {
  std::chrono::milliseconds head_timeout{10000};    // for the whole head, from its first byte
  std::chrono::milliseconds read_timeout{5000};     // for any byte to come
  std::chrono::milliseconds write_timeout{5000};    // for the reader to take any byte
  std::chrono::milliseconds answer_timeout{60000};  // for a whole answer that is not a stream
  std::chrono::seconds keep_alive_timeout{5};       // for the next request to begin
};

// Header fields: at most 100 of 8 KiB each; target: 8 KiB; line: 16 KiB (gateway/CMakeLists.txt).
struct HttpServerOptions {
  std::string host = "127.0.0.1";
  int port = 0;  // 0: any free one
  // Each takes a thread (some 100 KiB); further ones wait, and are closed when the queue is full.
  size_t max_connections = 512;
  size_t max_queued_connections = 64;
  // Further ones are closed at once. The exempt addresses are proxies that many clients share.
  size_t max_connections_per_address = 128;
  std::set<std::string> exempt_addresses;  // canonical
  size_t max_body_bytes = 0;               // of any route
  HttpTimes times;
};

class HttpServer {
 public:
  // Binds; UNAVAILABLE when the address cannot be had. `service` must outlive the server.
  static absl::StatusOr<std::unique_ptr<HttpServer>> create(const HttpServerOptions& options,
                                                            HttpService& service);
  virtual ~HttpServer() = default;

  virtual int port() const = 0;
  // Serves until `stop`, then until the open requests have their answers.
  virtual void run() = 0;
  // Accepts no more connections and closes idle ones; waits until `run` has begun. Any thread.
  virtual void stop() = 0;
};

}  // namespace easel
