// SPDX-License-Identifier: Apache-2.0
// Models, packs, services, cameras, scene events and users.
#include <doctest/doctest.h>

#include "store/camera_store.h"
#include "store/event_log.h"
#include "store/event_store.h"
#include "store/model_store.h"
#include "store/pack_store.h"
#include "store/service_store.h"
#include "store/testing/temp_store.h"
#include "store/user_store.h"

namespace aiflow::store {
namespace {

using testing::kNow;
using testing::TempStore;

const wire::Lineage kLineage{.dag_id = "smart_city",
                             .dag_run_id = "r1",
                             .task_id = "optimise",
                             .try_number = 2,
                             .username = ""};

NewVariant new_variant(const std::string& name, const std::string& sha, int version) {
  NewVariant made;
  made.request.model = "ssd";
  made.request.version = version;
  made.request.variant = name;
  made.request.format = "onnx";
  made.request.blob_sha256 = sha;
  made.request.decoder = json::object({{"kind", "ssd"}});
  made.request.method = json::object({});
  made.lineage = kLineage;
  return made;
}

wire::ModelVariant add(TempStore& temp, const NewVariant& variant) {
  return temp.write([&](db::Connection& db) -> Result<wire::ModelVariant> {
    ModelStore models(db);
    AIFLOW_TRY(models.add_blob({.sha256 = variant.request.blob_sha256, .size = 10}, kNow));
    return models.add_variant(variant, kNow);
  });
}

wire::Pack pack(const std::string& digest, WallTime at) {
  wire::Pack made;
  made.digest = digest;
  made.name = "onnxruntime";
  made.manifest = json::object({});
  made.created_at = at;
  made.lineage = kLineage;
  return made;
}

TEST_CASE("variants make model and version, and keep their lineage") {
  TempStore temp;
  const auto fp32 = add(temp, new_variant("fp32", "aa", 0));
  CHECK(fp32.version == 1);
  CHECK(fp32.lineage == kLineage);
  NewVariant int8 = new_variant("int8", "bb", 1);
  int8.request.parent_variant_id = fp32.variant_id;
  CHECK(add(temp, int8).parent_variant_id == fp32.variant_id);
  CHECK(add(temp, new_variant("fp32", "cc", 0)).version == 2);
  const auto model = temp.read([](db::Connection& db) { return ModelStore(db).model("ssd"); });
  REQUIRE(model.versions.size() == 2);
  CHECK(model.versions[0].variants.size() == 2);
  const auto newest = temp.read([](db::Connection& db) {
    return ModelStore(db).variant({.model = "ssd", .variant = "fp32"});
  });
  CHECK(newest.version == 2);
}

TEST_CASE("the same variant again is the same row, other content a conflict") {
  TempStore temp;
  const auto first = add(temp, new_variant("fp32", "aa", 0));
  CHECK(add(temp, new_variant("fp32", "aa", 1)).variant_id == first.variant_id);
  const auto refused = temp->transact([](db::Connection& db) -> Result<wire::ModelVariant> {
    AIFLOW_TRY(ModelStore(db).add_blob({.sha256 = "dd", .size = 1}, kNow));
    return ModelStore(db).add_variant(new_variant("fp32", "dd", 1), kNow);
  });
  CHECK(refused.error().code == ErrorCode::conflict);
  const auto no_blob = temp->transact([](db::Connection& db) {
    return ModelStore(db).add_variant(new_variant("x", "ee", 1), kNow);
  });
  CHECK(no_blob.error().code == ErrorCode::not_found);
}

TEST_CASE("a report belongs to a version and is announced") {
  TempStore temp;
  add(temp, new_variant("fp32", "aa", 0));
  NewReport report;
  report.request.model = "ssd";
  report.request.version = 1;
  report.request.body = json::object({{"best", "int8"}});
  report.lineage = kLineage;
  const auto made =
      temp.write([&](db::Connection& db) { return ModelStore(db).add_report(report, kNow); });
  CHECK(made.report_id == 1);
  const auto events = temp.read([](db::Connection& db) { return EventLog(db).after(0, 10); });
  REQUIRE(events.size() == 2);
  CHECK(events[0].kind == kind::model);
  CHECK(events[1].kind == kind::report);
  report.request.version = 9;
  const auto refused =
      temp->transact([&](db::Connection& db) { return ModelStore(db).add_report(report, kNow); });
  CHECK(refused.error().code == ErrorCode::not_found);
}

TEST_CASE("a pack is found by digest and, the newest, by name") {
  TempStore temp;
  for (const auto& one : {pack("sha256:1", kNow), pack("sha256:2", kNow + Duration(1)),
                          pack("sha256:1", kNow + Duration(9))}) {
    temp.write([&](db::Connection& db) { return PackStore(db).add(one); });
  }
  const auto by = [&](const std::string& name) {
    return temp.read([&](db::Connection& db) { return PackStore(db).get(name); }).digest;
  };
  CHECK(by("sha256:1") == "sha256:1");
  CHECK(by("onnxruntime") == "sha256:2");
  CHECK(temp.read([](db::Connection& db) { return PackStore(db).list(); }).size() == 2);
}

TEST_CASE("a service names a variant and a pack that exist") {
  TempStore temp;
  ServiceRow service;
  service.name = "detector";
  service.created_at = kNow;
  service.pack_digest = "sha256:1";
  const auto put = [&] {
    return temp->transact([&](db::Connection& db) { return ServiceStore(db).put(service); });
  };
  CHECK(put().error().code == ErrorCode::conflict);
  service.variant_id = add(temp, new_variant("fp32", "aa", 0)).variant_id;
  temp.write([&](db::Connection& db) { return PackStore(db).add(pack("sha256:1", kNow)); });
  CHECK(put().has_value());
  service.state = "ready";
  CHECK(put().has_value());
  CHECK(temp.read([](db::Connection& db) { return ServiceStore(db).get("detector"); }).state ==
        "ready");
  temp.write([](db::Connection& db) { return ServiceStore(db).remove("detector"); });
  CHECK(temp.read([](db::Connection& db) { return ServiceStore(db).list(); }).empty());
}

TEST_CASE("a camera comes back as it was stored") {
  TempStore temp;
  CameraRow camera;
  camera.camera_id = CameraId{"street"};
  camera.classes = {"Person"};
  camera.rules = json::object({{"zones", 1}});
  camera.detect_fps = 5.0;
  camera.created_at = kNow;
  camera.lineage = kLineage;
  temp.write([&](db::Connection& db) { return CameraStore(db).put(camera); });
  const CameraRow again =
      temp.read([](db::Connection& db) { return CameraStore(db).get(CameraId{"street"}); });
  CHECK(again.classes == camera.classes);
  CHECK(again.rules == camera.rules);
  CHECK(again.detect_fps == 5.0);
  CHECK_FALSE(again.score_min.has_value());
  CHECK(again.lineage == kLineage);
}

TEST_CASE("a scene event may come twice; a person's state stays") {
  TempStore temp;
  wire::SceneEvent event;
  event.event_id = "e1";
  event.camera_id = "street";
  event.kind = "intrusion";
  event.state = "open";
  event.started_at = kNow;
  event.track_ids = {4, 7};
  event.points = json::Value(json::Array{});
  event.values = json::object({});
  event.report_id = 3;
  event.lineage = kLineage;
  const auto put = [&] {
    return temp.write([&](db::Connection& db) { return EventStore(db).put(event, kNow); });
  };
  CHECK(put() == event);
  temp.write([](db::Connection& db) { return EventStore(db).set_state("e1", "resolved", kNow); });
  event.state = "closed";
  event.ended_at = kNow + std::chrono::seconds(3);
  event.snapshot_sha256 = "ff";
  const auto last = put();
  CHECK(last.state == "resolved");
  CHECK(last.ended_at == event.ended_at);
  CHECK(last.snapshot_sha256 == "ff");
  SceneEventQuery query;
  query.run = RunKey{DagId{"smart_city"}, RunId{"r1"}};
  CHECK(temp.read([&](db::Connection& db) { return EventStore(db).list(query); }).total == 1);
  query.kind = "congestion";
  CHECK(temp.read([&](db::Connection& db) { return EventStore(db).list(query); }).total == 0);
  CHECK(temp.read([](db::Connection& db) { return EventStore(db).count("street"); }) == 1);
}

TEST_CASE("sessions end with their time, their user, and at once when asked") {
  TempStore temp;
  UserRow user;
  user.username = "ann";
  user.role = Role::operator_;
  user.created_at = kNow;
  const WallTime later = kNow + std::chrono::hours(1);
  temp.write([&](db::Connection& db) -> Status {
    AIFLOW_TRY(UserStore(db).add(user));
    for (const char* id : {"s1", "s2"}) {
      AIFLOW_TRY(UserStore(db).add_session({.id_hash = id,
                                            .username = "ann",
                                            .csrf_token = "t",
                                            .created_at = kNow,
                                            .expires_at = later}));
    }
    return {};
  });
  const auto live = [&](const std::string& id, WallTime at) {
    return temp.read([&](db::Connection& db) { return UserStore(db).session(id, at); }).has_value();
  };
  CHECK(live("s1", kNow));
  CHECK_FALSE(live("s1", later));
  temp.write([](db::Connection& db) { return UserStore(db).end_session("s1"); });
  CHECK_FALSE(live("s1", kNow));
  temp.write([](db::Connection& db) { return UserStore(db).remove("ann"); });
  CHECK_FALSE(live("s2", kNow));
}

TEST_CASE("failed log-ins are counted over a restart") {
  TempStore temp;
  for (int i = 0; i < 3; ++i) {
    temp.write(
        [](db::Connection& db) { return UserStore(db).add_login_failure("user:ann", kNow); });
  }
  temp.reopen();
  const auto failures =
      temp.read([](db::Connection& db) { return UserStore(db).login_failures("user:ann"); });
  CHECK(failures.count == 3);
}

}  // namespace
}  // namespace aiflow::store
