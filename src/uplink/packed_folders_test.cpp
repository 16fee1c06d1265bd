// SPDX-License-Identifier: Apache-2.0
#include "uplink/packed_folders.h"

#include <doctest/doctest.h>
#include <zlib.h>

#include <fstream>
#include <random>

#include "os/file.h"
#include "os/temp_dir.h"
#include "uplink/bundle.h"

namespace aiflow::uplink {
namespace {

namespace fs = std::filesystem;

struct Bench {
  os::TempDir dir = os::TempDir::create("packed-test").value();
  fs::path dags = dir.path() / "dags";
  ManualClock clock{WallTime{}};
  PackedFolders folders{clock,
                        {.scratch = dir.path() / "scratch",
                         .dag_folders = {dir.path() / "other", dags.string() + "/"},
                         .bytes_max = 10'000}};
  Bench() { fs::create_directories(dags / "lib"); }
  /// And some time passes, as it does until somebody asks.
  void write(const std::string& path, const std::string& text) {
    std::ofstream(dags / path) << text;
    clock.advance(std::chrono::seconds(1));
  }
  [[nodiscard]] bool is_scratch_empty() const { return fs::is_empty(dir.path() / "scratch"); }
};

std::string noise(std::size_t size) {
  std::mt19937 random(7);
  std::string bytes(size, ' ');
  for (char& c : bytes) c = static_cast<char>(random() & 0xFF);
  return bytes;
}

TEST_CASE("a folder is the same bytes until it changes, and they unpack to its files") {
  Bench bench;
  bench.write("lib/words.py", "WORD = 'x'");
  bench.write("a.py", "import lib.words");
  PackedFolders& folders = bench.folders;
  const auto first = folders.of((bench.dags / "a.py").string());
  REQUIRE_MESSAGE(first, first.error().message);
  CHECK(first->dag_file == "a.py");
  const auto second = folders.of((bench.dags / "lib/words.py").string());
  CHECK(second->dag_file == "lib/words.py");
  CHECK(second->bytes == first->bytes);
  CHECK(bench.is_scratch_empty());

  std::string bundle(1 << 20, ' ');
  uLongf size = bundle.size();
  REQUIRE(::uncompress(reinterpret_cast<Bytef*>(bundle.data()), &size,
                       reinterpret_cast<const Bytef*>(first->bytes->data()),
                       first->bytes->size()) == Z_OK);
  bundle.resize(size);
  REQUIRE(os::write_atomic(bench.dir.path() / "file", bundle));
  REQUIRE(unpack_bundle(bench.dir.path() / "file", first->bundle, bench.dir.path() / "to"));
  CHECK(os::read_file(bench.dir.path() / "to/lib/words.py", 100).value() == "WORD = 'x'");

  bench.write("a.py", "import lib.words as w");
  CHECK(folders.of((bench.dags / "a.py").string())->bundle != first->bundle);
}

TEST_CASE("a folder that is too large says so, until it is not") {
  Bench bench;
  bench.write("a.py", "");
  bench.write("model.bin", noise(20'000));
  const std::string file = (bench.dags / "a.py").string();
  const auto large = bench.folders.of(file);
  REQUIRE_FALSE(large);
  CHECK(large.error().message.contains("is too large for pods: compressed it has 20"));
  CHECK(large.error().message.contains("of at most 10000 bytes"));
  bench.write("model.bin", std::string(33U << 20, '0'));
  CHECK(bench.folders.of(file).error().message.contains("of at most 33554432 bytes"));
  CHECK(bench.is_scratch_empty());
  fs::remove(bench.dags / "model.bin");
  CHECK_FALSE(bench.folders.of(file));  // looked at a moment ago
  bench.clock.advance(std::chrono::milliseconds(100));
  CHECK(bench.folders.of(file));
  CHECK(bench.folders.of("/elsewhere/a.py").error().message.contains("none of the server's"));
}

}  // namespace
}  // namespace aiflow::uplink
