// SPDX-License-Identifier: Apache-2.0
#include "s3/detail/request.h"

#include <curl/curl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/assert.h"
#include "digest/sha256.h"
#include "os/fd.h"
#include "os/file.h"
#include "os/system_clock.h"

namespace aiflow::s3::detail {
namespace {

constexpr std::size_t kAnswerBytesMax = 16U << 20;
constexpr long kConnectSeconds = 10;
/// A transfer that stands still for so long is given up.
constexpr long kStallSeconds = 60;
constexpr std::size_t kIdleMax = 8;
constexpr Duration kPauseMax = std::chrono::seconds(10);

/// What the callbacks of one transfer write into and read from.
struct Transfer {
  CURL* handle = nullptr;
  const Request* request = nullptr;
  Answer answer;
  std::uint64_t sent = 0;
  bool disk_failed = false;
};

long status_of(CURL* handle) {
  long status = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  return status;
}

std::size_t on_body(char* data, std::size_t size, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  const std::size_t bytes = size * count;
  if (transfer.request->download_fd >= 0 && status_of(transfer.handle) == 200) {
    if (os::write_all(transfer.request->download_fd, {data, bytes})) return bytes;
    transfer.disk_failed = true;
    return 0;
  }
  if (transfer.answer.body.size() + bytes > kAnswerBytesMax) return 0;
  transfer.answer.body.append(data, bytes);
  return bytes;
}

std::size_t on_upload(char* data, std::size_t size, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  const Request& request = *transfer.request;
  const std::uint64_t left = request.upload_bytes - transfer.sent;
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(left, size * count));
  for (;;) {
    const ssize_t got = ::pread(request.upload_fd, data, wanted,
                                static_cast<off_t>(request.upload_from + transfer.sent));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return CURL_READFUNC_ABORT;
    transfer.sent += static_cast<std::uint64_t>(got);
    return static_cast<std::size_t>(got);
  }
}

std::size_t on_header(char* data, std::size_t size, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  std::string line(data, size * count);
  constexpr std::string_view kName = "etag:";
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  std::string start = line.substr(0, kName.size());
  std::ranges::transform(start, start.begin(), lower);
  if (start == kName) {
    const auto from = line.find_first_not_of(' ', kName.size());
    const auto to = line.find_last_not_of("\r\n ");
    if (from != std::string::npos && to >= from) {
      transfer.answer.etag = line.substr(from, to - from + 1);
    }
  }
  return size * count;
}

struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Headers = std::unique_ptr<curl_slist, FreeList>;

Headers headers_of(const Request& request) {
  const std::string sha256 =
      request.body_sha256.empty() ? digest::sha256_of(request.body) : request.body_sha256;
  curl_slist* list = nullptr;
  for (const std::string& line :
       {"x-amz-content-sha256: " + sha256, std::string("Content-Type: application/octet-stream")}) {
    list = curl_slist_append(list, line.c_str());
  }
  return Headers(list);
}

bool is_for_a_moment(long status) {
  return status == 429 || status == 500 || status == 502 || status == 503 || status == 504;
}

}  // namespace

Connections::~Connections() {
  for (void* handle : idle_) curl_easy_cleanup(handle);
}

void* Connections::take() {
  {
    const std::scoped_lock lock(mutex_);
    if (!idle_.empty()) {
      void* handle = idle_.back();
      idle_.pop_back();
      return handle;
    }
  }
  void* handle = curl_easy_init();
  AIFLOW_ASSERT(handle != nullptr);
  return handle;
}

void Connections::give_back(void* handle) {
  curl_easy_reset(handle);  // keeps its connections
  const std::scoped_lock lock(mutex_);
  if (idle_.size() < kIdleMax) return idle_.push_back(handle);
  curl_easy_cleanup(handle);
}

