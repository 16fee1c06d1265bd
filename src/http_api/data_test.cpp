// SPDX-License-Identifier: Apache-2.0
// The result cache, and housekeeping: what goes, and above all what stays.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <fstream>

#include "blobs/blob_remote.h"
#include "blobs/folder_remote.h"
#include "blobs/tree.h"
#include "digest/sha256.h"
#include "http_api/detail/fake_server.h"
#include "store/data/retention_store.h"
#include "store/model_store.h"

namespace aiflow::http_api {
namespace {

namespace fs = std::filesystem;

const std::string kKey(64, '1');

struct Data : Bench {
  Data() : attempt(start_task()) {}

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
  net::Headers token_of(const wire::AttemptRef& of) {
    return {{"authorization", "Bearer " + auth->sign_attempt(of)}};
  }
  void offer(const std::string& name, const std::string& kind, const std::string& sha256) {
    const auto made =
        post("/api/v2/artifacts",
             json::object({{"name", name}, {"kind", kind}, {"sha256", sha256}}), token_of(attempt));
    REQUIRE_MESSAGE(made.status == 200, made.body);
  }
  wire::AttemptRef trigger(const std::string& run_id, const std::string& dag_id = "d") {
    const auto run = conductor::wait_for<store::RunRow>([&](auto answer) {
      conductor.trigger({.dag_id = DagId{dag_id}, .run_id = RunId{run_id}}, answer);
    });
    REQUIRE(run);
    const store::TaskKey key{DagId{dag_id}, RunId{run_id}, TaskId{"t"}, -1};
    return await(key, TaskState::queued);
  }
  wire::AttemptRef await(const store::TaskKey& key, TaskState state) {
    for (;;) {
      const auto row =
          store->read([&](db::Connection& db) { return store::RunStore(db).task(key); });
      if (row && row->state == state) return {store::to_wire(key), row->try_number, row->epoch};
      os::sleep_for(1ms);
    }
  }
  void end(const wire::AttemptRef& of, std::optional<std::string> cache_key = {}) {
    executor.start_job({of.key, of.try_number, of.epoch});
    wire::Finished finished;
    finished.attempt = of;
    finished.outcome = Outcome::success;
    finished.ended_at = finished.started_at = kClock.now();
    finished.xcoms = {{.key = "return_value", .value = 42}};
    finished.cache_key = std::move(cache_key);
    executor.finish_job(finished);
    await(store::from_wire(of.key), TaskState::success);
  }
  std::int64_t count(const std::string& what) {
    return store
        ->read([&](db::Connection& db) {
          return db.first("SELECT count(*) FROM " + what, {},
                          [](db::Row& row) { return row.integer(); });
        })
        .value()
        .value();
  }
  void sql(const std::string& text) {
    REQUIRE(store->transact([&](db::Connection& db) { return db.run(text); }));
  }
  /// A blob that the index has.
  std::string noted(std::string_view bytes) { return catalogue.put_blob(bytes).value().sha256; }
  /// All blobs were put long ago.
  void make_blobs_old() {
    sql("UPDATE blobs SET created_at = 1000");
    REQUIRE(blobs.for_each([&](const blobs::Kept& kept) {
      const timespec old[2] = {{.tv_sec = 1, .tv_nsec = 0}, {.tv_sec = 1, .tv_nsec = 0}};
      REQUIRE(::utimensat(AT_FDCWD, blobs.path(kept.sha256)->c_str(), old, 0) == 0);
    }));
  }
  std::int64_t collected(const std::string& kind, bool dry_run = false) {
    const auto report = housekeeper.collect(dry_run);
    REQUIRE_MESSAGE(report, (report ? "" : report.error().message));
    for (const auto& item : report->items) {
      if (item.kind == kind) return item.count;
    }
    return 0;
  }

