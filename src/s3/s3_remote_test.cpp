// SPDX-License-Identifier: Apache-2.0
// Against a real S3 server, which tests/s3/run starts; without one only what needs none is looked
// at. `./dev test` always starts one.
#include "s3/s3_remote.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "blobs/blob_store.h"
#include "blobs/blob_store_conformance.h"
#include "digest/sha256.h"
#include "os/environment.h"
#include "os/fd.h"
#include "os/temp_dir.h"
#include "s3/detail/request.h"

namespace aiflow::s3 {
namespace {

using namespace std::chrono_literals;

const auto kEndpoint = os::get_env("AIFLOW_TEST_S3");

S3Options options(const std::string& prefix) {
  return {.endpoint = kEndpoint.value_or(""),
          .region = "us-east-1",
          .bucket = os::get_env("AIFLOW_TEST_S3_BUCKET").value_or(""),
          .prefix = prefix + std::to_string(::getpid()),
          .access_key = Secret(std::string_view(*os::get_env("AIFLOW_TEST_S3_ACCESS_KEY"))),
          .secret_key = Secret(std::string_view(*os::get_env("AIFLOW_TEST_S3_SECRET_KEY"))),
          .part_bytes = 5U << 20,
          .tries = 3,
          .pause = 1ms};
}

std::shared_ptr<S3Remote> opened(const std::string& prefix) {
  auto made = S3Remote::open(options(prefix));
  REQUIRE_MESSAGE(made, (made ? "" : made.error().message));
  const Status works = (*made)->check();
  REQUIRE_MESSAGE(works, (works ? "" : works.error().message));
  return *made;
}

TEST_CASE("a server is there wherever nothing may be left out") {
  CHECK((kEndpoint.has_value() || !os::get_env("AIFLOW_NO_SKIP")));
}

TEST_CASE("an object store keeps blobs" * doctest::skip(!kEndpoint)) {
  blobs::check_blob_store(opened("one"));
  blobs::check_blob_remote(opened("two"));
}

TEST_CASE("a large blob goes in parts and comes back whole" * doctest::skip(!kEndpoint)) {
  const os::TempDir folder = os::TempDir::create("s3").value();
  const auto remote = opened("parts");
  std::string large(11U << 20, 'x');
  for (std::size_t i = 0; i < large.size(); i += 4096) large[i] = static_cast<char>('a' + i % 23);
  blobs::BlobStore here(folder.path() / "here", remote);
  const auto put = here.put(large);
  REQUIRE_MESSAGE(put, (put ? "" : put.error().message));
  blobs::BlobStore there(folder.path() / "there", remote);
  CHECK(there.verify(put->sha256).has_value());
}

TEST_CASE("listing goes on over pages, with sizes and times" * doctest::skip(!kEndpoint)) {
  const os::TempDir folder = os::TempDir::create("s3").value();
  auto in_pages = options("list");
  in_pages.list_keys = 2;
  const auto remote = S3Remote::open(std::move(in_pages)).value();
  blobs::BlobStore store(folder.path() / "blobs", remote);
  for (int i = 0; i < 5; ++i) REQUIRE(store.put("blob " + std::to_string(i)));
  int count = 0;
  REQUIRE(remote->for_each([&](const blobs::Kept& kept) {
    ++count;
    CHECK(kept.size == 6);
    CHECK(kept.changed_at > WallTime{std::chrono::sys_days{std::chrono::year{2020} / 1 / 1}});
    CHECK(kept.changed_at < WallTime::max());
  }));
  CHECK(count == 5);
}

TEST_CASE("wrong keys and a missing bucket are told, without the keys" *
          doctest::skip(!kEndpoint)) {
  auto wrong = options("x");
  wrong.secret_key = Secret(std::string_view("not-the-secret"));
  const Status refused = S3Remote::open(std::move(wrong)).value()->check();
  CHECK(refused.error().code == ErrorCode::denied);
  CHECK(refused.error().message.find("not-the-secret") == std::string::npos);
  auto missing = options("x");
  missing.bucket = "no-such-bucket-here";
  CHECK(S3Remote::open(std::move(missing)).value()->check().error().code == ErrorCode::not_found);
}

TEST_CASE("what does not answer is tried again and then told") {
  S3Options nobody{.endpoint = "http://127.0.0.1:1",
                   .bucket = "bucket",
                   .access_key = Secret(std::string_view("a")),
                   .secret_key = Secret(std::string_view("b")),
                   .tries = 2,
                   .pause = 1ms};
  const Status refused = S3Remote::open(std::move(nobody)).value()->check();
  CHECK(refused.error().code == ErrorCode::unavailable);
  CHECK(refused.error().message.find("127.0.0.1:1") != std::string::npos);
}

/// A store that has joined the parts, but whose answer was lost: asked again, it knows no upload.
class LostAnswer {
 public:
  LostAnswer() {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    REQUIRE(::bind(fd_.get(), reinterpret_cast<sockaddr*>(&at), size) == 0);
    REQUIRE(::listen(fd_.get(), 8) == 0);
    REQUIRE(::getsockname(fd_.get(), reinterpret_cast<sockaddr*>(&at), &size) == 0);
    port_ = ntohs(at.sin_port);
    thread_ = std::thread([this] {
      for (int i = 0; i < 6; ++i) serve(os::Fd(::accept(fd_.get(), nullptr, nullptr)));
    });
  }
  ~LostAnswer() {
    ::shutdown(fd_.get(), SHUT_RDWR);
    thread_.join();
  }
  [[nodiscard]] std::string endpoint() const { return "http://127.0.0.1:" + std::to_string(port_); }

