// SPDX-License-Identifier: Apache-2.0
#include "http_api/api.h"

#include <algorithm>
#include <array>

#include "base/assert.h"
#include "digest/sha256.h"
#include "http_api/assets.h"
#include "http_api/detail/audited.h"
#include "http_api/detail/call.h"
#include "http_api/detail/cookie.h"
#include "http_api/detail/front/answers.h"
#include "http_api/detail/front/bearer.h"
#include "http_api/detail/front/entity_tag.h"
#include "http_api/detail/front/gate.h"
#include "http_api/detail/front/project_gate.h"
#include "http_api/detail/front/rate_limit.h"
#include "http_api/detail/front/repeats.h"
#include "http_api/detail/front/route_class.h"
#include "http_api/router.h"
#include "log/log.h"
#include "store/user_store.h"
#include "wire/known_names.h"
#include "wire/queries.h"

namespace aiflow::http_api {
namespace {

using detail::add_rate_headers;
using detail::add_security_headers;
using detail::bearer_of;
using detail::error_response;
using detail::is_oip;
using detail::Refusal;
using service::Principal;
using wire::Route;

constexpr std::size_t kIdempotencyKeyMax = 128;
/// A repeat waits so long for the first answer, then it is told 409.
constexpr auto kRepeatWait = std::chrono::seconds(30);

struct Context final : net::RequestContext {
  Match match;
  SteadyTime begin{};
  detail::Allowance allowance{};
  Principal who;
  store::Sight sight = std::vector<std::string>{};
  wire::Query query;
};

/// The description of the API, and where tools look for one first.
constexpr std::array<std::string_view, 2> kOpenApiPaths = {"/api/v2/openapi.json", "/openapi.json"};
/// The dashboard's page that shows it.
constexpr std::string_view kDocsPath = "/api/docs";
constexpr std::string_view kMetricsPath = "/metrics";
constexpr std::string_view kHealthPath = "/api/v2/monitor/health";

bool is_api_path(std::string_view path) {
  if (path == kDocsPath) return false;
  return path == kMetricsPath || path.starts_with("/api/") || path.starts_with("/auth/") ||
         path == "/v2" || path.starts_with("/v2/");
}

/// The rule for each route's body. Only uploads go to a file.
net::BodyRule body_rule(Route route, const std::filesystem::path& uploads) {
  switch (route) {
    case Route::put_blob:
      return {.bytes_max = service::Catalogue::kBlobBytesMax, .to_folder = uploads};
    case Route::oip_infer:
    case Route::oip_infer_version: return {.bytes_max = 64U << 20};
    case Route::check_dag_text:
    case Route::make_dag_file:
    case Route::put_dag_file: return {.bytes_max = 4U << 20};
    case Route::find_missing_blobs:
    case Route::create_report:
    case Route::create_variant: return {.bytes_max = 16U << 20};
    default: return {.bytes_max = 1U << 20};
  }
}

std::string subject_of(const Principal& who) {
  const auto& key = who.attempt.key;
  if (who.kind != Principal::Kind::task) return who.username;
  return key.dag_id + "/" + key.run_id + "/" + key.task_id + "/" +
         std::to_string(who.attempt.try_number);
}

detail::Table make_table() {
  detail::Table table(wire::all_routes().size());
  detail::add_audit_routes(table);
  detail::add_account_routes(table);
  detail::add_auth_routes(table);
  detail::add_workflow_routes(table);
  detail::add_asset_routes(table);
  detail::add_backfill_routes(table);
  detail::add_catalogue_routes(table);
  detail::add_artifact_routes(table);
  detail::add_data_routes(table);
  detail::add_config_routes(table);
  detail::add_project_routes(table);
  detail::add_site_routes(table);
  detail::add_worker_routes(table);
  detail::add_dag_view_routes(table);
  detail::add_monitor_routes(table);
  detail::add_server_log_routes(table);
  detail::add_editor_routes(table);
  detail::add_value_routes(table);
  detail::add_oip_routes(table);
  detail::add_provider_routes(table);
  for (const auto& route : wire::all_routes()) {
    AIFLOW_ASSERT(detail::at(table, route.route).index() != 0);
    AIFLOW_ASSERT(service::is_known_permission(route.permission));
  }
  return table;
}

int status_of(Route route, ErrorCode code) {
  if (route == Route::login && code == ErrorCode::denied) return 401;
  const bool has_password = route == Route::login || route == Route::change_password;
  if (has_password && code == ErrorCode::unavailable) return 429;
  return http_status(code);
}

}  // namespace

int http_status(ErrorCode code) {
  switch (code) {
    case ErrorCode::invalid_argument: return 400;
    case ErrorCode::not_found: return 404;
    case ErrorCode::conflict: return 409;
    case ErrorCode::denied: return 403;
    case ErrorCode::unavailable: return 503;
    case ErrorCode::timeout: return 504;
    case ErrorCode::cancelled: return 503;
    case ErrorCode::corrupt: return 422;
    case ErrorCode::internal: return 500;
  }
  return 500;
}

struct Api::Impl {
  explicit Impl(Parts given)
      : parts(std::move(given)),
        table(make_table()),
        streams(parts.auth),
        repeats(parts.clock),
        limiter(parts.clock, parts.rate_limit) {}

