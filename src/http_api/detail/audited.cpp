// SPDX-License-Identifier: Apache-2.0
#include "http_api/detail/audited.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "json/value.h"

namespace aiflow::http_api::detail {
namespace {

using service::Principal;
using wire::Route;

/// Questions that need a body.
constexpr std::array kQuestions = {Route::oip_infer,        Route::oip_infer_version,
                                   Route::preview_mark,     Route::find_missing_blobs,
                                   Route::dry_run_backfill, Route::lookup_cached_result,
                                   Route::check_dag_text};
/// A task's own data: its lineage says what it made.
constexpr std::array kTaskData = {Route::put_blob, Route::delete_artifact};

/// Parameters of addresses, and what kind of thing they name.
constexpr std::array<std::pair<std::string_view, std::string_view>, 18> kKinds = {{
    {"project", "project"},
    {"username", "user"},
    {"pool_name", "pool"},
    {"sha256", "blob"},
    {"artifact_id", "artifact"},
    {"backfill_id", "backfill"},
    {"model", "model"},
    {"variant_id", "variant"},
    {"report_id", "report"},
    {"digest", "pack"},
    {"name", "service"},
    {"camera_id", "camera"},
    {"event_id", "event"},
    {"worker_id", "worker"},
    {"token_id", "token"},
    {"variable_key", "variable"},
    {"conn_id", "connection"},
    {"session_id", "session"},
}};

template <std::size_t n>
bool is_one_of(const std::array<Route, n>& routes, Route route) {
  return std::ranges::find(routes, route) != routes.end();
}

std::string_view kind_of(const Principal& who) {
  switch (who.kind) {
    case Principal::Kind::anonymous: return "anonymous";
    case Principal::Kind::user: return "user";
    case Principal::Kind::local_admin: return "local";
    case Principal::Kind::task: return "task";
    case Principal::Kind::worker: return "worker";
  }
  return "anonymous";
}

std::string name_of(const Principal& who) {
  const auto& key = who.attempt.key;
  if (who.kind == Principal::Kind::worker) return who.worker_id;
  if (who.kind != Principal::Kind::task) return who.username;
  return key.dag_id + "/" + key.run_id + "/" + key.task_id;
}

std::string address_of(const net::Peer& peer) {
  if (!peer.unix_socket) return peer.address;
  return peer.uid ? "unix:" + std::to_string(*peer.uid) : "unix";
}

void add_object(wire::AuditEntry& entry, const Parameters& parameters) {
  const auto value = [&](std::string_view name) -> const std::string* {
    const auto found = parameters.find(name);
    return found == parameters.end() ? nullptr : &found->second;
  };
  if (const auto* dag = value("dag_id")) {
    entry.dag_id = entry.object_id = *dag;
    entry.object_kind = "dag";
    if (const auto* run = value("dag_run_id")) {
      entry.object_kind = "run";
      entry.object_id += "/" + *run;
    }
    if (const auto* task = value("task_id")) {
      entry.object_kind = "task";
      entry.object_id += "/" + *task;
    }
    return;
  }
  for (const auto& [name, kind] : kKinds) {
    const auto* id = value(name);
    if (id == nullptr) continue;
    entry.object_kind = kind;
    entry.object_id = *id;
    return;
  }
}

/// They only say what they would do when their body asks for it.
constexpr std::array kWithPreview = {Route::clear_dag_run, Route::clear_task_instances,
                                     Route::collect_garbage};

}  // namespace

bool is_preview(const wire::RouteInfo& route, const net::Request& request) {
  if (!is_one_of(kWithPreview, route.route)) return false;
  const auto body = json::parse(request.body);
  const auto* dry_run = body && body->is_object() ? body->find("dry_run") : nullptr;
  return dry_run != nullptr && dry_run->is_bool() && dry_run->as_bool();
}

bool is_audited(const wire::RouteInfo& route, const Principal& who) {
  // Browsers come to it by an address, and it signs them in.
  if (route.route == Route::finish_provider_sign_in) return true;
  if (route.method == "GET" || is_one_of(kQuestions, route.route)) return false;
  if (who.kind != Principal::Kind::task) return true;
  return route.permission != "task" && !is_one_of(kTaskData, route.route);
}

wire::AuditEntry entry_of(const net::Request& request, const Match& match, const Principal& who) {
  wire::AuditEntry entry;
  entry.kind = kind_of(who);
  entry.user = name_of(who);
  entry.address = address_of(request.peer);
  entry.action = match.route->name;
  entry.request_id = request.id;
  add_object(entry, match.parameters);
  return entry;
}

std::string_view outcome_of(int status) {
  if (status < 400) return "done";
  return status == 401 || status == 403 || status == 429 ? "denied" : "failed";
}

}  // namespace aiflow::http_api::detail
