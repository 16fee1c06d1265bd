// SPDX-License-Identifier: Apache-2.0
#include "supervise/parse_dag_file.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <optional>

#include "supervise/detail/worker_bench.h"

namespace aiflow::supervise {
namespace {

struct Folder {
  /// Writes a DAG file that the user nobody can read too, as in a shared DAG folder.
  os::Path file(const std::string& source) {
    std::filesystem::permissions(dir.path(), std::filesystem::perms(0755));
    const os::Path path = dir.path() / "dag.py";
    REQUIRE(os::write_atomic(path, source, 0644).has_value());
    return path;
  }
  wire::DagFile parse(const std::string& source) { return parse_path(file(source)).value(); }
  Result<wire::DagFile> parse_path(const os::Path& path) {
    std::optional<Result<wire::DagFile>> parsed;
    parse_dag_files(options, {path}, [&](const os::Path&, auto made) {
      parsed = std::move(made);
      return true;
    });
    return parsed.value();
  }
  os::TempDir dir = os::TempDir::create("aiflow-parse").value();
  ParseOptions options{.sdk = AIFLOW_SOURCE_DIR "/sdk/python"};
};

constexpr const char* kGoodDag =
    "from airflow import DAG\n"
    "from airflow.operators.bash import BashOperator\n"
    "with DAG('hello', schedule=None):\n"
    "    BashOperator(task_id='a', bash_command='true') >> "
    "BashOperator(task_id='b', bash_command='true')\n";

TEST_CASE("a good file gives its DAGs") {
  Folder folder;
  const auto parsed = folder.parse(kGoodDag);
  CAPTURE((parsed.error ? parsed.error->message : ""));
  REQUIRE_FALSE(parsed.error.has_value());
  REQUIRE(parsed.dags.size() == 1);
  CHECK(parsed.dags[0].dag_id == "hello");
  CHECK(parsed.dags[0].tasks.size() == 2);
}

TEST_CASE("without the SDK, or without Python, each file says so and what to do") {
  Folder folder;
  SUBCASE("no SDK") {
    folder.options.sdk = folder.dir.path() / "bin/../lib/aiflow/python";
    const auto parsed = folder.parse(kGoodDag);
    REQUIRE(parsed.error.has_value());
    CHECK(parsed.error->kind == "no_sdk");
    CHECK(parsed.error->message.contains("Python SDK is not in '" +
                                         (folder.dir.path() / "lib/aiflow/python").string()));
    CHECK(parsed.error->message.contains("./dev install FOLDER"));
  }
  SUBCASE("no Python") {
    folder.options.python = "/nonexistent/python3";
    const auto parsed = folder.parse(kGoodDag);
    REQUIRE(parsed.error.has_value());
    CHECK(parsed.error->message.contains("there is no Python at '/nonexistent/python3'"));
  }
}

TEST_CASE("a syntax error and an error at import name the file and the line") {
  Folder folder;
  auto parsed = folder.parse("x = 1\ndef broken(:\n");
  REQUIRE(parsed.error.has_value());
  CHECK(parsed.error->kind == "SyntaxError");
  CHECK(parsed.error->line == 2);
  CHECK(parsed.error->file == (folder.dir.path() / "dag.py").string());
  parsed = folder.parse("import no_such_module\n");
  CHECK(parsed.error.value().kind == "ModuleNotFoundError");
}

TEST_CASE("an endless loop is ended at the time limit with all it started") {
  Folder folder;
  folder.options.wall_max = std::chrono::seconds(2);
  std::filesystem::create_directory(folder.dir.path() / "out");
  std::filesystem::permissions(folder.dir.path() / "out", std::filesystem::perms(0777));
  const std::string pid_file = (folder.dir.path() / "out/pid").string();
  const auto parsed = folder.parse(
      "import os, signal, subprocess\n"
      "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
      "subprocess.Popen(['setsid', '-f', 'bash', '-c',\n"
      "    'trap \"\" TERM; echo $$ >" +
      pid_file +
      "; while :; do sleep 1; done'], env={})\n"
      "while True: pass\n");
  CHECK(parsed.error.value().kind == "timeout");
  CHECK(parsed.error->message.find("dag.py: importing it takes longer than 2 s") !=
        std::string::npos);
  const int pid = std::stoi(os::read_file(pid_file, 20).value());
  CHECK_FALSE(alive(pid));
}

TEST_CASE("1 GB of output harms nothing") {
  Folder folder;
  const auto parsed = folder.parse(
      "import os\nfor _ in range(1024): os.write(1, b'x' * (1 << 20))\n" + std::string(kGoodDag));
  REQUIRE_FALSE(parsed.error.has_value());
  CHECK(parsed.dags.size() == 1);
}

TEST_CASE("a crash at import is an error with what was printed") {
  Folder folder;
  auto parsed =
      folder.parse("import os, sys\nprint('last words', flush=True)\nos.kill(os.getpid(), 11)\n");
  CHECK(parsed.error.value().kind == "crash");
  CHECK(parsed.error->message.find(
            "dag.py: the parser ended without a result: killed by SIGSEGV") != std::string::npos);
  CHECK(parsed.error->traceback.find("last words") != std::string::npos);
  parsed = folder.parse("import os\nos._exit(0)\n");
  CHECK(parsed.error.value().kind == "crash");
}

TEST_CASE("memory, processor time and result are limited") {
  Folder folder;
  folder.options.address_space_bytes_max = 300U << 20;
  CHECK(folder.parse("x = bytearray(1 << 30)\n").error.value().kind == "MemoryError");
  folder.options.cpu_s_max = 1;
  CHECK(folder.parse("while True: pass\n").error.value().message.find("SIGKILL") !=
        std::string::npos);
  folder.options = {.sdk = AIFLOW_SOURCE_DIR "/sdk/python", .result_bytes_max = 1000};
  CHECK(folder.parse("import os\nos.write(3, b'x' * 100000)\n").error.value().kind == "too_large");
  CHECK(folder.parse("import os\nos.write(3, b'[1]')\nos._exit(0)\n").error.value().kind ==
        "bad_result");
}

TEST_CASE("the number of processes is limited, also in a folder that only root can read") {
  // Bounded in itself: a limit that does not hold must not take the machine along.
  const std::string forks =
      "import os, signal\n"
      "count = 0\n"
      "try:\n"
      "    while count < 300:\n"
      "        if os.fork() == 0: signal.pause()\n"
      "        count += 1\n"
      "except OSError as error:\n"
      "    raise Exception(f'uid {os.getuid()} refused: {error.strerror}')\n"
      "raise Exception('no limit')\n";
  Folder folder;
  folder.options.processes_max = 64;
  const auto path = folder.file(forks);
  std::filesystem::permissions(folder.dir.path(), std::filesystem::perms(0700));
  std::filesystem::permissions(path, std::filesystem::perms(0600));
  const auto parsed = folder.parse_path(path).value();
  const std::string uid = std::to_string(::getuid() == 0 ? 65534 : ::getuid());
  CHECK(parsed.error.value().message ==
        "uid " + uid + " refused: Resource temporarily unavailable");
}

TEST_CASE("the file gets nothing of the server: no environment, no descriptors") {
  Folder folder;
  const os::Fd secret(os::make_pipe().value().read_end.release());
  const auto parsed = folder.parse(
      "import os\nraise Exception(sorted(os.environ), sorted(os.listdir('/proc/self/fd')))\n");
  const std::string message = parsed.error.value().message;
  CHECK(message.find("AIFLOW") == std::string::npos);
  CHECK(message.find("['0', '1', '2', '3', '4']") != std::string::npos);  // 4: listdir's own
}

TEST_CASE("each of many files has its own result, whatever the others do") {
  Folder folder;
  folder.options.wall_max = std::chrono::seconds(5);
  std::filesystem::permissions(folder.dir.path(), std::filesystem::perms(0755));
  const std::map<std::string, std::string> sources{
      {"1good", kGoodDag},
      {"2loops", "while True: pass\n"},
      {"3good", kGoodDag},
      {"4dies", "import os\nos.kill(os.getpid(), 9)\n"},
      {"5leaves", "import subprocess\nsubprocess.Popen(['setsid', '-f', 'sleep', '600'])\n" +
                      std::string(kGoodDag)},
      {"6lies", "import os\nos.write(3, b'{}\\n{}\\n')\n" + std::string(kGoodDag)},
      {"7nothing", "import os\nos._exit(0)\n"},
      {"8good", kGoodDag}};
  std::vector<os::Path> files;
  for (const auto& [name, source] : sources) {
    files.push_back(folder.dir.path() / (name + ".py"));
    REQUIRE(os::write_atomic(files.back(), source, 0644).has_value());
  }
  std::string said;
  parse_dag_files(folder.options, files, [&](const os::Path& file, auto parsed) {
    CHECK(parsed.value().file == file.string());
    said += file.stem().string() + (parsed->error ? " " + parsed->error->kind : "") + " " +
            std::to_string(parsed->dags.size()) + ", ";
    return true;
  });
  CHECK(said ==
        "1good 1, 2loops timeout 0, 3good 1, 4dies crash 0, 5leaves 1, 6lies bad_result 0, "
        "7nothing crash 0, 8good 1, ");
}

TEST_CASE("a module's answer, or why there is none") {
  Folder folder;
  const auto answer = module_answer(folder.options, "aiflow.yaml_dags.catalogue");
  REQUIRE_MESSAGE(answer, (answer ? "" : answer.error().message));
  CHECK(answer->find("\"OptimizeModelOperator\"") != std::string::npos);
  const auto none = module_answer(folder.options, "aiflow.no_such_module");
  REQUIRE_FALSE(none);
  CHECK(none.error().code == ErrorCode::unavailable);
  CHECK(none.error().message.find("no_such_module") != std::string::npos);
}

}  // namespace
}  // namespace aiflow::supervise
