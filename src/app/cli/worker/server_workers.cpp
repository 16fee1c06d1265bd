// SPDX-License-Identifier: Apache-2.0
// What the server tells its workers.
#include <algorithm>

#include "app/cli/server.h"
#include "log/log.h"
#include "store/admin/cordons.h"

namespace aiflow::app {
namespace {

executor::WorkerOrder executor_order(http_api::Parts::WorkerOrder order) {
  using enum http_api::Parts::WorkerOrder;
  if (order == uncordon) return executor::WorkerOrder::uncordon;
  return order == drain ? executor::WorkerOrder::drain : executor::WorkerOrder::cordon;
}

}  // namespace

Status Server::order_worker(const WorkerId& worker, http_api::Parts::WorkerOrder order,
                            const std::string& who) {
  const Status given = executor_->order(worker, executor_order(order));
  const bool ends = order == http_api::Parts::WorkerOrder::uncordon;
  const bool is_away = !given && given.error().code == ErrorCode::not_found;
  if (!given && !(ends && is_away)) return given;
  return store_->transact([&](db::Connection& db) -> Status {
    store::Cordons cordons(db);
    if (is_away) {
      AIFLOW_ASSIGN(const auto all, cordons.all());
      if (std::ranges::find(all, worker) == all.end()) return given;
    }
    return ends ? cordons.remove(worker) : cordons.add(worker, who, clock_.now());
  });
}

/// Workers elsewhere cannot know whether another server has begun, and end their tasks at their
/// lease: unless they are told of a stop, which the next server is told of first.
void Server::leave_workers() {
  wire::LeftBehind left = executor_->wind_down();
  left.lease_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(options_.stop_lease).count();
  if (left.workers.empty() || left.lease_ms == 0) return;
  if (const auto kept = conductor::keep_left_behind(*store_, left); !kept) {
    log::warn("tasks of workers elsewhere have only their lease", {{"error", kept.error()}});
    return;
  }
  gateway_->leave_behind(left);
  executor_->leave_behind(left);
}

}  // namespace aiflow::app
