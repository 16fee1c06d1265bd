// SPDX-License-Identifier: Apache-2.0
#include "store/blob_store.h"

#include <doctest/doctest.h>

#include <fstream>

#include "os/temp_dir.h"

namespace aiflow::store {
namespace {

constexpr std::string_view kAbc =
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";  // FIPS 180-2

TEST_CASE("a blob is found by its digest and read back") {
  const os::TempDir folder = os::TempDir::create("blobs").value();
  BlobStore blobs(folder.path() / "blobs");
  const auto info = blobs.put("abc");
  REQUIRE(info.has_value());
  CHECK(info->sha256 == kAbc);
  CHECK(info->size == 3);
  CHECK(blobs.read(kAbc, 100).value() == "abc");
  CHECK(blobs.put("abc")->sha256 == kAbc);
  CHECK(blobs.verify(kAbc).has_value());
}

TEST_CASE("pieces make the same blob, and one that is given up leaves nothing") {
  const os::TempDir folder = os::TempDir::create("blobs").value();
  BlobStore blobs(folder.path() / "blobs");
  {
    auto writer = blobs.begin(10);
    REQUIRE(writer->write("x"));
  }
  CHECK(std::filesystem::is_empty(folder.path() / "blobs" / "incoming"));
  auto writer = blobs.begin(3);
  REQUIRE(writer->write("a"));
  REQUIRE(writer->write("bc"));
  CHECK(writer->write("d").error().code == ErrorCode::invalid_argument);
  CHECK(writer->finish()->sha256 == kAbc);
  CHECK(std::filesystem::is_empty(folder.path() / "blobs" / "incoming"));
}

TEST_CASE("names that are no digest never become a path") {
  const os::TempDir folder = os::TempDir::create("blobs").value();
  const BlobStore blobs(folder.path());
  for (const std::string& name : {std::string("../../etc/passwd"), std::string(64, 'G'),
                                  std::string(), std::string(63, 'a')}) {
    CHECK(blobs.path(name).error().code == ErrorCode::invalid_argument);
  }
  CHECK(blobs.path(kAbc).error().code == ErrorCode::not_found);
}

TEST_CASE("a changed file is found") {
  const os::TempDir folder = os::TempDir::create("blobs").value();
  BlobStore blobs(folder.path());
  REQUIRE(blobs.put("abc"));
  std::ofstream(blobs.path(kAbc).value(), std::ios::binary) << "abd";
  CHECK(blobs.verify(kAbc).error().code == ErrorCode::corrupt);
}

}  // namespace
}  // namespace aiflow::store
