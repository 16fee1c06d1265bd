// SPDX-License-Identifier: Apache-2.0
#include "http_api/api.h"

#include <doctest/doctest.h>

#include <fstream>
#include <map>

#include "http_api/detail/fake_server.h"
#include "os/file.h"
#include "os/temp_dir.h"
#include "runtime/folder_pack.h"
#include "store/event_log.h"
#include "wire/routes.h"

namespace aiflow::http_api {
namespace {

std::string path_of(const wire::RouteInfo& info) {
  std::string path(info.path);
  for (auto open = path.find('{'); open != std::string::npos; open = path.find('{')) {
    path.replace(open, path.find('}') - open + 1, "1");
  }
  return path;
}

/// 200 when the request may go on to its handler, else the refusal's status.
int admit(Bench& bench, const wire::RouteInfo& info, const net::Headers& headers) {
  net::Request request;
  request.id = "test";
  request.method = info.method;
  request.path = path_of(info);
  request.headers = headers;
  request.peer.address = "127.0.0.1";
  const auto verdict = bench.api.admit(request);
  const auto* response = std::get_if<net::Response>(&verdict);
  return response == nullptr ? 200 : response->status;
}

TEST_CASE("unsafe requests with a cookie need the token and the right origin") {
  Bench bench;
  const auto headers = bench.session(Role::admin);
  const auto& trigger =
      *std::ranges::find(wire::all_routes(), wire::Route::trigger_dag_run, &wire::RouteInfo::route);
  const auto& list =
      *std::ranges::find(wire::all_routes(), wire::Route::list_dags, &wire::RouteInfo::route);
  const auto& login =
      *std::ranges::find(wire::all_routes(), wire::Route::login, &wire::RouteInfo::route);
  const auto with = [&](net::Headers more) {
    more.insert(more.end(), headers.begin(), headers.end());
    return more;
  };
  CHECK(admit(bench, trigger, headers) == 200);
  CHECK(admit(bench, trigger, {headers[0]}) == 403);
  CHECK(admit(bench, trigger, {headers[0], {"x-csrf-token", "wrong"}}) == 403);
  CHECK(admit(bench, list, {headers[0]}) == 200);
  const net::Headers::value_type host{"host", "127.0.0.1:8080"};
  CHECK(admit(bench, trigger, with({host, {"origin", "http://127.0.0.1:8080"}})) == 200);
  CHECK(admit(bench, trigger, with({host, {"origin", "http://evil.example"}})) == 403);
  CHECK(admit(bench, trigger, with({host, {"origin", "null"}})) == 403);
  CHECK(admit(bench, login, {host, {"origin", "http://evil.example"}}) == 403);
  CHECK(admit(bench, trigger, with({{"content-type", "text/plain"}})) == 415);
  CHECK(admit(bench, trigger, with({{"content-type", "application/json"}})) == 200);
}

TEST_CASE("a one-time password opens nothing but its own change") {
  Bench bench;
  const auto made = bench.auth->create_user({.username = "admin", .role = Role::admin}).value();
  const auto in =
      bench.auth->login({"admin", Secret(std::string_view(made.one_time_password.value())), "x"});
  REQUIRE(in);
  const net::Headers headers = {{"cookie", "aiflow_session=" + std::string(in->cookie.reveal())},
                                {"x-csrf-token", in->session.csrf_token}};
  for (const auto& info : wire::all_routes()) {
    const bool may = info.permission == "public" || info.permission == "any";
    CHECK(admit(bench, info, headers) == (may ? 200 : 403));
  }
}

TEST_CASE("log-in gives a cookie that works, a wrong password 401, a flood 429") {
  Bench bench;
  REQUIRE(
      bench.auth->create_user({.username = "ann", .role = Role::user, .password = "long enough"}));
  auto client = bench.tcp();
  const auto post = [&](const std::string& password) {
    return client
        .send({.method = "POST",
               .target = "/auth/login",
               .headers = {{"Content-Type", "application/json"}},
               .body = json::write(json::object({{"username", "ann"}, {"password", password}}))},
              soon())
        .value();
  };
  const auto in = post("long enough");
  REQUIRE(in.status == 200);
  const auto* cookie = net::find_header(in.headers, "set-cookie");
  REQUIRE(cookie != nullptr);
  CHECK(cookie->find("HttpOnly") != std::string::npos);
  CHECK(cookie->find("SameSite=Strict") != std::string::npos);
  const auto me = client.send(
      {.target = "/auth/me", .headers = {{"Cookie", cookie->substr(0, cookie->find(';'))}}},
      soon());
  CHECK(me->status == 200);
  CHECK(me->body.find("\"ann\"") != std::string::npos);
  for (int i = 0; i < 5; ++i) CHECK(post("wrong").status == 401);
  CHECK(post("long enough").status == 429);
}

TEST_CASE("a flood of wrong old passwords is 429, no fault of the server") {
  Bench bench;
  auto client = bench.tcp();
  auto headers = bench.session(Role::user);
  headers.emplace_back("content-type", "application/json");
  const auto change = [&] {
    return client
        .send({.method = "POST",
               .target = "/auth/password",
               .headers = headers,
               .body = R"({"old_password": "wrong", "new_password": "long enough 2"})"},
              soon())
        ->status;
  };
  for (int i = 0; i < 5; ++i) CHECK(change() == 403);
  CHECK(change() == 429);
}

TEST_CASE("a wrong member is 400 with its path, and errors carry the request's id") {
  Bench bench;
  auto client = bench.local();
  const auto answer = client.send({.method = "POST",
                                   .target = "/api/v2/variants",
                                   .headers = {},
                                   .body = R"({"model":"m","version":"x"})"},
                                  soon());
  CHECK(answer->status == 400);
  CHECK(answer->body.find("'version' must be an integer") != std::string::npos);
  const auto* id = net::find_header(answer->headers, "x-request-id");
  REQUIRE(id != nullptr);
  CHECK(answer->body.find(*id) != std::string::npos);
  CHECK(client.send({.method = "POST", .target = "/api/v2/users", .body = "{"}, soon())->status ==
        400);
  CHECK(client.send({.target = "/api/v2/events?limit=0"}, soon())->status == 400);
  CHECK(client.send({.target = "/v2/models/none"}, soon())->body.starts_with(R"({"error":")"));
}

TEST_CASE("answers carry the security headers") {
  Bench bench;
  auto client = bench.tcp();
  for (const char* target : {"/", "/api/v2/monitor/health", "/api/v2/dags", "/nothing"}) {
    const auto answer = client.send({.target = target}, soon());
    const auto* policy = net::find_header(answer->headers, "content-security-policy");
    REQUIRE(policy != nullptr);
    CHECK(policy->find("frame-ancestors 'none'") != std::string::npos);
    CHECK(policy->find("script-src") == std::string::npos);  // default-src 'self', nothing inline
    CHECK(*net::find_header(answer->headers, "x-content-type-options") == "nosniff");
  }
}

TEST_CASE("the Unix socket's own user is an admin; a blob comes back as it went in") {
  Bench bench;
  auto client = bench.local();
  const std::string bytes(100'000, 'b');
  const auto put =
      client.send({.method = "POST", .target = "/api/v2/blobs", .body = bytes}, soon());
  REQUIRE(put->status == 200);
  const auto sha = json::get_string(json::parse(put->body).value(), "sha256").value();
  const auto got = client.send({.target = "/api/v2/blobs/" + sha}, soon());
  CHECK(got->body == bytes);
  CHECK(*net::find_header(got->headers, "content-type") == "application/octet-stream");
  CHECK(client.send({.target = "/api/v2/users"}, soon())->status == 200);
  CHECK(bench.tcp().send({.target = "/api/v2/users"}, soon())->status == 401);
}

TEST_CASE("a task reads the files of a pack in pieces, and nothing beside them") {
  Bench bench;
  const auto work = os::TempDir::create("api-pack", bench.folder.path()).value();
  std::filesystem::create_directories(work.path() / "site");
  std::ofstream(work.path() / "site/data") << std::string(5U << 20, 'd');
  const auto built = runtime::build_folder_pack(
      {.name = "words", .version = "1", .folder = work.path() / "site", .work = work.path()});
  const auto blob = bench.catalogue.put_blob(built.value().archive).value();
  const auto digest = runtime::digest_of(built->manifest).value;
  REQUIRE(bench.catalogue.create_pack(
      wire::PackCreate{.digest = digest, .blob_sha256 = blob.sha256}, wire::Lineage{}));
  auto client = bench.local();
  const auto token = bench.task_token();
  const auto get = [&](const std::string& target) {
    return client.send({.target = "/api/v2/packs/" + target, .headers = token}, soon()).value();
  };
  CHECK(get("words/file?path=pack.json").body == runtime::canonical_text(built->manifest));
  const auto first = get("sha256%3A" + digest.substr(7) + "/file?path=data&offset=0").body;
  CHECK(first.size() == 4U << 20);
  CHECK(get(digest + "/file?path=data&offset=" + std::to_string(first.size())).body ==
        std::string(1U << 20, 'd'));
  CHECK(get(digest + "/file?path=data&offset=5242880").body.empty());
  for (const char* path : {"..%2F..%2Fa.db", "%2Fetc%2Fpasswd", "nosuch", "."}) {
    const int status = get(digest + "/file?path=" + path).status;
    CHECK_MESSAGE(status == 404, path);
  }
  CHECK(get("nosuch/file?path=data").status == 404);
  CHECK(get("sha256:..%2F/file?path=data").status >= 400);
  CHECK(get("words/file").status == 400);
  CHECK(get("words/file?path=data&offset=-1").status == 400);
  CHECK(bench.tcp().send({.target = "/api/v2/packs/words/file?path=data"}, soon())->status == 401);
}

TEST_CASE("a repeated request with the same key is done once") {
  Bench bench;
  (void)bench.start_task();
  auto client = bench.local();
  const auto trigger = [&](const char* key, const char* body = "{}") {
    return client
        .send({.method = "POST",
               .target = "/api/v2/dags/d/dagRuns",
               .headers = {{"Idempotency-Key", key}},
               .body = body},
              soon())
        .value();
  };
  const auto first = trigger("k1");
  REQUIRE(first.status == 200);
  CHECK(trigger("k1").body == first.body);
  CHECK(trigger("k2").body != first.body);
  const auto other = trigger("k1", R"({"note":"another"})");
  CHECK(other.status == 400);
  CHECK(other.body.find("another request") != std::string::npos);
  const auto runs = client.send({.target = "/api/v2/dags/~/dagRuns"}, soon());
  CHECK(runs->body.find("\"total_entries\":3") != std::string::npos);
}

TEST_CASE("the workflow routes show a DAG, its graph, grid, source, run and task") {
  Bench bench;
  (void)bench.start_task();
  auto client = bench.local();
  const auto get = [&](const std::string& target) {
    const auto answer = client.send({.target = target}, soon()).value();
    CHECK_MESSAGE(answer.status == 200, (target + ": " + answer.body));
    return json::parse(answer.body).value();
  };
  CHECK(get("/api/v2/dags").find("total_entries")->as_int() == 1);
  CHECK(get("/api/v2/dags/d/graph").find("nodes")->as_array().size() == 1);
  CHECK(get("/api/v2/dagSources/d").find("content")->as_string() == "text of the file");
  const auto grid = wire::parse_grid(get("/api/v2/dags/d/grid")).value();
  CHECK(grid.runs.size() == 1);
  CHECK(grid.states == std::vector<std::string>{"c"});  // queued
  const std::string run = "/api/v2/dags/d/dagRuns/r1";
  CHECK(get(run).find("state")->as_string() == "running");
  CHECK(get(run + "/taskInstances?state=queued").find("total_entries")->as_int() == 1);
  CHECK(get(run + "/taskInstances?state=failed").find("total_entries")->as_int() == 0);
  CHECK_FALSE(get(run + "/taskInstances/t").find("cause")->as_string().empty());
  CHECK(get(run + "/taskInstances/t/tries").find("total_entries")->as_int() == 1);
  const auto one = wire::parse_try_details(get(run + "/taskInstances/t/tries/1")).value();
  CHECK(one.state == TaskState::queued);
  CHECK(one.samples.empty());
  CHECK_FALSE(one.rendered_fields.has_value());
  const auto details = client.send({.target = run + "/taskInstances/t/tries/1"}, soon());
  CHECK(*net::find_header(details->headers, "cache-control") == "no-store");  // rendered fields
  CHECK(client.send({.target = run + "/taskInstances/t/tries/2"}, soon())->status == 404);
  CHECK(client.send({.target = run + "/taskInstances/t/tries/x"}, soon())->status == 400);
  CHECK(get(run + "/taskInstances/t/xcomEntries").find("total_entries")->as_int() == 0);
  CHECK(client.send({.target = run + "/taskInstances?state=odd"}, soon())->status == 400);
  CHECK(client.send({.target = run + "/taskInstances/none"}, soon())->status == 404);
  const auto paused = client.send(
      {.method = "PATCH", .target = "/api/v2/dags/d", .body = R"({"is_paused":true})"}, soon());
  CHECK(paused->body.find("\"is_paused\":true") != std::string::npos);
}

TEST_CASE("the event stream resumes after the last id without a gap") {
  Bench bench;
  (void)bench.start_task();
  const auto last =
      bench.store->read([](db::Connection& db) { return store::EventLog(db).last_id(); });
  REQUIRE(*last >= 3);
  std::vector<std::int64_t> ids;
  auto client = bench.local();
  const auto head = client.stream_events(
      {.request = {.target = "/api/v2/stream", .headers = {{"Last-Event-ID", "1"}}},
       .on_event =
           [&](const net::SseMessage& message) {
             ids.push_back(std::stoll(message.id));
             return ids.back() < *last;
           }},
      soon());
  REQUIRE(head);
  CHECK(head->status == 200);
  REQUIRE(ids.size() == static_cast<std::size_t>(*last - 1));
  for (std::size_t i = 0; i < ids.size(); ++i) CHECK(ids[i] == static_cast<std::int64_t>(i) + 2);
}

TEST_CASE("a log streams while it grows") {
  Bench bench;
  const auto attempt = bench.start_task();
  const auto folder = bench.folder.path() / "logs/d/r1/try1";
  REQUIRE(os::make_dirs(folder));
  std::ofstream out(folder / "t.log");
  out << "first\n" << std::flush;
  std::string text;
  auto client = bench.local();
  const auto head = client.stream_events(
      {.request = {.target = "/api/v2/dags/d/dagRuns/r1/taskInstances/t/logs/1/stream"},
       .on_event =
           [&](const net::SseMessage& message) {
             const auto chunk = wire::parse_log_chunk(json::parse(message.data).value()).value();
             text += chunk.content;
             if (text == "first\n") out << "second\n" << std::flush;
             return text != "first\nsecond\n";
           }},
      soon());
  REQUIRE(head);
  CHECK(text == "first\nsecond\n");
  const auto chunk = bench.local().send(
      {.target = "/api/v2/dags/d/dagRuns/r1/taskInstances/t/logs/1?offset=6"}, soon());
  CHECK(chunk->body.find("\"content\":\"second\\n\"") != std::string::npos);
  CHECK(bench.local()
            .send({.target = "/api/v2/dags/d/dagRuns/r1/taskInstances/t/logs/9"}, soon())
            ->status == 404);
}

TEST_CASE("what names nothing is one clear error") {
  Bench bench;
  auto client = bench.local();
  const auto post = [&](const char* target, const char* body) {
    return client.send({.method = "POST", .target = target, .body = body}, soon()).value();
  };
  const auto deploy =
      post("/api/v2/services", R"({"name":"s","model":"m","version":1,"variant":"v","pack":"p"})");
  CHECK(deploy.status == 404);
  CHECK(deploy.body.find("'m'") != std::string::npos);
  const auto camera =
      post("/api/v2/cameras", R"({"camera_id":"c","source":"/none.mp4","service":"s","rules":[]})");
  CHECK(camera.status == 404);
  CHECK(camera.body.find("/none.mp4") != std::string::npos);
  CHECK(post("/api/v2/cameras", R"({"camera_id":"c","source":"exec:rm","service":"s","rules":[]})")
            .status == 400);
  CHECK(
      post("/api/v2/cameras", R"({"camera_id":"c","source":"concat://x","service":"s","rules":[]})")
          .status == 400);
  CHECK(post("/api/v2/dags/none/dagRuns", "{}").status == 404);
}

TEST_CASE("what is misspelt is refused by its name, and nothing is done") {
  Bench bench;
  bench.add_dag(Bench::one_task("d"));
  auto client = bench.local();
  const auto refused = [&](net::ClientRequest request, const char* name) {
    const auto answer = client.send(std::move(request), soon()).value();
    CHECK_MESSAGE(answer.status == 400, answer.body);
    CHECK_MESSAGE(answer.body.find(name) != std::string::npos, answer.body);
  };
  const std::string runs = "/api/v2/dags/d/dagRuns";
  refused({.method = "POST", .target = runs, .body = R"({"cnof":{}})"}, "'cnof': known are dag_");
  refused({.method = "PATCH", .target = "/api/v2/dags/d", .body = R"({"is_pausd":1})"}, "is_pausd");
  refused({.target = runs + "?sate=failed"}, "'sate': known are cursor");
  refused({.target = "/api/v2/dags?order_by=x"}, "order_by");
  refused({.target = "/api/v2/dags/d?nonsense=1"}, "none is taken here");
  const auto listed = client.send({.target = runs}, soon()).value();
  CHECK(json::parse(listed.body)->find("total_entries")->as_int() == 0);
  CHECK(client.send({.target = "/api/v2/dags?limit="}, soon())->status == 200);
}

TEST_CASE("a camera's password is not shown") {
  CHECK(service::without_password("rtsp://u:secret@host/x") == "rtsp://u:***@host/x");
  CHECK(service::without_password("rtsp://host:554/x") == "rtsp://host:554/x");
  CHECK(service::without_password("/video/a:b@c.mp4") == "/video/a:b@c.mp4");
}

}  // namespace
}  // namespace aiflow::http_api
