// SPDX-License-Identifier: Apache-2.0
#include "app/cli/serve.h"

#include <malloc.h>
#include <poll.h>

#include <array>
#include <csignal>
#include <iostream>
#include <map>
#include <string>

#include "app/cli/server.h"
#include "log/log.h"
#include "os/limits/open_files.h"
#include "os/signals.h"

namespace aiflow::app {
namespace {

enum class End { stopped, lost_lead };

/// Enough for all listeners' connections at once, which each have up to three with HTTPS.
constexpr std::uint64_t kOpenFiles = 8192;

/// So often it is looked whether all parts work; what ails one for shorter is not told.
constexpr int kLook_ms = 2000;

/// Tells on the terminal which parts of the server do not work, and when they do again.
class HealthTeller {
 public:
  void look(Server& server) {
    std::map<std::string, std::string> now;
    for (const auto& part : server.health().components) {
      if (part.status != "healthy") now[part.name] = part.reason;
    }
    for (const auto& [name, reason] : now) {
      const auto before = ailing_.find(name);
      if (before == ailing_.end()) continue;
      // A reason that is another one at each look is told once.
      const auto told = told_.find(name);
      const bool is_news =
          told == told_.end() || (told->second != reason && before->second == reason);
      if (!is_news) continue;
      told_[name] = reason;
      std::cout << name << " is unhealthy" << (reason.empty() ? "" : ": " + reason) << "\n"
                << std::flush;
    }
    std::erase_if(told_, [&](const auto& one) {
      if (now.contains(one.first)) return false;
      std::cout << one.first << " is healthy again\n" << std::flush;
      return true;
    });
    ailing_ = std::move(now);
  }

 private:
  std::map<std::string, std::string> ailing_;  ///< as of the last look: part to reason
  std::map<std::string, std::string> told_;
};

/// Waits for SIGTERM or SIGINT, or until another server has taken the lead.
End wait_for_end(const os::Fd& signals, Server& server) {
  HealthTeller health;
  for (;;) {
    if (os::read_signal(signals.get())) return End::stopped;
    std::array<pollfd, 2> waiting = {
        pollfd{.fd = signals.get(), .events = POLLIN, .revents = 0},
        pollfd{.fd = server.lost_lead(), .events = POLLIN, .revents = 0}};
    const int ready = ::poll(waiting.data(), waiting.size(), kLook_ms);
    if (waiting[1].revents != 0) return End::lost_lead;
    if (ready == 0) health.look(server);
  }
}

void print_welcome(const Server& server, const ServeOptions& options) {
  if (const auto port = server.taken_port()) {
    std::cout << "Port " << *port << " is taken; another one is used.\n";
  }
  std::cout << "AIflow " << options.version << " is ready at " << server.url() << "\n";
  if (const auto address = server.worker_address(); address.is_separate) {
    std::cout << "Workers elsewhere join at " << address.url << "\n";
  }
  // After '#': browsers do not send it, so that it is in no log.
  if (const auto& token = server.setup_token()) {
    std::cout << "First start: open " << server.url() << "/setup#" << token->reveal()
              << " within 24 hours, and choose the admin's name and password\n"
              << "(or make one here: aiflow user add NAME --role admin)\n";
  }
  std::cout << std::flush;
}

/// One life as a leader, with the standby before it.
Result<End> serve_once(const ServeOptions& options, const os::Fd& signals) {
  Server server(options);
  AIFLOW_TRY(server.open());
  AIFLOW_ASSIGN(const bool leads, server.wait_for_lead(signals, [&] {
    std::cout << "AIflow " << options.version << " is on standby at " << server.url() << "\n"
              << std::flush;
  }));
  if (!leads) return End::stopped;
  AIFLOW_TRY(server.start());
  log::info("server ready", {{"url", server.url()}, {"home", options.home}});
  print_welcome(server, options);
  const End end = wait_for_end(signals, server);
  server.stop();
  return end;
}

}  // namespace

int run_server(const ServeOptions& options) {
  // Few threads allocate at the same time; glibc's arena for each would keep memory for nothing.
  ::mallopt(M_ARENA_MAX, 2);
  os::ignore_sigpipe();
  os::allow_open_files(kOpenFiles);
  // Before any thread starts: all inherit the blocked signals.
  const auto signals = os::signal_fd({SIGTERM, SIGINT});
  if (!signals) {
    std::cerr << "error: " << signals.error().message << "\n";
    return 1;
  }
  for (;;) {
    const auto end = serve_once(options, *signals);
    if (!end) {
      std::cerr << "error: " << end.error().message << "\n";
      return 1;
    }
    if (*end == End::stopped) return 0;
  }
}

}  // namespace aiflow::app
