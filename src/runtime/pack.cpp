// SPDX-License-Identifier: Apache-2.0
#include "runtime/pack.h"

#include <algorithm>
#include <map>

#include "digest/sha256.h"
#include "os/file.h"
#include "runtime/detail/pack_path.h"

namespace aiflow::runtime {
namespace {

namespace fs = std::filesystem;

json::Value to_json(const PackManifest& manifest) {
  json::Value files{json::Array{}};
  for (const auto& file : manifest.files) {
    files.push_back(json::object(
        {{"path", file.path}, {"sha256", file.sha256}, {"size_bytes", file.size_bytes}}));
  }
  const auto& source = manifest.source;
  return json::object({{"format", 1},
                       {"name", manifest.name},
                       {"version", manifest.version},
                       {"engine", manifest.engine},
                       {"abi_major", manifest.abi_major},
                       {"abi_minor", manifest.abi_minor},
                       {"plugin", manifest.plugin},
                       {"files", std::move(files)},
                       {"source", json::object({{"registry", source.registry},
                                                {"package", source.package},
                                                {"version", source.version},
                                                {"file", source.file},
                                                {"sha256", source.sha256}})},
                       {"licence", manifest.licence},
                       {"created_by", manifest.created_by}});
}

bool is_sha256(std::string_view text) {
  return text.size() == 64 && std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

Result<PackFile> parse_file(const json::Value& value) {
  PackFile file;
  AIFLOW_ASSIGN(file.path, json::get_string(value, "path"));
  AIFLOW_ASSIGN(file.sha256, json::get_string(value, "sha256"));
  AIFLOW_ASSIGN(file.size_bytes, json::get_int(value, "size_bytes"));
  AIFLOW_TRY(check_pack_path(file.path));
  if (!is_sha256(file.sha256) || file.size_bytes < 0) {
    return fail(ErrorCode::corrupt, "file '" + file.path + "' has no valid size or SHA-256");
  }
  return file;
}

Status parse_files(const json::Value& value, PackManifest& out) {
  AIFLOW_ASSIGN(const json::Array* files, json::get_array(value, "files"));
  PathSet seen;
  AIFLOW_TRY(seen.add(kManifestName));
  for (const auto& item : *files) {
    AIFLOW_ASSIGN(auto file, parse_file(item));
    AIFLOW_TRY(seen.add(file.path));
    out.files.push_back(std::move(file));
  }
  if (!std::ranges::is_sorted(out.files, {}, &PackFile::path)) {
    return fail(ErrorCode::corrupt, "the files are not sorted by path");
  }
  return {};
}

Status parse_into(const json::Value& value, PackManifest& out) {
  AIFLOW_ASSIGN(const auto format, json::get_int(value, "format"));
  if (format != 1)
    return fail(ErrorCode::corrupt, "format " + std::to_string(format) + " is unknown");
  AIFLOW_ASSIGN(out.name, json::get_string(value, "name"));
  AIFLOW_ASSIGN(out.version, json::get_string(value, "version"));
  AIFLOW_ASSIGN(out.engine, json::get_string(value, "engine"));
  AIFLOW_ASSIGN(const auto major, json::get_int(value, "abi_major"));
  AIFLOW_ASSIGN(const auto minor, json::get_int(value, "abi_minor"));
  if (major < 0 || major > 1'000'000 || minor < 0 || minor > 1'000'000) {
    return fail(ErrorCode::corrupt, "'abi_major' or 'abi_minor' is out of range");
  }
  out.abi_major = static_cast<int>(major);
  out.abi_minor = static_cast<int>(minor);
  AIFLOW_ASSIGN(out.plugin, json::get_string(value, "plugin"));
  AIFLOW_TRY(parse_files(value, out));
  AIFLOW_ASSIGN(const json::Value* source, json::get_object(value, "source"));
  AIFLOW_ASSIGN(out.source.registry, json::get_string(*source, "registry"));
  AIFLOW_ASSIGN(out.source.package, json::get_string(*source, "package"));
  AIFLOW_ASSIGN(out.source.version, json::get_string(*source, "version"));
  AIFLOW_ASSIGN(out.source.file, json::get_string(*source, "file"));
  AIFLOW_ASSIGN(out.source.sha256, json::get_string(*source, "sha256"));
  AIFLOW_ASSIGN(out.licence, json::get_string(value, "licence"));
  AIFLOW_ASSIGN(out.created_by, json::get_string(value, "created_by"));
  if (out.plugin.empty()) return {};
  if (std::ranges::find(out.files, out.plugin, &PackFile::path) == out.files.end()) {
    return fail(ErrorCode::corrupt, "the plug-in '" + out.plugin + "' is not among the files");
  }
  return {};
}

/// Relative names of everything below a folder. Errors: invalid_argument for anything but plain
/// files and folders.
Result<std::vector<std::string>> list_files(const fs::path& folder) {
  std::vector<std::string> out;
  std::error_code failed;
  fs::recursive_directory_iterator it(folder, failed);
  for (; !failed && it != fs::recursive_directory_iterator(); it.increment(failed)) {
    std::error_code no_status;
    const auto status = it->symlink_status(no_status);
    if (fs::is_directory(status)) continue;
    if (!fs::is_regular_file(status)) {
      return fail(ErrorCode::invalid_argument,
                  "'" + it->path().string() + "' is neither a plain file nor a folder");
    }
    out.push_back(it->path().lexically_relative(folder).generic_string());
  }
  if (failed) return fail(os::error_from_errno(failed.value(), "'" + folder.string() + "'"));
  std::ranges::sort(out);
  return out;
}

Status check_file(const fs::path& folder, const PackFile& expected, Verify verify) {
  const fs::path file = folder / expected.path;
  const auto changed = [&] {
    return fail(ErrorCode::corrupt, "'" + file.string() + "' is not what pack.json says");
  };
  if (verify == Verify::full) {
    AIFLOW_ASSIGN(const auto have, digest::sha256_of_file(file));
    if (have.sha256 != expected.sha256 || have.size_bytes != expected.size_bytes) return changed();
    return {};
  }
  std::error_code failed;
  const auto size = fs::file_size(file, failed);
  if (failed || size != static_cast<std::uintmax_t>(expected.size_bytes)) return changed();
  return {};
}

Status check_names(const fs::path& folder, const PackManifest& manifest) {
  AIFLOW_ASSIGN(auto names, list_files(folder));
  std::erase(names, kManifestName);
  for (const auto& file : manifest.files) {
    if (std::ranges::binary_search(names, file.path)) continue;
    return fail(ErrorCode::corrupt, "'" + (folder / file.path).string() + "' is missing");
  }
  for (const auto& name : names) {
    if (std::ranges::binary_search(manifest.files, name, {}, &PackFile::path)) continue;
    return fail(ErrorCode::corrupt, "'" + (folder / name).string() + "' is not part of the pack");
  }
  return {};
}

}  // namespace

std::string canonical_text(const PackManifest& manifest) {
  return json::write_pretty(to_json(manifest)) + "\n";
}

Result<PackManifest> parse_manifest(std::string_view text) {
  const auto corrupt = [](const Error& why) {
    return fail(ErrorCode::corrupt, "pack.json: " + why.message);
  };
  const auto value = json::parse(text, {.depth_max = 8, .bytes_max = kManifestBytesMax});
  if (!value) return corrupt(value.error());
  PackManifest manifest;
  if (auto parsed = parse_into(*value, manifest); !parsed) return corrupt(parsed.error());
  if (canonical_text(manifest) != text) {
    return fail(ErrorCode::corrupt, "pack.json is not in its canonical form");
  }
  return manifest;
}

PackDigest digest_of(const PackManifest& manifest) {
  return {"sha256:" + digest::sha256_of(canonical_text(manifest))};
}

std::int64_t total_bytes(const PackManifest& manifest) {
  std::int64_t sum = 0;
  for (const auto& file : manifest.files) sum += file.size_bytes;
  return sum;
}

Result<PackManifest> seal_folder(const fs::path& folder, PackManifest manifest) {
  AIFLOW_ASSIGN(auto names, list_files(folder));
  std::erase(names, kManifestName);
  manifest.files.clear();
  for (auto& name : names) {
    AIFLOW_ASSIGN(auto digest, digest::sha256_of_file(folder / name));
    manifest.files.push_back({std::move(name), std::move(digest.sha256), digest.size_bytes});
  }
  const std::string text = canonical_text(manifest);
  AIFLOW_TRY(parse_manifest(text));  // nothing is sealed that could not be read back
  AIFLOW_TRY(os::write_atomic(folder / kManifestName, text, 0644));
  return manifest;
}

Result<PackManifest> verify_folder(const fs::path& folder, Verify verify) {
  AIFLOW_ASSIGN(const auto text, os::read_file(folder / kManifestName, kManifestBytesMax));
  auto manifest = parse_manifest(text);
  if (!manifest) {
    return fail(std::move(manifest).error().with_context("'" + folder.string() + "'"));
  }
  AIFLOW_TRY(check_names(folder, *manifest));
  for (const auto& file : manifest->files) {
    AIFLOW_TRY(check_file(folder, file, verify));
  }
  return manifest;
}

}  // namespace aiflow::runtime
