// SPDX-License-Identifier: Apache-2.0
// aiflow health: which parts of the server work, and why one does not.
#include <iostream>

#include "app/cli/commands.h"

namespace aiflow::app {
namespace {

Status show_health(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(const auto answer, client.get("/api/v2/monitor/health"));
  AIFLOW_ASSIGN(const auto health, wire::parse_health(answer));
  if (in.flag("--json")) {
    print_object(in, answer);
  } else {
    Table parts{.header = {"PART", "STATE", "REASON"}, .rows = {}};
    for (const auto& part : health.components) {
      parts.rows.push_back({part.name, part.status, part.reason.empty() ? "-" : part.reason});
    }
    std::cout << "AIflow " << health.version << " is " << health.status << "\n" << render(parts);
  }
  // The table has said why: an empty message adds no second line.
  if (health.status != "healthy") return fail(ErrorCode::unavailable, "");
  return {};
}

}  // namespace

std::vector<Command> health_commands(const Clock& clock) {
  return {{.words = {"health"},
           .summary = "every part of the server with its state and reason; exit code 1 when one"
                      " is unhealthy",
           .parameters = with_common({}),
           .examples = {"aiflow health", "aiflow health --json"},
           .run = [&clock](const Invocation& in) { return show_health(clock, in); }}};
}

}  // namespace aiflow::app
