// SPDX-License-Identifier: Apache-2.0
#include "service/detail/event_owners.h"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>

#include "json/value.h"
#include "store/admin/project_store.h"
#include "store/event_log.h"

namespace aiflow::service::detail {
namespace {

namespace kind = store::kind;

/// Their data has the DAG.
constexpr std::array kOfDags = {kind::dag,    kind::dag_run,  kind::backfill, kind::task_instance,
                                kind::notice, kind::progress, kind::usage};
/// Their data has the lineage of what was made.
constexpr std::array kOfMakers = {kind::report, kind::service, kind::camera, kind::scene_event};

template <std::size_t n>
bool is_one_of(const std::array<std::string_view, n>& kinds, std::string_view given) {
  return std::ranges::find(kinds, given) != kinds.end();
}

std::optional<std::string> text_in(const json::Value& data, std::string_view name) {
  const json::Value* value = data.is_object() ? data.find(name) : nullptr;
  return value != nullptr && value->is_string() ? std::optional(value->as_string()) : std::nullopt;
}

std::optional<std::string> maker_of(const json::Value& data) {
  const json::Value* lineage = data.is_object() ? data.find("lineage") : nullptr;
  return lineage == nullptr ? std::nullopt : text_in(*lineage, "dag_id");
}

/// Its variants' makers: a model has none of its own.
std::set<std::string> makers_of(const wire::Model& model) {
  std::set<std::string> out;
  for (const auto& version : model.versions) {
    for (const auto& variant : version.variants) out.insert(variant.lineage.dag_id);
  }
  return out;
}

/// The DAGs that an event is about, "" for what people made; none: it belongs to no project.
std::set<std::string> dags_of(const wire::StreamEvent& event) {
  std::optional<std::string> dag;
  if (is_one_of(kOfDags, event.kind)) dag = text_in(event.data, "dag_id");
  if (event.kind == kind::asset_event) dag = text_in(event.data, "source_dag_id");
  if (is_one_of(kOfMakers, event.kind)) dag = maker_of(event.data);
  if (event.kind == kind::model) {
    const auto model = wire::parse_model(event.data);
    return model ? makers_of(*model) : std::set<std::string>{};
  }
  return dag ? std::set<std::string>{*dag} : std::set<std::string>{};
}

}  // namespace

Result<std::vector<EventOwners>> owners_of(db::Connection& db,
                                           const std::vector<wire::StreamEvent>& events) {
  std::vector<std::set<std::string>> dags;
  std::set<std::string> all;
  for (const auto& event : events) {
    dags.push_back(dags_of(event));
    all.insert(dags.back().begin(), dags.back().end());
  }
  store::ProjectStore projects(db);
  AIFLOW_ASSIGN(auto of_dag, projects.of_dags(all));
  of_dag[""] = store::kDefaultProject;
  std::vector<EventOwners> out(events.size());
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (events[i].kind == kind::import_error) {
      const auto folder = text_in(events[i].data, "folder");
      if (!folder) continue;
      AIFLOW_ASSIGN(auto project, projects.of_folder(*folder));
      out[i] = std::set<std::string>{std::move(project)};
    }
    const auto is_known = [&](const std::string& dag) { return of_dag.contains(dag); };
    if (dags[i].empty() || !std::ranges::all_of(dags[i], is_known)) continue;
    for (const auto& dag : dags[i]) {
      if (!out[i]) out[i].emplace();
      out[i]->insert(of_dag[dag]);
    }
  }
  return out;
}

}  // namespace aiflow::service::detail