  wire::AttemptRef attempt;
};

TEST_CASE_FIXTURE(Data, "a later task gets an earlier one's values and artifacts by its key") {
  const auto look_up = [&](const wire::AttemptRef& asker) {
    return post("/api/v2/resultCache/lookup", json::object({{"key", kKey}}), token_of(asker));
  };
  CHECK(look_up(attempt).status == 404);
  offer("model", "file", blobs.put("weights")->sha256);
  end(attempt, kKey);
  const auto second = trigger("r2");
  const auto hit = look_up(second);
  REQUIRE_MESSAGE(hit.status == 200, hit.body);
  CHECK(hit.body.find(R"("dag_run_id":"r1")") != std::string::npos);
  CHECK(hit.body.find(R"([{"key":"return_value","value":42}])") != std::string::npos);
  end(second);
  CHECK(count("artifacts WHERE accepted = 1 AND run_id = 'r2'") == 1);
  const auto cleared =
      local().send({.method = "DELETE", .target = "/api/v2/resultCache?task_id=t"}, soon());
  CHECK(cleared->body == R"({"count":1})");
  CHECK(look_up(trigger("r3")).status == 404);
  CHECK(post("/api/v2/resultCache/lookup", json::object({{"key", "x"}}), token_of(trigger("r4")))
            .status == 400);
}

TEST_CASE_FIXTURE(Data, "a run that takes no kept results tells its tasks so, also after a clear") {
  const auto without = conductor::wait_for<store::RunRow>([&](auto answer) {
    conductor.trigger({.dag_id = DagId{"d"}, .run_id = RunId{"r2"}, .use_cache = false}, answer);
  });
  REQUIRE(without);
  const store::TaskKey key{DagId{"d"}, RunId{"r2"}, TaskId{"t"}, -1};
  const auto queued = await(key, TaskState::queued);
  const auto job_of = [&](const std::string& run_id) {
    for (;;) {
      for (const auto& job : executor.waiting()) {
        if (job.key.run_id == run_id) return job;
      }
      os::sleep_for(1ms);
    }
  };
  CHECK(job_of("r2").use_cache == false);
  CHECK_FALSE(job_of("r1").use_cache.has_value());
  CHECK(count("dag_runs WHERE use_cache = 0") == 1);
  end(queued);
  REQUIRE(conductor::wait_for<std::vector<store::TaskRow>>(
      [&](auto answer) { conductor.clear({.run = key.run()}, answer); }));
  CHECK_FALSE(job_of("r2").use_cache.has_value());
  CHECK(count("dag_runs WHERE use_cache = 0") == 0);
}

TEST_CASE_FIXTURE(Data, "blobs that something names stay, others go when they are old") {
  const auto artifact = blobs.put("an artifact")->sha256;
  const auto in_tree = blobs.put("in a tree")->sha256;
  const blobs::Tree tree{{{.path = "f", .sha256 = in_tree, .size = 9}}};
  offer("file", "file", artifact);
  offer("dir", "dir", blobs.put(blobs::write_tree(tree))->sha256);
  const auto model = noted("a model");
  wire::VariantCreate variant{.model = "m", .variant = "fp32", .blob_sha256 = model};
  variant.decoder = variant.method = json::object({});
  REQUIRE(catalogue.create_variant(variant, {}));
  const auto unused = noted("unused");
  const auto stray = blobs.put("without a row")->sha256;
  CHECK(collected("blobs") == 0);  // all are new
  make_blobs_old();
  CHECK(collected("blobs", true) == 1);
  CHECK(blobs.contains(unused).value());
  const auto fresh = noted("unused, but put just now");
  CHECK(collected("blobs") == 1);
  for (const auto& stays : {artifact, in_tree, model, fresh}) {
    CHECK(blobs.verify(stays).has_value());
  }
  for (const auto& gone : {unused, stray}) CHECK_FALSE(blobs.contains(gone).value());
  end(attempt);
  sql("DELETE FROM artifacts");
  CHECK(collected("blobs") == 3);
  CHECK(blobs.contains(model).value());
  CHECK_FALSE(blobs.contains(in_tree).value());
}

TEST_CASE_FIXTURE(Data, "a crash between rows and files leaves files, which the next time finds") {
  const auto unused = noted("unused");
  make_blobs_old();
  // As far as a collection had come that was killed after its commit.
  sql("DELETE FROM blobs");
  CHECK(blobs.contains(unused).value());
  CHECK(collected("strays", true) == 1);
  CHECK(collected("strays") == 1);
  CHECK_FALSE(blobs.contains(unused).value());
  // Rows and files agree.
  CHECK(count("blobs") == 0);
}

TEST_CASE_FIXTURE(Data, "content that is put again while it is being forgotten stays") {
  const auto sha256 = noted("again");
  make_blobs_old();
  REQUIRE(store->transact([&](db::Connection& db) {
    return store::RetentionStore(db).drop_unused_blobs(kClock.now(), 10,
                                                       [](const std::string&) { return true; });
  }));
  CHECK(noted("again") == sha256);  // between the commit and the removal of the file
  CHECK(collected("strays") == 0);
  CHECK(blobs.contains(sha256).value());
  CHECK(count("blobs") == 1);
}

TEST_CASE_FIXTURE(Data,
                  "what an attempt saved that failed, or was lost, goes; a running one's stays") {
  offer("half", "file", blobs.put("half")->sha256);
  make_blobs_old();
  CHECK(collected("artifacts") == 0);
  CHECK(count("artifacts") == 1);
  sql("UPDATE artifacts SET epoch = epoch + 1000");  // of no attempt that runs
  CHECK(collected("artifacts") == 1);
  CHECK(count("artifacts") == 0);
}

TEST_CASE_FIXTURE(Data, "artifacts go by age and by size, those of unfinished runs do not") {
  offer("old", "file", blobs.put("0123456789")->sha256);
  REQUIRE(housekeeper.set_policy({.artifact_days = 1, .event_log_rows = 1000, .unused_hours = 1}));
  sql("UPDATE artifacts SET created_at = 1000");
  CHECK(collected("artifacts") == 0);  // the run goes on
  end(attempt);
  const auto second = trigger("r2");
  attempt = second;
  offer("new", "file", blobs.put("abcdefghij")->sha256);
  end(second);
  CHECK(collected("artifacts", true) == 1);
  CHECK(count("artifacts") == 2);
  CHECK(collected("artifacts") == 1);
  REQUIRE(housekeeper.set_policy(
      {.artifact_bytes_max = 10, .event_log_rows = 1000, .unused_hours = 1}));
  CHECK(collected("artifacts") == 0);
  attempt = trigger("r3");
  offer("newest", "file", blobs.put("ABCDEFGHIJ")->sha256);
  end(attempt);
  CHECK(collected("artifacts") == 1);
  CHECK(count("artifacts WHERE name = 'newest'") == 1);
}

TEST_CASE_FIXTURE(Data,
                  "old runs go with all that is theirs, the last ones and running ones stay") {
  REQUIRE(housekeeper.set_policy({.run_days = 7, .event_log_rows = 1000, .unused_hours = 1}));
  end(attempt);
  for (int i = 2; i <= 34; ++i) end(trigger("r" + std::to_string(i)));
  const auto running = trigger("r35");
  const auto log = folder.path() / "logs/d/r1/try1";
  fs::create_directories(log);
  std::ofstream(log / "t.log") << "twelve bytes";
  CHECK(collected("runs") == 0);
  sql("UPDATE dag_runs SET end_date = 1000 WHERE end_date IS NOT NULL");
  CHECK(collected("runs", true) == 3);
  CHECK(count("dag_runs") == 35);
  CHECK(collected("runs") == 2);  // one more is held by the scheduler: it is among its last 32
  CHECK(count("dag_runs WHERE run_id IN ('r1', 'r2')") == 0);
  for (const char* table : {"task_instances", "xcoms", "task_tries"}) {
    CHECK(count(std::string(table) + " WHERE run_id IN ('r1', 'r2')") == 0);
    CHECK(count(std::string(table) + " WHERE run_id = 'r34'") == 1);
  }
  CHECK_FALSE(fs::exists(folder.path() / "logs/d/r1"));
  CHECK(count("dag_runs WHERE run_id = 'r35'") == 1);
  CHECK(count("event_log WHERE data LIKE '%\"deleted\":true%'") == 2);
  end(running);  // the scheduler is well
}

TEST_CASE_FIXTURE(Data, "old runs that the scheduler holds do not keep others from going") {
  REQUIRE(housekeeper.set_policy({.run_days = 7, .event_log_rows = 1000, .unused_hours = 1}));
  // It remembers many runs of a DAG that asks about the past: more than one question names.
  wire::DagSpec past = one_task("past");
  past.tasks[0].depends_on_past = true;
  add_dag(past);
  for (int i = 1; i <= 90; ++i) end(trigger("p" + std::to_string(i), "past"));
  end(attempt);
  for (int i = 2; i <= 34; ++i) end(trigger("r" + std::to_string(i)));
  sql("UPDATE dag_runs SET end_date = CASE dag_id WHEN 'past' THEN 1000 ELSE 2000 END");
  const auto report = housekeeper.collect(false);
  REQUIRE(report);
  CHECK_FALSE(report->more);
  CHECK(count("dag_runs WHERE dag_id = 'past'") == 90);
  CHECK(count("dag_runs WHERE dag_id = 'd'") == 32);
}

TEST_CASE_FIXTURE(Data, "XComs, logs and history go by themselves") {
  REQUIRE(housekeeper.set_policy(
      {.log_days = 7, .xcom_days = 7, .event_log_rows = 1000, .unused_hours = 1}));
  const auto running = trigger("r2");
  for (const char* run : {"r1", "r2", "none"}) {
    fs::create_directories(folder.path() / "logs/d" / run / "try1");
    std::ofstream(folder.path() / "logs/d" / run / "try1/t.log") << "text";
  }
  end(attempt);
  sql("UPDATE dag_runs SET end_date = 1000 WHERE end_date IS NOT NULL");
  CHECK(collected("logs") == 1);
  CHECK(fs::exists(folder.path() / "logs/d/r2"));
  CHECK(fs::exists(folder.path() / "logs/d/none"));  // new: its run may be about to come
  CHECK(count("xcoms") == 0);
  CHECK(count("dag_runs") == 2);
  sql("UPDATE event_log SET id = id + 5000 WHERE id = (SELECT max(id) FROM event_log)");
  CHECK(collected("events") > 3);
  CHECK(count("event_log") == 1);
  end(running);
}

/// An object store that does not answer.
class Away final : public blobs::BlobRemote {
 public:
  Status upload(const std::string&, const fs::path&) override { return away(); }
  Status download(const std::string&, const fs::path&) override { return away(); }
  Result<bool> contains(const std::string&) override { return away(); }
  Status remove(const std::string&) override { return away(); }
  Status for_each(const std::function<void(const blobs::Kept&)>&) override { return away(); }

