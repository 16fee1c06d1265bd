// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <tuple>

#include "http_api/detail/fake_server.h"
#include "store/camera_store.h"
#include "store/event_log.h"
#include "store/model_store.h"
#include "store/pack_store.h"
#include "store/service_store.h"

namespace aiflow::http_api {
namespace {

TEST_CASE("a removed camera or service leaves an event that says so") {
  Bench bench;
  REQUIRE(bench.store->transact([](db::Connection& db) -> Status {
    store::CameraRow camera;
    camera.camera_id = CameraId{"c"};
    camera.state = "ended";
    camera.rules = camera.counts = camera.stats = json::object({});
    AIFLOW_TRY(store::CameraStore(db).put(camera));
    store::NewVariant variant;
    variant.request.model = "m";
    variant.request.variant = "fp32";
    variant.request.blob_sha256 = "aa";
    variant.request.decoder = variant.request.method = json::object({});
    AIFLOW_TRY(store::ModelStore(db).add_blob({.sha256 = "aa", .size = 1}, kClock.now()));
    AIFLOW_ASSIGN(const auto added, store::ModelStore(db).add_variant(variant, kClock.now()));
    wire::Pack pack;
    pack.digest = "sha256:1";
    pack.manifest = json::object({});
    AIFLOW_TRY(store::PackStore(db).add(pack));
    store::ServiceRow service;
    service.name = "s";
    service.state = "failed";
    service.variant_id = added.variant_id;
    service.pack_digest = "sha256:1";
    return store::ServiceStore(db).put(service);
  }));
  const auto read = [&](std::int64_t after) {
    return bench.store
        ->read([&](db::Connection& db) { return store::EventLog(db).after(after, 10); })
        .value();
  };
  const auto before = static_cast<std::int64_t>(read(0).size());
  auto client = bench.local();
  for (const char* target : {"/api/v2/cameras/c", "/api/v2/services/s"}) {
    CHECK(client.send({.method = "DELETE", .target = target}, soon())->status == 204);
  }
  const auto rows = read(before);
  REQUIRE(rows.size() == 2);
  const auto& [camera, service] = std::tie(rows[0], rows[1]);
  CHECK(camera.kind == "camera");
  CHECK(camera.data.find("camera_id")->as_string() == "c");
  CHECK(camera.data.find("deleted")->as_bool());
  CHECK(service.kind == "service");
  CHECK(service.data.find("name")->as_string() == "s");
  CHECK(service.data.find("deleted")->as_bool());
}

}  // namespace
}  // namespace aiflow::http_api
