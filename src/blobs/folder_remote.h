// SPDX-License-Identifier: Apache-2.0
// For tests: a BlobRemote that is a folder, and counts what it is asked for.
#pragma once

#include <filesystem>
#include <string>
#include <system_error>

#include "blobs/blob_remote.h"

namespace aiflow::blobs {

class FolderRemote final : public BlobRemote {
 public:
  explicit FolderRemote(std::filesystem::path folder) : folder_(std::move(folder)) {
    std::filesystem::create_directories(folder_);
  }

  Status upload(const std::string& sha256, const std::filesystem::path& file) override {
    ++uploads;
    if (std::filesystem::exists(folder_ / sha256)) return {};
    std::error_code error;
    std::filesystem::copy_file(file, folder_ / sha256, error);
    return error ? fail(ErrorCode::unavailable, error.message()) : Status{};
  }
  Status download(const std::string& sha256, const std::filesystem::path& file) override {
    ++downloads;
    std::error_code error;
    std::filesystem::copy_file(folder_ / sha256, file,
                               std::filesystem::copy_options::overwrite_existing, error);
    return error ? fail(ErrorCode::not_found, error.message()) : Status{};
  }
  Result<bool> contains(const std::string& sha256) override {
    return std::filesystem::exists(folder_ / sha256);
  }
  Status remove(const std::string& sha256) override {
    std::filesystem::remove(folder_ / sha256);
    return {};
  }
  Status for_each(const std::function<void(const Kept&)>& visit) override {
    for (const auto& file : std::filesystem::directory_iterator(folder_)) {
      visit({.sha256 = file.path().filename().string(),
             .size = static_cast<std::int64_t>(file.file_size())});
    }
    return {};
  }

  int uploads = 0;
  int downloads = 0;

 private:
  std::filesystem::path folder_;
};

}  // namespace aiflow::blobs
