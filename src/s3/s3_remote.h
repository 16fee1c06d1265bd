// SPDX-License-Identifier: Apache-2.0
// Blobs in an S3-compatible object store: bucket/prefix/sha256/<2 hex>/<64 hex>. Transport, TLS and
// request signing (AWS Signature Version 4) are libcurl's. Large blobs go in parts; what fails for
// a moment is tried again with growing pauses. Thread-safe. Keys are Secrets: they go to libcurl
// and nowhere else.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"
#include "blobs/blob_remote.h"

namespace aiflow::s3 {

struct S3Options {
  std::string endpoint;  ///< "https://s3.eu-central-1.amazonaws.com", "http://127.0.0.1:9000"
  std::string region = "us-east-1";
  std::string bucket;
  std::string prefix{};  ///< of all keys, without '/' at its ends; may be empty
  Secret access_key{};
  Secret secret_key{};
  std::uint64_t part_bytes = 64U << 20;  ///< blobs beyond it go in parts of this size; >= 5 MiB
  int list_keys = 1000;                  ///< of one answer of a listing, at most; servers give 1000
  int tries = 6;
  Duration pause = std::chrono::milliseconds(200);  ///< before the second try; doubles each time
};

class S3Remote final : public blobs::BlobRemote {
 public:
  /// Asks nobody. Errors: invalid_argument.
  [[nodiscard]] static Result<std::shared_ptr<S3Remote>> open(S3Options options);
  /// Whether the bucket can be used. Errors: denied (keys), not_found (bucket), unavailable.
  Status check();
  ~S3Remote() override;
  S3Remote(const S3Remote&) = delete;
  S3Remote& operator=(const S3Remote&) = delete;

  Status upload(const std::string& sha256, const std::filesystem::path& file) override;
  Status download(const std::string& sha256, const std::filesystem::path& file) override;
  [[nodiscard]] Result<bool> contains(const std::string& sha256) override;
  Status remove(const std::string& sha256) override;
  Status for_each(const std::function<void(const blobs::Kept&)>& visit) override;

 private:
  struct Impl;
  explicit S3Remote(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Where blobs are kept, as it is written: "s3://bucket/prefix".
struct S3Place {
  std::string bucket;
  std::string prefix;
};
/// Errors: invalid_argument.
[[nodiscard]] Result<S3Place> parse_s3_place(const std::string& text);

struct S3Keys {
  Secret access_key;
  Secret secret_key;
};
/// From a file as AWS's tools write it: lines "aws_access_key_id = …" and "aws_secret_access_key =
/// …" in section [default]. The text is not repeated in errors. Errors: invalid_argument.
[[nodiscard]] Result<S3Keys> parse_s3_keys(std::string_view text);

}  // namespace aiflow::s3
