// SPDX-License-Identifier: Apache-2.0
#include "service/dag_files/dag_loader.h"

#include <doctest/doctest.h>

#include <fstream>
#include <map>
#include <mutex>
#include <thread>

#include "os/file.h"
#include "os/temp_dir.h"
#include "service/time_zone.h"

namespace aiflow::service {
namespace {

using namespace std::chrono_literals;

constexpr const char* kText = "from airflow import DAG\n";

/// Every file "reads" what its line `# reads NAME` names, in its own folder.
wire::DagFile parsed_file(const std::filesystem::path& file) {
  wire::DagFile out;
  out.file = file.string();
  const auto text = os::read_file(file, 10'000).value();
  const std::string mark = "# reads ";
  if (const auto at = text.find(mark); at != std::string::npos) {
    const auto from = at + mark.size();
    out.reads = {(file.parent_path() / text.substr(from, text.find('\n', at) - from)).string()};
  }
  return out;
}

struct Bench {
  explicit Bench(std::vector<std::string> known = {}) {
    for (const auto& file : known) files[file] = {.filename = file};
    start();
  }
  /// As a server that starts again on the same database.
  void start() {
    loader.reset();
    DagLoaderParts parts;
    parts.parse = [](const std::vector<std::filesystem::path>& paths, const auto& done) {
      for (const auto& path : paths) done(path, parsed_file(path));
    };
    parts.save = [this](const wire::DagFile& file, std::string) -> Status {
      events.push("save " + std::filesystem::path(file.file).filename().string());
      return {};
    };
    parts.remember = [this](const store::DagFileRow& file) -> Status {
      const std::scoped_lock lock(mutex);
      files[file.filename] = file;
      return {};
    };
    parts.remove = [this](const std::string& file) -> Status {
      events.push("remove " + std::filesystem::path(file).filename().string());
      return {};
    };
    parts.known_files = [this]() -> Result<std::vector<store::DagFileRow>> {
      const std::scoped_lock lock(mutex);
      std::vector<store::DagFileRow> rows;
      for (const auto& [name, row] : files) rows.push_back(row);
      return rows;
    };
    loader = std::make_unique<DagLoader>(
        DagLoaderOptions{
            .folders = {folder.path()}, .settle = 50ms, .settle_max = 200ms, .parser = parser},
        std::move(parts));
  }
  void write(const std::string& name, std::string_view text) {
    REQUIRE(os::write_atomic(folder.path() / name, text));
  }
  std::string next() { return events.pop_for(10s).value_or("nothing"); }

  os::TempDir folder = os::TempDir::create("dags-test").value();
  BoundedQueue<std::string> events{100, WhenFull::block};
  std::string parser = "1";
  std::mutex mutex;
  std::map<std::string, store::DagFileRow> files;  ///< guarded by mutex; as in the database
  std::unique_ptr<DagLoader> loader;
};

TEST_CASE("files are loaded at the start, when they appear and when they change") {
  Bench bench;
  bench.write("a.py", kText);
  REQUIRE(bench.loader->start());
  CHECK(bench.next() == "save a.py");
  bench.write("b.py", kText);
  CHECK(bench.next() == "save b.py");
  bench.write("a.py", std::string(kText) + "# changed\n");
  CHECK(bench.next() == "save a.py");
}

TEST_CASE("a folder that never comes to rest is loaded all the same") {
  Bench bench;
  REQUIRE(bench.loader->start());
  std::jthread busy([&](const std::stop_token& stop) {
    for (int i = 0; !stop.stop_requested(); ++i) {
      bench.write("restless.txt", std::to_string(i));
      std::this_thread::sleep_for(1ms);
    }
  });
  bench.write("a.py", kText);
  CHECK(bench.next() == "save a.py");
}

TEST_CASE("a file in a new folder is found; other files are not looked at") {
  Bench bench;
  REQUIRE(bench.loader->start());
  std::filesystem::create_directory(bench.folder.path() / "team");
  bench.write("notes.txt", kText);
  bench.write("helper.py", "x = 1\n");
  CHECK(bench.next() == "remove helper.py");  // it holds no DAG (any more)
  bench.write("team/c.py", kText);
  CHECK(bench.next() == "save c.py");
}

TEST_CASE("a file that vanishes takes its DAGs along, also while nobody looked") {
  Bench bench({"/gone/old.py"});
  bench.write("a.py", kText);
  REQUIRE(bench.loader->start());
  CHECK(bench.next() == "remove old.py");
  CHECK(bench.next() == "save a.py");
  std::filesystem::remove(bench.folder.path() / "a.py");
  CHECK(bench.next() == "remove a.py");
}

TEST_CASE("a file is parsed again when what it reads changes") {
  Bench bench;
  bench.write("a.py", std::string(kText) + "# reads conf.json\n");
  bench.write("b.py", kText);
  REQUIRE(bench.loader->start());
  CHECK((bench.next() + bench.next()).size() == std::string("save a.pysave b.py").size());
  bench.write("conf.json", "{}");
  CHECK(bench.next() == "save a.py");
  bench.write("conf.json", "{\"x\": 1}");
  CHECK(bench.next() == "save a.py");
  bench.write("a.py", kText);
  CHECK(bench.next() == "save a.py");
  bench.write("conf.json", "{\"x\": 2}");
  bench.write("b.py", std::string(kText) + "# the end\n");
  CHECK(bench.next() == "save b.py");
}

TEST_CASE("a start parses what has changed since, and nothing else") {
  Bench bench;
  bench.write("a.py", std::string(kText) + "# reads conf.json\n");
  bench.write("b.py", kText);
  REQUIRE(bench.loader->start());
  CHECK((bench.next() + bench.next()).size() == std::string("save a.pysave b.py").size());

  bench.start();
  bench.write("conf.json", "{}");
  REQUIRE(bench.loader->start());
  CHECK(bench.next() == "save a.py");
  // What is read is still known: also of a file that was not parsed in this life.
  bench.start();
  REQUIRE(bench.loader->start());
  bench.write("conf.json", "{\"x\": 1}");
  CHECK(bench.next() == "save a.py");

  bench.start();
  bench.write("b.py", std::string(kText) + "# changed\n");
  REQUIRE(bench.loader->start());
  CHECK(bench.next() == "save b.py");
  bench.parser = "2";
  bench.start();
  REQUIRE(bench.loader->start());
  CHECK((bench.next() + bench.next()).size() == std::string("save a.pysave b.py").size());
}

TEST_CASE("time zones come from the system's files; an unknown one is UTC") {
  CHECK(utc_offset_of("Asia/Seoul")(WallTime(1'800'000'000s)) == Duration(9h));
  CHECK(utc_offset_of("+05:30")(WallTime{}) == Duration(5h + 30min));
  CHECK(utc_offset_of("../../etc/passwd")(WallTime{}) == Duration{0});
}

}  // namespace
}  // namespace aiflow::service
