// SPDX-License-Identifier: Apache-2.0
#include "s3/s3_remote.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <mutex>

#include "blobs/blob_store.h"
#include "digest/sha256.h"
#include "os/fd.h"
#include "s3/detail/request.h"

namespace aiflow::s3 {
namespace {

using detail::Answer;
using detail::Request;

constexpr std::uint64_t kPartBytesMin = 5U << 20;
constexpr std::uint64_t kPartsMax = 10'000;

/// Keys are made of these alone, so that no request needs encoding in its path.
bool is_plain(std::string_view text, std::string_view more) {
  return std::ranges::all_of(text, [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           more.find(c) != std::string_view::npos;
  });
}

bool is_bucket(std::string_view name) {
  return name.size() >= 3 && name.size() <= 63 && is_plain(name, "-.") && name.front() != '.' &&
         name.find("..") == std::string_view::npos;
}

bool is_prefix(std::string_view prefix) {
  return prefix.size() <= 200 && is_plain(prefix, "-_./") && !prefix.starts_with('/') &&
         !prefix.ends_with('/') && prefix.find("..") == std::string_view::npos &&
         prefix.find("//") == std::string_view::npos;
}

Status check_options(const S3Options& options) {
  const auto bad = [](std::string what) {
    return fail(ErrorCode::invalid_argument, "object store: " + std::move(what));
  };
  const std::string_view endpoint = options.endpoint;
  const bool is_address = (endpoint.starts_with("http://") || endpoint.starts_with("https://")) &&
                          !endpoint.ends_with('/') && is_plain(endpoint, "-.:/[]");
  if (!is_address) return bad("the endpoint is http://HOST:PORT or https://HOST, without a path");
  if (!is_bucket(options.bucket)) return bad("'" + options.bucket + "' is no bucket's name");
  if (!is_prefix(options.prefix)) return bad("'" + options.prefix + "' cannot be a prefix");
  if (options.region.empty() || !is_plain(options.region, "-")) return bad("the region is a word");
  if (options.access_key.empty() || options.secret_key.empty()) return bad("keys are missing");
  if (options.part_bytes < kPartBytesMin) return bad("parts have at least 5 MiB");
  return {};
}

/// SHA-256 of a part of a file.
Result<std::string> digest_of(int fd, std::uint64_t from, std::uint64_t bytes) {
  digest::Sha256 hash;
  std::string piece(1U << 20, '\0');
  while (bytes > 0) {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(bytes, piece.size()));
    const ssize_t got = ::pread(fd, piece.data(), wanted, static_cast<off_t>(from));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return fail(os::error_from_errno(got < 0 ? errno : EIO, "read a blob"));
    hash.update(std::string_view(piece).substr(0, static_cast<std::size_t>(got)));
    from += static_cast<std::uint64_t>(got);
    bytes -= static_cast<std::uint64_t>(got);
  }
  return hash.finish();
}

struct Blob {
  std::string sha256;
  os::Fd fd;
  std::uint64_t bytes = 0;
};

}  // namespace

struct S3Remote::Impl {
  explicit Impl(S3Options given) : options(std::move(given)), connections(options) {}

  [[nodiscard]] std::string bucket_path() const { return "/" + options.bucket; }
  [[nodiscard]] std::string folder() const {
    return options.prefix.empty() ? "sha256/" : options.prefix + "/sha256/";
  }
  [[nodiscard]] std::string key(const std::string& sha256) const {
    return bucket_path() + "/" + folder() + sha256.substr(0, 2) + "/" + sha256;
  }
  /// Waiting helps against what is unavailable only: a wrong region or name is answered by 301 or
  /// 400.
  [[nodiscard]] static ErrorCode code_of(long status) {
    switch (status) {
      case 401:
      case 403: return ErrorCode::denied;
      case 404: return ErrorCode::not_found;
      case 408:
      case 429: return ErrorCode::unavailable;
      default: return status < 500 ? ErrorCode::invalid_argument : ErrorCode::unavailable;
    }
  }

  /// An answer that is no success, in words: what the store says, never what was sent.
  [[nodiscard]] Error refusal(const Answer& answer, std::string_view what) const {
    std::size_t from = 0;
    const std::string said = detail::next_element(answer.body, "Code", from);
    return {code_of(answer.status), "the object store at " + options.endpoint + ", bucket '" +
                                        options.bucket + "', does not " + std::string(what) + ": " +
                                        std::to_string(answer.status) +
                                        (said.empty() ? "" : " " + said)};
  }

