// SPDX-License-Identifier: Apache-2.0
// Artifacts: what tasks hand on by content.
#include "http_api/detail/call.h"
#include "http_api/detail/front/cursor.h"

namespace aiflow::http_api::detail {
namespace {

Result<net::Response> find_missing_blobs(Call& call) {
  return with_body(call, wire::parse_blob_list,
                   [&](const wire::BlobList& wanted) -> Result<net::Response> {
                     AIFLOW_ASSIGN(const auto missing, call.parts.artifacts.missing(wanted));
                     return one(missing);
                   });
}

Result<net::Response> list_artifacts(Call& call) {
  AIFLOW_ASSIGN(const auto asked, wire::parse_artifact_filter(call.query));
  store::ArtifactQuery query{.dag_id = asked.dag_id,
                             .run_id = asked.dag_run_id,
                             .task_id = asked.task_id,
                             .name = asked.name,
                             .sha256 = asked.sha256};
  query.map_index = asked.map_index;
  query.sight = call.sight;
  query.page = page_in(asked);
  ++query.page.limit;
  AIFLOW_ASSIGN(const auto after, parse_cursor(asked.cursor, 2, false));
  if (after) query.after = {WallTime{Duration{after->numbers[0]}}, after->numbers[1]};
  AIFLOW_ASSIGN(auto listed, call.parts.artifacts.list(query));
  const auto next = cut_page(listed.items, asked.limit, [](const wire::Artifact& one) {
    return Cursor{{one.created_at.time_since_epoch().count(), one.artifact_id}};
  });
  return list_to(next, listed.items, listed.total);
}

Result<net::Response> get_artifact(Call& call) {
  AIFLOW_ASSIGN(const auto id, call.param_int("artifact_id"));
  AIFLOW_ASSIGN(const auto artifact, call.parts.artifacts.get(id));
  return one(artifact);
}

Result<net::Response> create_artifact(Call& call) {
  return with_body(call, wire::parse_artifact_create,
                   [&](const wire::ArtifactCreate& request) -> Result<net::Response> {
                     AIFLOW_ASSIGN(const auto made,
                                   call.parts.artifacts.create(request, call.who.attempt));
                     return one(made);
                   });
}

Result<net::Response> use_artifact(Call& call) {
  AIFLOW_ASSIGN(const auto id, call.param_int("artifact_id"));
  AIFLOW_TRY(call.parts.artifacts.use(id, call.who.attempt));
  return nothing();
}

Result<net::Response> delete_artifact(Call& call) {
  AIFLOW_ASSIGN(const auto id, call.param_int("artifact_id"));
  AIFLOW_TRY(call.parts.artifacts.remove(id, call.who));
  return nothing();
}

}  // namespace

void add_artifact_routes(Table& table) {
  using wire::Route;
  at(table, Route::find_missing_blobs) = find_missing_blobs;
  at(table, Route::list_artifacts) = list_artifacts;
  at(table, Route::get_artifact) = get_artifact;
  at(table, Route::create_artifact) = create_artifact;
  at(table, Route::use_artifact) = use_artifact;
  at(table, Route::delete_artifact) = delete_artifact;
}

}  // namespace aiflow::http_api::detail
