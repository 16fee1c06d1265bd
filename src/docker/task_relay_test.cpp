// SPDX-License-Identifier: Apache-2.0
#include "docker/task_relay.h"

#include <doctest/doctest.h>

#include "os/socket.h"
#include "os/system_clock.h"
#include "os/temp_dir.h"

namespace aiflow::docker {
namespace {

using namespace std::chrono_literals;

const os::SystemClock kClock;

Deadline soon() { return Deadline::after(kClock, 5s); }

struct Fixture {
  os::TempDir folder = os::TempDir::create("relay").value();
  std::pair<os::Fd, os::Fd> worker = os::socket_pair().value();
  os::Fd server = os::listen_unix(folder.path() / "server.sock").value();
  std::unique_ptr<TaskRelay> relay = TaskRelay::start({.folder = folder.path(),
                                                       .worker_fd = worker.second.get(),
                                                       .api_socket = folder.path() / "server.sock"})
                                         .value();
  os::Fd task() { return os::connect_unix(folder.path() / "task.sock", soon()).value(); }
};

TEST_CASE("frames go both ways, and what was sent before the task came waits for it") {
  Fixture all;
  REQUIRE(os::send_frame(all.worker.first.get(), R"({"type":"TaskStart"})", soon()));
  const os::Fd task = all.task();
  CHECK(os::recv_frame(task.get(), 1000, soon()).value() == R"({"type":"TaskStart"})");
  REQUIRE(os::send_frame(task.get(), R"({"type":"TaskXComPush"})", soon()));
  CHECK(os::recv_frame(all.worker.first.get(), 1000, soon()).value() ==
        R"({"type":"TaskXComPush"})");
  CHECK(!all.relay->finish());
}

TEST_CASE("what a task said last is passed on after its end, but no half frames") {
  Fixture all;
  {
    const os::Fd task = all.task();
    REQUIRE(os::send_frame(task.get(), R"({"type":"TaskDone"})", soon()));
    REQUIRE(os::send_all(task.get(), {"\0\0\0\7abc", 7}, soon()));
    // It is taken once the relay has it: the first frame says so.
    CHECK(os::recv_frame(all.worker.first.get(), 1000, soon()).value() == R"({"type":"TaskDone"})");
  }
  CHECK(all.relay->finish());
  REQUIRE(os::send_frame(all.worker.second.get(), "mine", soon()));
  CHECK(os::recv_frame(all.worker.first.get(), 1000, soon()).value() == "mine");
}

TEST_CASE("calls of the API reach the server, several at a time") {
  Fixture all;
  const os::Fd one = os::connect_unix(all.folder.path() / "api.sock", soon()).value();
  const os::Fd two = os::connect_unix(all.folder.path() / "api.sock", soon()).value();
  REQUIRE(os::send_all(one.get(), "first", soon()));
  const os::Fd first = os::accept_unix(all.server.get(), soon()).value();
  CHECK(os::recv_exact(first.get(), 5, soon()).value() == "first");
  REQUIRE(os::send_all(two.get(), "other", soon()));
  const os::Fd second = os::accept_unix(all.server.get(), soon()).value();
  CHECK(os::recv_exact(second.get(), 5, soon()).value() == "other");
  REQUIRE(os::send_all(first.get(), "answer", soon()));
  CHECK(os::recv_exact(one.get(), 6, soon()).value() == "answer");
}

TEST_CASE("a task that sends no frames is cut off") {
  Fixture all;
  const os::Fd task = all.task();
  REQUIRE(os::send_all(task.get(), "\xFF\xFF\xFF\xFF what is this", soon()));
  CHECK(os::recv_exact(task.get(), 1, soon()).error().code == ErrorCode::unavailable);
  CHECK(!all.relay->finish());
}

}  // namespace
}  // namespace aiflow::docker
