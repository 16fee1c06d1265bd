// SPDX-License-Identifier: Apache-2.0
#include "os/socket.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <thread>

#include "os/environment.h"
#include "os/frame.h"
#include "os/system_clock.h"
#include "os/temp_dir.h"

namespace aiflow::os {
namespace {

const SystemClock kClock;

Deadline soon() { return Deadline::after(kClock, std::chrono::seconds(10)); }

TEST_CASE("frames come out as they went in, however the bytes are cut") {
  std::string stream =
      encode_frame("one") + encode_frame("") + encode_frame(std::string(70'000, 'x'));
  FrameReader reader(100'000);
  std::vector<std::string> got;
  for (std::size_t at = 0; at < stream.size(); at += 7) {
    reader.feed(std::string_view(stream).substr(at, 7));
    for (auto frame = reader.next().value(); frame; frame = reader.next().value()) {
      got.push_back(*frame);
    }
  }
  REQUIRE(got.size() == 3);
  CHECK(got[0] == "one");
  CHECK(got[1].empty());
  CHECK(got[2].size() == 70'000);
  CHECK(reader.pending_bytes() == 0);
}

TEST_CASE("a frame over the limit is refused by its header") {
  FrameReader reader(10);
  reader.feed(std::string_view("\x00\x00\x00\x0b", 4));
  CHECK(reader.next().error().code == ErrorCode::corrupt);
}

TEST_CASE("a listener is private, names its path when taken, and replaces a dead socket") {
  const TempDir dir = TempDir::create("aiflow-test").value();
  const Path path = dir.path() / std::string(120, 'd') / "a.sock";  // longer than sun_path
  REQUIRE(make_dirs(path.parent_path()).has_value());
  {
    const Fd listener = listen_unix(path).value();
    struct stat info{};
    ::stat(path.c_str(), &info);
    CHECK((info.st_mode & 0777) == 0600);
    CHECK(listen_unix(path).error().code == ErrorCode::conflict);
    const Fd client = connect_unix(path, soon()).value();
    const Fd server = accept_unix(listener.get(), soon()).value();
    CHECK(peer_credentials(server.get()).value().pid == process_id());
  }
  CHECK(connect_unix(path, soon()).error().code == ErrorCode::unavailable);
  CHECK(listen_unix(path).has_value());
  CHECK(connect_unix(dir.path() / "none", soon()).error().code == ErrorCode::not_found);
}

TEST_CASE("frames carry descriptors") {
  auto [a, b] = socket_pair().value();
  Pipe pipe = make_pipe().value();
  REQUIRE(send_frame_with_fds(a.get(), "take", {pipe.write_end.get()}, soon()).has_value());
  REQUIRE(send_frame(a.get(), "next", soon()).has_value());
  auto frame = recv_frame_with_fds(b.get(), 100, soon()).value();
  CHECK(frame.payload == "take");
  REQUIRE(frame.fds.size() == 1);
  CHECK(recv_frame(b.get(), 100, soon()).value() == "next");
  REQUIRE(write_all(frame.fds[0].get(), "x").has_value());
  char byte = 0;
  CHECK(::read(pipe.read_end.get(), &byte, 1) == 1);
}

TEST_CASE("receiving gives up at the deadline and says when the peer is gone") {
  auto [a, b] = socket_pair().value();
  const auto shortly = Deadline::after(kClock, std::chrono::milliseconds(5));
  CHECK(recv_frame(b.get(), 100, shortly).error().code == ErrorCode::timeout);
  REQUIRE(send_all(a.get(), std::string_view("\0\0\0\5hi", 6), soon()).has_value());
  a.reset();
  CHECK(recv_frame(b.get(), 100, soon()).error().code == ErrorCode::unavailable);
  CHECK(send_frame(b.get(), "x", soon()).error().code == ErrorCode::unavailable);
}

TEST_CASE("a frame larger than the socket's buffer arrives whole") {
  auto [a, b] = socket_pair().value();
  const std::string big(3 << 20, 'y');
  std::jthread sender([&, fd = a.get()] { CHECK(send_frame(fd, big, soon()).has_value()); });
  CHECK(recv_frame(b.get(), 8 << 20, soon()).value() == big);
}

}  // namespace
}  // namespace aiflow::os
