// SPDX-License-Identifier: Apache-2.0
// A runtime pack: a folder with an engine, its plug-in and its licences, or with what else a task
// needs (Python packages, programs), and pack.json, which lists every other file with its SHA-256.
// The pack's digest is the SHA-256 of pack.json's canonical bytes, so it names the content and does
// not depend on how the archive was compressed. In: a folder or an archive (.tar.zst). Out: a
// verified folder. No threads.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.h"
#include "base/result.h"
#include "json/value.h"

namespace aiflow::runtime {

struct PackFile {
  std::string path;    ///< relative, '/' between parts, never "." or ".."
  std::string sha256;  ///< 64 lower-case hex digits
  std::int64_t size_bytes = 0;
  friend bool operator==(const PackFile&, const PackFile&) = default;
};

/// Where the engine's files come from.
struct PackSource {
  std::string registry;  ///< "pypi", "npm", "maven", "local"
  std::string package;
  std::string version;
  std::string file;    ///< of the registry, the wheel's name say
  std::string sha256;  ///< of that file
  friend bool operator==(const PackSource&, const PackSource&) = default;
};

struct PackManifest {
  std::string name;     ///< "onnxruntime"
  std::string version;  ///< "1.32.0"
  std::string engine;   ///< what the plug-in calls itself; empty: the pack has no engine
  int abi_major = 0;
  int abi_minor = 0;
  std::string plugin;           ///< path of the plug-in inside the pack; empty as `engine`
  std::vector<PackFile> files;  ///< sorted by path, without pack.json
  PackSource source;
  std::string licence;     ///< SPDX expression of the engine's licence
  std::string created_by;  ///< program and version; no time, for the digest
  friend bool operator==(const PackManifest&, const PackManifest&) = default;
};

/// The canonical text of pack.json: members in the order above, two-space indents, one newline at
/// the end. Equal manifests give equal bytes.
[[nodiscard]] std::string canonical_text(const PackManifest& manifest);

/// Errors: corrupt, naming the wrong member: bad paths, bad digests, files unsorted or twice.
[[nodiscard]] Result<PackManifest> parse_manifest(std::string_view text);

/// "sha256:" + 64 hex digits over canonical_text.
[[nodiscard]] PackDigest digest_of(const PackManifest& manifest);

/// Size of the pack's files without pack.json.
[[nodiscard]] std::int64_t total_bytes(const PackManifest& manifest);

/// Fills manifest.files from the folder's content and writes pack.json there.
/// Errors: invalid_argument when the folder holds anything but plain files and folders.
[[nodiscard]] Result<PackManifest> seal_folder(const std::filesystem::path& folder,
                                               PackManifest manifest);

enum class Verify {
  quick,  ///< names and sizes
  full,   ///< and every SHA-256
};

/// Reads folder/pack.json and compares the folder with it: no file missing, changed or too many.
/// Errors: not_found, corrupt; both name the file.
[[nodiscard]] Result<PackManifest> verify_folder(const std::filesystem::path& folder,
                                                 Verify verify);

/// Writes the sealed folder as .tar.zst: sorted, no times, owners or extended attributes, so the
/// same folder gives the same bytes. Errors: from the file system.
[[nodiscard]] Status write_archive(const std::filesystem::path& folder,
                                   const std::filesystem::path& archive);

struct UnpackLimits {
  std::int64_t entries_max = 10'000;
  std::int64_t total_bytes_max = std::int64_t{4} << 30;
  std::int64_t file_bytes_max = std::int64_t{2} << 30;
};

/// Unpacks into `folder`, which must not exist yet, and verifies it in full. The archive is not
/// trusted: absolute paths, "..", links, devices, names that are equal or differ only in case, and
/// anything over the limits refuse it whole; nothing is left behind then.
/// Errors: corrupt with the entry's name; conflict when `folder` exists.
[[nodiscard]] Result<PackManifest> unpack_archive(const std::filesystem::path& archive,
                                                  const std::filesystem::path& folder,
                                                  const UnpackLimits& limits = {});

}  // namespace aiflow::runtime
