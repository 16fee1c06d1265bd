// SPDX-License-Identifier: Apache-2.0
// Beside a provider over HTTP that answers what each test wants.
#include "oidc/provider.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>

#include "net/server.h"
#include "oidc/testing/signer.h"
#include "os/system_clock.h"

namespace aiflow::oidc {
namespace {

using namespace std::chrono_literals;
using testing::key_set_text;
using testing::Signer;

const os::SystemClock kClock;

class FakeProvider final : public net::Handler {
 public:
  FakeProvider() {
    net::ServerOptions options;
    options.port = 0;
    http_ = net::Server::start(options, *this).value();
    say("/.well-known/openid-configuration", description());
    say("/keys", json::parse(key_set_text({signer.jwk()})).value());
  }
  ~FakeProvider() override { http_->stop(0ms); }

  std::variant<net::BodyRule, net::Response> admit(net::Request&) override {
    return net::BodyRule{};
  }
  void handle(net::Request request, net::Responder responder) override {
    const std::scoped_lock lock(mutex_);
    asked_.push_back(request.method + " " + request.path);
    if (request.method == "POST") {
      posted_ = request.body;
      const auto* given = request.header("authorization");
      authorization_ = given == nullptr ? "" : *given;
    }
    const auto found = answers_.find(request.path);
    net::Response response{.status = 404};
    if (found != answers_.end()) response = found->second;
    std::move(responder).send(std::move(response));
  }
  net::Response refuse(int status, std::string_view, std::string_view) override {
    return {.status = status};
  }

  void say(const std::string& path, const json::Value& value, int status = 200) {
    say_text(path, json::write(value), status);
  }
  void say_text(const std::string& path, std::string text, int status = 200) {
    const std::scoped_lock lock(mutex_);
    answers_[path] = {
        .status = status, .content_type = "application/json", .body = std::move(text)};
  }
  void give(const std::string& token) { say("/token", json::object({{"id_token", token}})); }

  [[nodiscard]] std::string url() const {
    return "http://127.0.0.1:" + std::to_string(http_->port());
  }
  [[nodiscard]] json::Value description() const {
    return json::object({{"issuer", url()},
                         {"authorization_endpoint", url() + "/auth"},
                         {"token_endpoint", url() + "/token"},
                         {"jwks_uri", url() + "/keys"}});
  }
  [[nodiscard]] json::Value claims() const {
    const auto now =
        std::chrono::duration_cast<std::chrono::seconds>(kClock.now().time_since_epoch()).count();
    return json::object({{"iss", url()},
                         {"sub", "7"},
                         {"aud", "aiflow"},
                         {"exp", std::int64_t{now + 300}},
                         {"iat", std::int64_t{now}},
                         {"nonce", "n"}});
  }
  [[nodiscard]] int times_asked(const std::string& what) {
    const std::scoped_lock lock(mutex_);
    return static_cast<int>(std::ranges::count(asked_, what));
  }
  [[nodiscard]] std::string posted() {
    const std::scoped_lock lock(mutex_);
    return posted_;
  }
  [[nodiscard]] std::string authorization() {
    const std::scoped_lock lock(mutex_);
    return authorization_;
  }

  const Signer signer{"ES256", "k1"};

 private:
  std::mutex mutex_;
  std::map<std::string, net::Response> answers_;
  std::vector<std::string> asked_;
  std::string posted_, authorization_;
  std::unique_ptr<net::Server> http_;
};

struct Bench {
  explicit Bench(bool has_secret = true)
      : secret(has_secret ? std::make_shared<const Secret>(std::string_view("s&cret")) : nullptr) {}
  ProviderOptions options() {
    return {.issuer = fake.url(),
            .client_id = "aiflow",
            .client_secret = secret,
            .redirect_url = "https://flow.local/auth/oidc/callback"};
  }
  Result<json::Value> redeem() {
    return provider.redeem({.code = "c-1", .verifier = "v-1", .nonce = "n"});
  }