Result<Answer> Connections::send(const Request& request) {
  Duration pause = options_.pause;
  for (int attempt = 1;; ++attempt) {
    auto answer = send_once(request);
    const bool is_well = answer && !is_for_a_moment(answer->status);
    const bool may_again = answer || answer.error().code == ErrorCode::unavailable;
    if (is_well || !may_again) return answer;
    if (attempt >= options_.tries) {
      if (!answer) return answer;
      return fail(ErrorCode::unavailable, "the object store at " + options_.endpoint +
                                              " answered " + std::to_string(answer->status));
    }
    os::sleep_for(pause);
    pause = std::min<Duration>(pause * 2, kPauseMax);
  }
}

Result<Answer> Connections::send_once(const Request& request) {
  if (request.download_fd >= 0) {
    const bool is_empty =
        ::ftruncate(request.download_fd, 0) == 0 && ::lseek(request.download_fd, 0, SEEK_SET) == 0;
    if (!is_empty) return fail(os::error_from_errno(errno, "write a download"));
  }
  CURL* handle = take();
  Transfer transfer{.handle = handle, .request = &request, .answer = {}};
  const std::string url =
      options_.endpoint + request.path + (request.query.empty() ? "" : "?" + request.query);
  const Headers headers = headers_of(request);
  std::string user(options_.access_key.reveal());  // libcurl signs with it and keeps its own copy
  user += ":";
  user += options_.secret_key.reveal();
  const std::string provider = "aws:amz:" + options_.region + ":s3";
  curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle, CURLOPT_AWS_SIGV4, provider.c_str());
  curl_easy_setopt(handle, CURLOPT_USERPWD, user.c_str());
  std::ranges::fill(user, '\0');
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(handle, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
  curl_easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, kStallSeconds);
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &on_body);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &transfer);
  curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, &on_header);
  curl_easy_setopt(handle, CURLOPT_HEADERDATA, &transfer);
  if (request.method == "HEAD") curl_easy_setopt(handle, CURLOPT_NOBODY, 1L);
  if (request.upload_fd >= 0) {
    curl_easy_setopt(handle, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(handle, CURLOPT_READFUNCTION, &on_upload);
    curl_easy_setopt(handle, CURLOPT_READDATA, &transfer);
    curl_easy_setopt(handle, CURLOPT_INFILESIZE_LARGE,
                     static_cast<curl_off_t>(request.upload_bytes));
  } else if (request.method == "POST") {
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request.body.size()));
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, request.body.c_str());
  }
  const CURLcode code = curl_easy_perform(handle);
  transfer.answer.status = status_of(handle);
  give_back(handle);
  if (code == CURLE_OK) return std::move(transfer.answer);
  if (transfer.disk_failed) return fail(ErrorCode::internal, "a download cannot be written");
  return fail(ErrorCode::unavailable, "the object store at " + options_.endpoint +
                                          " does not answer: " + curl_easy_strerror(code));
}

std::string encode(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') || std::string_view("-_.~").contains(c);
    if (is_plain) {
      out += c;
      continue;
    }
    constexpr std::string_view kHex = "0123456789ABCDEF";
    const auto byte = static_cast<unsigned char>(c);
    out += {'%', kHex[byte >> 4], kHex[byte & 15]};
  }
  return out;
}

std::string next_element(std::string_view xml, std::string_view name, std::size_t& from) {
  const std::string open = "<" + std::string(name) + ">";
  const std::size_t begin = xml.find(open, from);
  const std::size_t end =
      begin == std::string_view::npos ? begin : xml.find("</" + std::string(name) + ">", begin);
  if (end == std::string_view::npos) {
    from = xml.size();
    return "";
  }
  from = end;
  std::string text(xml.substr(begin + open.size(), end - begin - open.size()));
  constexpr std::pair<std::string_view, std::string_view> kEntities[] = {
      {"&quot;", "\""}, {"&#34;", "\""}, {"&lt;", "<"}, {"&gt;", ">"}, {"&amp;", "&"}};
  for (const auto& [entity, plain] : kEntities) {
    for (auto at = text.find(entity); at != std::string::npos; at = text.find(entity, at + 1)) {
      text.replace(at, entity.size(), plain);
    }
  }
  return text;
}

}  // namespace aiflow::s3::detail
