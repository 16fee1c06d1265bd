// SPDX-License-Identifier: Apache-2.0
// Artifacts: what tasks hand on by content.
#include "http_api/detail/call.h"

namespace aiflow::http_api::detail {
namespace {

std::optional<std::string> text_of(const Call& call, std::string_view name) {
  const auto* text = call.query_text(name);
  return text == nullptr ? std::nullopt : std::optional(*text);
}

Result<net::Response> find_missing_blobs(Call& call) {
  return with_body(call, wire::parse_blob_list,
                   [&](const wire::BlobList& wanted) -> Result<net::Response> {
                     AIFLOW_ASSIGN(const auto missing, call.parts.artifacts.missing(wanted));
                     return one(missing);
                   });
}

Result<net::Response> list_artifacts(Call& call) {
  store::ArtifactQuery query{.dag_id = text_of(call, "dag_id"),
                             .run_id = text_of(call, "dag_run_id"),
                             .task_id = text_of(call, "task_id"),
                             .name = text_of(call, "name"),
                             .sha256 = text_of(call, "sha256")};
  if (call.query_text("map_index") != nullptr) {
    AIFLOW_ASSIGN(query.map_index,
                  call.query_int("map_index", store::kNotMapped, {-1, store::kMapIndexMax}));
  }
  AIFLOW_ASSIGN(query.page, call.page());
  AIFLOW_ASSIGN(const auto listed, call.parts.artifacts.list(query));
  return list_of(listed.items, listed.total);
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