  Status put(const Blob& blob) {
    AIFLOW_ASSIGN(const auto answer, connections.send({.method = "PUT",
                                                       .path = key(blob.sha256),
                                                       .query = {},
                                                       .upload_fd = blob.fd.get(),
                                                       .upload_bytes = blob.bytes,
                                                       .body_sha256 = blob.sha256}));
    return answer.status == 200 ? Status{} : fail(refusal(answer, "take a blob"));
  }

  Status put_in_parts(const Blob& blob) {
    AIFLOW_ASSIGN(
        const auto begun,
        connections.send({.method = "POST", .path = key(blob.sha256), .query = "uploads="}));
    std::size_t from = 0;
    const std::string id = detail::next_element(begun.body, "UploadId", from);
    if (begun.status != 200 || id.empty()) return fail(refusal(begun, "begin an upload"));
    Status done = send_parts(blob, id);
    // Parts of an upload that is given up would be kept, and paid for, for ever.
    if (!done) {
      static_cast<void>(connections.send({.method = "DELETE",
                                          .path = key(blob.sha256),
                                          .query = "uploadId=" + detail::encode(id)}));
    }
    return done;
  }

  Status send_parts(const Blob& blob, const std::string& id) {
    const std::uint64_t step =
        std::max(options.part_bytes, (blob.bytes + kPartsMax - 1) / kPartsMax);
    std::string list = "<CompleteMultipartUpload>";
    for (std::uint64_t at = 0, number = 1; at < blob.bytes; at += step, ++number) {
      const std::uint64_t bytes = std::min(step, blob.bytes - at);
      AIFLOW_ASSIGN(auto sha256, digest_of(blob.fd.get(), at, bytes));
      AIFLOW_ASSIGN(const auto answer,
                    connections.send({.method = "PUT",
                                      .path = key(blob.sha256),
                                      .query = "partNumber=" + std::to_string(number) +
                                               "&uploadId=" + detail::encode(id),
                                      .upload_fd = blob.fd.get(),
                                      .upload_from = at,
                                      .upload_bytes = bytes,
                                      .body_sha256 = std::move(sha256)}));
      if (answer.status != 200 || answer.etag.empty()) return fail(refusal(answer, "take a part"));
      list += "<Part><PartNumber>" + std::to_string(number) + "</PartNumber><ETag>" + answer.etag +
              "</ETag></Part>";
    }
    const auto ended = connections.send({.method = "POST",
                                         .path = key(blob.sha256),
                                         .query = "uploadId=" + detail::encode(id),
                                         .body = list + "</CompleteMultipartUpload>"});
    // The status is sent before the parts are joined: an error may follow it.
    const bool is_done = ended && ended->status == 200 &&
                         ended->body.find("CompleteMultipartUploadResult") != std::string::npos;
    if (is_done) return {};
    // After an answer that was lost, the next one says that there is no such upload any more.
    if (const auto joined = has(blob.sha256); joined && *joined) return {};
    return ended ? fail(refusal(*ended, "join the parts")) : fail(ended.error());
  }

  Result<bool> has(const std::string& sha256) {
    AIFLOW_ASSIGN(const auto answer,
                  connections.send({.method = "HEAD", .path = key(sha256), .query = {}}));
    if (answer.status == 200) return true;
    if (answer.status == 404) return false;
    return fail(refusal(answer, "say whether it has a blob"));
  }

  S3Options options;
  detail::Connections connections;
};

S3Remote::S3Remote(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
S3Remote::~S3Remote() = default;

Result<std::shared_ptr<S3Remote>> S3Remote::open(S3Options options) {
  AIFLOW_TRY(check_options(options));
  static std::once_flag is_set_up;
  std::call_once(is_set_up, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  return std::shared_ptr<S3Remote>(new S3Remote(std::make_unique<Impl>(std::move(options))));
}

Status S3Remote::check() {
  AIFLOW_ASSIGN(const auto answer,
                impl_->connections.send(
                    {.method = "GET",
                     .path = impl_->bucket_path(),
                     .query = "list-type=2&max-keys=1&prefix=" + detail::encode(impl_->folder())}));
  return answer.status == 200 ? Status{} : fail(impl_->refusal(answer, "list the bucket"));
}

Status S3Remote::upload(const std::string& sha256, const std::filesystem::path& file) {
  AIFLOW_ASSIGN(const bool is_there, contains(sha256));
  if (is_there) return {};
  Blob blob{.sha256 = sha256, .fd = os::Fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC))};
  struct stat info{};
  if (!blob.fd.valid() || ::fstat(blob.fd.get(), &info) != 0) {
    return fail(os::error_from_errno(errno, "read '" + file.string() + "'"));
  }
  blob.bytes = static_cast<std::uint64_t>(info.st_size);
  return blob.bytes <= impl_->options.part_bytes ? impl_->put(blob) : impl_->put_in_parts(blob);
}

