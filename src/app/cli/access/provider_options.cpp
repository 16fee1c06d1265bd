// SPDX-License-Identifier: Apache-2.0
#include "app/cli/access/provider_options.h"

#include <algorithm>
#include <memory>

#include "net/url.h"
#include "os/environment.h"
#include "os/file.h"

namespace aiflow::app {
namespace {

constexpr std::size_t kSecretBytesMax = 4096;
constexpr std::size_t kWordBytesMax = 250;

Result<Secret> read_secret(const Invocation& in) {
  auto from_environment = os::take_env("AIFLOW_OIDC_SECRET");
  const std::string file = in.given("--oidc-secret-file")
                               ? in.text("--oidc-secret-file")
                               : os::get_env("AIFLOW_OIDC_SECRET_FILE").value_or("");
  if (file.empty()) return Secret(std::move(from_environment).value_or(""));
  auto content = os::read_file(file, kSecretBytesMax);
  if (!content) return fail(std::move(content).error().with_context("--oidc-secret-file"));
  while (content->ends_with('\n') || content->ends_with('\r')) content->pop_back();
  return Secret(*std::move(content));
}

/// none: whoever it is comes in, and sees the projects alone of which one is a member.
Result<service::SiteRole> role_in(const std::string& option, const std::string& text) {
  if (text == "none") return service::SiteRole{};
  const auto role = parse_role(text);
  if (role) return service::SiteRole{*role};
  return fail(ErrorCode::invalid_argument,
              option + ": '" + text + "' is no role: none, viewer, user, operator or admin");
}

/// GROUP=ROLE; a group's name may have a '='.
Result<std::pair<std::string, service::SiteRole>> read_rule(const std::string& text) {
  const auto equals = text.rfind('=');
  if (equals == std::string::npos || equals == 0 || equals > kWordBytesMax) {
    return fail(ErrorCode::invalid_argument,
                "--oidc-role is GROUP=ROLE, such as flow-admins=admin, not '" + text + "'");
  }
  AIFLOW_ASSIGN(const auto role, role_in("--oidc-role", text.substr(equals + 1)));
  return std::pair{text.substr(0, equals), role};
}

Status read_roles(const Invocation& in, service::ProviderLoginOptions& options) {
  for (const auto& text : in.list("--oidc-role")) {
    AIFLOW_ASSIGN(auto rule, read_rule(text));
    options.roles.push_back(std::move(rule));
  }
  if (in.given("--oidc-default-role")) {
    AIFLOW_ASSIGN(options.default_role,
                  role_in("--oidc-default-role", in.text("--oidc-default-role")));
  }
  if (!options.roles.empty() || options.default_role) return {};
  return fail(ErrorCode::invalid_argument,
              "nobody could sign in: give roles to groups (--oidc-role GROUP=ROLE), or one to all "
              "whom the provider knows (--oidc-default-role ROLE)");
}

/// Without a '/' at its end.
Result<std::string> public_url_in(const Invocation& in) {
  std::string url = in.text("--public-url");
  if (url.empty()) {
    return fail(ErrorCode::invalid_argument,
                "--oidc-issuer needs --public-url, at which browsers reach this server");
  }
  const auto parsed = net::parse_server_url(url);
  if (!parsed) return fail(ErrorCode::invalid_argument, "--public-url: " + parsed.error().message);
  if (url.ends_with('/')) url.pop_back();
  return url;
}

bool is_word(const std::string& text) {
  return !text.empty() && text.size() <= kWordBytesMax &&
         std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

}  // namespace

std::vector<Parameter> provider_parameters() {
  return {{.name = "--public-url",
           .help = "address at which browsers reach this server; the provider sends them back to "
                   "URL/auth/oidc/callback"},
          {.name = "--oidc-issuer", .help = "OpenID provider that signs people in: its issuer URL"},
          {.name = "--oidc-client-id", .help = "this server's client id there"},
          {.name = "--oidc-secret-file",
           .help = "file with the client's secret; or AIFLOW_OIDC_SECRET. None: by PKCE alone"},
          {.name = "--oidc-name", .help = "what the button says", .otherwise = "OpenID"},
          {.name = "--oidc-scopes",
           .help = "what to ask for",
           .otherwise = "openid profile email groups"},
          {.name = "--oidc-user-claim",
           .help = "claim that names the user",
           .otherwise = "preferred_username"},
          {.name = "--oidc-groups-claim",
           .help = "claim with the groups; a.b is b inside of a",
           .otherwise = "groups"},
          {.name = "--oidc-role",
           .help = "GROUP=ROLE: role of a group's people for the site; none: members of projects",
           .repeat = true},
          {.name = "--oidc-default-role",
           .help = "role of people in none of these groups; they are refused when left out"}};
}

Result<std::optional<service::ProviderLoginOptions>> provider_of(const Invocation& in) {
  AIFLOW_ASSIGN(Secret secret, read_secret(in));
  if (!in.given("--oidc-issuer")) {
    if (!in.given("--oidc-client-id") && in.list("--oidc-role").empty()) {
      return std::optional<service::ProviderLoginOptions>();
    }
    return fail(ErrorCode::invalid_argument, "the options --oidc-… go with --oidc-issuer URL");
  }
  service::ProviderLoginOptions options;
  options.name = in.text("--oidc-name");
  options.provider.issuer = in.text("--oidc-issuer");
  options.provider.client_id = in.text("--oidc-client-id");
  options.provider.scopes = in.text("--oidc-scopes");
  options.claims = {.user = in.text("--oidc-user-claim"), .groups = in.text("--oidc-groups-claim")};
  const Status issuer = oidc::check_issuer(options.provider.issuer);
  if (!issuer) return fail(Error(issuer.error()).with_context("--oidc-issuer"));
  for (const auto* name : {"--oidc-client-id", "--oidc-name", "--oidc-scopes", "--oidc-user-claim",
                           "--oidc-groups-claim"}) {
    if (is_word(in.text(name))) continue;
    return fail(ErrorCode::invalid_argument, std::string(name) + " is needed: 1 to 250 characters");
  }
  AIFLOW_ASSIGN(options.public_url, public_url_in(in));
  AIFLOW_TRY(read_roles(in, options));
  if (!secret.empty()) {
    options.provider.client_secret = std::make_shared<const Secret>(std::move(secret));
  }
  return std::optional(std::move(options));
}

}  // namespace aiflow::app
