// SPDX-License-Identifier: Apache-2.0
// aiflow pools …
#include <iostream>

#include "app/cli/workflow/words.h"

namespace aiflow::app {
namespace {

std::string slots_text(std::int64_t slots) {
  return slots < 0 ? "no limit" : std::to_string(slots);
}

Status list_pools(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  AIFLOW_ASSIGN(const auto items, client.list("/api/v2/pools"));
  return print_list(
      in, items,
      {.header = {"POOL", "SLOTS", "OPEN", "RUNNING", "QUEUED", "WAITING", "DEFERRED",
                  "DESCRIPTION"},
       .row = [](const json::Value& item) -> Result<std::vector<std::string>> {
         AIFLOW_ASSIGN(const auto pool, wire::parse_pool(item));
         return std::vector<std::string>{
             pool.name,
             slots_text(pool.slots),
             slots_text(pool.open_slots),
             std::to_string(pool.running_slots),
             std::to_string(pool.queued_slots),
             std::to_string(pool.scheduled_slots),
             std::to_string(pool.deferred_slots) + (pool.include_deferred ? " (counted)" : ""),
             pool.description};
       },
       .empty = "no pools"});
}

/// Changes the pool, or makes it.
Status set_pool(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  const bool unlimited = in.text("slots") == "unlimited";
  AIFLOW_ASSIGN(const auto slots, unlimited ? Result<std::int64_t>(-1) : in.number("slots"));
  json::Value body = json::object({{"slots", slots}});
  if (in.given("--description")) body.set("description", in.text("--description"));
  if (in.flag("--include-deferred")) body.set("include_deferred", true);
  if (in.flag("--exclude-deferred")) body.set("include_deferred", false);
  auto pool = client.call("PATCH", api_path({"pools", in.text("name")}), body);
  if (!pool && pool.error().code == ErrorCode::not_found) {
    body.set("name", in.text("name"));
    pool = client.call("POST", "/api/v2/pools", body);
  }
  AIFLOW_TRY(pool);
  print_object(in, *pool);
  return {};
}

Status delete_pool(const Clock& clock, const Invocation& in) {
  auto client = client_for(clock, in);
  AIFLOW_TRY(client.call("DELETE", api_path({"pools", in.text("name")})));
  std::cout << "pool " << in.text("name") << " deleted; tasks that name it wait until it is back\n";
  return {};
}

}  // namespace

std::vector<Command> pool_commands(const Clock& clock) {
  const Parameter name{.name = "name", .help = "the pool", .required = true};
  return {
      {.words = {"pools", "list"},
       .summary = "all pools and the slots that tasks take and want",
       .parameters = with_common({}),
       .examples = {"aiflow pools list --json"},
       .run = bound(clock, list_pools)},
      {.words = {"pools", "set"},
       .summary = "makes a pool or changes it",
       .parameters = with_common(
           {name,
            {.name = "slots", .help = "how many, or unlimited", .required = true},
            {.name = "--description", .help = "what it is for"},
            {.name = "--include-deferred", .help = "deferred tasks keep their slots", .flag = true},
            {.name = "--exclude-deferred", .help = "they do not", .flag = true}}),
       .examples = {"aiflow pools set gpu 2 --description 'one per card'",
                    "aiflow pools set downloads unlimited"},
       .run = bound(clock, set_pool)},
      {.words = {"pools", "delete"},
       .summary = "deletes a pool; default_pool stays",
       .parameters = {name, {.name = "--home", .help = "data directory"}},
       .examples = {"aiflow pools delete gpu"},
       .run = bound(clock, delete_pool)},
  };
}

}  // namespace aiflow::app
