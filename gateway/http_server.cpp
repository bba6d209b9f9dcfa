#include "gateway/http_server.h"

#include <httplib.h>

#include <algorithm>
#include <atomic>
#include <optional>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "gateway/connection_counts.h"
#include "gateway/middleware/client_address.h"
#include "gateway/thread_pool.h"

namespace easel {
namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kRequestsPerConnection = 1000;
// For what is still on its way when a connection is closed early, so that the answer arrives.
constexpr std::chrono::seconds kLingerTime(2);
constexpr size_t kLingerBytes = 64 << 20;
// Who said how long the body is will come to its end: a large upload, and no flood.
constexpr size_t kLingerBytesOfLength = 256 << 20;

// A connection with a time by which all must be read, or written: the library's own limits begin
// anew with every byte, so a client that sends one now and then would hold a thread for ever.
class DeadlineStream final : public httplib::Stream {
 public:
  DeadlineStream(socket_t socket, const HttpTimes& times)
      : read_timeout_(times.read_timeout),
        read_deadline_(Clock::now() + times.head_timeout),
        inner_(socket, times.read_timeout.count() / 1000, times.read_timeout.count() % 1000 * 1000,
               times.write_timeout.count() / 1000, times.write_timeout.count() % 1000 * 1000) {}

  void set_read_deadline(Clock::time_point deadline) { read_deadline_ = deadline; }
  void set_write_deadline(Clock::time_point deadline) { write_deadline_ = deadline; }
  bool timed_out() const { return timed_out_; }

  ssize_t read(char* data, size_t size) override {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(read_deadline_ - Clock::now());
    if (left.count() > 0) {
      const auto wait = std::min(left, read_timeout_);
      inner_.set_read_timeout(wait.count() / 1000, wait.count() % 1000 * 1000);
      const ssize_t count = inner_.read(data, size);
      timed_out_ |= count < 0 && inner_.get_error() == httplib::Error::Timeout;
      return count;
    }
    timed_out_ = true;
    return -1;
  }
  ssize_t write(const char* data, size_t size) override {
    return Clock::now() < write_deadline_ ? inner_.write(data, size) : -1;
  }
  bool is_readable() const override { return inner_.is_readable(); }
  bool wait_readable() const override { return inner_.wait_readable(); }
  bool wait_writable() const override { return inner_.wait_writable(); }
  bool is_peer_alive() const override { return inner_.is_peer_alive(); }
  void get_remote_ip_and_port(std::string& ip, int& port) const override {
    inner_.get_remote_ip_and_port(ip, port);
  }
  void get_local_ip_and_port(std::string& ip, int& port) const override {
    inner_.get_local_ip_and_port(ip, port);
  }
  socket_t socket() const override { return inner_.socket(); }
  time_t duration() const override { return inner_.duration(); }

 private:
  const std::chrono::milliseconds read_timeout_;
  Clock::time_point read_deadline_;
  Clock::time_point write_deadline_ = Clock::time_point::max();
  bool timed_out_ = false;
  httplib::detail::SocketStream inner_;
};

// One request and its answer. The library hands its callbacks no context, but calls all of them on
// the connection's thread.
struct Exchange {
  DeadlineStream* stream = nullptr;
  std::vector<std::string> content_types;  // taken out of the library's sight
  std::chrono::milliseconds answer_timeout{0};
  HttpRequest request;
  BodyPlan plan;
  bool answered = false;  // by the service, not by the library
  bool close = false;
  size_t linger_bytes = kLingerBytes;  // when it is closed early
};
thread_local Exchange* t_exchange = nullptr;

class PoolQueue final : public httplib::TaskQueue {
 public:
  explicit PoolQueue(ThreadPoolOptions options) : pool_(options) {}
  bool enqueue(std::function<void()> work) override { return pool_.enqueue(std::move(work)); }
  void shutdown() override { pool_.shutdown(); }

