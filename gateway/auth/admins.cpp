#include "gateway/auth/admins.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/error.h"
#include "base/random_bytes.h"
#include "base/utf8.h"
#include "gateway/api_error.h"
#include "gateway/auth/secret_token.h"

namespace easel {
namespace {

constexpr size_t kMaxNameBytes = 64, kMaxUserAgentBytes = 200, kSessionIdBytes = 8;
constexpr size_t kMaxPlaces = 256;
// So often at most does a session's use reach the disk.
constexpr int64_t kTouchIntervalMs = 60'000;

bool is_admin_name(std::string_view name) {
  return !name.empty() && name.size() <= kMaxNameBytes &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '_' || c == '.' || c == '@';
         });
}

absl::Status check_new(std::string_view name, std::string_view password) {
  if (!is_admin_name(name)) {
    return invalid_field("the admin's name must be 1 to ", kMaxNameBytes,
                         " of A-Z a-z 0-9 - _ . @");
  }
  if (password.size() < Admins::kMinPasswordBytes || password.size() > Admins::kMaxPasswordBytes) {
    return invalid_field("the password must have ", Admins::kMinPasswordBytes, " to ",
                         Admins::kMaxPasswordBytes, " bytes");
  }
  if (find_invalid_utf8(password)) {
    return invalid_field("the password must be UTF-8: no login could send it otherwise");
  }
  return absl::OkStatus();
}

absl::Status wrong_password() {
  return api_error(ErrorCode::kUnauthorized, "the name or the password is wrong");
}

// The password was right when it was looked at; a reset since then ends it like any session.
absl::Status unless_changed(const absl::Status& written) {
  return absl::IsNotFound(written) ? wrong_password() : written;
}

absl::Status too_often(int64_t wait_ms) {
  return with_retry_after(
      api_error(ErrorCode::kRateLimited, "too many failed logins; try again later"),
      std::chrono::milliseconds(wait_ms));
}

}  // namespace

std::string client_network(const std::string& address) {
  in6_addr bytes{};
  if (::inet_pton(AF_INET6, address.c_str(), &bytes) != 1) return address;
  char text[INET6_ADDRSTRLEN] = {};
  if (IN6_IS_ADDR_V4MAPPED(&bytes)) {
    ::inet_ntop(AF_INET, &bytes.s6_addr[12], text, sizeof(text));
    return text;
  }
  std::fill(std::begin(bytes.s6_addr) + 8, std::end(bytes.s6_addr), uint8_t{0});
  ::inet_ntop(AF_INET6, &bytes, text, sizeof(text));
  return concat(text, "/64");
}

Admins::Admins(AccountStore& store, Clock clock, AdminOptions options)
    : store_(store),
      clock_(std::move(clock)),
      options_(options),
      hasher_(options.hashing),
      by_address_(options.per_address),
      by_name_(options.per_name) {}

absl::Status Admins::create(const std::string& name, std::string_view password) {
  EASEL_RETURN_IF_ERROR(check_new(name, password));
  EASEL_ASSIGN_OR_RETURN(const std::string hash, hasher_.hash(password));
  return store_.create_admin(name, hash, clock_.utc_ms());
}

absl::Status Admins::reset(const std::string& name, std::string_view password) {
  EASEL_RETURN_IF_ERROR(check_new(name, password));
  EASEL_ASSIGN_OR_RETURN(const std::string hash, hasher_.hash(password));
  return store_.set_password(name, hash, clock_.utc_ms());
}

absl::Status Admins::remove(const std::string& name) {
  EASEL_RETURN_IF_ERROR(store_.remove_admin(name));
  const std::lock_guard lock(mutex_);
  std::erase_if(places_, [&](const auto& place) { return place.first == name; });
  return absl::OkStatus();
}

absl::Status Admins::ensure(const std::string& name, std::string_view password) {
  EASEL_RETURN_IF_ERROR(check_new(name, password));
  EASEL_ASSIGN_OR_RETURN(const std::optional<AdminRecord> admin, store_.find_admin(name));
  if (!admin) return create(name, password);
  EASEL_ASSIGN_OR_RETURN(const bool same, hasher_.verify(password, admin->password_hash));
  return same ? absl::OkStatus() : reset(name, password);
}

