// SPDX-License-Identifier: Apache-2.0
// Workers: those that are connected, and how one elsewhere joins, connects and is shut out.
#include "http_api/detail/call.h"
#include "store/run_store.h"
#include "uplink/carrier.h"

namespace aiflow::http_api::detail {
namespace {

/// So many frames may wait for a worker that does not read; then it is cut off.
constexpr std::size_t kFramesMax = 100'000;
/// Running tasks that are listed; the oldest.
constexpr int kTasksMax = 1'000;

Result<net::Response> list_workers(Call& call) { return page_of(call, call.parts.workers()); }

Result<net::Response> list_worker_tasks(Call& call) {
  AIFLOW_ASSIGN(const auto rows, call.parts.store.read([](db::Connection& db) {
    return store::RunStore(db).running_tasks(kTasksMax);
  }));
  std::vector<wire::WorkerTask> tasks;
  for (const store::TaskRow& row : rows) {
    tasks.push_back({.worker_id = row.worker_id,
                     .dag_id = row.key.dag_id.value,
                     .dag_run_id = row.key.run_id.value,
                     .task_id = row.key.task_id.value,
                     .map_index = row.key.map_index,
                     .try_number = row.try_number,
                     .start_date = row.start_date});
  }
  return page_of(call, tasks);
}

template <Parts::WorkerOrder order>
Result<net::Response> order_worker(Call& call) {
  AIFLOW_TRY(call.parts.order_worker(WorkerId{call.param("worker_id")}, order, call.who.username));
  return nothing();
}

Result<net::Response> worker_address(Call& call) { return one(call.parts.worker_address()); }

Result<net::Response> create_join_token(Call& call) {
  return with_body(call, wire::parse_join_token_create,
                   [&](const wire::JoinTokenCreate& request) -> Result<net::Response> {
                     AIFLOW_ASSIGN(const auto made, call.parts.worker_access.make_token(request));
                     return one(made);
                   });
}

Result<net::Response> join_worker(Call& call) {
  return with_body(
      call, wire::parse_worker_join, [&](const wire::WorkerJoin& request) -> Result<net::Response> {
        call.about("worker", request.worker_id);
        AIFLOW_ASSIGN(const auto joined,
                      call.parts.worker_access.join(request, call.request.peer.address));
        return one(joined);
      });
}

Result<net::Response> list_worker_credentials(Call& call) {
  AIFLOW_ASSIGN(const auto all, call.parts.worker_access.list());
  return page_of(call, all);
}

Result<net::Response> revoke_worker(Call& call) {
  const std::string& worker = call.param("worker_id");
  AIFLOW_TRY(call.parts.worker_access.revoke(worker));
  call.parts.gateway.cut(worker);
  return nothing();
}

Status worker_link(Call& call, net::Responder& responder) {
  if (!call.request.wants_websocket) {
    return fail(ErrorCode::invalid_argument, "this route is a web socket");
  }
  AIFLOW_TRY(call.parts.worker_access.seen(call.who.worker_id));
  const auto link = call.parts.gateway.open(call.who.worker_id);
  net::WebSocketOptions options;
  options.queue_max = kFramesMax;
  options.queue_bytes_max = uplink::kUnsentBytesMax;
  options.end_when_full = true;
  options.message_bytes_max = uplink::kFrameBytesMax;
  options.on_message = [link](std::string_view frame) { link->take(frame); };
  options.on_close = [link] { link->closed(); };
  const auto socket = std::move(responder).open_websocket(std::move(options));
  link->attach({.send = [socket](std::string frame) { return socket.send_text(std::move(frame)); },
                .cut = [socket] { socket.cut(); }});
  // Revoked between the look at the credential and now: the cut may have come too early.
  if (!call.parts.worker_access.is_joined(call.who.worker_id)) socket.cut();
  return {};
}

}  // namespace

void add_worker_routes(Table& table) {
  using wire::Route;
  at(table, Route::list_workers) = list_workers;
  at(table, Route::list_worker_tasks) = list_worker_tasks;
  at(table, Route::cordon_worker) = order_worker<Parts::WorkerOrder::cordon>;
  at(table, Route::uncordon_worker) = order_worker<Parts::WorkerOrder::uncordon>;
  at(table, Route::drain_worker) = order_worker<Parts::WorkerOrder::drain>;
  at(table, Route::worker_address) = worker_address;
  at(table, Route::create_join_token) = create_join_token;
  at(table, Route::join_worker) = join_worker;
  at(table, Route::list_worker_credentials) = list_worker_credentials;
  at(table, Route::revoke_worker) = revoke_worker;
  at(table, Route::worker_link) = worker_link;
}

}  // namespace aiflow::http_api::detail
