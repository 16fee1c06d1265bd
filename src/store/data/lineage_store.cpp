// SPDX-License-Identifier: Apache-2.0
#include "store/data/lineage_store.h"

#include <algorithm>
#include <charconv>
#include <deque>
#include <optional>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "store/admin/project_store.h"
#include "store/detail/rows.h"
#include "store/keys.h"

namespace aiflow::store {
namespace {

/// Neighbours of one node by one way; there may be thousands of events.
constexpr int kNeighboursMax = 200;

/// What a query's columns name.
enum class Names { number, text, task };

/// One way from a node of `from` to its neighbours; the parameters are the node's own columns.
struct Way {
  std::string_view from;
  std::string_view to;
  std::string_view relation;
  Names names;
  std::string_view sql;
};

/// What led to a node.
constexpr Way kUp[] = {
    {"task", "artifact", "used by", Names::number,
     "SELECT artifact_id FROM artifact_uses WHERE dag_id = ? AND run_id = ? AND task_id = ?"
     " AND map_index = ? ORDER BY used_at LIMIT 200"},
    {"task", "task", "gave its result to", Names::task,
     "SELECT k.dag_id, k.from_run_id, k.task_id, k.from_map_index FROM taken_results k"
     " JOIN task_instances t ON t.dag_id = k.dag_id AND t.run_id = k.run_id"
     " AND t.task_id = k.task_id AND t.map_index = k.map_index AND t.epoch = k.epoch"
     " WHERE k.dag_id = ? AND k.run_id = ? AND k.task_id = ? AND k.map_index = ?"
     " AND t.state = 'success'"},
    {"artifact", "task", "saved", Names::task,
     "SELECT dag_id, run_id, task_id, map_index FROM artifacts WHERE artifact_id = ?"},
    {"variant", "task", "made", Names::task,
     "SELECT dag_id, run_id, task_id, -1 FROM model_variants WHERE variant_id = ?"},
    {"variant", "variant", "made into", Names::number,
     "SELECT parent_variant_id FROM model_variants WHERE variant_id = ?"
     " AND parent_variant_id IS NOT NULL"},
    {"variant", "artifact", "is the file of", Names::number,
     "SELECT a.artifact_id FROM model_variants v JOIN artifacts a ON a.sha256 = v.blob_sha256"
     " WHERE v.variant_id = ? AND a.accepted = 1 ORDER BY a.artifact_id LIMIT 200"},
    {"report", "task", "made", Names::task,
     "SELECT dag_id, run_id, task_id, -1 FROM reports WHERE report_id = ?"},
    {"report", "variant", "compared in", Names::number,
     "SELECT v.variant_id FROM reports r JOIN model_variants v ON v.model = r.model"
     " AND v.version = r.version WHERE r.report_id = ? ORDER BY v.variant_id LIMIT 200"},
    {"pack", "task", "made", Names::task,
     "SELECT dag_id, run_id, task_id, -1 FROM packs WHERE digest = ?"},
    {"service", "variant", "served by", Names::number,
     "SELECT variant_id FROM services WHERE name = ?"},
    {"service", "pack", "runs", Names::text, "SELECT pack_digest FROM services WHERE name = ?"},
    {"service", "report", "chose", Names::number,
     "SELECT report_id FROM services WHERE name = ? AND report_id IS NOT NULL"},
    {"service", "task", "deployed", Names::task,
     "SELECT dag_id, run_id, task_id, -1 FROM services WHERE name = ?"},
    {"camera", "service", "watches", Names::text,
     "SELECT service FROM cameras WHERE camera_id = ?"},
    {"camera", "task", "started", Names::task,
     "SELECT dag_id, run_id, task_id, -1 FROM cameras WHERE camera_id = ?"},
    {"event", "camera", "saw", Names::text,
     "SELECT camera_id FROM scene_events WHERE event_id = ?"},
    // As they were when it was seen: the service may have been deployed anew.
    {"event", "variant", "detected", Names::number,
     "SELECT variant_id FROM scene_events WHERE event_id = ?"},
    {"event", "pack", "ran for", Names::text,
     "SELECT pack_digest FROM scene_events WHERE event_id = ?"},
    {"event", "report", "chose for", Names::number,
     "SELECT report_id FROM scene_events WHERE event_id = ? AND report_id IS NOT NULL"},
    {"event", "task", "deployed for", Names::task,
     "SELECT dag_id, run_id, task_id, -1 FROM scene_events WHERE event_id = ?"},
};

/// What came of a node.
constexpr Way kDown[] = {
    {"task", "artifact", "saved", Names::number,
     "SELECT artifact_id FROM artifacts WHERE dag_id = ? AND run_id = ? AND task_id = ?"
     " AND map_index = ? AND accepted = 1 ORDER BY artifact_id LIMIT 200"},
    {"task", "variant", "made", Names::number,
     "SELECT variant_id FROM model_variants WHERE dag_id = ? AND run_id = ? AND task_id = ?"
     " AND -1 = ? ORDER BY variant_id LIMIT 200"},
    {"task", "report", "made", Names::number,
     "SELECT report_id FROM reports WHERE dag_id = ? AND run_id = ? AND task_id = ? AND -1 = ?"
     " ORDER BY report_id LIMIT 200"},
    {"task", "pack", "made", Names::text,
     "SELECT digest FROM packs WHERE dag_id = ? AND run_id = ? AND task_id = ? AND -1 = ?"
     " ORDER BY digest LIMIT 200"},
    {"task", "service", "deployed", Names::text,
     "SELECT name FROM services WHERE dag_id = ? AND run_id = ? AND task_id = ? AND -1 = ?"
     " ORDER BY name LIMIT 200"},
    {"task", "camera", "started", Names::text,
     "SELECT camera_id FROM cameras WHERE dag_id = ? AND run_id = ? AND task_id = ? AND -1 = ?"
     " ORDER BY camera_id LIMIT 200"},
    {"task", "task", "gave its result to", Names::task,
     "SELECT k.dag_id, k.run_id, k.task_id, k.map_index FROM taken_results k"
     " JOIN task_instances t ON t.dag_id = k.dag_id AND t.run_id = k.run_id"
     " AND t.task_id = k.task_id AND t.map_index = k.map_index AND t.epoch = k.epoch"
     " WHERE k.dag_id = ? AND k.from_run_id = ? AND k.task_id = ? AND k.from_map_index = ?"
     " AND t.state = 'success' ORDER BY k.taken_at LIMIT 200"},
    {"artifact", "task", "used by", Names::task,
     "SELECT dag_id, run_id, task_id, map_index FROM artifact_uses WHERE artifact_id = ?"
     " ORDER BY used_at LIMIT 200"},
    {"artifact", "variant", "is the file of", Names::number,
     "SELECT v.variant_id FROM artifacts a JOIN model_variants v ON v.blob_sha256 = a.sha256"
     " WHERE a.artifact_id = ? ORDER BY v.variant_id LIMIT 200"},
    {"variant", "variant", "made into", Names::number,
     "SELECT variant_id FROM model_variants WHERE parent_variant_id = ? ORDER BY variant_id"
     " LIMIT 200"},
    {"variant", "report", "compared in", Names::number,
     "SELECT r.report_id FROM model_variants v JOIN reports r ON r.model = v.model"
     " AND r.version = v.version WHERE v.variant_id = ? ORDER BY r.report_id LIMIT 200"},
    {"variant", "service", "served by", Names::text,
     "SELECT name FROM services WHERE variant_id = ? ORDER BY name LIMIT 200"},
    // Of services that have been deployed anew since, and of cameras that are gone; the others
    // hang below their cameras.
    {"variant", "event", "detected", Names::text,
     "SELECT e.event_id FROM scene_events e WHERE e.variant_id = ? AND NOT EXISTS (SELECT 1"
     " FROM cameras c JOIN services s ON s.name = c.service WHERE c.camera_id = e.camera_id"
     " AND s.variant_id = e.variant_id) ORDER BY e.started_at DESC LIMIT 200"},
    {"report", "service", "chose", Names::text,
     "SELECT name FROM services WHERE report_id = ? ORDER BY name LIMIT 200"},
    {"pack", "service", "runs", Names::text,
     "SELECT name FROM services WHERE pack_digest = ? ORDER BY name LIMIT 200"},
    {"service", "camera", "watches", Names::text,
     "SELECT camera_id FROM cameras WHERE service = ? ORDER BY camera_id LIMIT 200"},
    {"camera", "event", "saw", Names::text,
     "SELECT e.event_id FROM cameras c JOIN services s ON s.name = c.service"
     " JOIN scene_events e ON e.camera_id = c.camera_id AND e.variant_id = s.variant_id"
     " WHERE c.camera_id = ? ORDER BY e.started_at DESC LIMIT 200"},
};

struct Node {
  std::string kind;
  std::string id;           ///< without the kind
  std::int64_t number = 0;  ///< of artifact, variant, report
  TaskKey task;             ///< of a task

