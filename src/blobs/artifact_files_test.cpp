// SPDX-License-Identifier: Apache-2.0
#include "blobs/artifact_files.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <fstream>

#include "blobs/tree.h"
#include "os/file.h"
#include "os/temp_dir.h"

namespace aiflow::blobs {
namespace {

namespace fs = std::filesystem;

struct Bench {
  os::TempDir folder = os::TempDir::create("artifacts").value();
  BlobStore blobs{folder.path() / "blobs"};
  int read_anew = 0;

  Result<Saved> keep(const fs::path& path) {
    BlobStore::Intake intake(blobs);
    AIFLOW_ASSIGN(
        auto saved,
        save(path, {.put =
                        [&](const fs::path& file) {
                          ++read_anew;
                          return intake.put(file);
                        },
                    .put_bytes = [&](std::string_view bytes) { return intake.put_bytes(bytes); }}));
    AIFLOW_TRY(intake.finish());
    return saved;
  }
  Status bring(const Saved& saved, const fs::path& target,
               BlobStore::Copying copying = BlobStore::Copying::share) {
    return fetch(
        {.is_dir = saved.is_dir, .sha256 = saved.sha256, .copying = copying}, target,
        {.get = [&](const std::string& sha256, const fs::path& to,
                    auto how) { return blobs.materialise(sha256, to, how); },
         .read = [&](const std::string& sha256) { return blobs.read(sha256, kTreeBytesMax); }});
  }
  fs::path write(const std::string& name, std::string_view text) {
    const fs::path file = folder.path() / name;
    fs::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
    return file;
  }
};

TEST_CASE_FIXTURE(Bench, "a file comes back as it was") {
  const auto saved = keep(write("model.onnx", "weights"));
  REQUIRE(saved);
  CHECK_FALSE(saved->is_dir);
  CHECK(saved->size == 7);
  REQUIRE(bring(*saved, folder.path() / "copy"));
  CHECK(os::read_file(folder.path() / "copy", 100).value() == "weights");
  CHECK(bring(*saved, folder.path() / "copy").error().code == ErrorCode::conflict);
}

TEST_CASE_FIXTURE(Bench, "a directory comes back with its files, modes and empty folders") {
  write("out/a.txt", "A");
  write("out/deep/er/b.txt", "BB");
  fs::permissions(write("out/run.sh", "#!/bin/sh\n"), fs::perms(0755));
  fs::create_directories(folder.path() / "out/empty");
  const auto saved = keep(folder.path() / "out/");
  REQUIRE_MESSAGE(saved, (saved ? "" : saved.error().message));
  CHECK(saved->is_dir);
  CHECK(saved->files == 3);
  CHECK(saved->size == 13);
  const auto back = folder.path() / "back";
  REQUIRE(bring(*saved, back));
  CHECK(os::read_file(back / "deep/er/b.txt", 9).value() == "BB");
  CHECK(fs::is_directory(back / "empty"));
  struct stat info{};
  REQUIRE(::stat((back / "run.sh").c_str(), &info) == 0);
  CHECK((info.st_mode & 0111) == 0111);
  CHECK(keep(back)->sha256 == saved->sha256);
}

TEST_CASE_FIXTURE(Bench, "unchanged files of a directory are kept once") {
  write("out/a", "same");
  write("out/b", "one");
  const auto first = keep(folder.path() / "out").value();
  write("out/b", "two");
  const auto second = keep(folder.path() / "out").value();
  CHECK(first.sha256 != second.sha256);
  int count = 0;
  REQUIRE(blobs.for_each([&](const auto&) { ++count; }));
  CHECK(count == 5);  // "same", "one", "two" and the two trees
}

TEST_CASE_FIXTURE(Bench, "links and special files are refused by name") {
  write("out/a", "A");
  fs::create_symlink("/etc/passwd", folder.path() / "out/link");
  const auto saved = keep(folder.path() / "out");
  CHECK(saved.error().code == ErrorCode::invalid_argument);
  CHECK(saved.error().message.find("out/link") != std::string::npos);
  fs::remove(folder.path() / "out/link");
  REQUIRE(::mkfifo((folder.path() / "out/pipe").c_str(), 0600) == 0);
  CHECK(keep(folder.path() / "out").error().code == ErrorCode::invalid_argument);
  fs::create_symlink(folder.path() / "out", folder.path() / "linked");
  CHECK(keep(folder.path() / "linked").error().code == ErrorCode::invalid_argument);
  CHECK(keep(folder.path() / "missing").error().code == ErrorCode::not_found);
}

TEST_CASE_FIXTURE(Bench, "a directory that cannot be completed leaves nothing") {
  write("out/a", "A");
  write("out/b", "B");
  const auto saved = keep(folder.path() / "out").value();
  REQUIRE(blobs.remove(keep(folder.path() / "out/b")->sha256));
  const auto target = folder.path() / "there" / "back";
  fs::create_directories(target.parent_path());
  CHECK(bring(saved, target).error().code == ErrorCode::not_found);
  CHECK(fs::is_empty(target.parent_path()));
}

TEST_CASE_FIXTURE(Bench, "a tree of somebody else writes nothing outside of its folder") {
  const auto a = blobs.put("A")->sha256;
  const auto evil = blobs.put(R"({"aiflow_tree":1,"entries":[{"path":"../evil","sha256":")" + a +
                              R"(","size":1}]})");
  const Saved saved{.is_dir = true, .sha256 = evil->sha256};
  CHECK(bring(saved, folder.path() / "back").error().code == ErrorCode::invalid_argument);
  CHECK_FALSE(fs::exists(folder.path() / "evil"));
}

}  // namespace
}  // namespace aiflow::blobs
