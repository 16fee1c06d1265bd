// SPDX-License-Identifier: Apache-2.0
// Log-in, users, health, and the event stream.
#include "http_api/detail/call.h"
#include "http_api/detail/signed_in.h"
#include "store/event_log.h"

namespace aiflow::http_api::detail {
namespace {

Result<net::Response> login(Call& call) {
  return with_body(
      call, wire::parse_login_request, [&](wire::LoginRequest request) -> Result<net::Response> {
        const std::string username = request.username;
        auto in = call.parts.auth.login({.username = username,
                                         .password = Secret(std::move(request.password)),
                                         .address = call.request.peer.address,
                                         .agent = agent_of(call)});
        // People type passwords into the wrong field: the log has names of users alone.
        AIFLOW_ASSIGN(const bool is_user, call.parts.auth.is_user(username));
        if (is_user) call.about("user", username);
        if (in) call.audit.user = username, call.audit.kind = "user";
        return signed_in(call, std::move(in));
      });
}

Result<net::Response> logout(Call& call) {
  AIFLOW_TRY(call.parts.auth.logout(call.who));
  call.streams.review();
  auto response = nothing();
  response.headers.emplace_back("Set-Cookie", clear_cookie());
  return response;
}

Result<net::Response> who_am_i(Call& call) {
  std::optional<std::string> sign_out_url;
  if (call.who.issuer && call.parts.provider_login != nullptr) {
    sign_out_url = call.parts.provider_login->sign_out_url(*call.who.issuer);
  }
  return one(wire::Session{.username = call.who.username,
                           .role = call.who.role,
                           .csrf_token = call.who.csrf_token,
                           .must_change_password = call.who.must_change_password,
                           .issuer = call.who.issuer,
                           .sign_out_url = std::move(sign_out_url),
                           .projects = service::to_wire(call.who.projects)});
}

Result<net::Response> change_password(Call& call) {
  return with_body(call, wire::parse_password_change, [&](wire::PasswordChange request) {
    auto changed = call.parts.auth.change_password(
        call.who, {.old_password = Secret(std::move(request.old_password)),
                   .new_password = Secret(std::move(request.new_password)),
                   .address = call.request.peer.address,
                   .agent = agent_of(call)});
    if (changed) call.streams.review();
    return signed_in(call, std::move(changed));
  });
}

Result<net::Response> list_users(Call& call) {
  AIFLOW_ASSIGN(const auto users, call.parts.auth.users());
  return page_of(call, users);
}

Result<net::Response> create_user(Call& call) {
  return with_body(call, wire::parse_user_create,
                   [&](const wire::UserCreate& request) -> Result<net::Response> {
                     call.about("user", request.username);
                     AIFLOW_ASSIGN(const auto made, call.parts.auth.create_user(request));
                     return one(made);
                   });
}

Result<net::Response> patch_user(Call& call) {
  return with_body(call, wire::parse_user_patch,
                   [&](const wire::UserPatch& patch) -> Result<net::Response> {
                     AIFLOW_ASSIGN(const auto user,
                                   call.parts.auth.set_role(call.param("username"), patch.role));
                     call.streams.review();
                     call.streams.cut_of(call.param("username"));
                     return one(user);
                   });
}

Result<net::Response> delete_user(Call& call) {
  AIFLOW_TRY(call.parts.auth.delete_user(call.param("username"), call.who));
  call.streams.review();
  return nothing();
}

Result<net::Response> reset_password(Call& call) {
  AIFLOW_ASSIGN(const auto made, call.parts.auth.reset_password(call.param("username")));
  call.streams.review();
  return one(made);
}

Result<net::Response> health(Call& call) { return one(call.parts.health()); }

/// Last-Event-ID of a browser that connects again by itself, or ?last_event_id= of one that opens
/// a new stream.
Result<std::optional<std::int64_t>> resume_id(const Call& call) {
  const auto* header = call.request.header("last-event-id");
  const wire::Query by_header = {{"last_event_id", header == nullptr ? "" : *header}};
  AIFLOW_ASSIGN(const auto query,
                wire::parse_stream_query(header == nullptr ? call.query : by_header));
  return query.last_event_id;
}

/// The first event of a new stream: its id is that of the newest row, and everything after that row
/// follows. So a client that reads a list after "hello" misses nothing and need not ask again.
net::SseMessage hello(std::int64_t newest, WallTime now) {
  const wire::StreamEvent event{.id = newest, .kind = "hello", .at = now, .data = json::object({})};
  return {.id = std::to_string(newest), .event = "", .data = json::write(to_json(event))};
}

Status stream(Call& call, net::Responder& responder) {
  AIFLOW_ASSIGN(auto after, resume_id(call));
  const bool is_new = !after;
  if (is_new) {
    AIFLOW_ASSIGN(after, call.parts.store.read(
                             [](db::Connection& db) { return store::EventLog(db).last_id(); }));
  }
  const auto events = std::move(responder).open_event_stream();
  if (is_new) events.send(hello(*after, call.parts.clock.now()));
  events.on_close(call.on_stream_end([events] { events.cut(); }));
  const auto is_over = call.session_over();
  call.parts.events.follow(
      after,
      [events, is_over](const service::EventHub::Batch& batch) {
        if (is_over()) events.cut();
        return events.send_formatted(batch.text);
      },
      call.sight);
  return {};
}

}  // namespace
}  // namespace aiflow::http_api::detail

namespace aiflow::http_api {

std::string stream_text(const std::vector<wire::StreamEvent>& events) {
  std::string text;
  for (const auto& event : events) {
    text += net::format_sse({.id = event.id > 0 ? std::to_string(event.id) : "",
                             .event = "",
                             .data = json::write(to_json(event))});
  }
  return text;
}

}  // namespace aiflow::http_api

namespace aiflow::http_api::detail {

void add_auth_routes(Table& table) {
  using wire::Route;
  at(table, Route::login) = login;
  at(table, Route::logout) = logout;
  at(table, Route::who_am_i) = who_am_i;
  at(table, Route::change_password) = change_password;
  at(table, Route::list_users) = list_users;
  at(table, Route::create_user) = create_user;
  at(table, Route::patch_user) = patch_user;
  at(table, Route::delete_user) = delete_user;
  at(table, Route::reset_password) = reset_password;
  at(table, Route::health) = health;
  at(table, Route::stream) = stream;
}

}  // namespace aiflow::http_api::detail