Status S3Remote::download(const std::string& sha256, const std::filesystem::path& file) {
  const os::Fd fd(::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd.valid()) return fail(os::error_from_errno(errno, "write '" + file.string() + "'"));
  AIFLOW_ASSIGN(
      const auto answer,
      impl_->connections.send(
          {.method = "GET", .path = impl_->key(sha256), .query = {}, .download_fd = fd.get()}));
  return answer.status == 200 ? Status{} : fail(impl_->refusal(answer, "give a blob"));
}

Result<bool> S3Remote::contains(const std::string& sha256) { return impl_->has(sha256); }

Status S3Remote::remove(const std::string& sha256) {
  AIFLOW_ASSIGN(
      const auto answer,
      impl_->connections.send({.method = "DELETE", .path = impl_->key(sha256), .query = {}}));
  const bool is_gone = answer.status == 204 || answer.status == 200 || answer.status == 404;
  return is_gone ? Status{} : fail(impl_->refusal(answer, "remove a blob"));
}

Status S3Remote::for_each(const std::function<void(const blobs::Kept&)>& visit) {
  std::string token;
  do {
    const std::string start =
        token.empty() ? "" : "continuation-token=" + detail::encode(token) + "&";
    AIFLOW_ASSIGN(const auto answer,
                  impl_->connections.send({.method = "GET",
                                           .path = impl_->bucket_path(),
                                           .query = start + "list-type=2&max-keys=" +
                                                    std::to_string(impl_->options.list_keys) +
                                                    "&prefix=" + detail::encode(impl_->folder())}));
    if (answer.status != 200) return fail(impl_->refusal(answer, "list the bucket"));
    std::size_t from = 0;
    for (;;) {
      const std::string item = detail::next_element(answer.body, "Contents", from);
      if (item.empty()) break;
      std::size_t at = 0;
      const std::string key = detail::next_element(item, "Key", at);
      blobs::Kept kept{.sha256 = key.substr(key.rfind('/') + 1)};
      if (!blobs::is_digest(kept.sha256)) continue;
      at = 0;
      const std::string size = detail::next_element(item, "Size", at);
      std::from_chars(size.data(), size.data() + size.size(), kept.size);
      at = 0;
      const auto time = parse_time(detail::next_element(item, "LastModified", at));
      // Without a readable time it counts as new: it is not taken for garbage.
      kept.changed_at = time ? *time : WallTime::max();
      visit(kept);
    }
    from = 0;
    token = detail::next_element(answer.body, "NextContinuationToken", from);
  } while (!token.empty());
  return {};
}

Result<S3Place> parse_s3_place(const std::string& text) {
  constexpr std::string_view kScheme = "s3://";
  const bool is_s3 = text.starts_with(kScheme);
  const std::string rest = is_s3 ? text.substr(kScheme.size()) : "";
  const auto slash = rest.find('/');
  S3Place place{.bucket = rest.substr(0, slash),
                .prefix = slash == std::string::npos ? "" : rest.substr(slash + 1)};
  if (is_s3 && is_bucket(place.bucket) && is_prefix(place.prefix)) return place;
  return fail(ErrorCode::invalid_argument,
              "'" + text + "' is no place for blobs: write s3://BUCKET or s3://BUCKET/PREFIX");
}

Result<S3Keys> parse_s3_keys(std::string_view text) {
  S3Keys keys;
  bool is_default = true;  // lines before the first section count
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const auto trim = [](std::string_view word) {
      const auto first = word.find_first_not_of(" \t\r");
      if (first == std::string_view::npos) return std::string_view();
      return word.substr(first, word.find_last_not_of(" \t\r") - first + 1);
    };
    line = trim(line);
    if (line.starts_with('[')) is_default = line == "[default]";
    const auto equals = line.find('=');
    if (!is_default || equals == std::string_view::npos) continue;
    const auto name = trim(line.substr(0, equals));
    const auto value = trim(line.substr(equals + 1));
    if (name == "aws_access_key_id") keys.access_key = Secret(value);
    if (name == "aws_secret_access_key") keys.secret_key = Secret(value);
  }
  if (!keys.access_key.empty() && !keys.secret_key.empty()) return keys;
  return fail(ErrorCode::invalid_argument,
              "it needs the lines 'aws_access_key_id = …' and 'aws_secret_access_key = …'");
}

}  // namespace aiflow::s3
