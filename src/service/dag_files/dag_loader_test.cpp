// SPDX-License-Identifier: Apache-2.0
#include "service/dag_files/dag_loader.h"

#include <doctest/doctest.h>

#include <fstream>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

#include "os/file.h"
#include "os/temp_dir.h"
#include "service/dag_files/dag_file_print.h"
#include "service/time_zone.h"

namespace aiflow::service {
namespace {

using namespace std::chrono_literals;

constexpr const char* kText = "from airflow import DAG\n";

/// What a line of the file names, in the file's folder.
std::optional<std::filesystem::path> named(const std::filesystem::path& file,
                                           const std::string& mark) {
  const auto text = os::read_file(file, 10'000).value();
  const auto at = text.find(mark);
  if (at == std::string::npos) return std::nullopt;
  const auto from = at + mark.size();
  return file.parent_path() / text.substr(from, text.find('\n', at) - from);
}

/// And waits until its time is certainly before that of what comes next.
void write_file(const std::filesystem::path& file, std::string_view text) {
  REQUIRE(os::write_atomic(file, text));
  std::this_thread::sleep_for(30ms);
}

/// `# reads NAME`: it has read that. `# needs NAME`: an error without it. `# changes NAME`: that
/// changes after it was read, once. `# goes`: the file is deleted meanwhile.
wire::DagFile parsed_file(const std::filesystem::path& file) {
  wire::DagFile out;
  out.file = file.string();
  if (const auto read = named(file, "# reads ")) out.reads = {read->string()};
  if (const auto needed = named(file, "# needs "); needed && !std::filesystem::exists(*needed)) {
    out.error.emplace().message = "missing";
  }
  if (const auto changed = named(file, "# changes "); changed && !exists(*changed)) {
    REQUIRE(os::write_atomic(*changed, "new"));
    out.reads = {changed->string()};
  }
  if (named(file, "# overtaken")) write_file(file, kText);
  if (named(file, "# goes")) std::filesystem::remove(file);
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
    parts.save = [this](const wire::DagFile& file, const std::string& text) -> Status {
      const bool is_old = text.find("# overtaken") != std::string::npos;
      events.push("save " + std::filesystem::path(file.file).filename().string() +
                  (is_old ? " as it was" : ""));
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
    loader = std::make_unique<DagLoader>(DagLoaderOptions{.folders = {folder.path()},
                                                          .settle = 50ms,
                                                          .settle_max = 200ms,
                                                          .broken_pause = 100ms,
                                                          .parser = parser},
                                         std::move(parts));
  }
  void write(const std::string& name, std::string_view text) {
    write_file(folder.path() / name, text);
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

TEST_CASE("what an ignore file names is not there, as long as it names it") {
  Bench bench;
  std::filesystem::create_directories(bench.folder.path() / "team/old");
  bench.write(".airflowignore", "old/\nb*.py\n");
  bench.write("team/.airflowignore", "!bb.py\n");
  for (const auto* file : {"a.py", "b.py", "team/bb.py", "team/old/c.py"}) bench.write(file, kText);
  REQUIRE(bench.loader->start());
  CHECK((bench.next() + bench.next()).size() == std::string("save a.pysave bb.py").size());
  bench.write(".airflowignore", "old/\n");
  CHECK(bench.next() == "save b.py");
  bench.write(".airflowignore", "# syntax: regexp\n^a\\.py$\n");
  CHECK((bench.next() + bench.next()).size() == std::string("remove a.pysave c.py").size());
}

TEST_CASE("archives are parsed whatever is in them") {
  Bench bench;
  bench.write("flows.zip", "PK");
  REQUIRE(bench.loader->start());
  CHECK(bench.next() == "save flows.zip");
}

TEST_CASE("a YAML file is parsed when it says that it is a DAG; others are somebody's data") {
  Bench bench;
  bench.write("settings.yaml", "title: aiflow and dag\n");
  bench.write("flow.yaml", "# of ours\naiflow_dag: 1\ndag_id: d\n");
  REQUIRE(bench.loader->start());
  // Files are read beside each other: either may be the first.
  CHECK(std::set{bench.next(), bench.next()} ==
        std::set<std::string>{"remove settings.yaml", "save flow.yaml"});
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

TEST_CASE("a broken file is tried again when something has come that it may have missed") {
  Bench bench;
  bench.write("a.py", std::string(kText) + "# needs helper.json\n");
  REQUIRE(bench.loader->start());
  CHECK(bench.next() == "save a.py");
  bench.write("helper.json", "{}");
  CHECK(bench.next() == "save a.py");
  // It is whole now: what else comes does not concern it.
  bench.write("other.json", "{}");
  bench.write("b.py", kText);
  CHECK(bench.next() == "save b.py");
}

TEST_CASE("what changes while it is read is read once more") {
  Bench bench;
  bench.write("a.py", std::string(kText) + "# changes conf.json\n");
  REQUIRE(bench.loader->start());
  CHECK(bench.next() == "save a.py");
  CHECK(bench.next() == "save a.py");
}

TEST_CASE("what was overtaken while it was parsed is not stored over what came") {
  Bench bench;
  bench.write("a.py", std::string(kText) + "# overtaken\n");
  REQUIRE(bench.loader->start());
  CHECK(bench.next() == "save a.py");
}

TEST_CASE("a file that goes while it is parsed leaves nothing behind") {
  Bench bench;
  bench.write("a.py", std::string(kText) + "# goes\n");
  REQUIRE(bench.loader->start());
  CHECK(bench.next() == "save a.py");
  CHECK(bench.next() == "remove a.py");
}

TEST_CASE("a large file counts by its size and time, and what is the system's not at all") {
  const os::TempDir folder = os::TempDir::create("prints").value();
  const auto file = folder.path() / "a.py";
  const auto large = folder.path() / "film.mp4";
  write_file(file, kText);
  write_file(large, std::string(9 << 20, 'x'));
  const auto print = [&](const std::string& read) { return dag_file_print("1", file, {read}); };
  const auto before = print(large);
  CHECK(print(large) == before);
  std::filesystem::last_write_time(large, std::filesystem::file_time_type::clock::now());
  CHECK(print(large) != before);
  std::filesystem::create_symlink("/proc/kcore", folder.path() / "link");
  CHECK(print(folder.path() / "link") != print(large));  // and it comes back at all
  CHECK(print(folder.path()) == print(folder.path()));
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

  bench.start();
  bench.write("b.py", std::string(kText) + "# changed\n");
  REQUIRE(bench.loader->start());
  CHECK(bench.next() == "save b.py");

  bench.parser = "2";
  bench.start();
  REQUIRE(bench.loader->start());
  CHECK((bench.next() + bench.next()).size() == std::string("save a.pysave b.py").size());
}

TEST_CASE("what an unchanged file reads is followed from the start on") {
  // Whether the change comes before the first look, during it or after it: none is missed.
  for (const auto pause : {0us, 200us, 1'000us, 100'000us}) {
    CAPTURE(pause.count());
    Bench bench;
    bench.write("a.py", std::string(kText) + "# reads conf.json\n");
    bench.write("conf.json", "{}");
    REQUIRE(bench.loader->start());
    CHECK(bench.next() == "save a.py");
    bench.start();
    REQUIRE(bench.loader->start());
    std::this_thread::sleep_for(pause);
    bench.write("conf.json", "{\"x\": 1}");
    CHECK(bench.next() == "save a.py");
  }
}

TEST_CASE("time zones come from the system's files; an unknown one is UTC") {
  CHECK(utc_offset_of("Asia/Seoul")(WallTime(1'800'000'000s)) == Duration(9h));
  CHECK(utc_offset_of("+05:30")(WallTime{}) == Duration(5h + 30min));
  CHECK(utc_offset_of("../../etc/passwd")(WallTime{}) == Duration{0});
}

}  // namespace
}  // namespace aiflow::service
