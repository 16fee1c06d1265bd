// SPDX-License-Identifier: Apache-2.0
// The first start, and one's own account: sessions and API tokens.
#include "http_api/detail/call.h"
#include "http_api/detail/front/whole_list.h"
#include "http_api/detail/signed_in.h"

namespace aiflow::http_api::detail {
namespace {

/// A program with a token must not make itself another one, which may do more or lives longer.
Status check_is_person(const Call& call) {
  if (call.who.kind == service::Principal::Kind::user && !call.who.is_token) return {};
  return fail(ErrorCode::denied,
              "only a user who has logged in has an account; others: aiflow tokens");
}

Result<net::Response> get_setup(Call& call) {
  AIFLOW_ASSIGN(const bool needed, call.parts.auth.needs_setup());
  return one(wire::SetupState{.needed = needed});
}

Result<net::Response> complete_setup(Call& call) {
  return with_body(
      call, wire::parse_setup_request, [&](wire::SetupRequest request) -> Result<net::Response> {
        const std::string username = request.username;
        const Secret token(std::move(request.token));
        auto in =
            call.parts.auth.set_up(token.reveal(), {.username = username,
                                                    .password = Secret(std::move(request.password)),
                                                    .address = call.request.peer.address,
                                                    .agent = agent_of(call)});
        if (in) {
          call.about("user", username);
          call.audit.user = username;
          call.audit.kind = "user";
        }
        return signed_in(call, std::move(in));
      });
}

Result<net::Response> list_own_sessions(Call& call) {
  AIFLOW_TRY(check_is_person(call));
  AIFLOW_ASSIGN(const auto sessions, call.parts.auth.sessions(call.who));
  return page_of(call, sessions);
}

Result<net::Response> end_own_session(Call& call) {
  AIFLOW_TRY(check_is_person(call));
  AIFLOW_TRY(call.parts.auth.end_session(call.who, call.param("session_id")));
  call.streams.review();
  return nothing();
}

Result<net::Response> list_own_tokens(Call& call) {
  AIFLOW_TRY(check_is_person(call));
  AIFLOW_ASSIGN(const auto tokens, call.parts.tokens.list(call.who.username));
  return page_of(call, tokens);
}

Result<net::Response> make_token(Call& call, const std::string& username) {
  return with_body(call, wire::parse_token_create,
                   [&](const wire::TokenCreate& request) -> Result<net::Response> {
                     call.about("user", username);
                     AIFLOW_ASSIGN(const auto made, call.parts.tokens.create(username, request));
                     call.about("token", std::to_string(made.id));
                     return one(made);
                   });
}

Result<net::Response> create_own_token(Call& call) {
  AIFLOW_TRY(check_is_person(call));
  return make_token(call, call.who.username);
}

Result<net::Response> revoke_own_token(Call& call) {
  AIFLOW_TRY(check_is_person(call));
  AIFLOW_ASSIGN(const auto id, call.param_int("token_id"));
  AIFLOW_TRY(call.parts.tokens.revoke(id, call.who.username));
  call.streams.review();
  return nothing();
}

Result<net::Response> create_token(Call& call) { return make_token(call, call.param("username")); }

Result<net::Response> list_tokens(Call& call) {
  AIFLOW_ASSIGN(const auto asked, wire::parse_token_filter(call.query));
  AIFLOW_ASSIGN(const auto tokens, call.parts.tokens.list(asked.username.value_or("")));
  return page_after(tokens, asked, {}, [](const wire::ApiToken& one) { return Cursor{{-one.id}}; });
}

Result<net::Response> revoke_token(Call& call) {
  AIFLOW_ASSIGN(const auto id, call.param_int("token_id"));
  AIFLOW_TRY(call.parts.tokens.revoke(id, ""));
  call.streams.review();
  return nothing();
}

}  // namespace

void add_account_routes(Table& table) {
  using wire::Route;
  at(table, Route::get_setup) = get_setup;
  at(table, Route::complete_setup) = complete_setup;
  at(table, Route::list_own_sessions) = list_own_sessions;
  at(table, Route::end_own_session) = end_own_session;
  at(table, Route::list_own_tokens) = list_own_tokens;
  at(table, Route::create_own_token) = create_own_token;
  at(table, Route::revoke_own_token) = revoke_own_token;
  at(table, Route::create_token) = create_token;
  at(table, Route::list_tokens) = list_tokens;
  at(table, Route::revoke_token) = revoke_token;
}

}  // namespace aiflow::http_api::detail
