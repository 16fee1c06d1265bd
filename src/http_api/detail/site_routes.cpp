// SPDX-License-Identifier: Apache-2.0
// Services, cameras, scene events.
#include <atomic>

#include "http_api/detail/call.h"
#include "http_api/detail/front/cursor.h"

namespace aiflow::http_api::detail {
namespace {

Result<net::Response> list_services(Call& call) {
  AIFLOW_ASSIGN(auto services, call.parts.services.list());
  AIFLOW_TRY(keep_visible(call, services));
  return page_of(call, services);
}

Result<net::Response> get_service(Call& call) {
  AIFLOW_ASSIGN(const auto service, call.parts.services.get(call.param("name")));
  return one(service);
}

Result<net::Response> deploy_service(Call& call) {
  return with_body(call, wire::parse_service_deploy,
                   [&](const wire::ServiceDeploy& request) -> Result<net::Response> {
                     call.about("service", request.name);
                     AIFLOW_ASSIGN(const auto made,
                                   call.parts.services.deploy(request, call.who.lineage()));
                     return one(made);
                   });
}

/// A task may remove what its own instance has deployed.
Result<net::Response> delete_service(Call& call) {
  if (call.who.kind == service::Principal::Kind::task) {
    AIFLOW_ASSIGN(const auto found, call.parts.services.get(call.param("name")));
    const auto own = call.who.lineage();
    const bool is_own = found.lineage.dag_id == own.dag_id &&
                        found.lineage.dag_run_id == own.dag_run_id &&
                        found.lineage.task_id == own.task_id;
    if (!is_own) return fail(ErrorCode::denied, "another one has deployed this service");
  }
  AIFLOW_TRY(call.parts.services.remove(call.param("name")));
  return nothing();
}

Result<net::Response> list_cameras(Call& call) {
  AIFLOW_ASSIGN(auto cameras, call.parts.cameras.list());
  AIFLOW_TRY(keep_visible(call, cameras));
  return page_of(call, cameras);
}

Result<net::Response> get_camera(Call& call) {
  AIFLOW_ASSIGN(const auto camera, call.parts.cameras.get(call.param("camera_id")));
  return one(camera);
}

Result<net::Response> create_camera(Call& call) {
  return with_body(call, wire::parse_camera_create,
                   [&](const wire::CameraCreate& request) -> Result<net::Response> {
                     call.about("camera", request.camera_id);
                     AIFLOW_ASSIGN(const auto made,
                                   call.parts.cameras.create(request, call.who.lineage()));
                     return one(made);
                   });
}

Result<net::Response> stop_camera(Call& call) {
  AIFLOW_ASSIGN(const auto camera, call.parts.cameras.stop(call.param("camera_id")));
  return one(camera);
}

Result<net::Response> delete_camera(Call& call) {
  AIFLOW_TRY(call.parts.cameras.remove(call.param("camera_id")));
  return nothing();
}

net::Response jpeg(std::string bytes) {
  net::Response response;
  response.content_type = "image/jpeg";
  response.headers.emplace_back("Cache-Control", "no-store");
  response.body = std::move(bytes);
  return response;
}

/// Each report as a text message; its picture, when it has one, as a binary message after it.
Status live_camera(Call& call, net::Responder& responder) {
  const auto id = call.param("camera_id");
  AIFLOW_TRY(call.parts.cameras.get(id));
  if (!call.request.wants_websocket) {
    return fail(ErrorCode::invalid_argument, "this address is a web socket");
  }
  auto* cameras = &call.parts.cameras;
  const auto viewer = std::make_shared<std::atomic<std::int64_t>>(0);
  const auto leave = [cameras, id, viewer] {
    if (const auto number = viewer->exchange(0)) cameras->remove_viewer(id, number);
  };
  const auto socket = std::move(responder).open_websocket({.queue_max = 8, .on_close = leave});
  socket.on_close(call.on_stream_end([socket] { socket.cut(); }));
  const auto is_over = call.session_over();
  const auto added = cameras->add_viewer(
      id, [socket, is_over](const std::string& report, std::string_view picture) {
        if (is_over()) socket.cut();
        socket.send_text(report);
        if (!picture.empty()) socket.send_binary(std::string(picture));
      });
  if (!added) {
    socket.close();
    return {};
  }
  *viewer = *added;
  if (!socket.is_open()) leave();  // it was closed before the number was known
  return {};
}

Result<net::Response> camera_picture(Call& call) {
  AIFLOW_ASSIGN(auto bytes, call.parts.cameras.picture(call.param("camera_id")));
  return jpeg(std::move(bytes));
}

Result<net::Response> list_scene_events(Call& call) {
  AIFLOW_ASSIGN(const auto asked, wire::parse_scene_event_filter(call.query));
  store::SceneEventQuery query;
  query.camera_id = asked.camera_id;
  query.kind = asked.kind;
  query.state = asked.state;
  if (asked.dag_id && asked.dag_run_id) {
    query.run = store::RunKey{DagId{*asked.dag_id}, RunId{*asked.dag_run_id}};
  }
  query.since = asked.since;
  query.sight = call.sight;
  query.page = page_in(asked);
  ++query.page.limit;
  AIFLOW_ASSIGN(const auto after, parse_cursor(asked.cursor, 1, true));
  if (after) query.after = {WallTime{Duration{after->numbers[0]}}, after->text};
  AIFLOW_ASSIGN(auto events, call.parts.cameras.events(query));
  const auto next = cut_page(events.items, asked.limit, [](const wire::SceneEvent& one) {
    return Cursor{{one.started_at.time_since_epoch().count()}, one.event_id};
  });
  return list_to(next, events.items, events.total);
}

Result<net::Response> get_scene_event(Call& call) {
  AIFLOW_ASSIGN(const auto event, call.parts.cameras.event(call.param("event_id")));
  return one(event);
}

Result<net::Response> patch_scene_event(Call& call) {
  return with_body(call, wire::parse_scene_event_patch,
                   [&](const wire::SceneEventPatch& patch) -> Result<net::Response> {
                     AIFLOW_ASSIGN(const auto event, call.parts.cameras.set_event_state(
                                                         call.param("event_id"), patch.state));
                     return one(event);
                   });
}

Result<net::Response> scene_event_snapshot(Call& call) {
  AIFLOW_ASSIGN(const auto event, call.parts.cameras.event(call.param("event_id")));
  if (!event.snapshot_sha256) return fail(ErrorCode::not_found, "this event has no snapshot");
  net::Response response;
  response.content_type = "image/jpeg";
  AIFLOW_ASSIGN(response.body_file, call.parts.catalogue.blob_file(*event.snapshot_sha256));
  response.headers.emplace_back("Cache-Control", "private, max-age=86400");
  return response;
}

}  // namespace

void add_site_routes(Table& table) {
  using wire::Route;
  at(table, Route::list_services) = list_services;
  at(table, Route::get_service) = get_service;
  at(table, Route::deploy_service) = deploy_service;
  at(table, Route::delete_service) = delete_service;
  at(table, Route::list_cameras) = list_cameras;
  at(table, Route::get_camera) = get_camera;
  at(table, Route::create_camera) = create_camera;
  at(table, Route::stop_camera) = stop_camera;
  at(table, Route::delete_camera) = delete_camera;
  at(table, Route::live_camera) = live_camera;
  at(table, Route::camera_picture) = camera_picture;
  at(table, Route::list_scene_events) = list_scene_events;
  at(table, Route::get_scene_event) = get_scene_event;
  at(table, Route::patch_scene_event) = patch_scene_event;
  at(table, Route::scene_event_snapshot) = scene_event_snapshot;
}

}  // namespace aiflow::http_api::detail
