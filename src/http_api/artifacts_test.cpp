// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "blobs/tree.h"
#include "http_api/detail/fake_server.h"

namespace aiflow::http_api {
namespace {

struct Saving : Bench {
  Saving()
      : attempt(start_task()), token{{"authorization", "Bearer " + auth->sign_attempt(attempt)}} {}

  net::ClientResponse post(const std::string& target, const json::Value& body,
                           const net::Headers& headers) {
    auto client = tcp();
    net::Headers all = headers;
    all.emplace_back("content-type", "application/json");
    all.emplace_back("host", host());
    return client
        .send({.method = "POST", .target = target, .headers = all, .body = json::write(body)},
              soon())
        .value();
  }
  net::ClientResponse offer(const std::string& name, const std::string& kind,
                            const std::string& sha256) {
    return post("/api/v2/artifacts",
                json::object({{"name", name}, {"kind", kind}, {"sha256", sha256}}), token);
  }
  std::int64_t count() {
    const auto listed = local().send({.target = "/api/v2/artifacts"}, soon()).value();
    return json::get_int(json::parse(listed.body).value(), "total_entries").value();
  }
  void end_task(Outcome outcome) {
    executor.start_job({attempt.key, attempt.try_number, attempt.epoch});
    wire::Finished finished;
    finished.attempt = attempt;
    finished.outcome = outcome;
    finished.ended_at = finished.started_at = kClock.now();
    executor.finish_job(finished);
    const auto key = store::from_wire(attempt.key);
    for (;;) {
      const auto row =
          store->read([&](db::Connection& db) { return store::RunStore(db).task(key); });
      if (row->state == TaskState::success || row->state == TaskState::failed) return;
      os::sleep_for(1ms);
    }
  }

  wire::AttemptRef attempt;
  net::Headers token;
};

TEST_CASE_FIXTURE(Saving, "an artifact is seen once its task has ended with success") {
  const auto sha256 = blobs.put("weights")->sha256;
  const auto made = offer("model", "file", sha256);
  REQUIRE_MESSAGE(made.status == 200, made.body);
  CHECK(count() == 0);
  end_task(Outcome::success);
  CHECK(count() == 1);
  const auto artifact = wire::parse_artifact(json::parse(made.body).value()).value();
  CHECK(artifact.size == 7);
  CHECK(artifact.task_id == "t");
  // The token was the attempt's, which is over.
  CHECK(offer("late", "file", sha256).status == 401);
}

TEST_CASE_FIXTURE(Saving, "what a failed task saved is not seen") {
  REQUIRE(offer("model", "file", blobs.put("weights")->sha256).status == 200);
  end_task(Outcome::failed);
  CHECK(count() == 0);
  CHECK(store
            ->read([](db::Connection& db) {
              return db.first("SELECT count(*) FROM artifacts", {},
                              [](db::Row& row) { return row.integer(); });
            })
            .value() == 0);
}

TEST_CASE_FIXTURE(Saving, "a directory's files are known, and all must be there") {
  const auto a = blobs.put("A").value();
  blobs::Tree tree{{{.path = "a", .sha256 = a.sha256, .size = 1},
                    {.path = "b", .sha256 = std::string(64, 'b'), .size = 1}}};
  auto text = blobs.put(blobs::write_tree(tree)).value();
  const auto missing = offer("out", "dir", text.sha256);
  CHECK(missing.status == 404);
  CHECK(missing.body.find(std::string(64, 'b')) != std::string::npos);
  const auto asked =
      post("/api/v2/blobs/missing",
           json::object(
               {{"sha256", json::Array{json::Value(a.sha256), json::Value(std::string(64, 'b'))}}}),
           token);
  CHECK(asked.body == R"({"sha256":[")" + std::string(64, 'b') + R"("]})");
  tree.entries.pop_back();
  text = blobs.put(blobs::write_tree(tree)).value();
  const auto made = offer("out", "dir", text.sha256);
  REQUIRE_MESSAGE(made.status == 200, made.body);
  const auto artifact = wire::parse_artifact(json::parse(made.body).value()).value();
  CHECK(artifact.size == 1);
  CHECK(artifact.files == 1);
  CHECK(offer("out", "dir", a.sha256).status == 400);
}

TEST_CASE_FIXTURE(Saving, "artifacts are offered by tasks only, under plain names") {
  const auto sha256 = blobs.put("weights")->sha256;
  const auto body = json::object({{"name", "m"}, {"kind", "file"}, {"sha256", sha256}});
  CHECK(post("/api/v2/artifacts", body, session(Role::admin)).status == 403);
  for (const char* name : {"", "../x", "a/b", "a b"}) {
    CHECK(offer(name, "file", sha256).status == 400);
  }
  CHECK(offer("m", "folder", sha256).status == 400);
  CHECK(offer("m", "file", "../../etc/passwd").status == 400);
  CHECK(offer("m", "file", std::string(64, 'c')).status == 404);
}

TEST_CASE_FIXTURE(Saving, "a use is remembered, and what is removed is gone") {
  const auto made = offer("model", "file", blobs.put("weights")->sha256);
  const auto id = wire::parse_artifact(json::parse(made.body).value())->artifact_id;
  const auto path = "/api/v2/artifacts/" + std::to_string(id);
  CHECK(post(path + "/uses", {}, token).status == 404);  // not accepted yet
  end_task(Outcome::success);
  const store::Maker user{.key = {DagId{"d"}, RunId{"r2"}, TaskId{"check"}, -1}};
  REQUIRE(store->transact([&](db::Connection& db) {
    return store::ArtifactStore(db).add_use(id, user, kClock.now());
  }));
  const auto got = local().send({.target = path}, soon()).value();
  CHECK(wire::parse_artifact(json::parse(got.body).value())->uses.front().task_id == "check");
  CHECK(local().send({.method = "DELETE", .target = path}, soon())->status == 204);
  CHECK(local().send({.target = path}, soon())->status == 404);
  CHECK(count() == 0);
}

}  // namespace
}  // namespace aiflow::http_api
