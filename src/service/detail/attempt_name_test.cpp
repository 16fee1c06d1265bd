// SPDX-License-Identifier: Apache-2.0
#include "service/detail/attempt_name.h"

#include <doctest/doctest.h>

namespace aiflow::service::detail {
namespace {

TEST_CASE("a try is named for people, and can be had back from its name") {
  wire::AttemptRef attempt{.key = {.dag_id = "etl.day-1",
                                   .run_id = "manual__2026-11-30T08:00:00+00:00",
                                   .task_id = "load.all",
                                   .map_index = -1},
                           .try_number = 3};
  CHECK(attempt_name(attempt) ==
        "task etl.day-1/load.all, try 3, of run manual__2026-11-30T08:00:00+00:00");
  CHECK(attempt_named(attempt_name(attempt)) == attempt);
  attempt.key.map_index = 0;
  CHECK(attempt_name(attempt).starts_with("task etl.day-1/load.all[0], try 3"));
  CHECK(attempt_named(attempt_name(attempt)) == attempt);
}

TEST_CASE("other names are no tries") {
  for (const auto* text :
       {"", "mina", "task load", "task a/b", "watcher 'queue'", "task a/b, try x, of run r",
        "task a/b, try -1, of run r", "task a/b[], try 1, of run r", "task a/b], try 1, of run r",
        "task a/b[1x], try 1, of run r", "task a/b, try 1", "a/b, try 1, of run r",
        "task a/b, try 99999999999999999999, of run r"}) {
    CAPTURE(text);
    CHECK_FALSE(attempt_named(text).has_value());
  }
}

}  // namespace
}  // namespace aiflow::service::detail
