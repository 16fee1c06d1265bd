// SPDX-License-Identifier: Apache-2.0
// aiflow tokens …
#include <iostream>

#include "app/cli/commands.h"
#include "wire/access.h"

namespace aiflow::app {
namespace {

Status list_tokens(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(const auto items,
                client.list("/api/v2/tokens?username=" + net::percent_encode(in.text("--user"))));
  return print_list(
      in, items,
      {.header = {"ID", "USER", "NAME", "TOKEN", "ROLE", "LAST USED", "EXPIRES"},
       .row = [&](const json::Value& item) -> Result<std::vector<std::string>> {
         AIFLOW_ASSIGN(const auto token, wire::parse_api_token(item));
         return std::vector<std::string>{
             std::to_string(token.id),
             token.username,
             token.name,
             token.prefix + "…",
             std::string(to_string(token.role)) + (token.read_only ? ", reads only" : ""),
             token.last_used_at ? format_ago(*token.last_used_at, clock.now()) : "never",
             format_time(token.expires_at).substr(0, 10)};
       },
       .empty = "no tokens: aiflow tokens create USER --name NAME"});
}

Status create_token(const Clock& clock, const Invocation& in) {
  AIFLOW_ASSIGN(const auto days, in.number("--days"));
  auto body = json::object({{"days", days}, {"name", in.text("--name")}});
  if (in.given("--role")) body.set("role", in.text("--role"));
  if (in.flag("--read-only")) body.set("read_only", true);
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(const auto made,
                client.call("POST", api_path({"users", in.text("username"), "tokens"}), body));
  if (in.flag("--json")) {
    print_object(in, made);
    return {};
  }
  AIFLOW_ASSIGN(const auto token, wire::parse_token_created(made));
  std::cout << token.token << "\n" << std::flush;
  std::cerr << "shown this once; send it as \"Authorization: Bearer TOKEN\"; it ends on "
            << format_time(token.expires_at).substr(0, 10) << ", or with: aiflow tokens revoke "
            << token.id << "\n";
  return {};
}

Status revoke_token(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  AIFLOW_TRY(client.call("DELETE", api_path({"tokens", in.text("id")})));
  std::cout << "token " << in.text("id") << " is revoked\n";
  return {};
}

}  // namespace

std::vector<Command> token_commands(const Clock& clock) {
  return {
      {.words = {"tokens", "list"},
       .summary = "API tokens: whose, what they may do, when they were used",
       .parameters = with_common({{.name = "--user", .help = "of this user"}}),
       .examples = {"aiflow tokens list", "aiflow tokens list --user robot --json"},
       .run = [&clock](const Invocation& in) { return list_tokens(clock, in); }},
      {.words = {"tokens", "create"},
       .summary = "makes an API token for programs, and shows it once",
       .parameters = with_common(
           {{.name = "username", .help = "the user that it acts for", .required = true},
            {.name = "--name", .help = "what it is for", .otherwise = "token"},
            {.name = "--days", .help = "how long it lives, 1 to 3650", .otherwise = "90"},
            {.name = "--role", .help = "the most that it may do; the user's role when left out"},
            {.name = "--read-only", .help = "it changes nothing", .flag = true}}),
       .examples = {"aiflow tokens create robot --name ci --role user --days 30",
                    "aiflow tokens create robot --name grafana --read-only",
                    "curl -H \"Authorization: Bearer $(aiflow tokens create robot)\" "
                    "http://127.0.0.1:8080/v2/models/person-detector"},
       .run = [&clock](const Invocation& in) { return create_token(clock, in); }},
      {.words = {"tokens", "revoke"},
       .summary = "ends an API token at once",
       .parameters = with_common(
           {{.name = "id", .help = "its number in aiflow tokens list", .required = true}}),
       .examples = {"aiflow tokens revoke 7"},
       .run = [&clock](const Invocation& in) { return revoke_token(clock, in); }},
  };
}

}  // namespace aiflow::app
