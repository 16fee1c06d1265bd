// SPDX-License-Identifier: Apache-2.0
// One request on its way through a handler, and what handlers answer with. Private to src/http_api.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "http_api/api.h"
#include "http_api/detail/open_streams.h"
#include "http_api/router.h"
#include "net/server.h"
#include "service/auth.h"
#include "store/admin/project_store.h"
#include "store/data/lineage_store.h"
#include "wire/access.h"
#include "wire/queries.h"
#include "wire/routes.h"

namespace aiflow::http_api::detail {

struct Call {
  Parts& parts;
  OpenStreams& streams;
  const wire::RouteInfo& route;
  net::Request& request;
  const service::Principal& who;
  const Parameters& parameters;
  const wire::Query& query;  ///< read by the parser of the route's query type
  store::Sight sight;        ///< the projects in which `who` has the route's permission
  /// Under an idempotency key: stores an answer for repeats. Who passes it on to the transaction
  /// that does what is asked takes it; else it is called once the answer is there.
  std::function<Status(db::Connection&, const net::Response&)> keep{};
  /// What the audit log says of it.
  wire::AuditEntry audit{};
  /// Where a browser goes when the handler fails; empty: it gets the error.
  std::string on_error{};

  /// Of a route that opens a stream: its place among those that are open.
  std::shared_ptr<void> place{};

  /// For the end of the stream that this call has opened: it gives the place back, and `cut` is
  /// called when the session ends before.
  [[nodiscard]] std::function<void()> on_stream_end(std::function<void()> cut) {
    return [place = place, forget = streams.add(who, std::move(cut))] { forget(); };
  }
  /// For the audit log: what it is about, where the address does not tell.
  void about(std::string_view kind, std::string_view id, std::string_view dag = "");

  [[nodiscard]] const std::string& param(std::string_view name) const {
    return parameters.find(name)->second;
  }
  [[nodiscard]] Result<std::int64_t> param_int(std::string_view name) const;
  /// The DAGs whose things may be shown, for lists that are made in memory.
  [[nodiscard]] Result<store::VisibleDags> visible_dags() const;
  /// ?limit= and ?offset= of a route that has them.
  [[nodiscard]] Result<store::Page> page() const;
  /// The body as JSON. Errors: invalid_argument.
  [[nodiscard]] Result<json::Value> json_body() const;
  [[nodiscard]] DagId dag_id() const { return DagId{param("dag_id")}; }
  [[nodiscard]] store::RunKey run_key() const { return {dag_id(), RunId{param("dag_run_id")}}; }
  [[nodiscard]] store::TaskKey task_key(std::int64_t map_index) const;
  /// Tells whether the session has reached its last day: for streams, which outlive this call.
  [[nodiscard]] std::function<bool()> session_over() const {
    return
        [clock = &parts.clock, end = who.session_ends_at] { return end && clock->now() >= *end; };
  }
};

/// Answers with one response.
using Answer = Result<net::Response> (*)(Call& call);
/// Opens a stream, or answers.
using Open = Status (*)(Call& call, net::Responder& responder);
using Entry = std::variant<std::monostate, Answer, Open>;
/// Indexed by wire::Route.
using Table = std::vector<Entry>;

/// As the store takes it; of any query type with limit and offset.
template <class Q>
[[nodiscard]] store::Page page_in(const Q& query) {
  return {.limit = static_cast<int>(query.limit), .offset = static_cast<int>(query.offset)};
}

void add_account_routes(Table& table);
void add_audit_routes(Table& table);
void add_auth_routes(Table& table);
void add_workflow_routes(Table& table);
void add_asset_routes(Table& table);
void add_backfill_routes(Table& table);
void add_catalogue_routes(Table& table);
void add_artifact_routes(Table& table);
void add_data_routes(Table& table);
void add_config_routes(Table& table);
void add_project_routes(Table& table);
void add_site_routes(Table& table);
void add_oip_routes(Table& table);
void add_editor_routes(Table& table);
void add_provider_routes(Table& table);
void add_value_routes(Table& table);
void add_worker_routes(Table& table);
void add_dag_view_routes(Table& table);
void add_monitor_routes(Table& table);
void add_server_log_routes(Table& table);

inline Entry& at(Table& table, wire::Route route) { return table[static_cast<std::size_t>(route)]; }

[[nodiscard]] net::Response json_response(const json::Value& value, int status = 200);
template <class T>
[[nodiscard]] net::Response one(const T& value) {
  return json_response(to_json(value));
}
[[nodiscard]] net::Response nothing();                     ///< 204
[[nodiscard]] net::Response redirect_to(std::string url);  ///< 303

template <class T>
[[nodiscard]] json::Value items_of(const std::vector<T>& items) {
  json::Array out;
  out.reserve(items.size());
  for (const auto& item : items) out.push_back(to_json(item));
  return out;
}

template <class T>
[[nodiscard]] net::Response list_of(const std::vector<T>& items, std::int64_t total) {
  return json_response(json::object({{"items", items_of(items)}, {"total_entries", total}}));
}

/// Of a list that goes on by cursor; without `next` it ends here.
template <class T>
[[nodiscard]] net::Response list_to(const std::optional<std::string>& next,
                                    const std::vector<T>& items, std::int64_t total) {
  return json_response(json::object({{"items", items_of(items)},
                                     {"total_entries", total},
                                     {"next_cursor", next ? json::Value(*next) : json::Value()}}));
}

/// 422 that names the words, when `given` is none of them.
[[nodiscard]] std::optional<net::Response> check_order(const Call& call, const std::string& given,
                                                       std::span<const std::string_view> words);

/// A slice of a whole list.
template <class T>
[[nodiscard]] Result<net::Response> page_of(const Call& call, const std::vector<T>& all) {
  const auto total = static_cast<std::int64_t>(all.size());
  AIFLOW_ASSIGN(const auto page, wire::parse_page(call.route.route, call.query));
  const auto begin = std::min(page.offset, total);
  const auto end = std::min(begin + page.limit, total);
  return list_of(std::vector<T>(all.begin() + begin, all.begin() + end), total);
}

/// Without what was made in projects that are not to be shown; of types with a lineage.
template <class T>
[[nodiscard]] Status keep_visible(const Call& call, std::vector<T>& all) {
  AIFLOW_ASSIGN(const auto visible, call.visible_dags());
  std::erase_if(all, [&](const T& one) { return !visible.sees(one.lineage.dag_id); });
  return {};
}

/// Parses the body and passes it on: `with_body(call, wire::parse_x, [](wire::X x) {...})`.
template <class Parse, class Use>
[[nodiscard]] Result<net::Response> with_body(Call& call, Parse parse, Use use) {
  AIFLOW_ASSIGN(const auto json, call.json_body());
  AIFLOW_ASSIGN(auto value, parse(json));
  return use(std::move(value));
}

}  // namespace aiflow::http_api::detail
