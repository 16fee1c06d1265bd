// SPDX-License-Identifier: Apache-2.0
#include "blobs/blob_store.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <fstream>

#include "blobs/blob_store_conformance.h"
#include "blobs/folder_remote.h"
#include "os/temp_dir.h"

namespace aiflow::blobs {
namespace {

namespace fs = std::filesystem;

TEST_CASE("a folder keeps blobs") { check_blob_store(nullptr); }

TEST_CASE("a folder in front of a remote keeps blobs") {
  const os::TempDir folder = os::TempDir::create("remote").value();
  check_blob_store(std::make_shared<FolderRemote>(folder.path() / "remote"));
  check_blob_remote(std::make_shared<FolderRemote>(folder.path() / "other"));
}

TEST_CASE("a remote that gives other bytes is not believed") {
  const os::TempDir folder = os::TempDir::create("remote").value();
  auto remote = std::make_shared<FolderRemote>(folder.path() / "remote");
  const BlobStore blobs(folder.path() / "blobs", remote);
  const std::string sha256(64, 'a');
  std::ofstream(folder.path() / "remote" / sha256) << "not what the name says";
  CHECK(blobs.path(sha256).error().code == ErrorCode::corrupt);
  CHECK(fs::is_empty(folder.path() / "blobs" / "incoming"));
}

TEST_CASE("links and folders are no blobs") {
  const os::TempDir folder = os::TempDir::create("blobs").value();
  BlobStore blobs(folder.path() / "blobs");
  fs::create_symlink("/etc/passwd", folder.path() / "link");
  BlobStore::Intake intake(blobs);
  CHECK(intake.put(folder.path() / "link").error().code == ErrorCode::invalid_argument);
  CHECK(intake.put(folder.path()).error().code == ErrorCode::invalid_argument);
  CHECK(intake.put(folder.path() / "missing").error().code == ErrorCode::not_found);
}

TEST_CASE("what is put again counts as new, and what was not finished goes by its age") {
  const os::TempDir folder = os::TempDir::create("blobs").value();
  BlobStore blobs(folder.path() / "blobs");
  const auto sha256 = blobs.put("abc")->sha256;
  const auto make_old = [](const fs::path& file) {
    const timespec old[2] = {{.tv_sec = 1000, .tv_nsec = 0}, {.tv_sec = 1000, .tv_nsec = 0}};
    REQUIRE(::utimensat(AT_FDCWD, file.c_str(), old, 0) == 0);
  };
  make_old(blobs.path(sha256).value());
  CHECK(blobs.kept(sha256)->changed_at == WallTime{std::chrono::seconds(1000)});
  REQUIRE(blobs.put("abc"));
  CHECK(blobs.kept(sha256)->changed_at > WallTime{std::chrono::seconds(1000)});

  std::ofstream(folder.path() / "blobs" / "incoming" / "part-old") << "12345";
  std::ofstream(folder.path() / "blobs" / "incoming" / "part-new") << "123";
  make_old(folder.path() / "blobs" / "incoming" / "part-old");
  CHECK(blobs.remove_unfinished(WallTime{std::chrono::seconds(2000)}).value() == 5);
  CHECK(fs::exists(folder.path() / "blobs" / "incoming" / "part-new"));
}

}  // namespace
}  // namespace aiflow::blobs
