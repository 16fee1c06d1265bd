// SPDX-License-Identifier: Apache-2.0
// aiflow user …
#include <iostream>

#include "app/cli/commands.h"
#include "wire/access.h"

namespace aiflow::app {
namespace {

constexpr const char* kRoles = "for the whole site: none, viewer, user, operator or admin";

/// none: projects alone give this user something.
std::string role_text(const std::optional<Role>& role) {
  return role ? std::string(to_string(*role)) : "none";
}
json::Value role_value(const Invocation& in) {
  return in.text("--role") == "none" ? json::Value() : json::Value(in.text("--role"));
}

Status list_users(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(const auto items, client.list("/api/v2/users"));
  return print_list(
      in, items,
      {.header = {"USER", "ROLE", "SIGNS IN BY", "LAST LOGIN"},
       .row = [&](const json::Value& item) -> Result<std::vector<std::string>> {
         AIFLOW_ASSIGN(const auto user, wire::parse_user_info(item));
         return std::vector<std::string>{
             user.username, role_text(user.role), user.issuer.value_or("password"),
             user.last_login_at ? format_ago(*user.last_login_at, clock.now()) : "never"};
       },
       .empty = "no users yet: aiflow user add NAME --role admin"});
}

Status add_user(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(
      const auto made,
      client.call("POST", "/api/v2/users",
                  json::object({{"username", in.text("username")}, {"role", role_value(in)}})));
  if (in.flag("--json")) {
    print_object(in, made);
    return {};
  }
  AIFLOW_ASSIGN(const auto user, wire::parse_user_created(made));
  std::cout << "user " << user.username << " (" << role_text(user.role) << ") made\n"
            << "one-time password, shown this once: " << user.one_time_password.value_or("")
            << "\n";
  return {};
}

Status delete_user(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  AIFLOW_TRY(client.call("DELETE", api_path({"users", in.text("username")})));
  std::cout << "user " << in.text("username") << " deleted; open sessions have ended\n";
  return {};
}

Status reset_password(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(const auto made,
                client.call("POST", api_path({"users", in.text("username"), "password"})));
  if (in.flag("--json")) {
    print_object(in, made);
    return {};
  }
  AIFLOW_ASSIGN(const auto user, wire::parse_user_created(made));
  std::cout << "open sessions and tokens of " << user.username << " have ended\n"
            << "one-time password, shown this once: " << user.one_time_password.value_or("")
            << "\n";
  return {};
}

Status set_role(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(const auto answer, client.call("PATCH", api_path({"users", in.text("username")}),
                                               json::object({{"role", role_value(in)}})));
  if (in.flag("--json")) {
    print_object(in, answer);
    return {};
  }
  AIFLOW_ASSIGN(const auto user, wire::parse_user_info(answer));
  std::cout << user.username << " is " << role_text(user.role)
            << " now; sessions of another role have ended\n";
  return {};
}

}  // namespace

std::vector<Command> user_commands(const Clock& clock) {
  const Parameter name{.name = "username", .help = "the user", .required = true};
  return {
      {.words = {"user", "list"},
       .summary = "all users",
       .parameters = with_common({}),
       .examples = {"aiflow user list"},
       .run = [&clock](const Invocation& in) { return list_users(clock, in); }},
      {.words = {"user", "password"},
       .summary = "gives a user a new one-time password",
       .parameters = with_common({name}),
       .examples = {"aiflow user password admin"},
       .run = [&clock](const Invocation& in) { return reset_password(clock, in); }},
      {.words = {"user", "role"},
       .summary = "gives a user another role and ends its sessions",
       .parameters = with_common({name, {.name = "--role", .help = kRoles, .required = true}}),
       .examples = {"aiflow user role mina --role admin"},
       .run = [&clock](const Invocation& in) { return set_role(clock, in); }},
      {.words = {"user", "add"},
       .summary = "makes a user with a one-time password",
       .parameters = with_common({name, {.name = "--role", .help = kRoles, .otherwise = "viewer"}}),
       .examples =
           {"aiflow user add mina --role operator",
            "aiflow user add joon --role none    # then: aiflow projects grant PROJECT joon"},
       .run = [&clock](const Invocation& in) { return add_user(clock, in); }},
      {.words = {"user", "delete"},
       .summary = "removes a user and ends its sessions",
       .parameters = with_common({name}),
       .examples = {"aiflow user delete mina"},
       .run = [&clock](const Invocation& in) { return delete_user(clock, in); }},
  };
}

}  // namespace aiflow::app