 private:
  static std::unexpected<Error> away() { return fail(ErrorCode::unavailable, "it is away"); }
};

TEST_CASE_FIXTURE(Data, "an object store that is away keeps no rows and logs from going") {
  REQUIRE(housekeeper.set_policy(
      {.log_days = 7, .xcom_days = 7, .event_log_rows = 1000, .unused_hours = 1}));
  const auto log = folder.path() / "logs/d/r1/try1";
  fs::create_directories(log);
  std::ofstream(log / "t.log") << "text";
  const auto unused = noted("unused");
  make_blobs_old();
  end(attempt);
  sql("UPDATE dag_runs SET end_date = 1000 WHERE end_date IS NOT NULL");
  blobs::BlobStore behind(folder.path() / "blobs", std::make_shared<Away>());
  service::Housekeeper keeper({kClock, *store, conductor, behind, folder.path() / "logs"});
  CHECK(keeper.collect(false).error().code == ErrorCode::unavailable);
  CHECK(count("xcoms") == 0);
  CHECK_FALSE(fs::exists(folder.path() / "logs/d/r1"));
  CHECK_FALSE(blobs.contains(unused).value());
}

/// Tells before it removes something.
class Telling final : public blobs::BlobRemote {
 public:
  Telling(const fs::path& folder, std::function<void(const std::string&)> tell)
      : inner_(folder), tell_(std::move(tell)) {}
  Status upload(const std::string& sha256, const fs::path& file) override {
    return inner_.upload(sha256, file);
  }
  Status download(const std::string& sha256, const fs::path& file) override {
    return inner_.download(sha256, file);
  }
  Result<bool> contains(const std::string& sha256) override { return inner_.contains(sha256); }
  Status remove(const std::string& sha256) override {
    tell_(sha256);
    return inner_.remove(sha256);
  }
  Status for_each(const std::function<void(const blobs::Kept&)>& visit) override {
    return inner_.for_each(visit);
  }

