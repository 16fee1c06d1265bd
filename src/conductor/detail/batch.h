// SPDX-License-Identifier: Apache-2.0
// One step's input: the events, what follows from each answer, and rows to write beside those of
// the scheduler.
#pragma once

#include <cstddef>
#include <functional>
#include <set>
#include <utility>
#include <variant>
#include <vector>

#include "executor/job.h"
#include "sched/effect.h"
#include "sched/event.h"
#include "store/keys.h"
#include "trigger/host.h"
#include "wire/engine.h"

namespace aiflow::db {
class Connection;
}

namespace aiflow::conductor::detail {

/// Rows of the step's transaction: the connection, and the history that the listeners get.
struct Writing {
  db::Connection& db;
  WallTime now;
  std::vector<wire::StreamEvent>& events;

  /// Appends a row to event_log.
  Status log(std::string_view kind, json::Value data);
};

/// What reaches the conductor by itself, and is taken again if its commit fails.
using Report = std::variant<executor::Report, trigger::Fired>;

class Batch {
 public:
  /// Called after the commit with the scheduler's answer, or with the error of the commit.
  using Handler = std::function<void(const Result<sched::Reply>&)>;
  using Write = std::function<Status(Writing&)>;

  struct Ended {
    std::size_t event;  ///< its AttemptFinished
    wire::Finished report;
    bool resumed = false;  ///< its try was deferred, or served: what it published then stays
    bool service =
        false;  ///< its end is a success when nothing needs it any more, whatever it says
  };

  /// Writes that follow from an event, if it was accepted: after the scheduler's rows.
  struct Then {
    std::size_t event;
    std::function<Status(db::Connection&, const sched::Reply&)> write;
  };

  void add(sched::Event event, Handler handler = {}) {
    events.push_back(std::move(event));
    handlers.push_back(std::move(handler));
  }

  std::vector<sched::Event> events;
  std::vector<Handler> handlers;            ///< one per event
  std::vector<Write> writes;                ///< before the scheduler's rows
  std::vector<Handler> after;               ///< without an event: after the commit
  std::vector<Then> then;                   ///< what the askers store beside
  std::vector<Ended> ended;                 ///< whose XComs are stored if accepted
  std::vector<Report> reports;              ///< to be taken again if the commit fails
  std::vector<wire::StreamEvent> unstored;  ///< for the listeners only
  std::set<store::RunKey> loaded;           ///< finished runs brought back by this batch
  std::set<store::RunKey> forgotten;        ///< whose rows this batch takes away: not to be loaded
};

}  // namespace aiflow::conductor::detail
