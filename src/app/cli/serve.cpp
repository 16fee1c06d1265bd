// SPDX-License-Identifier: Apache-2.0
#include "app/cli/serve.h"

#include <malloc.h>
#include <poll.h>

#include <csignal>
#include <iostream>

#include "app/cli/server.h"
#include "log/log.h"
#include "os/signals.h"

namespace aiflow::app {
namespace {

/// Waits for SIGTERM or SIGINT.
void wait_for_stop(const os::Fd& signals) {
  pollfd waiting{.fd = signals.get(), .events = POLLIN, .revents = 0};
  while (!os::read_signal(signals.get())) (void)::poll(&waiting, 1, -1);
}

void print_welcome(const Server& server, const ServeOptions& options) {
  if (const auto port = server.taken_port()) {
    std::cout << "Port " << *port << " is taken; another one is used.\n";
  }
  std::cout << "AIflow " << options.version << " is ready at " << server.url() << "\n";
  if (const auto& admin = server.new_admin()) {
    std::cout << "First log-in: user '" << admin->username << "', one-time password '"
              << admin->one_time_password.reveal()
              << "' (shown only now; you choose your own at the first log-in)\n";
  }
  std::cout << std::flush;
}

}  // namespace

int run_server(const ServeOptions& options) {
  // Few threads allocate at the same time; glibc's arena for each would keep memory for nothing.
  ::mallopt(M_ARENA_MAX, 2);
  os::ignore_sigpipe();
  // Before any thread starts: all inherit the blocked signals.
  const auto signals = os::signal_fd({SIGTERM, SIGINT});
  if (!signals) {
    std::cerr << "error: " << signals.error().message << "\n";
    return 1;
  }
  Server server(options);
  if (const auto started = server.start(); !started) {
    std::cerr << "error: " << started.error().message << "\n";
    return 1;
  }
  log::info("server ready", {{"url", server.url()}, {"home", options.home}});
  print_welcome(server, options);
  wait_for_stop(*signals);
  server.stop();
  return 0;
}

}  // namespace aiflow::app