 private:
  static void send(const os::Fd& to, const std::string& text) {
    static_cast<void>(::send(to.get(), text.data(), text.size(), MSG_NOSIGNAL));
  }
  void serve(const os::Fd& from) {
    std::string got;
    std::array<char, 65'536> buffer{};
    std::size_t left = std::string::npos;  // of the body, once the head is there
    while (left > 0) {
      const ssize_t count = ::recv(from.get(), buffer.data(), buffer.size(), 0);
      if (count <= 0) return;
      const bool in_head = left == std::string::npos;
      if (!in_head) {
        left -= static_cast<std::size_t>(count);
        continue;
      }
      got.append(buffer.data(), static_cast<std::size_t>(count));
      const std::size_t end = got.find("\r\n\r\n");
      if (end == std::string::npos) continue;
      const std::size_t length = got.find("Content-Length: ");
      const std::size_t body =
          length == std::string::npos ? 0 : std::strtoull(got.c_str() + length + 16, nullptr, 10);
      left = body - std::min(body, got.size() - end - 4);
      if (left > 0) send(from, "HTTP/1.1 100 Continue\r\n\r\n");
    }
    answer(from, got);
  }
  void answer(const os::Fd& to, const std::string& head) {
    const bool joins = head.starts_with("POST") && head.contains("uploadId=");
    std::string status = "200 OK";
    std::string body;
    if (head.starts_with("HEAD") && !is_joined_) status = "404 Not Found";
    if (head.starts_with("POST")) body = "<UploadId>u</UploadId>";
    if (joins) {
      is_joined_ = true;
      status = "404 Not Found";
      body = "<Code>NoSuchUpload</Code>";
    }
    send(to, "HTTP/1.1 " + status + "\r\nETag: \"e\"\r\nConnection: close\r\nContent-Length: " +
                 std::to_string(body.size()) + "\r\n\r\n" + body);
  }

  os::Fd fd_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  std::uint16_t port_ = 0;
  bool is_joined_ = false;
  std::thread thread_;
};

TEST_CASE("parts that are joined are a success, though the answer was lost") {
  LostAnswer store;
  const os::TempDir folder = os::TempDir::create("s3").value();
  const std::string text((5U << 20) + 1, 'x');
  std::ofstream(folder.path() / "blob") << text;
  auto made = S3Remote::open({.endpoint = store.endpoint(),
                              .bucket = "bucket",
                              .access_key = Secret(std::string_view("a")),
                              .secret_key = Secret(std::string_view("b")),
                              .part_bytes = 5U << 20,
                              .tries = 1,
                              .pause = 1ms});
  REQUIRE(made);
  const Status done = (*made)->upload(digest::sha256_of(text), folder.path() / "blob");
  CHECK_MESSAGE(done, (done ? "" : done.error().message));
}

TEST_CASE("places and keys are read, and bad ones refused") {
  CHECK(parse_s3_place("s3://my-bucket")->bucket == "my-bucket");
  CHECK(parse_s3_place("s3://my-bucket/")->prefix.empty());
  CHECK(parse_s3_place("s3://my-bucket/site/one")->prefix == "site/one");
  for (const char* bad : {"", "my-bucket", "s3://", "s3://ab", "s3://my-bucket/a//b",
                          "s3://my-bucket/../x", "s3://my_bucket?x", "http://my-bucket"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_s3_place(bad));
  }
  const auto keys = parse_s3_keys(
      "[other]\naws_access_key_id = no\n[default]\r\n"
      "aws_access_key_id = KEY\r\n aws_secret_access_key=SE=CRET\n");
  REQUIRE(keys);
  CHECK(keys->access_key.reveal() == "KEY");
  CHECK(keys->secret_key.reveal() == "SE=CRET");
  CHECK_FALSE(parse_s3_keys("aws_access_key_id = KEY\n"));
}

TEST_CASE("queries are encoded, and answers read") {
  CHECK(detail::encode("a/b c+~") == "a%2Fb%20c%2B~");
  std::size_t from = 0;
  const std::string xml = "<L><K>one</K><K>t&amp;lt;</K></L>";
  CHECK(detail::next_element(xml, "K", from) == "one");
  CHECK(detail::next_element(xml, "K", from) == "t&lt;");
  CHECK(detail::next_element(xml, "K", from).empty());
}

}  // namespace
}  // namespace aiflow::s3
