// SPDX-License-Identifier: Apache-2.0
#include "uplink/depot.h"

#include <doctest/doctest.h>

#include <fstream>

#include "os/file.h"
#include "os/temp_dir.h"
#include "uplink/bundle.h"
#include "uplink/detail/message.h"

namespace aiflow::uplink {
namespace {

namespace fs = std::filesystem;

struct Bench {
  os::TempDir dir = os::TempDir::create("depot-test").value();
  fs::path dags = dir.path() / "dags";
  fs::path log = dir.path() / "logs/d/r/try1/t.log";
  Depot depot{
      {.store = dir.path() / "bundles",
       .dag_folders = {dir.path() / "other", dags.string() + "/"},
       .log_of = [this](const std::string& worker, const wire::AttemptRef&) -> Result<fs::path> {
         ++asked;
         if (is_early) return fail(ErrorCode::unavailable, "not begun yet");
         if (worker != "w") return fail(ErrorCode::denied, "not its attempt");
         return log;
       }}};
  int asked = 0;
  bool is_early = false;

  Bench() {
    fs::create_directories(dags);
    std::ofstream(dags / "a.py") << "print(1)";
  }
  wire::Job job() const {
    wire::Job job;
    job.key = {.dag_id = "d", .run_id = "r", .task_id = "t", .map_index = -1};
    job.try_number = 1;
    job.epoch = 7;
    job.operator_ = "python";
    job.payload = json::object({});
    job.dag_file = (dags / "a.py").string();
    job.log_path = log.string();
    return job;
  }
  wire::Start start(const wire::Job& job, const std::string& worker = "w") {
    auto frame = detail::typed("Start", wire::Start{.job = job, .delivery = {}, .trouble = {}});
    depot.outgoing(worker, frame);
    return wire::parse_start(frame).value();
  }
  wire::LogTaken take(std::int64_t offset, const std::string& text,
                      const std::string& worker = "w") {
    const wire::LogPiece piece{
        .attempt = {job().key, 1, 7}, .offset = offset, .data = detail::to_base64(text)};
    return wire::parse_log_taken(*depot.incoming(worker, detail::typed("LogPiece", piece)).value())
        .value();
  }
  wire::BundlePiece get(const std::string& bundle, std::int64_t offset = 0) {
    return wire::parse_bundle_piece(
               *depot.incoming("w", detail::typed("BundleGet", wire::BundleGet{bundle, offset}))
                    .value())
        .value();
  }
  std::string log_text() const { return os::read_file(log, 1 << 20).value_or(""); }
};

TEST_CASE("a job on its way elsewhere gets its bundle, which can be fetched") {
  Bench bench;
  const auto start = bench.start(bench.job());
  REQUIRE(start.delivery);
  CHECK_FALSE(start.trouble);
  CHECK(start.delivery->dag_file == "a.py");
  CHECK(start.delivery->log_offset == 0);
  const auto piece = bench.get(*start.delivery->bundle);
  CHECK_FALSE(piece.error);
  const auto bytes = detail::from_base64(piece.data).value();
  CHECK(static_cast<std::int64_t>(bytes.size()) == piece.size);
  std::ofstream(bench.dir.path() / "b", std::ios::binary) << bytes;
  REQUIRE(unpack_bundle(bench.dir.path() / "b", *start.delivery->bundle, bench.dir.path() / "out"));
  CHECK(os::read_file(bench.dir.path() / "out/a.py", 100).value() == "print(1)");
}

TEST_CASE("a change of the files changes the bundle of the next job") {
  Bench bench;
  const auto first = bench.start(bench.job()).delivery->bundle;
  CHECK(bench.start(bench.job()).delivery->bundle == first);
  std::ofstream(bench.dags / "a.py") << "print(2)";
  CHECK(bench.start(bench.job()).delivery->bundle != first);
}

TEST_CASE("a Bash command without templates needs no files; a DAG file of no folder is trouble") {
  Bench bench;
  wire::Job job = bench.job();
  job.operator_ = "bash";
  CHECK_FALSE(bench.start(job).delivery->bundle);
  job.payload = json::object({{"templated", true}});
  CHECK(bench.start(job).delivery->bundle);
  job.dag_file = "/elsewhere/a.py";
  CHECK(bench.start(job).trouble.value().find("none of the server's DAG folders") !=
        std::string::npos);
}

TEST_CASE("a log is taken piece by piece; a piece that comes again changes nothing") {
  Bench bench;
  static_cast<void>(bench.start(bench.job()));
  CHECK(bench.take(0, "one\n").offset == 4);
  CHECK(bench.take(4, "two\n").offset == 8);
  CHECK(bench.take(4, "two\n").offset == 8);
  CHECK(bench.take(0, "one\n").offset == 4);  // the worker goes on from there
  CHECK(bench.log_text() == "one\ntwo\n");
  CHECK(bench.take(100, "hole").offset == 8);  // it is told where to go on
  CHECK(bench.log_text() == "one\ntwo\n");
  CHECK(bench.asked == 0);
}

TEST_CASE("the next attempt of a try goes on behind the last one's log") {
  Bench bench;
  static_cast<void>(bench.start(bench.job()));
  static_cast<void>(bench.take(0, "one\n"));
  wire::Job next = bench.job();
  next.epoch = 8;
  CHECK(bench.start(next).delivery->log_offset == 4);
}

TEST_CASE("an attempt that another one has followed in its try writes no more of their log") {
  Bench bench;
  static_cast<void>(bench.start(bench.job(), "lost"));
  CHECK(bench.take(0, "one\n", "lost").offset == 4);
  wire::Job next = bench.job();
  next.epoch = 8;
  static_cast<void>(bench.start(next));
  CHECK(bench.take(0, "evil", "lost").error == "not its attempt");
  CHECK(bench.log_text() == "one\n");
}

TEST_CASE("after a restart the database says whose log it is") {
  Bench bench;
  CHECK(bench.take(0, "one\n").offset == 4);
  CHECK(bench.take(4, "two\n").offset == 8);
  CHECK(bench.asked == 1);
  CHECK(bench.take(0, "evil", "stranger").error == "not its attempt");
  CHECK(bench.log_text() == "one\ntwo\n");
}

TEST_CASE("a log that comes before its attempt's start is known is taken later") {
  Bench bench;
  bench.is_early = true;
  const auto early = bench.take(0, "first");
  CHECK(early.offset == 0);
  CHECK_FALSE(early.error);
  CHECK(bench.log_text().empty());
  bench.is_early = false;
  CHECK(bench.take(0, "first").offset == 5);
  CHECK(bench.log_text() == "first");
}

TEST_CASE("a log is bounded and stays a file of its place") {
  Bench bench;
  static_cast<void>(bench.start(bench.job()));
  CHECK(bench.take(-1, "x").error);
  CHECK(bench.take(0, std::string((1U << 20) + 1, 'x')).error);
  CHECK(bench.take(1LL << 40, "x").error);
  fs::create_directories(bench.log.parent_path());
  fs::create_symlink("/tmp/target-of-a-log", bench.log);
  CHECK(bench.take(0, "x").error);
}

TEST_CASE("no name leads out of the folder of bundles, and none makes one") {
  Bench bench;
  for (const char* name : {"", "../../etc/passwd", "abc"}) CHECK(bench.get(name).error);
  CHECK(bench.get(std::string(64, 'a')).error == "the server has these DAG files no more");
  const auto bundle = *bench.start(bench.job()).delivery->bundle;
  CHECK(bench.get(bundle, -1).error);
  CHECK(bench.get(bundle, 1 << 30).error);
}

TEST_CASE("old bundles make room for new ones") {
  Bench bench;
  Depot small({.store = bench.dir.path() / "small",
               .store_bytes_max = 1,
               .dag_folders = {bench.dags},
               .log_of = {}});
  for (int i = 0; i < 3; ++i) {
    std::ofstream(bench.dags / "a.py") << "print(" << i << ")";
    auto frame =
        detail::typed("Start", wire::Start{.job = bench.job(), .delivery = {}, .trouble = {}});
    small.outgoing("w", frame);
    const auto bundle = wire::parse_start(frame).value().delivery->bundle.value();
    CHECK(fs::exists(bench.dir.path() / "small" / bundle));
    const auto all = fs::directory_iterator(bench.dir.path() / "small");
    CHECK(std::distance(begin(all), end(all)) == 1);
  }
}

}  // namespace
}  // namespace aiflow::uplink