absl::Status Admins::begin_attempt(const std::string& name, const std::string& network,
                                   bool is_known) {
  const int64_t now = clock_.steady_ms();
  if (const int64_t wait = by_address_.begin(network, now); wait > 0) return too_often(wait);
  if (is_known) return absl::OkStatus();
  if (const int64_t wait = by_name_.begin(name, now); wait > 0) {
    by_address_.take_back(network, /*forget_all=*/false);
    return too_often(wait);
  }
  return absl::OkStatus();
}

// Sessions outlive the process, so a restart under attack keeps their owners' places known.
bool Admins::is_known_place(const std::string& name, const std::string& network) {
  {
    const std::lock_guard lock(mutex_);
    if (std::find(places_.begin(), places_.end(), std::pair(name, network)) != places_.end()) {
      return true;
    }
  }
  const absl::StatusOr<std::vector<SessionRecord>> live = sessions();
  return live.ok() && std::any_of(live->begin(), live->end(), [&](const SessionRecord& session) {
           return session.admin == name && client_network(session.address) == network;
         });
}

void Admins::remember_place(const std::string& name, const std::string& network) {
  const std::lock_guard lock(mutex_);
  std::erase(places_, std::pair(name, network));
  places_.emplace_back(name, network);
  if (places_.size() > kMaxPlaces) places_.pop_front();
}

absl::StatusOr<std::string> Admins::check_password(const std::string& name,
                                                   std::string_view password,
                                                   const std::string& address) {
  const bool too_long = name.size() > kMaxNameBytes || password.size() > kMaxPasswordBytes;
  const std::string network = client_network(address);
  const bool is_known = !too_long && is_known_place(name, network);
  // Counted all the same, or such attempts could be made without end.
  EASEL_RETURN_IF_ERROR(begin_attempt(too_long ? std::string() : name, network, is_known));
  if (too_long) return wrong_password();
  EASEL_ASSIGN_OR_RETURN(const std::optional<AdminRecord> admin, store_.find_admin(name));
  const absl::StatusOr<bool> right =
      hasher_.verify(password, admin ? admin->password_hash : std::string());
  if (right.ok() && !*right) return wrong_password();
  // Nobody's fault when it could not be checked.
  by_address_.take_back(network, /*forget_all=*/false);
  if (!is_known) by_name_.take_back(name, /*forget_all=*/right.ok());
  if (!right.ok()) return right.status();
  remember_place(name, network);
  if (!hasher_.is_outdated(admin->password_hash)) return admin->password_hash;
  EASEL_ASSIGN_OR_RETURN(std::string hash, hasher_.hash(password));
  EASEL_RETURN_IF_ERROR(unless_changed(store_.renew_hash(name, admin->password_hash, hash)));
  return hash;
}

absl::StatusOr<SessionStart> Admins::log_in(const std::string& name, std::string_view password,
                                            const std::string& address, std::string_view user_agent,
                                            std::string_view old_token) {
  EASEL_ASSIGN_OR_RETURN(const std::string checked, check_password(name, password, address));
  SessionStart start;
  start.token = make_secret_token();
  SessionRecord& session = start.session;
  session.id = random_hex(kSessionIdBytes);
  session.admin = name;
  session.created_at_ms = session.used_at_ms = clock_.utc_ms();
  session.expires_at_ms = session.created_at_ms + options_.session_ms;
  session.address = address;
  session.user_agent = user_agent.substr(0, kMaxUserAgentBytes);
  EASEL_RETURN_IF_ERROR(unless_changed(store_.start_session(
      session, checked, hash_of_token(start.token), hash_of_token(old_token))));
  return start;
}

absl::StatusOr<std::optional<SessionRecord>> Admins::session_of(std::string_view token,
                                                                SessionUse use) {
  const int64_t now = clock_.utc_ms();
  EASEL_ASSIGN_OR_RETURN(std::optional<SessionRecord> session,
                         store_.find_session(hash_of_token(token), now, now - options_.idle_ms));
  const bool is_due = session && now - session->used_at_ms >= kTouchIntervalMs;
  if (is_due && use == SessionUse::kByPerson) {
    // A full disk does not log admins out.
    store_.touch_session(session->id, now).IgnoreError();
  }
  return session;
}

std::string Admins::name_for_log(const std::string& name) {
  const absl::StatusOr<std::optional<AdminRecord>> admin = store_.find_admin(name);
  return admin.ok() && admin->has_value() ? name : "(unknown name)";
}

absl::StatusOr<std::vector<SessionRecord>> Admins::sessions() {
  const int64_t now = clock_.utc_ms();
  return store_.sessions(now, now - options_.idle_ms);
}

}  // namespace easel
