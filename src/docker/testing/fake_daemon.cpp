// SPDX-License-Identifier: Apache-2.0
#include "docker/testing/fake_daemon.h"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <charconv>

#include "os/socket.h"
#include "os/system_clock.h"

namespace aiflow::docker {
namespace {

const os::SystemClock kClock;

/// Of the head's Content-Length; 0 without one.
std::size_t body_bytes(std::string_view head) {
  constexpr std::string_view kName = "Content-Length: ";
  const auto at = head.find(kName);
  std::size_t count = 0;
  if (at != std::string_view::npos) {
    std::from_chars(head.data() + at + kName.size(), head.data() + head.size(), count);
  }
  return count;
}

}  // namespace

FakeDaemon::FakeDaemon(std::vector<Answer> answers)
    : folder_(os::TempDir::create("docker").value()),
      listener_(os::listen_unix(socket()).value()),
      answers_(std::move(answers)),
      thread_([this] { serve(); }) {}

FakeDaemon::~FakeDaemon() { ends_ = true; }

std::vector<std::string> FakeDaemon::requests() {
  const std::scoped_lock lock(mutex_);
  return requests_;
}

bool FakeDaemon::was_asked(std::string_view start) {
  for (const auto& one : requests()) {
    if (one.starts_with(start)) return true;
  }
  return false;
}

void FakeDaemon::serve() {
  constexpr int kLookMs = 10;
  while (!ends_) {
    pollfd waits{.fd = listener_.get(), .events = POLLIN, .revents = 0};
    if (::poll(&waits, 1, kLookMs) <= 0) continue;
    auto connection =
        os::accept_unix(listener_.get(), Deadline::after(kClock, std::chrono::seconds(1)));
    if (connection) serve_connection(*connection);
  }
}

void FakeDaemon::serve_connection(const os::Fd& connection) {
  std::string text;
  std::array<char, 4096> buffer{};
  while (!ends_) {
    constexpr int kLookMs = 10;
    std::array waits{pollfd{.fd = connection.get(), .events = POLLIN, .revents = 0},
                     pollfd{.fd = listener_.get(), .events = POLLIN, .revents = 0}};
    if (::poll(waits.data(), waits.size(), kLookMs) <= 0) continue;
    if (waits[0].revents == 0) return;  // the client has another connection now
    const auto got = ::recv(connection.get(), buffer.data(), buffer.size(), 0);
    if (got <= 0) return;
    text.append(buffer.data(), static_cast<std::size_t>(got));
    const auto head = text.find("\r\n\r\n");
    if (head == std::string::npos || text.size() < head + 4 + body_bytes(text)) continue;
    const Answer reply = next(text);
    text.clear();
    static_cast<void>(os::send_all(connection.get(), reply.bytes,
                                   Deadline::after(kClock, std::chrono::seconds(5))));
    if (reply.close) return;
  }
}

FakeDaemon::Answer FakeDaemon::next(const std::string& request) {
  const std::scoped_lock lock(mutex_);
  requests_.push_back(request);
  for (auto one = answers_.begin(); one != answers_.end(); ++one) {
    if (!request.starts_with(one->request)) continue;
    Answer found = std::move(*one);
    answers_.erase(one);
    return found;
  }
  return {.request = "", .bytes = answer(500, R"({"message":"not expected"})")};
}

std::string answer(int status, std::string_view body) {
  return "HTTP/1.1 " + std::to_string(status) +
         " Words\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         std::string(body);
}

std::string open_answer() { return "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"; }

}  // namespace aiflow::docker