 private:
  blobs::FolderRemote inner_;
  std::function<void(const std::string&)> tell_;
};

TEST_CASE_FIXTURE(Data, "a blob that another server names again stays in the object store") {
  std::string named;
  const auto name_other = [&](const std::string& removed) {
    if (!named.empty()) return;
    for (const char* text : {"one", "two"}) {
      const std::string sha256 = digest::sha256_of(text);
      if (sha256 != removed) named = sha256;
    }
    sql("INSERT INTO blobs (sha256, size, created_at) VALUES ('" + named + "', 3, 1)");
  };
  const auto remote = std::make_shared<Telling>(folder.path() / "remote", name_other);
  blobs::BlobStore front(folder.path() / "front", remote);
  REQUIRE(front.put("one"));
  REQUIRE(front.put("two"));
  make_blobs_old();
  for (const char* place : {"remote", "front"}) {
    for (const auto& file : fs::recursive_directory_iterator(folder.path() / place)) {
      const timespec old[2] = {{.tv_sec = 1, .tv_nsec = 0}, {.tv_sec = 1, .tv_nsec = 0}};
      if (file.is_regular_file()) ::utimensat(AT_FDCWD, file.path().c_str(), old, 0);
    }
  }
  service::Housekeeper keeper({kClock, *store, conductor, front, folder.path() / "logs"});
  REQUIRE(keeper.collect(false));
  REQUIRE_FALSE(named.empty());
  CHECK(remote->contains(named).value());
}

TEST_CASE_FIXTURE(Data, "a policy is checked, stored, and for admins") {
  CHECK(housekeeper.policy()->unused_hours == 24);
  for (const wire::RetentionPolicy& bad :
       {wire::RetentionPolicy{.run_days = 0, .event_log_rows = 1000, .unused_hours = 1},
        wire::RetentionPolicy{.log_days = -1, .event_log_rows = 1000, .unused_hours = 1},
        wire::RetentionPolicy{.event_log_rows = 10, .unused_hours = 1},
        wire::RetentionPolicy{.event_log_rows = 1000, .unused_hours = 0}}) {
    CHECK(housekeeper.set_policy(bad).error().code == ErrorCode::invalid_argument);
  }
  REQUIRE(housekeeper.set_policy({.run_days = 3, .event_log_rows = 2000, .unused_hours = 2}));
  CHECK(housekeeper.policy()->run_days == 3);
  CHECK(
      post("/api/v2/garbage", json::object({{"dry_run", true}}), session(Role::operator_)).status ==
      403);
  const auto report =
      post("/api/v2/garbage", json::object({{"dry_run", true}}), session(Role::admin));
  CHECK_MESSAGE(report.status == 200, report.body);
  CHECK(report.body.find(R"("dry_run":true)") != std::string::npos);
}

}  // namespace
}  // namespace aiflow::http_api
