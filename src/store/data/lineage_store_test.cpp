// SPDX-License-Identifier: Apache-2.0
#include "store/data/lineage_store.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "store/camera_store.h"
#include "store/dag_store.h"
#include "store/data/artifact_store.h"
#include "store/data/cache_store.h"
#include "store/event_store.h"
#include "store/model_store.h"
#include "store/pack_store.h"
#include "store/run_store.h"
#include "store/service_store.h"
#include "store/testing/temp_store.h"

namespace aiflow::store {
namespace {

using testing::kNow;
using testing::TempStore;

const std::string kSha(64, 'a');

wire::Lineage by(const std::string& task) {
  return {.dag_id = "city", .dag_run_id = "r1", .task_id = task, .try_number = 1};
}

Maker maker(const std::string& task, int map_index = -1) {
  return {
      .key = {DagId{"city"}, RunId{"r1"}, TaskId{task}, map_index}, .try_number = 1, .epoch = 1};
}

/// train saves a model; add makes a variant of it; compare, deploy and watch use that.
struct Bench : TempStore {
  Bench() {
    write([this](db::Connection& db) { return fill(db); });
  }

  Status fill(db::Connection& db) {
    AIFLOW_TRY(ModelStore(db).add_blob({kSha, 3}, kNow));
    ArtifactStore artifacts(db);
    AIFLOW_ASSIGN(const auto model,
                  artifacts.offer({.name = "model", .kind = "file", .sha256 = kSha},
                                  maker("train", 2), kNow));
    AIFLOW_TRY(artifacts.accept(maker("train", 2).key, 1));
    AIFLOW_TRY(artifacts.add_use(model.artifact_id, maker("add"), kNow));
    NewVariant variant;
    variant.request.model = "person";
    variant.request.variant = "fp32";
    variant.request.blob_sha256 = kSha;
    variant.request.decoder = variant.request.method = json::object({});
    variant.lineage = by("add");
    AIFLOW_ASSIGN(const auto added, ModelStore(db).add_variant(variant, kNow));
    NewReport report;
    report.request.model = "person";
    report.request.version = 1;
    report.request.title = "comparison";
    report.request.body = json::object({});
    report.lineage = by("compare");
    AIFLOW_TRY(ModelStore(db).add_report(report, kNow));
    wire::Pack pack;
    pack.digest = "sha256:1";
    pack.manifest = json::object({});
    AIFLOW_TRY(PackStore(db).add(pack));
    ServiceRow service;
    service.name = "detector";
    service.state = "ready";
    service.variant_id = added.variant_id;
    service.pack_digest = "sha256:1";
    service.report_id = 1;
    service.lineage = by("deploy");
    AIFLOW_TRY(ServiceStore(db).put(service));
    CameraRow camera;
    camera.camera_id = CameraId{"gate"};
    camera.name = "Gate";
    camera.service = "detector";
    camera.state = "watching";
    camera.rules = camera.counts = camera.stats = json::object({});
    camera.lineage = by("watch");
    AIFLOW_TRY(CameraStore(db).put(camera));
    return add_event(db, "e1", added.variant_id);
  }

  static Status add_event(db::Connection& db, const std::string& id, std::int64_t variant_id) {
    return db.run(R"(
      INSERT INTO scene_events (event_id, camera_id, rule_id, rule_name, kind, state, started_at,
        media_time_ms, frame, track_ids, label, score, points, "values", service, model, version,
        variant, variant_id, report_id, pack_digest, dag_id, run_id, task_id, try_number, username)
      VALUES (?, 'gate', 'r', 'Rule', 'intrusion', 'open', 5, 0, 0, '[]', 'person', 0.5, '[]', '{}',
        'detector', 'person', 1, 'fp32', ?, 1, 'sha256:1', 'city', 'r1', 'deploy', 1, ''))",
                  {id, variant_id});
  }

