// SPDX-License-Identifier: Apache-2.0
#include "blobs/blob_store_conformance.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <fstream>
#include <set>

#include "blobs/blob_store.h"
#include "digest/sha256.h"
#include "os/file.h"
#include "os/temp_dir.h"

namespace aiflow::blobs {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kAbc =
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";  // FIPS 180-2

void write(const fs::path& file, std::string_view text) {
  fs::remove(file);
  std::ofstream(file, std::ios::binary) << text;
}

void check_putting(BlobStore& blobs, const fs::path& folder) {
  const auto info = blobs.put("abc");
  REQUIRE_MESSAGE(info, (info ? "" : info.error().message));
  CHECK(info->sha256 == kAbc);
  CHECK(info->size == 3);
  CHECK(blobs.read(kAbc, 100).value() == "abc");
  CHECK(blobs.put("abc")->sha256 == kAbc);
  CHECK(blobs.verify(kAbc).has_value());
  CHECK(blobs.contains(kAbc).value());
  CHECK(blobs.put("")->size == 0);
  {
    auto given_up = blobs.begin(10);
    REQUIRE(given_up->write("x"));
  }
  auto writer = blobs.begin(3);
  REQUIRE(writer->write("d"));
  REQUIRE(writer->write("ef"));
  CHECK(writer->write("g").error().code == ErrorCode::invalid_argument);
  CHECK(blobs.read(writer->finish()->sha256, 9).value() == "def");
  write(folder / "taken", "taken over");
  const auto taken = blobs.take_file(folder / "taken");
  REQUIRE(taken);
  CHECK(blobs.read(taken->sha256, 100).value() == "taken over");
  CHECK(fs::is_empty(folder / "blobs" / "incoming"));
}

void check_many(BlobStore& blobs, const fs::path& folder) {
  BlobStore::Intake intake(blobs);
  std::set<std::string> digests;
  for (int i = 0; i < 20; ++i) {
    const std::string text = "content " + std::to_string(i / 2);  // each twice
    write(folder / "one", text);
    const auto put = intake.put(folder / "one");
    REQUIRE(put);
    CHECK(put->sha256 == digest::sha256_of(text));
    digests.insert(put->sha256);
  }
  digests.insert(intake.put_bytes("some text")->sha256);
  REQUIRE(intake.finish());
  CHECK(digests.size() == 11);
  for (const auto& sha256 : digests) CHECK(blobs.verify(sha256).has_value());
  CHECK(fs::is_empty(folder / "blobs" / "incoming"));
  {
    BlobStore::Intake dropped(blobs);
    REQUIRE(dropped.put_bytes("never finished"));
  }
  CHECK_FALSE(blobs.contains(digest::sha256_of("never finished")).value());
  CHECK(fs::is_empty(folder / "blobs" / "incoming"));
}

void check_getting(BlobStore& blobs, const fs::path& folder) {
  REQUIRE(blobs.put("abc"));
  REQUIRE(blobs.materialise(kAbc, folder / "shared", BlobStore::Copying::share));
  REQUIRE(blobs.materialise(kAbc, folder / "own", BlobStore::Copying::separate));
  CHECK(os::read_file(folder / "shared", 9).value() == "abc");
  struct stat info{};
  REQUIRE(::stat((folder / "shared").c_str(), &info) == 0);
  CHECK((info.st_mode & 0222) == 0);
  write(folder / "own", "changed");
  CHECK(blobs.verify(kAbc).has_value());
  CHECK(blobs.materialise(kAbc, folder / "own", BlobStore::Copying::separate).error().code ==
        ErrorCode::conflict);
  // Somebody with the right to do so has written into the store's file.
  fs::permissions(blobs.path(kAbc).value(), fs::perms::owner_all);
  std::ofstream(blobs.path(kAbc).value(), std::ios::binary) << "abd";
  CHECK(blobs.verify(kAbc).error().code == ErrorCode::corrupt);
  for (const auto copying : {BlobStore::Copying::share, BlobStore::Copying::separate}) {
    CHECK(blobs.materialise(kAbc, folder / "new", copying).error().code == ErrorCode::corrupt);
    CHECK_FALSE(fs::exists(folder / "new"));
  }
}

void check_removing(BlobStore& blobs) {
  const auto put = blobs.put("for a while").value();
  std::set<std::string> seen;
  REQUIRE(blobs.for_each([&](const BlobStore::Kept& kept) { seen.insert(kept.sha256); }));
  CHECK(seen.contains(put.sha256));
  // What is adopted is not old any more, so that nobody collects it meanwhile.
  const auto file = blobs.path(put.sha256).value();
  const auto long_ago = std::filesystem::file_time_type::clock::now() - std::chrono::hours(99);
  std::filesystem::last_write_time(file, long_ago);
  CHECK(blobs.adopt(put.sha256)->size == put.size);
  CHECK(std::filesystem::last_write_time(file) > long_ago + std::chrono::hours(98));
  REQUIRE(blobs.remove(put.sha256));
  REQUIRE(blobs.remove(put.sha256));
  CHECK_FALSE(blobs.contains(put.sha256).value());
  CHECK(blobs.path(put.sha256).error().code == ErrorCode::not_found);
  CHECK(blobs.adopt(put.sha256).error().code == ErrorCode::not_found);
}

}  // namespace

void check_blob_store(const std::shared_ptr<BlobRemote>& remote) {
  const os::TempDir folder = os::TempDir::create("blobs").value();
  BlobStore blobs(folder.path() / "blobs", remote);
  check_putting(blobs, folder.path());
  check_many(blobs, folder.path());
  check_getting(blobs, folder.path());
  check_removing(blobs);
  for (const std::string& name : {std::string("../../etc/passwd"), std::string(64, 'G'),
                                  std::string(), std::string(63, 'a')}) {
    CHECK(blobs.path(name).error().code == ErrorCode::invalid_argument);
  }
}

void check_blob_remote(const std::shared_ptr<BlobRemote>& remote) {
  const os::TempDir one = os::TempDir::create("blobs").value();
  const os::TempDir two = os::TempDir::create("blobs").value();
  BlobStore here(one.path() / "blobs", remote);
  BlobStore there(two.path() / "blobs", remote);
  const std::string large(100'000, 'x');
  const auto put = here.put(large).value();
  CHECK(there.contains(put.sha256).value());
  CHECK(there.read(put.sha256, large.size()).value() == large);
  // What another process put into the folder is in the remote when it is adopted.
  BlobStore alone(one.path() / "blobs");
  const auto added = alone.put("added beside").value();
  CHECK_FALSE(there.contains(added.sha256).value());
  REQUIRE(here.adopt(added.sha256));
  CHECK(there.read(added.sha256, 100).value() == "added beside");
  std::set<std::string> kept;
  REQUIRE(remote->for_each([&](const Kept& blob) { kept.insert(blob.sha256); }));
  CHECK(kept.contains(put.sha256));
  REQUIRE(there.remove(put.sha256));
  CHECK_FALSE(remote->contains(put.sha256).value());
}

}  // namespace aiflow::blobs
