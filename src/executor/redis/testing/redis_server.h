// SPDX-License-Identifier: Apache-2.0
// For tests: a real redis-server on a port and in a folder of its own, and questions to it.
#pragma once

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <spawn.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <optional>
#include <string>
#include <vector>

#include "os/process.h"
#include "os/system_clock.h"
#include "os/temp_dir.h"
#include "redis/connection.h"

namespace aiflow::executor::testing {

inline constexpr auto kPatience = std::chrono::seconds(20);

inline std::uint16_t free_port() {
  const os::Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof at;
  REQUIRE(::bind(fd.get(), reinterpret_cast<sockaddr*>(&at), size) == 0);
  REQUIRE(::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&at), &size) == 0);
  return ntohs(at.sin_port);
}

/// A client that waits for each answer.
class Client {
 public:
  explicit Client(redis::Address address) : address_(std::move(address)) {}

  redis::Reply ask(const redis::Command& command) {
    std::optional<redis::Reply> answer;
    const SteadyTime end = clock_.steady_now() + kPatience;
    bool is_asked = false;
    while (!answer && clock_.steady_now() < end) {
      if (!connection_.is_up()) is_asked = false;
      if (connection_.is_up() && !is_asked) {
        is_asked = true;
        connection_.call(command, [&](const redis::Reply& reply) { answer = reply; });
      }
      loop_->run_once(std::chrono::milliseconds(20));
    }
    REQUIRE_MESSAGE(answer.has_value(), command.front());
    return *std::move(answer);
  }

 private:
  os::SystemClock clock_;
  redis::Address address_;
  std::unique_ptr<os::EventLoop> loop_ = os::EventLoop::create(clock_).value();
  redis::Connection connection_{clock_, *loop_, address_, {.up = [] {}, .down = [](auto&) {}}};
};

class RedisServer {
 public:
  explicit RedisServer(std::vector<std::string> more = {}) : more_(std::move(more)) { start(); }
  ~RedisServer() { kill(); }

  /// By posix_spawn: os::Process's child shares our memory until its exec, and what the thread
  /// sanitizer intercepts in it leaves this thread's locks unseen ever after. setpriv: it ends with
  /// us.
  void start() {
    std::vector<std::string> words = {"setpriv",   "--pdeathsig",
                                      "KILL",      "redis-server",
                                      "--port",    std::to_string(port_),
                                      "--bind",    "127.0.0.1",
                                      "--save",    "",
                                      "--dir",     folder_.path(),
                                      "--logfile", folder_.path() / "log"};
    words.insert(words.end(), more_.begin(), more_.end());
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    pid_t pid = 0;
    REQUIRE(::posix_spawnp(&pid, argv[0], nullptr, nullptr, argv.data(), environ) == 0);
    process_ = os::Process::adopt(pid).value();
  }
  /// kill -9
  void kill() {
    process_->send_signal(SIGKILL);
    static_cast<void>(process_->wait(Deadline::after(clock_, kPatience)));
  }
  [[nodiscard]] redis::Address address(std::string_view password = "") const {
    redis::Address address;
    address.host = "127.0.0.1";
    address.port = port_;
    if (!password.empty()) address.password = std::make_shared<const Secret>(password);
    return address;
  }

 private:
  os::SystemClock clock_;
  os::TempDir folder_ = os::TempDir::create("redis").value();
  std::uint16_t port_ = free_port();
  std::vector<std::string> more_;
  std::optional<os::Process> process_;
};

}  // namespace aiflow::executor::testing
