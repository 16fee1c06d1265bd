// SPDX-License-Identifier: Apache-2.0
// Brokers for tests: programs on ports of their own, ended with the test.
#pragma once

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <spawn.h>
#include <sys/socket.h>

#include <array>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "os/file.h"
#include "os/process.h"
#include "os/system_clock.h"
#include "trigger/trigger.h"

namespace aiflow::trigger::testing {

using namespace std::chrono_literals;
inline sockaddr_in local(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

inline std::uint16_t free_port() {
  const os::Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address = local(0);
  REQUIRE(::bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  socklen_t size = sizeof address;
  REQUIRE(::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
  return ntohs(address.sin_port);
}

/// A connection, when something listens there.
inline os::Fd dial(std::uint16_t port) {
  for (int i = 0; i < 2000; ++i) {
    os::Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address = local(port);
    if (::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) return fd;
    os::sleep_for(5ms);
  }
  FAIL("nothing listens");
  return {};
}

inline std::string receive(const os::Fd& fd) {
  std::array<char, 4096> buffer{};
  const auto got = ::recv(fd.get(), buffer.data(), buffer.size(), 0);
  return {buffer.data(), got > 0 ? static_cast<std::size_t>(got) : 0};
}

/// By posix_spawn: os::Process's child shares our memory until its exec, and what the thread
/// sanitizer intercepts in it leaves this thread's locks unseen ever after. setpriv: it ends with
/// us.
inline os::Process spawned(std::vector<std::string> words) {
  words.insert(words.begin(), {"setpriv", "--pdeathsig", "KILL"});
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  pid_t pid = 0;
  REQUIRE(::posix_spawnp(&pid, argv[0], nullptr, nullptr, argv.data(), environ) == 0);
  return os::Process::adopt(pid).value();
}

/// A program on a port, in a folder of its own.
class Program {
 public:
  Program(std::vector<std::string> argv, std::uint16_t port) : argv_(std::move(argv)), port_(port) {
    start();
  }
  ~Program() { kill(); }
  void start() {
    process_ = spawned(argv_);
    dial(port_);
  }
  void kill() {
    process_->send_signal(SIGKILL);
    while (!process_->poll()) os::sleep_for(1ms);
  }
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  std::vector<std::string> argv_;
  std::uint16_t port_;
  std::optional<os::Process> process_;
};

class Redis : public Program {
 public:
  explicit Redis(std::vector<std::string> more = {}) : Redis(free_port(), std::move(more)) {}
  /// How many listened. Not text of a line: no spaces.
  int publish(const std::string& channel, const std::string& text) {
    const os::Fd fd = dial(port());
    REQUIRE(os::write_all(fd.get(), "PUBLISH " + channel + " " + text + "\r\n"));
    return std::atoi(receive(fd).c_str() + 1);
  }
  /// What it answers to a command in one line: no spaces in its words.
  std::string ask(const std::string& command) {
    const os::Fd fd = dial(port());
    REQUIRE(os::write_all(fd.get(), command + "\r\n"));
    return receive(fd);
  }
  /// Until it answers so.
  void ask_until(const std::string& command, const std::string& answer) {
    std::string last;
    for (int i = 0; i < 4000 && (last = ask(command)) != answer; ++i) os::sleep_for(5ms);
    CHECK(last == answer);
  }
  /// Until somebody has heard it.
  void publish_until_heard(const std::string& channel, const std::string& text) {
    for (int i = 0; i < 4000 && publish(channel, text) == 0; ++i) os::sleep_for(5ms);
  }

 private:
  Redis(std::uint16_t port, std::vector<std::string> more)
      : Program(
            [&] {
              std::vector<std::string> argv = {
                  "redis-server", "--port", std::to_string(port), "--bind",   "127.0.0.1",
                  "--save",       "",       "--logfile",          "/dev/null"};
              argv.insert(argv.end(), more.begin(), more.end());
              return argv;
            }(),
            port) {}
};

inline RedisTrigger channel(const Redis& redis, const std::string& name) {
  return {.host = "127.0.0.1", .port = redis.port(), .channels = {name}};
}

}  // namespace aiflow::trigger::testing
