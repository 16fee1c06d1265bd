// SPDX-License-Identifier: Apache-2.0
#include "service/dag_loader.h"

#include <doctest/doctest.h>

#include <fstream>
#include <thread>

#include "os/file.h"
#include "os/temp_dir.h"
#include "service/time_zone.h"

namespace aiflow::service {
namespace {

using namespace std::chrono_literals;

constexpr const char* kText = "from airflow import DAG\n";

struct Bench {
  explicit Bench(std::vector<std::string> known = {}) {
    DagLoaderParts parts;
    parts.parse = [](const std::filesystem::path& file) -> Result<wire::DagFile> {
      wire::DagFile out;
      out.file = file.string();
      return out;
    };
    parts.save = [this](const wire::DagFile& file, std::string) -> Status {
      events.push("save " + std::filesystem::path(file.file).filename().string());
      return {};
    };
    parts.remove = [this](const std::string& file) -> Status {
      events.push("remove " + std::filesystem::path(file).filename().string());
      return {};
    };
    parts.known_files = [known]() -> Result<std::vector<std::string>> { return known; };
    loader = std::make_unique<DagLoader>(
        DagLoaderOptions{.folders = {folder.path()}, .settle = 50ms, .settle_max = 200ms},
        std::move(parts));
  }
  void write(const std::string& name, std::string_view text) {
    REQUIRE(os::write_atomic(folder.path() / name, text));
  }
  std::string next() { return events.pop_for(10s).value_or("nothing"); }

  os::TempDir folder = os::TempDir::create("dags-test").value();
  BoundedQueue<std::string> events{100, WhenFull::block};
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

TEST_CASE("time zones come from the system's files; an unknown one is UTC") {
  CHECK(utc_offset_of("Asia/Seoul")(WallTime(1'800'000'000s)) == Duration(9h));
  CHECK(utc_offset_of("+05:30")(WallTime{}) == Duration(5h + 30min));
  CHECK(utc_offset_of("../../etc/passwd")(WallTime{}) == Duration{0});
}

}  // namespace
}  // namespace aiflow::service
