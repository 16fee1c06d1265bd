// SPDX-License-Identifier: Apache-2.0
// For tests of projects: one of each kind of thing that a DAG may have made.
#pragma once

#include <cstdint>
#include <string>

#include "db/connection.h"
#include "store/admin/project_store.h"
#include "store/backfill_store.h"
#include "store/camera_store.h"
#include "store/dag_store.h"
#include "store/data/artifact_store.h"
#include "store/data/cache_store.h"
#include "store/event_store.h"
#include "store/model_store.h"
#include "store/pack_store.h"
#include "store/service_store.h"

namespace aiflow::store::testing {

/// Things are named after the project: alpha-dag, alpha-model, …; those with numbers are here.
struct ProjectThings {
  std::string project;
  std::int64_t backfill_id = 0;
  std::int64_t artifact_id = 0;
  std::int64_t variant_id = 0;
  std::int64_t report_id = 0;

  [[nodiscard]] std::string name(const std::string& kind) const { return project + "-" + kind; }
  [[nodiscard]] wire::Lineage lineage() const {
    return {.dag_id = name("dag"), .dag_run_id = name("run"), .task_id = "t", .try_number = 1};
  }
};

/// A service and a camera, again as the DAG has made them.
inline Status put_service_and_camera(db::Connection& db, const ProjectThings& things) {
  ServiceRow service;
  service.name = things.name("model");  // of the inference protocol: its models are services
  service.state = "stopped";
  service.model = things.name("model");
  service.version = 1;
  service.variant = "fp32";
  service.variant_id = things.variant_id;
  service.pack_digest = "sha256:1";
  service.lineage = things.lineage();
  AIFLOW_TRY(ServiceStore(db).put(service));
  CameraRow camera;
  camera.camera_id = CameraId{things.name("camera")};
  camera.name = things.name("camera");
  camera.service = service.name;
  camera.state = "stopped";
  camera.wanted = false;
  camera.rules = camera.counts = camera.stats = json::object({});
  camera.lineage = things.lineage();
  return CameraStore(db).put(camera);
}

inline Status put_event(db::Connection& db, const ProjectThings& things, WallTime now) {
  wire::SceneEvent event{.event_id = things.name("event"),
                         .camera_id = things.name("camera"),
                         .rule_id = "r",
                         .rule_name = things.name("rule"),
                         .kind = "intrusion",
                         .state = "open",
                         .started_at = now,
                         .label = "person",
                         .points = json::Value(json::Array{}),
                         .values = json::object({}),
                         .service = things.name("model"),
                         .variant_id = things.variant_id,
                         .pack_digest = "sha256:1",
                         .lineage = things.lineage()};
  AIFLOW_TRY(EventStore(db).put(event, now));
  return {};
}

inline Status put_models(db::Connection& db, ProjectThings& things, WallTime now) {
  const std::string sha256(64, things.project.front());
  AIFLOW_TRY(ModelStore(db).add_blob({sha256, 3}, now));
  NewVariant variant;
  variant.request.model = things.name("model");
  variant.request.variant = "fp32";
  variant.request.blob_sha256 = sha256;
  variant.request.decoder = variant.request.method = json::object({});
  variant.lineage = things.lineage();
  AIFLOW_ASSIGN(const auto added, ModelStore(db).add_variant(variant, now));
  things.variant_id = added.variant_id;
  NewReport report;
  report.request.model = things.name("model");
  report.request.version = 1;
  report.request.title = things.name("report");
  report.request.body = json::object({});
  report.lineage = things.lineage();
  AIFLOW_ASSIGN(const auto made, ModelStore(db).add_report(report, now));
  things.report_id = made.report_id;
  return {};
}

/// Of the DAG "PROJECT-dag", which must be there.
inline Result<ProjectThings> add_things(db::Connection& db, const std::string& project,
                                        WallTime now) {
  ProjectThings things{.project = project};
  AIFLOW_TRY(put_models(db, things, now));
  const Maker maker{.key = {DagId{things.name("dag")}, RunId{things.name("run")}, TaskId{"t"}},
                    .try_number = 1,
                    .epoch = 1};
  ArtifactStore artifacts(db);
  const std::string sha256(64, project.front());
  AIFLOW_ASSIGN(const auto saved,
                artifacts.offer({.name = things.name("artifact"), .kind = "file", .sha256 = sha256},
                                maker, now));
  AIFLOW_TRY(artifacts.accept(maker.key, 1));
  things.artifact_id = saved.artifact_id;
  const std::string key(64, project.front() == 'a' ? '1' : '2');
  AIFLOW_TRY(CacheStore(db).keep({.key = key, .maker = maker, .xcoms = {}, .life = {}}, now));
  if (!PackStore(db).get("sha256:1")) {
    wire::Pack pack;
    pack.digest = "sha256:1";
    pack.manifest = json::object({});
    AIFLOW_TRY(PackStore(db).add(pack));
  }
  AIFLOW_TRY(put_service_and_camera(db, things));
  AIFLOW_TRY(put_event(db, things, now));
  BackfillRow backfill;
  things.backfill_id = project.front();
  backfill.id = {things.backfill_id};
  backfill.dag_id = DagId{things.name("dag")};
  backfill.dag_version = 1;
  backfill.conf = json::object({});
  backfill.completed_at = now;
  AIFLOW_TRY(BackfillStore(db).put(backfill));
  return things;
}

}  // namespace aiflow::store::testing
