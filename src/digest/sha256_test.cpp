// SPDX-License-Identifier: Apache-2.0
#include "digest/sha256.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "os/temp_dir.h"

namespace aiflow::digest {
namespace {

// FIPS 180-2, appendix B.
constexpr const char* kAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr const char* kMillion = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";

TEST_CASE("the standard's examples have the standard's digests, in one piece and in many") {
  CHECK(sha256_of("abc") == kAbc);
  Sha256 hash;
  for (int i = 0; i < 1000; ++i) hash.update(std::string(1000, 'a'));
  Sha256 moved = std::move(hash);
  CHECK(moved.finish() == kMillion);
}

TEST_CASE("a file is read whole; a link, a folder and a missing file are refused") {
  const auto temp = os::TempDir::create("sha256_test").value();
  const auto file = temp.path() / "file";
  std::ofstream(file) << std::string(1'000'000, 'a');
  const auto digest = sha256_of_file(file).value();
  CHECK(digest.sha256 == kMillion);
  CHECK(digest.size_bytes == 1'000'000);
  std::filesystem::create_symlink(file, temp.path() / "link");
  CHECK_FALSE(sha256_of_file(temp.path() / "link"));
  CHECK(sha256_of_file(temp.path()).error().code == ErrorCode::invalid_argument);
  CHECK(sha256_of_file(temp.path() / "none").error().code == ErrorCode::not_found);
}

}  // namespace
}  // namespace aiflow::digest
