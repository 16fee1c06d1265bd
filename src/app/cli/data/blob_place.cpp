// SPDX-License-Identifier: Apache-2.0
#include "app/cli/data/blob_place.h"

#include <iostream>

#include "os/environment.h"
#include "os/file.h"
#include "s3/s3_remote.h"

namespace aiflow::app {
namespace {

constexpr std::size_t kKeysBytesMax = 64U << 10;

Result<s3::S3Keys> read_keys(const Invocation& in) {
  auto access_key = os::take_env("AIFLOW_S3_ACCESS_KEY");
  auto secret_key = os::take_env("AIFLOW_S3_SECRET_KEY");
  const std::string file = in.text("--s3-keys-file");
  if (file.empty()) {
    return s3::S3Keys{.access_key = Secret(std::move(access_key).value_or("")),
                      .secret_key = Secret(std::move(secret_key).value_or(""))};
  }
  auto text = os::read_file(file, kKeysBytesMax);
  if (!text) return fail(std::move(text).error().with_context("--s3-keys-file"));
  const Secret content(*std::move(text));
  auto keys = s3::parse_s3_keys(content.reveal());
  if (!keys) return fail(std::move(keys).error().with_context("--s3-keys-file '" + file + "'"));
  return keys;
}

}  // namespace

std::vector<Parameter> blob_parameters() {
  return {{.name = "--blobs",
           .help = "s3://BUCKET/PREFIX: keep blobs there, the data directory is their cache; or "
                   "AIFLOW_BLOBS"},
          {.name = "--s3-endpoint",
           .help = "address of the object store",
           .otherwise = "https://s3.amazonaws.com"},
          {.name = "--s3-region", .help = "its region", .otherwise = "us-east-1"},
          {.name = "--s3-keys-file",
           .help = "file with aws_access_key_id and aws_secret_access_key; or "
                   "AIFLOW_S3_ACCESS_KEY and AIFLOW_S3_SECRET_KEY"}};
}

Result<std::shared_ptr<blobs::BlobRemote>> blob_remote_of(const Invocation& in) {
  AIFLOW_ASSIGN(auto keys, read_keys(in));
  const std::string text =
      in.given("--blobs") ? in.text("--blobs") : os::get_env("AIFLOW_BLOBS").value_or("");
  if (text.empty()) return std::shared_ptr<blobs::BlobRemote>();
  AIFLOW_ASSIGN(auto place, s3::parse_s3_place(text));
  if (keys.access_key.empty() || keys.secret_key.empty()) {
    return fail(ErrorCode::invalid_argument,
                "the object store's keys are missing: --s3-keys-file, or AIFLOW_S3_ACCESS_KEY and "
                "AIFLOW_S3_SECRET_KEY");
  }
  AIFLOW_ASSIGN(auto remote, s3::S3Remote::open({.endpoint = in.text("--s3-endpoint"),
                                                 .region = in.text("--s3-region"),
                                                 .bucket = std::move(place.bucket),
                                                 .prefix = std::move(place.prefix),
                                                 .access_key = std::move(keys.access_key),
                                                 .secret_key = std::move(keys.secret_key)}));
  const Status works = remote->check();
  if (!works && works.error().code != ErrorCode::unavailable) return fail(works.error());
  if (!works) std::cerr << "warning: " << works.error().message << "; starting all the same\n";
  return std::shared_ptr<blobs::BlobRemote>(std::move(remote));
}

}  // namespace aiflow::app
