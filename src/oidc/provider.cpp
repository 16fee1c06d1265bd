// SPDX-License-Identifier: Apache-2.0
#include "oidc/provider.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

#include "net/http.h"
#include "oidc/detail/url.h"
#include "oidc/id_token.h"

namespace aiflow::oidc {
namespace {

constexpr std::size_t kIssuerBytesMax = 250;
constexpr std::size_t kAnswerBytesMax = 256U << 10;
constexpr json::ParseLimits kLimits{.depth_max = 16, .bytes_max = kAnswerBytesMax};
constexpr auto kKnownFor = std::chrono::hours(1);
constexpr std::size_t kWordBytesMax = 64;
/// Short: the server's end waits for it.
constexpr auto kLookTime = std::chrono::seconds(3);

std::string base64(std::string_view bytes) {
  std::string out(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                     reinterpret_cast<const unsigned char*>(bytes.data()),
                                     static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(length));
  return out;
}

struct Question {
  std::string url;
  std::string method = "GET";
  net::Headers headers{};
  std::string body{};
};

/// Errors: unavailable, timeout, corrupt; with the address, never with what was sent.
Result<net::ClientResponse> ask(const Clock& clock, Question question, Deadline deadline) {
  AIFLOW_ASSIGN(auto url, detail::parse_url(question.url));
  net::Client client(clock, std::move(url.endpoint));
  net::ClientRequest request{.method = std::move(question.method),
                             .target = std::move(url.target),
                             .headers = std::move(question.headers),
                             .body = std::move(question.body)};
  request.headers.emplace_back("Accept", "application/json");
  request.headers.emplace_back("Connection", "close");
  request.answer_bytes_max = kAnswerBytesMax;
  auto answer = client.send(request, deadline);
  if (!answer) return fail(std::move(answer).error().with_context("the sign-in provider"));
  return answer;
}

Result<std::string> ask_for_text(const Clock& clock, const std::string& url, Deadline deadline) {
  AIFLOW_ASSIGN(auto answer, ask(clock, {.url = url}, deadline));
  if (answer.status == 200) return std::move(answer.body);
  return fail(
      answer.status >= 500 ? ErrorCode::unavailable : ErrorCode::corrupt,
      "the sign-in provider answers " + url + " with status " + std::to_string(answer.status));
}

/// An address in what the provider says of itself. Errors: corrupt.
Result<std::string> address_in(const json::Value& document, std::string_view key) {
  auto text = json::get_string(document, key);
  const auto url = text ? detail::parse_url(*text) : fail(text.error());
  if (url) return text;
  return fail(ErrorCode::corrupt, "the sign-in provider's " + std::string(key) +
                                      " is of no use: " + url.error().message);
}

/// A word of the provider, for the log.
std::string word_in(const json::Value* value) {
  std::string out = value != nullptr && value->is_string() ? value->as_string() : "";
  if (out.size() > kWordBytesMax) out.resize(kWordBytesMax);
  std::ranges::replace_if(out, [](char c) { return c < 0x20 || c > 0x7e; }, '?');
  return out;
}

bool takes_basic(const json::Value& document) {
  const auto* ways = document.find("token_endpoint_auth_methods_supported");
  // RFC 8414: client_secret_basic when it says nothing.
  if (ways == nullptr || !ways->is_array()) return true;
  const auto& all = ways->as_array();
  return std::ranges::find(all, json::Value("client_secret_basic")) != all.end() ||
         std::ranges::find(all, json::Value("client_secret_post")) == all.end();
}

std::string form_of(std::initializer_list<std::pair<std::string_view, std::string_view>> fields) {
  std::string out;
  for (const auto& [name, value] : fields) {
    out.append(out.empty() ? "" : "&").append(name).append("=").append(net::percent_encode(value));
  }
  return out;
}

std::string with_query(const std::string& url, const std::string& query) {
  return url + (url.find('?') == std::string::npos ? "?" : "&") + query;
}

}  // namespace

/// One of those that may ask at a time.
class Provider::Turn {
 public:
  explicit Turn(std::counting_semaphore<kCallersMax>& turns)
      : turns_(turns), is_taken_(turns.try_acquire()) {}
  ~Turn() {
    if (is_taken_) turns_.release();
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  [[nodiscard]] Status taken() const {
    if (is_taken_) return {};
    return fail(ErrorCode::unavailable, "too many people sign in at once; try again in a moment");
  }

 private:
  std::counting_semaphore<kCallersMax>& turns_;
  bool is_taken_;
};

Status check_issuer(std::string_view issuer) {
  if (issuer.size() > kIssuerBytesMax || issuer.find('?') != std::string_view::npos) {
    return fail(ErrorCode::invalid_argument, "an issuer has at most 250 characters, without '?'");
  }
  AIFLOW_TRY(detail::parse_url(issuer));
  return {};
}

Provider::Provider(const Clock& clock, ProviderOptions options)
    : clock_(clock), options_(std::move(options)) {}

Result<Provider::KnownPtr> Provider::known(Deadline deadline) {
  {
    const std::scoped_lock lock(mutex_);
    if (known_ && clock_.steady_now() - known_->at < kKnownFor) return known_;
  }
  return learn(deadline);
}

Result<Provider::KnownPtr> Provider::learn(Deadline deadline) {
  auto found = discover(deadline);
  note(found ? Status{} : fail(found.error()));
  if (!found) return found;
  const std::scoped_lock lock(mutex_);
  known_ = *found;
  return found;
}

void Provider::note(const Status& came_to) {
  const std::scoped_lock lock(mutex_);
  // A code that is refused says nothing of the provider.
  if (!came_to && came_to.error().code == ErrorCode::denied) return;
  trouble_ = came_to ? std::string() : came_to.error().message;
}

Result<Provider::KnownPtr> Provider::discover(Deadline deadline) {
  std::string place = options_.issuer;
  if (place.ends_with('/')) place.pop_back();
  AIFLOW_ASSIGN(const auto text,
                ask_for_text(clock_, place + "/.well-known/openid-configuration", deadline));
  const auto document = json::parse(text, kLimits);
  if (!document) return fail(ErrorCode::corrupt, "the sign-in provider's description is no JSON");
  const auto issuer = json::get_string(*document, "issuer");
  if (!issuer || *issuer != options_.issuer) {
    return fail(ErrorCode::corrupt, "the sign-in provider calls itself '" +
                                        word_in(document->find("issuer")) + "', not '" +
                                        options_.issuer + "': spell the issuer as it does");
  }
  Known known;
  AIFLOW_ASSIGN(known.authorization, address_in(*document, "authorization_endpoint"));
  AIFLOW_ASSIGN(known.token, address_in(*document, "token_endpoint"));
  AIFLOW_ASSIGN(const auto keys, address_in(*document, "jwks_uri"));
  if (document->find("end_session_endpoint") != nullptr) {
    AIFLOW_ASSIGN(known.sign_out, address_in(*document, "end_session_endpoint"));
  }
  known.secret_in_body = !takes_basic(*document);
  AIFLOW_ASSIGN(const auto key_text, ask_for_text(clock_, keys, deadline));
  AIFLOW_ASSIGN(known.keys, KeySet::parse(key_text));
  known.at = clock_.steady_now();
  return std::make_shared<const Known>(std::move(known));
}

Result<std::string> Provider::authorization_url(const Attempt& attempt) {
  const Turn turn(turns_);
  AIFLOW_TRY(turn.taken());
  AIFLOW_ASSIGN(const auto known, this->known(Deadline::after(clock_, options_.time_out)));
  return with_query(known->authorization, form_of({{"response_type", "code"},
                                                   {"client_id", options_.client_id},
                                                   {"redirect_uri", options_.redirect_url},
                                                   {"scope", options_.scopes},
                                                   {"state", attempt.state},
                                                   {"nonce", attempt.nonce},
                                                   {"code_challenge", attempt.challenge},
                                                   {"code_challenge_method", "S256"}}));
}

Result<json::Value> Provider::redeem(const Code& code) {
  const Turn turn(turns_);
  AIFLOW_TRY(turn.taken());
  const auto deadline = Deadline::after(clock_, options_.time_out);
  AIFLOW_ASSIGN(auto known, this->known(deadline));
  const auto asked = ask_token(*known, code, deadline);
  note(asked ? Status{} : fail(asked.error()));
  AIFLOW_ASSIGN(const auto token, asked);
  auto claims = known->keys.verify(token);
  if (!claims && claims.error().code == ErrorCode::not_found) {
    AIFLOW_ASSIGN(known, learn(deadline));
    claims = known->keys.verify(token);
    if (!claims) return fail(ErrorCode::corrupt, claims.error().message);
  }
  if (!claims) return claims;
  AIFLOW_TRY(check_claims(*claims, {.issuer = options_.issuer,
                                    .client_id = options_.client_id,
                                    .nonce = code.nonce,
                                    .now = clock_.now()}));
  return claims;
}

Result<std::string> Provider::ask_token(const Known& known, const Code& code, Deadline deadline) {
  Question question{.url = known.token, .method = "POST"};
  question.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
  question.body = form_of({{"grant_type", "authorization_code"},
                           {"code", code.code},
                           {"redirect_uri", options_.redirect_url},
                           {"code_verifier", code.verifier}});
  const std::string_view secret =
      options_.client_secret ? options_.client_secret->reveal() : std::string_view();
  if (secret.empty() || known.secret_in_body) {
    question.body += "&" + form_of({{"client_id", options_.client_id}});
  }
  if (!secret.empty() && known.secret_in_body) {
    question.body += "&" + form_of({{"client_secret", secret}});
  } else if (!secret.empty()) {
    question.headers.emplace_back("Authorization",
                                  "Basic " + base64(net::percent_encode(options_.client_id) + ":" +
                                                    net::percent_encode(secret)));
  }
  AIFLOW_ASSIGN(const auto answer, ask(clock_, std::move(question), deadline));
  const auto body = json::parse(answer.body, kLimits);
  if (answer.status == 200 && body) {
    auto token = json::get_string(*body, "id_token");
    if (token) return token;
    return fail(ErrorCode::corrupt, "the sign-in provider gives no ID token: is 'openid' a scope?");
  }
  if (answer.status >= 500) {
    return fail(ErrorCode::unavailable,
                "the sign-in provider answers with status " + std::to_string(answer.status));
  }
  const auto word = body ? word_in(body->find("error")) : std::string();
  const bool is_client = word == "invalid_client" || word == "unauthorized_client";
  return fail(is_client ? ErrorCode::corrupt : ErrorCode::denied,
              "the sign-in provider refuses (status " + std::to_string(answer.status) + ", '" +
                  word + "')" + (is_client ? ": look at the client's id and secret" : ""));
}

std::optional<std::string> Provider::sign_out_url(std::string_view return_to) const {
  const std::scoped_lock lock(mutex_);
  if (!known_ || known_->sign_out.empty()) return std::nullopt;
  return with_query(known_->sign_out, form_of({{"client_id", options_.client_id},
                                               {"post_logout_redirect_uri", return_to}}));
}

Status Provider::look() {
  const auto deadline = Deadline::after(clock_, kLookTime);
  AIFLOW_TRY(trouble().empty() ? known(deadline) : learn(deadline));
  return {};
}

std::string Provider::trouble() const {
  const std::scoped_lock lock(mutex_);
  return trouble_;
}

}  // namespace aiflow::oidc