  [[nodiscard]] std::string name() const { return kind + ":" + id; }
  [[nodiscard]] db::Params params() const {
    if (kind == "task") {
      return {task.dag_id.value, task.run_id.value, task.task_id.value, task.map_index};
    }
    if (kind == "artifact" || kind == "variant" || kind == "report") return {number};
    return {id};
  }
};

std::unexpected<Error> no_node(std::string_view text) {
  return fail(ErrorCode::invalid_argument,
              "'" + std::string(text.substr(0, 100)) +
                  "' is no node: write task:DAG/RUN/TASK, artifact:ID, variant:ID, report:ID, "
                  "pack:DIGEST, service:NAME, camera:ID or event:ID");
}

Node task_node(TaskKey key) {
  Node node{.kind = "task",
            .id = key.dag_id.value + "/" + key.run_id.value + "/" + key.task_id.value,
            .task = std::move(key)};
  if (node.task.map_index >= 0) node.id += "[" + std::to_string(node.task.map_index) + "]";
  return node;
}

Node number_node(std::string_view kind, std::int64_t number) {
  return {.kind = std::string(kind), .id = std::to_string(number), .number = number, .task = {}};
}

std::optional<std::int64_t> parse_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool good = error == std::errc{} && end == text.data() + text.size() && number >= 0;
  return good ? std::optional(number) : std::nullopt;
}

/// "dag/run/task", "dag/run/task[3]"
std::optional<Node> parse_task(std::string_view text) {
  const auto first = text.find('/');
  const auto second = first == std::string_view::npos ? first : text.find('/', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  std::string_view task = text.substr(second + 1);
  int map_index = kNotMapped;
  if (const auto bracket = task.find('['); bracket != std::string_view::npos) {
    const auto index = parse_number(task.substr(bracket + 1, task.size() - bracket - 2));
    if (!task.ends_with(']') || !index || *index > kMapIndexMax) return std::nullopt;
    map_index = static_cast<int>(*index);
    task = task.substr(0, bracket);
  }
  return task_node({.dag_id = DagId{std::string(text.substr(0, first))},
                    .run_id = RunId{std::string(text.substr(first + 1, second - first - 1))},
                    .task_id = TaskId{std::string(task)},
                    .map_index = map_index});
}

Result<Node> parse_node(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || colon + 1 == text.size()) return no_node(text);
  const std::string_view kind = text.substr(0, colon);
  const std::string_view id = text.substr(colon + 1);
  if (kind == "task") {
    auto task = parse_task(id);
    return task ? Result<Node>(*std::move(task)) : no_node(text);
  }
  if (kind == "artifact" || kind == "variant" || kind == "report") {
    const auto number = parse_number(id);
    return number ? Result<Node>(number_node(kind, *number)) : no_node(text);
  }
  if (kind == "pack" || kind == "service" || kind == "camera" || kind == "event") {
    return Node{.kind = std::string(kind), .id = std::string(id), .task = {}};
  }
  return no_node(text);
}

/// How a kind's row is told to people: label, detail, when.
struct Words {
  std::string_view kind;
  std::string_view sql;
};
constexpr Words kWords[] = {
    {"task",
     "SELECT task_id, state, end_date FROM task_instances WHERE dag_id = ? AND run_id = ?"
     " AND task_id = ? AND map_index = ?"},
    {"artifact", "SELECT name, kind, created_at FROM artifacts WHERE artifact_id = ?"},
    {"variant", "SELECT model, variant, created_at FROM model_variants WHERE variant_id = ?"},
    {"report", "SELECT title, device, created_at FROM reports WHERE report_id = ?"},
    {"pack", "SELECT name, version, created_at FROM packs WHERE digest = ?"},
    {"service", "SELECT name, state, started_at FROM services WHERE name = ?"},
    {"camera", "SELECT name, state, created_at FROM cameras WHERE camera_id = ?"},
    {"event", "SELECT rule_name, kind, started_at FROM scene_events WHERE event_id = ?"},
};

/// The DAG that made it. Packs are nobody's.
constexpr Words kMakers[] = {
    {"artifact", "SELECT dag_id FROM artifacts WHERE artifact_id = ?"},
    {"variant", "SELECT dag_id FROM model_variants WHERE variant_id = ?"},
    {"report", "SELECT dag_id FROM reports WHERE report_id = ?"},
    {"service", "SELECT dag_id FROM services WHERE name = ?"},
    {"camera", "SELECT dag_id FROM cameras WHERE camera_id = ?"},
    {"event", "SELECT dag_id FROM scene_events WHERE event_id = ?"},
};

class Search {
 public:
  Search(db::Connection& db, const LineageQuery& query) : db_(db), query_(query) {}