 private:
  ThreadPool pool_;
};

// The library takes a form apart by itself when it sees one, without a limit that a route could
// set; bodies are ours to read.
void hide_content_type(httplib::Request& request) {
  const auto [first, last] = request.headers.equal_range("Content-Type");
  for (auto field = first; field != last; ++field) {
    t_exchange->content_types.push_back(field->second);
  }
  request.headers.erase(first, last);
}

void convert_head(const httplib::Request& from, HttpRequest& to) {
  to.method = from.method;
  to.path = from.path;
  to.query = from.params;
  for (const auto& [name, value] : from.headers) to.headers.add(name, value);
  for (const std::string& type : t_exchange->content_types) to.headers.add("Content-Type", type);
  to.peer_address = from.remote_addr;
  to.is_gone = from.is_connection_closed;
}

void set_stream(const httplib::Request& request, HttpResponse& from, httplib::Response& to) {
  const std::string* type = from.headers.find("Content-Type");
  auto provider = [stream = std::move(from.stream)](size_t, httplib::DataSink& sink) {
    bool open = true;
    stream([&](std::string_view bytes) {
      return open = open && sink.write(bytes.data(), bytes.size());
    });
    if (open) sink.done();
    return open;
  };
  const std::string content_type = type != nullptr ? *type : "application/octet-stream";
  if (request.version == "HTTP/1.0") {
    to.set_content_provider(content_type, std::move(provider));
  } else {
    to.set_chunked_content_provider(content_type, std::move(provider));
  }
}

void convert_answer(const httplib::Request& request, HttpResponse from, httplib::Response& to) {
  Exchange& exchange = *t_exchange;
  exchange.answered = true;
  exchange.close |= from.close_connection || from.status >= 400;
  to.status = from.status;
  if (from.stream) {
    set_stream(request, from, to);
  } else {
    exchange.stream->set_write_deadline(Clock::now() + exchange.answer_timeout);
    to.body = std::move(from.body);
  }
  to.headers.erase("Content-Type");
  for (const auto& [name, value] : from.headers) to.set_header(name, value);
  // Ranges are never served; without this the library would claim them in answers to HEAD.
  to.set_header("Accept-Ranges", "none");
  // With an error the library says so itself.
  if (exchange.close && to.status < 400) to.set_header("Connection", "close");
}

// Whether a body follows, or nullopt when the head contradicts itself (RFC 9112 6.3).
std::optional<bool> has_body(const HttpRequest& request) {
  const size_t lengths = request.headers.count("Content-Length");
  const size_t encodings = request.headers.count("Transfer-Encoding");
  if (encodings > 1 || lengths > 1 || (encodings == 1 && lengths == 1)) return std::nullopt;
  if (encodings == 1) {
    if (!equal_ignoring_case(*request.headers.find("Transfer-Encoding"), "chunked")) {
      return std::nullopt;
    }
    return true;
  }
  if (lengths == 0) return false;
  const std::string& length = *request.headers.find("Content-Length");
  const bool digits =
      std::all_of(length.begin(), length.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (length.empty() || length.size() > 18 || !digits) return std::nullopt;
  return std::any_of(length.begin(), length.end(), [](char c) { return c != '0'; });
}

class LibraryServer final : public httplib::Server {
 public:
  LibraryServer(const HttpServerOptions& options, HttpService& service)
      : options_(options),
        service_(service),
        connections_(options.max_connections_per_address, options.exempt_addresses) {
    set_keep_alive_max_count(kRequestsPerConnection);
    set_keep_alive_timeout(options.times.keep_alive_timeout.count());
    set_read_timeout(options.times.read_timeout);
    set_write_timeout(options.times.write_timeout);
    // Above every route's limit, which is checked here; the library's answer would have no body.
    set_payload_max_length(options.max_body_bytes + (1 << 20));
    set_tcp_nodelay(true);
    // Not SO_REUSEPORT, the library's default: two gateways would share a port unnoticed.
    set_socket_options(
        [](socket_t socket) { httplib::set_socket_opt(socket, SOL_SOCKET, SO_REUSEADDR, 1); });
    new_task_queue = [this] {
      return new PoolQueue({options_.max_connections, options_.max_queued_connections});
    };
    set_handlers();
  }

 private:
  using Answer = HandlerResponse;

  void set_handlers() {
    set_pre_routing_handler([this](const httplib::Request& request, httplib::Response& response) {
      return answer_head(request, response) ? Answer::Handled : Answer::Unhandled;
    });
    const auto with_body = [this](const httplib::Request& request, httplib::Response& response,
                                  const httplib::ContentReader& reader) {
      answer_body(request, response, reader);
    };
    Post(".*", with_body);
    Put(".*", with_body);
    Patch(".*", with_body);
    Delete(".*", with_body);
    set_error_handler([this](const httplib::Request& request, httplib::Response& response) {
      if (t_exchange->answered) return Answer::Unhandled;
      t_exchange->close = true;
      convert_head(request, t_exchange->request);
      convert_answer(request, service_.fail(t_exchange->request, response.status), response);
      return Answer::Handled;
    });
  }

  // Runs `answer` and never lets an exception or its text out.
  template <typename Function>
  HttpResponse guarded(HttpRequest& request, const Function& answer) {
    try {
      return answer();
    } catch (...) {
      return service_.fail(request, httplib::StatusCode::InternalServerError_500);
    }
  }

  // False when the body has to be read first.
  bool answer_head(const httplib::Request& request, httplib::Response& response) {
    Exchange& exchange = *t_exchange;
    HttpRequest& head = exchange.request = HttpRequest();
    convert_head(request, head);
    const std::optional<bool> body_follows = has_body(head);
    if (!body_follows) {
      exchange.close = true;
      convert_answer(request, service_.fail(head, 400), response);
      return true;
    }
    if (head.headers.find("Content-Length") != nullptr) {
      exchange.linger_bytes = kLingerBytesOfLength;
    }
    bool read_body = false;
    HttpResponse answer = guarded(head, [&] {
      auto plan = service_.plan(head);
      if (auto* at_once = std::get_if<HttpResponse>(&plan)) return std::move(*at_once);
      exchange.plan = std::move(std::get<BodyPlan>(plan));
      if (!*body_follows) return service_.handle(head);
      const size_t length = request.get_header_value_u64("Content-Length");
      if (exchange.plan.max_bytes == 0 || length > exchange.plan.max_bytes) {
        return service_.fail(head, httplib::StatusCode::PayloadTooLarge_413);
      }
      read_body = true;
      return HttpResponse();
    });
    if (read_body) return false;
    exchange.close |= *body_follows;
    convert_answer(request, std::move(answer), response);
    return true;
  }

  void answer_body(const httplib::Request& request, httplib::Response& response,
                   const httplib::ContentReader& reader) {
    Exchange& exchange = *t_exchange;
    HttpRequest& full = exchange.request;
    exchange.stream->set_read_deadline(Clock::now() + exchange.plan.timeout);
    bool too_large = false;
    const bool complete = reader([&](const char* data, size_t size) {
      const std::string_view piece(data, size);
      too_large = size > exchange.plan.max_bytes - full.body_bytes ||
                  (exchange.plan.accept && !exchange.plan.accept(piece));
      if (too_large) return false;
      if (exchange.plan.keep) full.body.append(piece);
      full.body_bytes += size;
      return true;
    });
    exchange.close |= !complete;
    response.status = -1;
    convert_answer(request,
                   guarded(full,
                           [&] {
                             if (complete) return service_.handle(full);
                             return service_.fail(full, too_large                      ? 413
                                                        : exchange.stream->timed_out() ? 408
                                                                                       : 400);
                           }),
                   response);
  }

  bool process_and_close_socket(socket_t socket) override {
    std::string address, local_address;
    int port = 0, local_port = 0;
    httplib::detail::get_remote_ip_and_port(socket, address, port);
    address = canonical_address(address).value_or(address);
    httplib::detail::get_local_ip_and_port(socket, local_address, local_port);
    const auto begin_request = [](httplib::Request& request) {
      hide_content_type(request);
      request.ranges.clear();
      // The library would read on for a body after the answer, also where there is none.
      request.body_consumed_ = true;
    };
    bool served = false;
    size_t linger_bytes = 0;
    if (connections_.enter(address)) {
      served = httplib::detail::process_server_socket_core(
          svr_sock_, socket, keep_alive_max_count_, keep_alive_timeout_sec_,
          [&](bool last, bool& closed) {
            DeadlineStream stream(socket, options_.times);
            Exchange exchange;
            exchange.stream = &stream;
            exchange.answer_timeout = options_.times.answer_timeout;
            t_exchange = &exchange;
            const bool ok = process_request(stream, address, port, local_address, local_port, last,
                                            closed, begin_request);
            closed |= exchange.close;
            if (exchange.close) linger_bytes = exchange.linger_bytes;
            t_exchange = nullptr;
            return ok;
          });
      connections_.leave(address);
    }
    if (linger_bytes > 0) linger_before_close(socket, linger_bytes);
    httplib::detail::shutdown_socket(socket);
    httplib::detail::close_socket(socket);
    return served;
  }

  // Closing with unread input makes TCP discard the answer at the other side.
  static void linger_before_close(socket_t socket, size_t most) {
    ::shutdown(socket, SHUT_WR);
    const Clock::time_point end = Clock::now() + kLingerTime;
    std::vector<char> discarded(size_t{1} << 18);
    for (size_t total = 0; total < most && Clock::now() < end;) {
      if (httplib::detail::select_read(socket, kLingerTime.count(), 0) <= 0) return;
      const ssize_t count = ::recv(socket, discarded.data(), discarded.size(), 0);
      if (count <= 0) return;
      total += static_cast<size_t>(count);
    }
  }

  const HttpServerOptions options_;
  HttpService& service_;
  ConnectionCounts connections_;
};

class HttpServerImpl final : public HttpServer {
 public:
  HttpServerImpl(const HttpServerOptions& options, HttpService& service)
      : server_(options, service) {}

  absl::Status bind(const std::string& host, int port) {
    port_ =
        port == 0 ? server_.bind_to_any_port(host) : (server_.bind_to_port(host, port) ? port : -1);
    if (port_ > 0) return absl::OkStatus();
    return absl::UnavailableError(concat("cannot listen on ", host, " port ", port,
                                         ": is another program using it, or is the address not "
                                         "one of this machine?"));
  }
  int port() const override { return port_; }
  void run() override { server_.listen_after_bind(); }
  void stop() override {
    if (stopped_.exchange(true)) return;  // afterwards it would wait for a beginning that has been
    server_.wait_until_ready();
    server_.stop();
  }

 private:
  LibraryServer server_;
  std::atomic<bool> stopped_{false};
  int port_ = -1;
};

}  // namespace

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::create(const HttpServerOptions& options,
                                                               HttpService& service) {
  auto server = std::make_unique<HttpServerImpl>(options, service);
  if (absl::Status bound = server->bind(options.host, options.port); !bound.ok()) return bound;
  return std::unique_ptr<HttpServer>(std::move(server));
}

}  // namespace easel
