// SPDX-License-Identifier: Apache-2.0
// aiflow service …
#include <array>
#include <iostream>

#include "app/cli/commands.h"

namespace aiflow::app {
namespace {

std::string milliseconds(const std::optional<double>& ms) {
  if (!ms) return "-";
  return format_duration(Duration(static_cast<std::int64_t>(*ms * 1000)));
}

Status list_services(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(const auto items, client.list("/api/v2/services"));
  return print_list(
      in, items,
      {.header = {"SERVICE", "STATE", "MODEL", "VARIANT", "RESTARTS", "REQUESTS", "P50", "P99",
                  "ADDRESS", "CAUSE"},
       .row = [](const json::Value& item) -> Result<std::vector<std::string>> {
         AIFLOW_ASSIGN(const auto service, wire::parse_service(item));
         return std::vector<std::string>{service.name,
                                         service.state,
                                         service.model + " v" + std::to_string(service.version),
                                         service.variant,
                                         std::to_string(service.restarts),
                                         std::to_string(service.requests),
                                         milliseconds(service.latency_ms_p50),
                                         milliseconds(service.latency_ms_p99),
                                         service.address,
                                         service.cause};
       },
       .empty = "no services yet: aiflow service deploy NAME --model M --variant V --pack P"});
}

Status deploy(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(const auto version, in.number("--version"));
  AIFLOW_ASSIGN(const auto threads, in.number("--threads"));
  json::Value body = json::object({{"name", in.text("name")},
                                   {"model", in.text("--model")},
                                   {"version", version},
                                   {"variant", in.text("--variant")},
                                   {"pack", in.text("--pack")},
                                   {"threads", threads}});
  if (in.given("--report")) {
    AIFLOW_ASSIGN(const auto report, in.number("--report"));
    body.set("report_id", report);
  }
  AIFLOW_ASSIGN(const auto answer, client.call("POST", "/api/v2/services", body));
  AIFLOW_ASSIGN(const auto service, wire::parse_service(answer));
  if (in.flag("--json")) {
    std::cout << json::write(answer) << "\n";  // one line: a task's XCom is its last line
  } else {
    std::cout << service.name << " is " << service.state << ": " << service.model << " v"
              << service.version << " " << service.variant << " at " << service.address << "\n";
  }
  return {};
}

Status remove(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  AIFLOW_TRY(client.call("DELETE", api_path({"services", in.text("name")})));
  std::cout << in.text("name") << " is stopped and removed\n";
  return {};
}

}  // namespace

std::vector<Command> service_commands(const Clock& clock) {
  const Parameter name{.name = "name", .help = "the service", .required = true};
  return {
      {.words = {"service", "list"},
       .summary = "deployed models",
       .parameters = with_common({}),
       .examples = {"aiflow service list"},
       .run = [&clock](const Invocation& in) { return list_services(clock, in); }},
      {.words = {"service", "deploy"},
       .summary = "serves a model variant in a runtime pack",
       .parameters = with_common(
           {name,
            {.name = "--model", .help = "model name", .required = true},
            {.name = "--version", .help = "model version; 0 = newest", .otherwise = "0"},
            {.name = "--variant", .help = "variant, such as int8", .required = true},
            {.name = "--pack", .help = "pack name or digest", .required = true},
            {.name = "--report", .help = "report that the choice is based on"},
            {.name = "--threads", .help = "engine threads", .otherwise = "1"}}),
       .examples = {"aiflow service deploy person-detector --model ssd-oidv4 --variant int8 "
                    "--pack onnxruntime"},
       .run = [&clock](const Invocation& in) { return deploy(clock, in); }},
      {.words = {"service", "remove"},
       .summary = "stops a service and forgets it",
       .parameters = with_common({name}),
       .examples = {"aiflow service remove person-detector"},
       .run = [&clock](const Invocation& in) { return remove(clock, in); }},
  };
}

}  // namespace aiflow::app
