// SPDX-License-Identifier: Apache-2.0
// Archives nobody should ever send: each is refused whole, with one error, and leaves nothing
// behind.
#include <archive.h>
#include <archive_entry.h>
#include <doctest/doctest.h>

#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "base/prng.h"
#include "os/file.h"
#include "os/temp_dir.h"
#include "runtime/pack.h"

namespace aiflow::runtime {
namespace {

namespace fs = std::filesystem;

/// Writes entries one by one, hostile ones too.
class TarWriter {
 public:
  explicit TarWriter(const fs::path& file) : out_(archive_write_new()) {
    archive_write_set_format_pax(out_);
    archive_write_add_filter_zstd(out_);
    REQUIRE(archive_write_open_filename(out_, file.c_str()) == ARCHIVE_OK);
  }
  ~TarWriter() { archive_write_free(out_); }
  TarWriter(const TarWriter&) = delete;
  TarWriter& operator=(const TarWriter&) = delete;

  void file(const std::string& name, const std::string& bytes) {
    add(name, bytes, [](archive_entry*) {});
  }
  void add(const std::string& name, const std::string& bytes,
           const std::function<void(archive_entry*)>& change) {
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, name.c_str());
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_size(entry, static_cast<la_int64_t>(bytes.size()));
    change(entry);
    REQUIRE(archive_write_header(out_, entry) == ARCHIVE_OK);
    if (!bytes.empty()) archive_write_data(out_, bytes.data(), bytes.size());
    archive_entry_free(entry);
  }

 private:
  archive* out_;
};

struct Fixture {
  os::TempDir temp = os::TempDir::create("aiflow-hostile-").value();
  fs::path file = temp.path() / "pack.tar.zst";
  fs::path out = temp.path() / "out";

  /// pack.json for a folder with lib/engine.so = "engine" and lib/big = `big`.
  std::string manifest_text(const std::string& big = "big") const {
    const fs::path folder = temp.path() / "sealed";
    fs::create_directories(folder / "lib");
    std::ofstream(folder / "lib" / "engine.so") << "engine";
    std::ofstream(folder / "lib" / "big") << big;
    PackManifest manifest;
    manifest.plugin = "lib/engine.so";
    return canonical_text(seal_folder(folder, manifest).value());
  }

