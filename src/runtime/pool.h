// SPDX-License-Identifier: Apache-2.0
// The packs of one machine: <data>/packs/sha256-<hex>/, each unpacked once, verified in full, made
// read-only, and from then on only looked up. Safe from several threads and processes: a pack
// appears by one rename.
#pragma once

#include <filesystem>
#include <vector>

#include "base/id.h"
#include "base/result.h"
#include "runtime/pack.h"

namespace aiflow::runtime {

struct InstalledPack {
  PackDigest digest;
  std::filesystem::path folder;
  PackManifest manifest;
};

class Pool {
 public:
  /// `folder` = <data>/packs; made when missing.
  explicit Pool(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// Unpacks and verifies an archive. A pack that is there already is verified quickly and
  /// returned. Errors: as unpack_archive.
  [[nodiscard]] Result<InstalledPack> install(const std::filesystem::path& archive) const;

  /// Takes over a folder on the same disk that holds a pack's files: verified in full, then moved
  /// into place. A pack that is there already stays, and the folder goes. Errors: corrupt, naming
  /// the file; those of files.
  [[nodiscard]] Result<InstalledPack> take(const std::filesystem::path& folder) const;

  /// Looks a pack up and checks it. Errors: not_found, corrupt.
  [[nodiscard]] Result<InstalledPack> acquire(const PackDigest& digest,
                                              Verify verify = Verify::quick) const;

  /// All packs that pass the quick check, sorted by digest. Broken ones are left out.
  [[nodiscard]] Result<std::vector<InstalledPack>> list() const;

  /// Removes a pack. Errors: not_found.
  [[nodiscard]] Status remove(const PackDigest& digest) const;

  /// Where a digest's folder is or would be. Errors: invalid_argument for a malformed digest.
  [[nodiscard]] Result<std::filesystem::path> folder_of(const PackDigest& digest) const;

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
  /// Makes it when it is missing.
  [[nodiscard]] Status make_folder() const;

 private:
  [[nodiscard]] Result<InstalledPack> place(const std::filesystem::path& unpacked,
                                            PackManifest manifest) const;
  std::filesystem::path folder_;
};

}  // namespace aiflow::runtime
