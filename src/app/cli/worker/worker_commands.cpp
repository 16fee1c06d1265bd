// SPDX-License-Identifier: Apache-2.0
// aiflow workers token | joined | revoke: who may work from elsewhere.
#include <iostream>

#include "app/cli/commands.h"

namespace aiflow::app {
namespace {

/// "90m", "2h", "7d" -> minutes.
Result<std::int64_t> parse_life(const std::string& text) {
  const auto bad = [&] {
    return fail(ErrorCode::invalid_argument,
                "--expires is a number with m, h or d behind it, like 1h, not '" + text + "'");
  };
  if (text.size() < 2 || text.size() > 6) return bad();
  const std::string digits = text.substr(0, text.size() - 1);
  if (digits.find_first_not_of("0123456789") != std::string::npos) return bad();
  const std::int64_t number = std::stoll(digits);
  switch (text.back()) {
    case 'm': return number;
    case 'h': return number * 60;
    case 'd': return number * 60 * 24;
    default: return bad();
  }
}

Status make_token(const Clock& clock, const Invocation& in) {
  AIFLOW_ASSIGN(const auto minutes, parse_life(in.text("--expires")));
  AIFLOW_ASSIGN(const auto uses, in.number("--uses"));
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(const auto made, client.call("POST", "/api/v2/workers/joinTokens",
                                             json::object({{"minutes", minutes}, {"uses", uses}})));
  if (in.flag("--json")) {
    print_object(in, made);
    return {};
  }
  AIFLOW_ASSIGN(const auto token, wire::parse_join_token(made));
  std::cout << token.token << "\n" << std::flush;
  std::cerr << "shown this once; put it into a file on the worker's machine and run there: "
               "aiflow worker --server URL --token-file FILE\n";
  return {};
}

Status list_joined(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(const auto items, client.list("/api/v2/workers/credentials"));
  return print_list(
      in, items,
      {.header = {"WORKER", "JOINED", "FROM", "LAST CONNECTED"},
       .row = [&](const json::Value& item) -> Result<std::vector<std::string>> {
         AIFLOW_ASSIGN(const auto worker, wire::parse_worker_credential(item));
         return std::vector<std::string>{
             worker.worker_id, format_ago(worker.joined_at, clock.now()), worker.joined_from,
             worker.last_seen_at ? format_ago(*worker.last_seen_at, clock.now()) : "never"};
       },
       .empty = "no worker has joined from elsewhere: aiflow workers token"});
}

Status revoke(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  const std::string worker = in.text("worker");
  AIFLOW_TRY(client.call("DELETE", api_path({"workers", "credentials", worker})));
  std::cout << "the credential of worker " << worker
            << " is revoked; its connection and its tasks end\n";
  return {};
}

}  // namespace

std::vector<Command> worker_commands(const Clock& clock) {
  return {
      {.words = {"workers", "token"},
       .summary = "makes a token by which workers on other machines join this server",
       .parameters = with_common(
           {{.name = "--expires", .help = "how long it is good: 30m, 1h, 7d", .otherwise = "1h"},
            {.name = "--uses", .help = "how many workers may join by it", .otherwise = "1"}}),
       .examples = {"aiflow workers token > join.token",
                    "aiflow workers token --expires 1d --uses 10"},
       .run = [&clock](const Invocation& in) { return make_token(clock, in); }},
      {.words = {"workers", "joined"},
       .summary = "workers that have joined from other machines, connected or not",
       .parameters = with_common({}),
       .examples = {"aiflow workers joined", "aiflow workers joined --json"},
       .run = [&clock](const Invocation& in) { return list_joined(clock, in); }},
      {.words = {"workers", "revoke"},
       .summary = "ends the credential of a worker that has joined",
       .parameters =
           with_common({{.name = "worker", .help = "name of the worker", .required = true}}),
       .examples = {"aiflow workers revoke gpu-3"},
       .run = [&clock](const Invocation& in) { return revoke(clock, in); }},
  };
}

}  // namespace aiflow::app