  Result<wire::LineageGraph> run() {
    AIFLOW_ASSIGN(Node root, parse_node(query_.node));
    AIFLOW_ASSIGN(visible_, VisibleDags::read(db_, query_.sight));
    AIFLOW_ASSIGN(const bool is_shown, sees(root));
    if (!is_shown) return missing(root);
    AIFLOW_ASSIGN(const bool has_row, reach(root, 0));
    while (!waiting_.empty()) {
      const auto [node, depth] = std::move(waiting_.front());
      waiting_.pop_front();
      AIFLOW_TRY(expand(node, depth));
    }
    // Retention may have taken the row away; what came of it still names it.
    if (!has_row && graph_.edges.empty()) return missing(root);
    return std::move(graph_);
  }

 private:
  using Waiting = std::pair<Node, int>;

  static std::unexpected<Error> missing(const Node& node) {
    return fail(ErrorCode::not_found, node.kind + " '" + node.id + "' does not exist");
  }

  /// By the DAG that made it; of what is gone only those know who see all.
  Result<bool> sees(const Node& node) {
    if (visible_.sees_all()) return true;
    if (node.kind == "task") return visible_.sees(node.task.dag_id.value);
    const auto makers = std::ranges::find(kMakers, std::string_view(node.kind), &Words::kind);
    if (makers == std::end(kMakers)) return false;
    AIFLOW_ASSIGN(const auto dag_id,
                  db_.first(makers->sql, node.params(), [](db::Row& row) { return row.text(); }));
    return dag_id && visible_.sees(*dag_id);
  }

