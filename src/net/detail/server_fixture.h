// SPDX-License-Identifier: Apache-2.0
// For tests: a server whose handler does what a test says.
#pragma once

#include <doctest/doctest.h>
#include <sys/socket.h>

#include <array>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "net/client.h"
#include "net/server.h"
#include "os/file.h"
#include "os/socket.h"
#include "os/system_clock.h"
#include "os/temp_dir.h"

namespace aiflow::net {

using namespace std::chrono_literals;

inline const os::SystemClock kClock;

class TestHandler final : public Handler {
 public:
  std::variant<BodyRule, Response> admit(Request& request) override {
    if (on_admit) return on_admit(request);
    return rule;
  }
  void handle(Request request, Responder responder) override {
    on_handle(std::move(request), std::move(responder));
  }
  Lane lane(const Request& request) const override {
    return request.path.starts_with("/machine") ? Lane::machines : Lane::people;
  }
  Response refuse(int status, std::string_view reason, std::string_view) override {
    return {
        .status = status, .content_type = "text/plain", .headers = {}, .body = std::string(reason)};
  }

  BodyRule rule;
  std::function<std::variant<BodyRule, Response>(Request&)> on_admit;
  std::function<void(Request, Responder)> on_handle = [](Request request, Responder responder) {
    std::move(responder).send(
        {.content_type = "text/plain",
         .headers = {},
         .body = request.method + " " + request.path + "?" + request.query + " " + request.body});
  };
};

struct Fixture {
  explicit Fixture(ServerOptions options = {}) {
    options.unix_socket = folder.path() / "s.sock";
    if (!options.port) options.port = 0;
    server = Server::start(options, handler).value();
  }
  Client client() const { return {kClock, {.unix_socket = folder.path() / "s.sock"}}; }
  Client tcp_client() const { return {kClock, {.unix_socket = {}, .port = server->port()}}; }
  os::Fd raw() const {
    return os::connect_unix(folder.path() / "s.sock", Deadline::after(kClock, 5s)).value();
  }

  os::TempDir folder = os::TempDir::create("net-test").value();
  TestHandler handler;
  std::unique_ptr<Server> server;
};

inline Deadline soon() { return Deadline::after(kClock, 10s); }

/// Everything until the server closes.
inline std::string read_all(const os::Fd& fd) {
  std::string out;
  std::array<char, 4096> piece{};
  timeval limit{.tv_sec = 10, .tv_usec = 0};
  ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  for (;;) {
    const auto got = ::recv(fd.get(), piece.data(), piece.size(), 0);
    if (got <= 0) return out;
    out.append(piece.data(), static_cast<std::size_t>(got));
  }
}

inline std::string talk(const Fixture& fixture, std::string_view bytes) {
  const auto fd = fixture.raw();
  CHECK(os::send_all(fd.get(), bytes, soon()));
  return read_all(fd);
}

/// A value that one thread waits for and another sets. Declared before the fixture whose handler
/// uses it: the server's threads end with the fixture.
class Signal {
 public:
  void set() {
    const std::scoped_lock lock(mutex_);
    set_ = true;
    changed_.notify_all();
  }
  bool wait() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, 10s, [&] { return set_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool set_ = false;
};

}  // namespace aiflow::net