  std::string refused(const UnpackLimits& limits = {}) const {
    const auto result = unpack_archive(file, out, limits);
    REQUIRE_FALSE(result);
    CHECK(result.error().code == ErrorCode::corrupt);
    CHECK(result.error().message.find(file.string()) != std::string::npos);
    CHECK_FALSE(fs::exists(out));
    return result.error().message;
  }
};

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST_CASE("a good archive written by another program unpacks") {
  const Fixture fixture;
  {
    TarWriter tar(fixture.file);
    tar.file("pack.json", fixture.manifest_text());
    tar.file("lib/big", "big");
    tar.file("lib/engine.so", "engine");
  }
  CHECK(unpack_archive(fixture.file, fixture.out).has_value());
  CHECK(unpack_archive(fixture.file, fixture.out).error().code == ErrorCode::conflict);
  CHECK(fs::exists(fixture.out));  // somebody else's folder is not removed
}

TEST_CASE("names that lead out of the folder are refused") {
  const Fixture fixture;
  for (const std::string name : {"/etc/cron.d/evil", "../evil", "lib/../../evil", "lib//x", "./x",
                                 "lib/.", "a\\b", "a\nb", ".."}) {
    CAPTURE(name);
    {
      TarWriter tar(fixture.file);
      tar.file("pack.json", fixture.manifest_text());
      tar.file(name, "x");
    }
    const auto message = fixture.refused();
    CHECK(has(message, "the name "));
  }
  CHECK_FALSE(fs::exists(fixture.temp.path() / "evil"));
}

TEST_CASE("links, folders and devices are refused") {
  const Fixture fixture;
  const std::vector<std::function<void(archive_entry*)>> changes = {
      [](archive_entry* e) {
        archive_entry_set_filetype(e, AE_IFLNK);
        archive_entry_set_symlink(e, "/etc");
      },
      [](archive_entry* e) { archive_entry_set_hardlink(e, "/etc/passwd"); },
      [](archive_entry* e) { archive_entry_set_filetype(e, AE_IFDIR); },
      [](archive_entry* e) { archive_entry_set_filetype(e, AE_IFIFO); },
      [](archive_entry* e) {
        archive_entry_set_filetype(e, AE_IFCHR);
        archive_entry_set_rdev(e, 0x103);
      }};
  for (const auto& change : changes) {
    {
      TarWriter tar(fixture.file);
      tar.file("pack.json", fixture.manifest_text());
      tar.add("lib/engine.so", "", change);
    }
    const auto message = fixture.refused();
    CHECK_MESSAGE((has(message, "not a plain file") || has(message, "leads out")), message);
  }
}

TEST_CASE("names that come twice or differ only in case are refused") {
  const Fixture fixture;
  for (const std::string second : {"lib/engine.so", "LIB/ENGINE.SO", "Lib/big", "lib"}) {
    CAPTURE(second);
    {
      TarWriter tar(fixture.file);
      tar.file("pack.json", fixture.manifest_text());
      tar.file("lib/engine.so", "engine");
      tar.file(second, "engine");
    }
    const auto message = fixture.refused();
    CHECK_MESSAGE((has(message, "comes twice") || has(message, "clashes")), message);
  }
}

TEST_CASE("contents that differ from pack.json are refused") {
  const Fixture fixture;
  const auto make = [&](const std::string& engine, const std::string& extra) {
    TarWriter tar(fixture.file);
    tar.file("pack.json", fixture.manifest_text());
    if (!engine.empty()) tar.file("lib/engine.so", engine);
    tar.file("lib/big", "big");
    if (!extra.empty()) tar.file(extra, "x");
  };
  make("ENGINE", "");
  CHECK(has(fixture.refused(), "is not what pack.json says"));
  make("engine, but longer", "");
  CHECK(has(fixture.refused(), "has not the size"));
  make("", "");
  CHECK(has(fixture.refused(), "is missing"));
  make("engine", "lib/more.so");
  CHECK(has(fixture.refused(), "is not in pack.json"));
}

TEST_CASE("bombs are refused by entries, by size and before they are unpacked") {
  const Fixture fixture;
  SUBCASE("a million entries") {
    {
      TarWriter tar(fixture.file);
      tar.file("pack.json", fixture.manifest_text());
      for (int i = 0; i < 20'000; ++i) tar.file("x/" + std::to_string(i), "");
    }
    // The first one that is not listed ends it; with a listed million the limit does.
    fixture.refused();
    CHECK(has(fixture.refused({.entries_max = 1}), "more than 1 entries"));
  }
  SUBCASE("many zeros in few bytes") {
    const std::string zeros(64U << 20, '\0');
    {
      TarWriter tar(fixture.file);
      tar.file("pack.json", fixture.manifest_text(zeros));
      tar.file("lib/big", zeros);
    }
    CHECK(fs::file_size(fixture.file) < 100'000);
    CHECK(has(fixture.refused({.file_bytes_max = 1 << 20}), "larger than allowed"));
    CHECK(has(fixture.refused({.total_bytes_max = 1 << 20}), "larger than allowed"));
  }
  SUBCASE("a manifest that is too large") {
    {
      TarWriter tar(fixture.file);
      tar.file("pack.json", std::string(5U << 20, ' '));
    }
    CHECK(has(fixture.refused(), "pack.json is too large"));
  }
}

TEST_CASE("what is no archive, or cut short, is refused") {
  const Fixture fixture;
  CHECK(unpack_archive(fixture.file, fixture.out).error().code == ErrorCode::not_found);
  std::ofstream(fixture.file) << "";
  fixture.refused();
  std::ofstream(fixture.file) << "hello";
  fixture.refused();
  {
    TarWriter tar(fixture.file);
    tar.file("lib/engine.so", "engine");
  }
  CHECK(has(fixture.refused(), "first entry is not pack.json"));
}

TEST_CASE("an archive that is damaged at any place is refused or unpacks to the same pack") {
  const Fixture fixture;
  {
    TarWriter tar(fixture.file);
    tar.file("pack.json", fixture.manifest_text());
    tar.file("lib/big", "big");
    tar.file("lib/engine.so", "engine");
  }
  const auto good = os::read_file(fixture.file, 1U << 20).value();
  const auto digest = digest_of(unpack_archive(fixture.file, fixture.out).value());
  fs::remove_all(fixture.out);
  Prng prng(7);
  for (int i = 0; i < 200; ++i) {
    std::string bad = good;
    const auto at = prng.below(bad.size());
    if (prng.chance(0.3))
      bad.resize(at);
    else
      bad[at] = static_cast<char>(prng.next());
    std::ofstream(fixture.file, std::ios::binary) << bad;
    const auto result = unpack_archive(fixture.file, fixture.out);
    if (result) CHECK(digest_of(*result) == digest);
    CHECK(fs::exists(fixture.out) == result.has_value());
    fs::remove_all(fixture.out);
  }
}

}  // namespace
}  // namespace aiflow::runtime