  wire::LineageGraph graph(const std::string& node, bool is_up, int depth_max = 8,
                           int nodes_max = 200) {
    return read([&](db::Connection& db) {
      return LineageStore(db).graph(
          {.node = node, .is_up = is_up, .depth_max = depth_max, .nodes_max = nodes_max});
    });
  }
  static bool has(const wire::LineageGraph& graph, const std::string& source,
                  const std::string& target) {
    return std::ranges::any_of(graph.edges, [&](const auto& edge) {
      return edge.source == source && edge.target == target;
    });
  }
  ErrorCode error_of(const std::string& node) {
    return (*this)
        ->read([&](db::Connection& db) { return LineageStore(db).graph({.node = node}); })
        .error()
        .code;
  }
};

TEST_CASE_FIXTURE(Bench, "an event leads back to the task that trained the model") {
  const auto up = graph("event:e1", true);
  CHECK(up.nodes.front().id == "event:e1");
  CHECK(up.nodes.front().label == "Rule");
  CHECK(has(up, "camera:gate", "event:e1"));
  CHECK(has(up, "service:detector", "camera:gate"));
  CHECK(has(up, "variant:1", "service:detector"));
  CHECK(has(up, "artifact:1", "variant:1"));
  CHECK(has(up, "task:city/r1/train[2]", "artifact:1"));
  CHECK(has(up, "task:city/r1/add", "variant:1"));
  CHECK(has(up, "report:1", "service:detector"));
  CHECK_FALSE(up.truncated);
}

TEST_CASE_FIXTURE(Bench, "a task leads to everything that came of what it saved") {
  const auto down = graph("task:city/r1/train[2]", false);
  CHECK(has(down, "task:city/r1/train[2]", "artifact:1"));
  CHECK(has(down, "artifact:1", "task:city/r1/add"));
  CHECK(has(down, "artifact:1", "variant:1"));
  CHECK(has(down, "variant:1", "service:detector"));
  CHECK(has(down, "camera:gate", "event:e1"));
  CHECK(has(graph("task:city/r1/watch", false), "task:city/r1/watch", "camera:gate"));
}

TEST_CASE_FIXTURE(Bench, "an event belongs to the variant that saw it, not to the one of today") {
  write([](db::Connection& db) { return add_event(db, "older", 77); });
  const auto down = graph("variant:1", false);
  CHECK_FALSE(has(down, "camera:gate", "older"));
  CHECK(std::ranges::none_of(down.nodes, [](const auto& n) { return n.id == "event:older"; }));
  CHECK(has(graph("event:older", true), "variant:77", "event:older"));
}

TEST_CASE_FIXTURE(Bench, "a task that took a kept result leads to the one that made it") {
  const Maker taker{
      .key = {DagId{"city"}, RunId{"r2"}, TaskId{"train"}, 2}, .try_number = 1, .epoch = 4};
  const auto set = [&](TaskState state, std::int64_t epoch) {
    write([&](db::Connection& db) -> Status {
      TaskRow row;
      row.key = taker.key;
      row.state = state;
      row.epoch = epoch;
      return RunStore(db).upsert_task(row);
    });
  };
  write([&](db::Connection& db) -> Status {
    DagVersionRow version;
    version.dag_id = taker.key.dag_id;
    version.version = 1;
    version.spec.dag_id = "city";
    version.spec.params = json::object({});
    version.created_at = kNow;
    AIFLOW_TRY(DagStore(db).add_version(version));
    DagRow dag;
    dag.dag_id = taker.key.dag_id;
    dag.version = 1;
    dag.created_at = kNow;
    AIFLOW_TRY(DagStore(db).put(dag));
    RunRow run;
    run.key = taker.key.run();
    run.number = 1;
    run.run_after = run.queued_at = kNow;
    run.conf = json::object({});
    run.dag_version = 1;
    AIFLOW_TRY(RunStore(db).insert_run(run));
    wire::CacheHit hit{.dag_id = "city", .dag_run_id = "r1", .task_id = "train", .map_index = 2};
    hit.created_at = kNow;
    return CacheStore(db).note_taken(hit, taker, kNow);
  });
  const std::string here = "task:city/r2/train[2]";
  const std::string there = "task:city/r1/train[2]";
  set(TaskState::running, 4);
  CHECK_FALSE(has(graph(here, true), there, here));
  set(TaskState::success, 4);
  CHECK(has(graph(here, true), there, here));
  CHECK(has(graph(there, false), there, here));
  set(TaskState::success, 5);  // a later attempt, which ran
  CHECK_FALSE(has(graph(here, true), there, here));
}

TEST_CASE_FIXTURE(Bench, "depth and size are bounded and said to be") {
  const auto near = graph("event:e1", true, 1);
  CHECK(near.truncated);
  CHECK(std::ranges::all_of(near.nodes, [](const auto& node) { return node.depth <= 1; }));
  const auto few = graph("event:e1", true, 8, 3);
  CHECK(few.nodes.size() == 3);
  CHECK(few.truncated);
}

TEST_CASE_FIXTURE(Bench, "names that are no node are refused, and ones that are not there") {
  for (const char* node : {"", "event", "event:", "planet:x", "task:a", "task:a/b", "variant:x",
                           "artifact:-1", "task:a/b/c[x]", "artifact:1x"}) {
    CAPTURE(node);
    CHECK(error_of(node) == ErrorCode::invalid_argument);
  }
  CHECK(error_of("artifact:99") == ErrorCode::not_found);
  CHECK(error_of("event:nope") == ErrorCode::not_found);
}

}  // namespace
}  // namespace aiflow::store