  std::optional<Refusal> refuse(const net::Request& request, Context& context);
  std::optional<Refusal> limit(const net::Request& request, Context& context);

  std::expected<Principal, Refusal> identify(const net::Request& request);
  void count(const Context& context, int status);
  void note_refusal(const net::Request& request, const Context& context, int status);
  /// With its entry in the audit log.
  Result<net::Response> carry_out(detail::Call& call, detail::Answer handler);
  Result<net::Response> answer(detail::Call& call, detail::Answer handler);
  /// If-Match: only when the thing is as the client has seen it.
  Result<net::Response> change(detail::Call& call, detail::Answer handler);
  Result<net::Response> answer_once(detail::Call& call, detail::Answer handler,
                                    const std::string& key);

  Parts parts;
  const Router router;
  const detail::Table table;
  detail::OpenStreams streams;
  detail::Repeats repeats;
  detail::RateLimiter limiter;
};

Api::Api(Parts parts) : impl_(std::make_unique<Impl>(std::move(parts))) {}
Api::~Api() = default;

std::variant<net::BodyRule, net::Response> Api::admit(net::Request& request) {
  if (std::ranges::find(kOpenApiPaths, request.path) != kOpenApiPaths.end()) {
    return detail::openapi_response(request);
  }
  if (!is_api_path(request.path)) {
    auto response = serve_asset(embedded_assets(), request);
    add_security_headers(response, request.id);
    impl_->parts.counters.request("pages", response.status, {});
    return response;
  }
  const auto method = request.method == "HEAD" ? "GET" : request.method;
  auto match = impl_->router.match(method, request.path);
  if (!match) {
    const auto& why = match.error();
    const auto code = why.status == 404 ? ErrorCode::not_found : ErrorCode::invalid_argument;
    impl_->parts.counters.request("unknown", why.status, {});
    return error_response({why.status, code, why.message, why.allow}, request);
  }
  auto context = std::make_unique<Context>();
  context->match = *std::move(match);
  context->begin = impl_->parts.clock.steady_now();
  auto query = net::parse_query(request.query);
  if (!query) {
    return error_response({400, ErrorCode::invalid_argument, query.error().message}, request);
  }
  context->query = *std::move(query);
  if (const auto refusal = impl_->refuse(request, *context)) {
    impl_->note_refusal(request, *context, refusal->status);
    impl_->count(*context, refusal->status);
    return error_response(*refusal, request);
  }
  const auto route = context->match.route->route;
  request.context = std::move(context);
  return body_rule(route, impl_->parts.uploads);
}

net::Handler::Lane Api::lane(const net::Request& request) const {
  if (request.path == kHealthPath || request.path == kMetricsPath) return Lane::machines;
  return detail::shows_machine_token(request) ? Lane::machines : Lane::people;
}

std::optional<Refusal> Api::Impl::refuse(const net::Request& request, Context& context) {
  auto who = identify(request);
  if (who) context.who = *who;
  // Also who is not known: so a token cannot be guessed at any speed.
  if (auto refusal = limit(request, context)) return refusal;
  if (!who) return who.error();
  if (auto refusal = detail::check_request(request, *context.match.route, *who)) return refusal;
  context.sight = detail::sight_of(*who, *context.match.route);
  if (auto refusal = detail::check_address(parts, context.match, *who)) return refusal;
  const auto known = wire::check_parameters(context.match.route->route, context.query);
  if (known) return std::nullopt;
  return Refusal{400,
                 ErrorCode::invalid_argument,
                 known.error().message,
                 {},
                 detail::rate_headers(context.allowance)};
}

/// Too many requests of one user or token, or of one address that has not signed in.
std::optional<Refusal> Api::Impl::limit(const net::Request& request, Context& context) {
  using Kind = Principal::Kind;
  const auto& who = context.who;
  if (who.kind == Kind::task || who.kind == Kind::worker || request.peer.unix_socket) return {};
  // What a model answers is bounded by its own queue.
  if (who.kind == Kind::user && is_oip(request.path)) return {};
  context.allowance = limiter.take(who.kind == Kind::anonymous ? "address " + request.peer.address
                                   : who.is_token ? "token " + digest::sha256_of(bearer_of(request))
                                                  : "user " + who.username);
  if (context.allowance.is_granted) return {};
  auto headers = detail::rate_headers(context.allowance);
  headers.emplace_back("Retry-After", std::to_string(context.allowance.reset_s));
  return Refusal{
      429, ErrorCode::unavailable,
      "too many requests; ask again in " + std::to_string(context.allowance.reset_s) + " s", "",
      std::move(headers)};
}

/// Who asks: a task or a worker elsewhere by its token, a local admin by the socket's uid, a user
/// by the cookie.
std::expected<Principal, Refusal> Api::Impl::identify(const net::Request& request) {
  const auto unknown = [](const Error& error) {
    const bool is_ours = error.code == ErrorCode::denied;
    return std::unexpected(
        Refusal{is_ours ? 401 : http_status(error.code), error.code, error.message});
  };
  if (const auto* authorization = request.header("authorization")) {
    if (!authorization->starts_with("Bearer ")) {
      return std::unexpected(Refusal{401, ErrorCode::denied, "only Bearer tokens are taken"});
    }
    const auto token = std::string_view(*authorization).substr(7);
    auto who = service::WorkerAccess::is_credential(token) ? parts.worker_access.worker(token)
               : service::ApiTokens::is_token(token)       ? parts.tokens.principal(token)
                                                           : parts.auth.task(token);
    if (!who) return unknown(who.error());
    return *std::move(who);
  }
  if (request.peer.unix_socket) {
    const auto uid = request.peer.uid;
    if (uid && (*uid == parts.uid || *uid == 0)) return service::Auth::local_admin();
    return Principal{};
  }
  const auto* cookies = request.header("cookie");
  const auto cookie = cookies == nullptr ? std::string_view() : detail::session_of(*cookies);
  if (cookie.empty()) return Principal{};
  auto session = parts.auth.session(cookie);
  if (session) return *std::move(session);
  // A cookie of a session that is over is as good as none: public routes stay open.
  if (session.error().code == ErrorCode::denied) return Principal{};
  return unknown(session.error());
}

void Api::handle(net::Request request, net::Responder responder) {
  auto& context = static_cast<Context&>(*request.context);
  const auto& route = *context.match.route;
  if (const auto refusal = detail::check_body(impl_->parts, context.match, context.who, request)) {
    impl_->note_refusal(request, context, refusal->status);
    impl_->count(context, refusal->status);
    return std::move(responder).send(error_response(*refusal, request));
  }
  detail::Call call{impl_->parts, impl_->streams,           route,         request,
                    context.who,  context.match.parameters, context.query, context.sight};
  const auto& entry = impl_->table[static_cast<std::size_t>(route.route)];
  Result<net::Response> answer = net::Response{};
  if (const auto* open = std::get_if<detail::Open>(&entry)) {
    auto place = impl_->streams.take(context.who, request.peer);
    if (!place) {
      impl_->count(context, place.error().status);
      return std::move(responder).send(error_response(place.error(), request));
    }
    call.place = *std::move(place);
    const auto opened = (*open)(call, responder);
    if (opened) return impl_->count(context, 200);
    answer = fail(opened.error());
  } else {
    call.audit = detail::entry_of(request, context.match, context.who);
    answer = impl_->carry_out(call, std::get<detail::Answer>(entry));
  }
  if (answer) {
    const bool is_read = route.method == "GET" && route.permission == "view" &&
                         !is_oip(request.path) && answer->status == 200 &&
                         answer->content_type == "application/json";
    if (is_read) detail::tag_answer(request, route.path, *answer);
    add_rate_headers(context.allowance, *answer);
    add_security_headers(*answer, request.id);
    impl_->count(context, answer->status);
    std::move(responder).send(*std::move(answer));
    return;
  }
  const auto& error = answer.error();
  const int status = status_of(route.route, error.code);
  if (status >= 500) {
    log::error("request failed",
               {{"request", request.id}, {"route", route.name}, {"error", error}});
  }
  impl_->count(context, status);
  auto response = call.on_error.empty()
                      ? error_response({status, error.code, error.message}, request)
                      : detail::redirect_to(call.on_error);
  if (!call.on_error.empty()) add_security_headers(response, request.id);
  add_rate_headers(context.allowance, response);
  std::move(responder).send(std::move(response));
}

/// Before the answer is sent, so that who has it finds it counted.
void Api::Impl::count(const Context& context, int status) {
  parts.counters.request(detail::route_class(context.match.route->path), status,
                         parts.clock.steady_now() - context.begin);
}

void Api::Impl::note_refusal(const net::Request& request, const Context& context, int status) {
  if (!detail::is_audited(*context.match.route, context.who)) return;
  auto entry = detail::entry_of(request, context.match, context.who);
  // What one may not see is not there for one.
  entry.outcome = status == 404 ? "denied" : detail::outcome_of(status);
  entry.status = status;
  parts.audit.refused(std::move(entry));
}

Result<net::Response> Api::Impl::carry_out(detail::Call& call, detail::Answer handler) {
  if (!detail::is_audited(call.route, call.who) || detail::is_preview(call.route, call.request)) {
    return answer(call, handler);
  }
  // What strangers may ask for is kept afterwards: else a flood of log-ins would be one of writes.
  const bool is_stranger = call.who.kind == Principal::Kind::anonymous;
  std::int64_t id = 0;
  if (!is_stranger) {
    AIFLOW_ASSIGN(id, parts.audit.begin(call.audit));
  }
  auto made = answer(call, handler);
  auto& entry = call.audit;
  entry.status = made ? made->status : status_of(call.route.route, made.error().code);
  entry.outcome = detail::outcome_of(static_cast<int>(entry.status));
  if (!is_stranger) {
    parts.audit.end(id, {.username = entry.user,
                         .object_kind = entry.object_kind,
                         .object_id = entry.object_id,
                         .dag_id = entry.dag_id,
                         .outcome = entry.outcome,
                         .status = static_cast<int>(entry.status)});
  } else if (made) {
    AIFLOW_TRY(parts.audit.record(entry));
  } else {
    parts.audit.refused(entry);
  }
  return made;
}

Result<net::Response> Api::Impl::answer(detail::Call& call, detail::Answer handler) {
  const auto* key = call.request.header("idempotency-key");
  if (key == nullptr || !wire::is_repeatable(call.route.route)) return change(call, handler);
  if (key->empty() || key->size() > kIdempotencyKeyMax) {
    return fail(ErrorCode::invalid_argument, "Idempotency-Key has 1 to 128 characters");
  }
  return answer_once(call, handler, subject_of(call.who) + "\n" + call.request.path + "\n" + *key);
}

/// Those with If-Match come one after the other, so that of two clients that have seen the same the
/// second is refused.
Result<net::Response> Api::Impl::change(detail::Call& call, detail::Answer handler) {
  const auto& method = call.route.method;
  const auto* wanted = call.request.header("if-match");
  const bool is_change = method == "PATCH" || method == "PUT" || method == "DELETE";
  if (!is_change || wanted == nullptr) return handler(call);
  const auto* reader = router.reader_of(call.route);
  const auto* read =
      reader == nullptr
          ? nullptr
          : std::get_if<detail::Answer>(&table[static_cast<std::size_t>(reader->route)]);
  if (read == nullptr) {
    return fail(ErrorCode::invalid_argument, "this address has no ETag to compare If-Match with");
  }
  AIFLOW_ASSIGN(const auto turn, repeats.take("change\n" + call.request.path,
                                              Deadline::after(parts.clock, kRepeatWait)));
  detail::Call look{parts,    streams,         *reader,    call.request,
                    call.who, call.parameters, call.query, detail::sight_of(call.who, *reader)};
  AIFLOW_ASSIGN(const auto now, (*read)(look));
  if (detail::holds_tag(*wanted, detail::entity_tag(now), false)) return handler(call);
  const wire::ErrorBody body{.code = std::string(to_string(ErrorCode::conflict)),
                             .message = "somebody has changed it since; read it again",
                             .request_id = call.request.id};
  return detail::json_response(json::object({{"error", wire::to_json(body)}}), 412);
}

/// The same key gives the same answer (S14). A repeat that comes beside the first waits for it: a
/// client that lost the connection wants the answer, and 409 would look like a failure to it.
Result<net::Response> Api::Impl::answer_once(detail::Call& call, detail::Answer handler,
                                             const std::string& key) {
  AIFLOW_ASSIGN(const auto turn, repeats.take(key, Deadline::after(parts.clock, kRepeatWait)));
  AIFLOW_ASSIGN(const auto known, parts.store.read([&](db::Connection& db) {
    return store::UserStore(db).answer(key);
  }));
  const auto request_sha256 = digest::sha256_of(call.request.body);
  // Empty: kept before the hash was.
  if (known && !known->request_sha256.empty() && known->request_sha256 != request_sha256) {
    return fail(ErrorCode::invalid_argument,
                "this Idempotency-Key was used for another request; make a new key for each");
  }
  if (known) {
    net::Response response;
    response.status = known->status;
    response.content_type = "application/json";
    response.body = known->body;
    return response;
  }
  call.keep = [&](db::Connection& db, const net::Response& made) {
    return store::UserStore(db).keep_answer(
        key, {.request_sha256 = request_sha256, .status = made.status, .body = made.body},
        parts.clock.now());
  };
  AIFLOW_ASSIGN(auto made, change(call, handler));
  if (call.keep) {
    AIFLOW_TRY(parts.store.transact([&](db::Connection& db) { return call.keep(db, made); }));
  }
  return made;
}

net::Response Api::refuse(int status, std::string_view reason, std::string_view request_id) {
  net::Request request;
  request.id = request_id;
  impl_->parts.counters.request("refused", status, {});
  const auto code = status >= 500 ? ErrorCode::unavailable : ErrorCode::invalid_argument;
  return error_response({status, code, std::string(reason)}, request);
}

}  // namespace aiflow::http_api