  /// Notes a node once. False when it has no row: of what is gone only the name is left.
  Result<bool> reach(const Node& node, int depth) {
    const auto words = std::ranges::find(kWords, std::string_view(node.kind), &Words::kind);
    AIFLOW_ASSIGN(const auto told, db_.first(words->sql, node.params(), [](db::Row& row) {
      wire::LineageNode out;
      out.label = row.text();
      out.detail = row.text();
      out.at = row.optional_time();
      return out;
    }));
    wire::LineageNode out = told.value_or(wire::LineageNode{});
    out.id = node.name();
    out.kind = node.kind;
    out.depth = depth;
    if (!told) out.label = node.id;
    graph_.nodes.push_back(std::move(out));
    seen_.insert(node.name());
    waiting_.emplace_back(node, depth);
    return told.has_value();
  }

  Status expand(const Node& node, int depth) {
    const std::span<const Way> up = kUp;
    const std::span<const Way> down = kDown;
    const std::span<const Way> ways = query_.is_up ? up : down;
    for (const Way& way : ways) {
      if (way.from != node.kind) continue;
      AIFLOW_ASSIGN(const auto neighbours, follow(way, node));
      if (std::ssize(neighbours) >= kNeighboursMax) graph_.truncated = true;
      for (const Node& next : neighbours) AIFLOW_TRY(visit(node, way, {next, depth + 1}));
    }
    return {};
  }

  Status visit(const Node& node, const Way& way, const Waiting& next) {
    if (!seen_.contains(next.first.name())) {
      AIFLOW_ASSIGN(const bool is_shown, sees(next.first));
      if (!is_shown) return {};
      const bool fits =
          next.second <= query_.depth_max && std::ssize(graph_.nodes) < query_.nodes_max;
      if (!fits) {
        graph_.truncated = true;
        return {};
      }
      AIFLOW_TRY(reach(next.first, next.second));
    }
    const std::string here = node.name();
    const std::string there = next.first.name();
    graph_.edges.push_back({.source = query_.is_up ? there : here,
                            .target = query_.is_up ? here : there,
                            .relation = std::string(way.relation)});
    return {};
  }

  Result<std::vector<Node>> follow(const Way& way, const Node& node) {
    AIFLOW_ASSIGN(auto found, db_.all(way.sql, node.params(), [&](db::Row& row) -> Node {
      if (way.names == Names::number) return number_node(way.to, row.integer());
      if (way.names == Names::task) return task_node(detail::read_task_key(row));
      return {.kind = std::string(way.to), .id = row.text(), .task = {}};
    }));
    // A person made it: there is no task.
    std::erase_if(found, [](const Node& one) {
      return one.kind == "task" ? one.task.dag_id.value.empty() : one.id.empty();
    });
    return found;
  }

  db::Connection& db_;
  const LineageQuery& query_;
  VisibleDags visible_;
  wire::LineageGraph graph_;
  std::set<std::string> seen_;
  std::deque<Waiting> waiting_;
};

}  // namespace

Result<wire::LineageGraph> LineageStore::graph(const LineageQuery& query) {
  return Search(db_, query).run();
}

}  // namespace aiflow::store
