// SPDX-License-Identifier: Apache-2.0
// Signing in by an OpenID provider. Browsers come here by addresses, so what goes wrong is a word
// in the address of the sign-in page, which says it in the person's language.
#include "http_api/detail/call.h"
#include "http_api/detail/signed_in.h"
#include "log/log.h"

namespace aiflow::http_api::detail {
namespace {

using service::ProviderLogin;

Result<ProviderLogin*> provider_of(const Call& call) {
  if (call.parts.provider_login != nullptr) return call.parts.provider_login;
  return fail(ErrorCode::not_found, "this server knows no sign-in provider");
}

/// Behind a proxy the browser's way to it is encrypted, and ours is not.
bool is_encrypted(const Call& call, const ProviderLogin& login) {
  return call.request.peer.tls || login.public_url().starts_with("https://");
}

std::unexpected<Error> refuse(Call& call, const ProviderLogin& login,
                              service::LoginRefusal refusal) {
  call.on_error =
      login.public_url() + "/?sign_in=" + std::string(refusal.word) + "&request=" + call.request.id;
  // That anybody can have a hundred times a second; the audit log keeps some.
  if (refusal.word != "over") {
    log::warn("sign-in by the provider failed",
              {{"request", call.request.id}, {"why", refusal.word}, {"error", refusal.error}});
  }
  return fail(std::move(refusal.error));
}

Result<net::Response> get_sign_in(Call& call) {
  wire::SignInOptions options;
  if (call.parts.provider_login != nullptr) {
    options.provider = call.parts.provider_login->described();
  }
  return one(options);
}

Result<net::Response> begin_provider_sign_in(Call& call) {
  AIFLOW_ASSIGN(auto* login, provider_of(call));
  AIFLOW_ASSIGN(const auto asked, wire::parse_provider_start(call.query));
  auto begun = login->begin(asked.next.value_or("/"));
  if (!begun) return refuse(call, *login, std::move(begun).error());
  auto response = redirect_to(std::move(begun->url));
  const auto life = std::chrono::duration_cast<std::chrono::seconds>(ProviderLogin::kLoginLife);
  response.headers.emplace_back(
      "Set-Cookie",
      set_login_cookie(begun->cookie, static_cast<int>(life.count()), is_encrypted(call, *login)));
  return response;
}

Result<net::Response> finish_provider_sign_in(Call& call) {
  AIFLOW_ASSIGN(auto* login, provider_of(call));
  AIFLOW_ASSIGN(const auto given, wire::parse_provider_answer(call.query));
  const auto text = [](const std::optional<std::string>& field) {
    return field ? std::string_view(*field) : std::string_view();
  };
  const auto* cookies = call.request.header("cookie");
  auto done = login->finish(
      {.code = text(given.code),
       .state = text(given.state),
       .issuer = text(given.iss),
       .error = text(given.error),
       .cookie = cookies == nullptr ? std::string_view() : cookie_of(*cookies, kLoginCookie),
       .address = call.request.peer.address,
       .agent = agent_of(call)});
  // A change of the role ends sessions, and so does having none.
  call.streams.review();
  if (!done) return refuse(call, *login, std::move(done).error());
  // Streams of tokens stay open, and would go on by the role of before.
  call.streams.cut_of(done->in.session.username);
  call.about("user", done->in.session.username);
  call.audit.user = done->in.session.username;
  call.audit.kind = "user";
  auto response = redirect_to(std::move(done->url));
  const bool encrypted = is_encrypted(call, *login);
  response.headers.emplace_back("Set-Cookie", set_cookie(done->in.cookie.reveal(), encrypted));
  response.headers.emplace_back("Set-Cookie", set_login_cookie("", 0, encrypted));
  return response;
}

}  // namespace

void add_provider_routes(Table& table) {
  using wire::Route;
  at(table, Route::get_sign_in) = get_sign_in;
  at(table, Route::begin_provider_sign_in) = begin_provider_sign_in;
  at(table, Route::finish_provider_sign_in) = finish_provider_sign_in;
}

}  // namespace aiflow::http_api::detail