  FakeProvider fake;
  std::shared_ptr<const Secret> secret;
  Provider provider{kClock, options()};
};

TEST_CASE("the browser is sent to the provider with all that belongs to the log-in") {
  Bench bench;
  const auto url =
      bench.provider.authorization_url({.state = "st", .nonce = "no", .challenge = "ch"});
  REQUIRE(url);
  CHECK(*url ==
        bench.fake.url() +
            "/auth?response_type=code&client_id=aiflow&redirect_uri=https%3A%2F%2Fflow.local%2F"
            "auth%2Foidc%2Fcallback&scope=openid%20profile%20email%20groups&state=st&nonce=no&"
            "code_challenge=ch&code_challenge_method=S256");
  CHECK_FALSE(bench.provider.sign_out_url("https://flow.local/"));
  auto more = bench.fake.description();
  more.set("authorization_endpoint", bench.fake.url() + "/auth?tenant=1");
  more.set("end_session_endpoint", bench.fake.url() + "/out");
  bench.fake.say("/.well-known/openid-configuration", more);
  Provider second(kClock, bench.options());
  CHECK(
      second.authorization_url({})->starts_with(bench.fake.url() + "/auth?tenant=1&response_type"));
  CHECK(second.sign_out_url("https://flow.local/") ==
        bench.fake.url() +
            "/out?client_id=aiflow&post_logout_redirect_uri=https%3A%2F%2Fflow.local%2F");
}

TEST_CASE("a code gives the claims of a token; what is known is asked for once") {
  Bench bench;
  bench.fake.give(bench.fake.signer.sign(bench.fake.claims()));
  for (int i = 0; i < 3; ++i) {
    const auto claims = bench.redeem();
    REQUIRE_MESSAGE(claims, (claims ? "" : claims.error().message));
    CHECK(json::get_string(*claims, "sub").value() == "7");
  }
  CHECK(bench.fake.times_asked("GET /keys") == 1);
  CHECK(bench.fake.posted() ==
        "grant_type=authorization_code&code=c-1&redirect_uri=https%3A%2F%2Fflow.local%2Fauth%2F"
        "oidc%2Fcallback&code_verifier=v-1");
  // base64("aiflow:s%26cret")
  CHECK(bench.fake.authorization() == "Basic YWlmbG93OnMlMjZjcmV0");
}

TEST_CASE(
    "a secret goes into the body where the provider wants it there, and none where there is none") {
  Bench bench;
  auto description = bench.fake.description();
  description.set("token_endpoint_auth_methods_supported", json::Array{"client_secret_post"});
  bench.fake.say("/.well-known/openid-configuration", description);
  CHECK_FALSE(bench.redeem());
  CHECK(bench.fake.posted().ends_with("&client_id=aiflow&client_secret=s%26cret"));
  CHECK(bench.fake.authorization().empty());
  Bench without(false);
  CHECK_FALSE(without.redeem());
  CHECK(without.fake.posted().ends_with("&code_verifier=v-1&client_id=aiflow"));
  CHECK(without.fake.authorization().empty());
}

TEST_CASE("a key that is new is looked up, once for each token") {
  Bench bench;
  REQUIRE(bench.provider.look());
  const Signer next("RS256", "k2");
  bench.fake.give(next.sign(bench.fake.claims()));
  CHECK(bench.redeem().error().code == ErrorCode::corrupt);
  CHECK(bench.fake.times_asked("GET /keys") == 2);
  bench.fake.say_text("/keys", key_set_text({bench.fake.signer.jwk(), next.jwk()}));
  CHECK(bench.redeem());
  CHECK(bench.fake.times_asked("GET /keys") == 3);
}

TEST_CASE("a token that is not of this log-in is refused") {
  Bench bench;
  for (const auto& [key, value] :
       {std::pair<const char*, json::Value>{"nonce", "other"}, {"aud", "other"}, {"exp", 1}}) {
    auto claims = bench.fake.claims();
    claims.set(key, value);
    bench.fake.give(bench.fake.signer.sign(claims));
    CHECK(bench.redeem().error().code == ErrorCode::corrupt);
  }
}

TEST_CASE("what the provider says of itself must be of use") {
  Bench bench;
  const std::string place = "/.well-known/openid-configuration";
  const auto says = [&](std::string_view key, const json::Value& value) {
    auto description = bench.fake.description();
    description.set(key, value);
    bench.fake.say(place, description);
    const auto looked = bench.provider.look();
    REQUIRE_FALSE(looked);
    CHECK(looked.error().code == ErrorCode::corrupt);
    CHECK(bench.provider.trouble() == looked.error().message);
    return looked.error().message;
  };
  CHECK(says("issuer", bench.fake.url() + "/").find("spell the issuer as it does") !=
        std::string::npos);
  CHECK(says("token_endpoint", "http://id.local/token").find("http is for this machine alone") !=
        std::string::npos);
  for (const auto* url :
       {"ftp://id.local/x", "https://", "https://u@id.local/x", "x", "https://id.local/x#y",
        "https://id.local/\nx", "http://127.0.0.1.evil/"}) {
    says("jwks_uri", url);
    says("end_session_endpoint", url);
  }
  says("authorization_endpoint", 7);
  bench.fake.say_text(place, "<html>");
  CHECK(bench.provider.look().error().code == ErrorCode::corrupt);
  bench.fake.say_text(place, std::string(300U << 10, ' '));
  CHECK(bench.provider.look().error().code == ErrorCode::corrupt);
  bench.fake.say_text(place, "", 302);
  CHECK(bench.provider.look().error().code == ErrorCode::corrupt);
  bench.fake.say_text(place, "", 503);
  CHECK(bench.provider.look().error().code == ErrorCode::unavailable);
  bench.fake.say(place, bench.fake.description());
  CHECK(bench.provider.look());
  CHECK(bench.provider.trouble().empty());
}

TEST_CASE("what the provider answers instead of a token is told without secrets") {
  Bench bench;
  const auto answers = [&](const json::Value& body, int status) {
    bench.fake.say("/token", body, status);
    const auto claims = bench.redeem();
    REQUIRE_FALSE(claims);
    CHECK(claims.error().message.find("s&cret") == std::string::npos);
    CHECK(claims.error().message.find("c-1") == std::string::npos);
    return claims.error();
  };
  CHECK(answers(json::object({{"error", "invalid_grant"}}), 400).code == ErrorCode::denied);
  CHECK(bench.provider.trouble().empty());
  const auto client = answers(json::object({{"error", "invalid_client"}}), 401);
  CHECK(client.message.find("look at the client's id and secret") != std::string::npos);
  CHECK(bench.provider.trouble() == client.message);
  CHECK(answers(json::object({}), 200).message.find("'openid'") != std::string::npos);
  CHECK(answers("text", 500).code == ErrorCode::unavailable);
  CHECK(answers(json::object({{"error", std::string(5000, '\n')}}), 400).message.size() < 300);
}

TEST_CASE("a provider that is away is unavailable") {
  auto options = Bench().options();
  Provider provider(kClock, options);
  CHECK(provider.authorization_url({}).error().code == ErrorCode::unavailable);
  CHECK(provider.trouble().find("cannot connect") != std::string::npos);
}

TEST_CASE("an issuer is https, or http on this machine") {
  for (const auto* good : {"https://id.local", "https://id.local/realms/site/",
                           "http://127.0.0.1:5556/dex", "http://[::1]:1/x", "http://localhost:9"}) {
    CAPTURE(good);
    CHECK(check_issuer(good));
  }
  for (const auto* bad : {"", "http://id.local", "https://id.local/?x", "id.local",
                          "http://127.0.0.1.x:1", "http://127.x", "https://a b/"}) {
    CAPTURE(bad);
    CHECK_FALSE(check_issuer(bad));
  }
  CHECK_FALSE(check_issuer("https://id.local/" + std::string(250, 'x')));
}

}  // namespace
}  // namespace aiflow::oidc
