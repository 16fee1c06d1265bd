// SPDX-License-Identifier: Apache-2.0
// Builds packs from made wheels; the registry is played by a small script in place of Python.
#include "runtime/build_pack.h"

#include <archive.h>
#include <archive_entry.h>
#include <doctest/doctest.h>
#include <sys/utsname.h>

#include <fstream>
#include <string>

#include "os/system_clock.h"
#include "os/temp_dir.h"

namespace aiflow::runtime {
namespace {

namespace fs = std::filesystem;

std::string wheel_name(const std::string& version) {
  utsname names{};
  ::uname(&names);
  return "onnxruntime-" + version + "-cp311-cp311-manylinux_2_28_" + names.machine + ".whl";
}

void write_wheel(const fs::path& file, const std::string& library_name) {
  archive* zip = archive_write_new();
  archive_write_set_format_zip(zip);
  REQUIRE(archive_write_open_filename(zip, file.c_str()) == ARCHIVE_OK);
  for (const std::string& name :
       {"onnxruntime/capi/" + library_name, std::string("onnxruntime/LICENSE"),
        std::string("onnxruntime/__init__.py")}) {
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, name.c_str());
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_size(entry, 4);
    REQUIRE(archive_write_header(zip, entry) == ARCHIVE_OK);
    archive_write_data(zip, "text", 4);
    archive_entry_free(entry);
  }
  archive_write_free(zip);
}

struct Fixture {
  os::TempDir temp = os::TempDir::create("aiflow-build-pack-").value();
  os::SystemClock clock;
  BuildOptions options;

  Fixture() {
    options.version = "9.8.7";
    options.plugin = temp.path() / "libaiflow_engine_ort.so";
    options.wheel_dir = temp.path() / "downloads";
    options.output_dir = temp.path() / "packs";
    options.abi_major = 1;
    options.python = "/nonexistent/python3";
    std::ofstream(options.plugin) << "plug-in";
    fs::create_directories(options.wheel_dir);
  }
  void play_registry(const std::string& script) {
    options.python = temp.path() / "python3";
    std::ofstream(options.python) << "#!/bin/sh\n" << script;
    fs::permissions(options.python, fs::perms{0755});
  }
};

TEST_CASE("a pack is built from a wheel that is there, without asking the registry") {
  Fixture fixture;
  write_wheel(fixture.options.wheel_dir / wheel_name("9.8.7"), "libonnxruntime.so.9.8.7");
  std::vector<std::string> progress;
  fixture.options.on_progress = [&](const Progress& p) {
    progress.push_back(std::to_string(p.done) + "/" + std::to_string(p.total));
  };
  const auto pack = build_onnxruntime_pack(fixture.options, fixture.clock).value();
  CHECK(progress == std::vector<std::string>{"0/4", "1/4", "2/4", "3/4", "4/4"});
  CHECK(pack.manifest.version == "9.8.7");
  CHECK(pack.manifest.plugin == "lib/libaiflow_engine_ort.so");
  CHECK(pack.manifest.source.file == wheel_name("9.8.7"));
  std::vector<std::string> names;
  for (const auto& file : pack.manifest.files) names.push_back(file.path);
  CHECK(names == std::vector<std::string>{"LICENSE", "lib/libaiflow_engine_ort.so",
                                          "lib/libonnxruntime.so.9.8.7"});
  CHECK(fs::exists(fixture.options.output_dir / "onnxruntime-9.8.7.profile.json"));
  CHECK(pack.phases.size() == 4);

  const auto again = build_onnxruntime_pack(fixture.options, fixture.clock).value();
  CHECK(again.digest == pack.digest);
  CHECK(unpack_archive(pack.archive, fixture.temp.path() / "out").value() == pack.manifest);
}

TEST_CASE("no registry and no wheel: the error names the file and the folder") {
  Fixture fixture;
  const auto expect = [&](const std::string& why) {
    const auto result = build_onnxruntime_pack(fixture.options, fixture.clock);
    REQUIRE_FALSE(result);
    const auto& message = result.error().message;
    CHECK(result.error().code == ErrorCode::unavailable);
    CHECK_MESSAGE(message.find(why) != std::string::npos, message);
    CHECK(message.find("onnxruntime-9.8.7-cp3*-cp3*-manylinux*_") != std::string::npos);
    CHECK(message.find(fixture.options.wheel_dir.string()) != std::string::npos);
  };
  expect("/nonexistent/python3");
  fixture.play_registry("echo 'ERROR: No matching distribution' >&2; exit 1\n");
  expect("pip: ERROR: No matching distribution");
  fixture.play_registry("exit 0\n");
  expect("pip brought no wheel");
  fixture.play_registry("sleep 600\n");
  fixture.options.download_timeout = std::chrono::milliseconds(50);
  expect("pip took too long");
  fixture.options.offline = true;
  expect("working offline");
  CHECK(fs::is_empty(fixture.options.wheel_dir));
}

TEST_CASE("a download is kept for the next time") {
  Fixture fixture;
  write_wheel(fixture.temp.path() / wheel_name("9.8.7"), "libonnxruntime.so.9.8.7");
  // argv: -m pip download … -d DIR onnxruntime==9.8.7
  fixture.play_registry("while [ \"$1\" != -d ]; do shift; done\ncp '" +
                        (fixture.temp.path() / wheel_name("9.8.7")).string() + "' \"$2\"\n");
  REQUIRE(build_onnxruntime_pack(fixture.options, fixture.clock));
  CHECK(fs::exists(fixture.options.wheel_dir / wheel_name("9.8.7")));
}

TEST_CASE("a wheel without the library, or none at all, is refused by name") {
  Fixture fixture;
  const fs::path wheel = fixture.options.wheel_dir / wheel_name("9.8.7");
  write_wheel(wheel, "something.py");
  const auto no_library = build_onnxruntime_pack(fixture.options, fixture.clock);
  CHECK(no_library.error().code == ErrorCode::corrupt);
  CHECK(no_library.error().message.find("holds no libonnxruntime.so") != std::string::npos);
  std::ofstream(wheel) << "garbage";
  const auto garbage = build_onnxruntime_pack(fixture.options, fixture.clock);
  REQUIRE_FALSE(garbage);
  CHECK(garbage.error().message.find(wheel_name("9.8.7")) != std::string::npos);
}

}  // namespace
}  // namespace aiflow::runtime
