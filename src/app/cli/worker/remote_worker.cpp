// SPDX-License-Identifier: Apache-2.0
#include "app/cli/worker/remote_worker.h"

#include <poll.h>

#include <array>
#include <csignal>
#include <optional>
#include <thread>

#include "app/cli/worker/api_relay.h"
#include "base/placement.h"
#include "log/log.h"
#include "net/url.h"
#include "os/file.h"
#include "os/signals.h"
#include "os/system_clock.h"
#include "uplink/join.h"
#include "uplink/uplink.h"
#include "uplink/websocket_carrier.h"

namespace aiflow::app {
namespace {

/// Asks for a stop when a signal comes, for as long as it lives.
class StopOnSignal {
 public:
  [[nodiscard]] static Result<std::unique_ptr<StopOnSignal>> create() {
    std::unique_ptr<StopOnSignal> made(new StopOnSignal);
    AIFLOW_ASSIGN(made->signals_, os::signal_fd({SIGTERM, SIGINT}));
    AIFLOW_ASSIGN(made->over_, os::make_pipe());
    made->thread_ = std::jthread([raw = made.get()] { raw->wait(); });
    return made;
  }
  ~StopOnSignal() { over_.write_end.reset(); }
  [[nodiscard]] std::stop_token token() const { return stop_.get_token(); }

 private:
  StopOnSignal() = default;
  void wait() {
    std::array<pollfd, 2> fds = {pollfd{.fd = signals_.get(), .events = POLLIN, .revents = 0},
                                 pollfd{.fd = over_.read_end.get(), .events = 0, .revents = 0}};
    while (fds[1].revents == 0) {
      (void)::poll(fds.data(), fds.size(), -1);
      if (os::read_signal(signals_.get())) stop_.request_stop();
    }
  }

  os::Fd signals_;
  os::Pipe over_;
  std::stop_source stop_;
  std::jthread thread_;  ///< last: it uses the others
};

Result<uplink::Membership> join(const Clock& clock, const RemoteWorkerOptions& options) {
  std::vector<net::Endpoint> servers;
  for (const std::string& url : options.servers) {
    AIFLOW_ASSIGN(servers.emplace_back(), net::parse_server_url(url));
  }
  AIFLOW_ASSIGN(const auto signals, StopOnSignal::create());
  return uplink::join(clock,
                      {.home = options.worker.home,
                       .servers = std::move(servers),
                       .worker_id = options.worker.worker_id,
                       .token_file = options.token_file},
                      signals->token());
}

}  // namespace

Status run_remote_worker(const Clock& clock, const RemoteWorkerOptions& options) {
  AIFLOW_TRY(uplink::check_home(options.worker.home));
  auto member = join(clock, options);
  if (!member) return fail(std::move(member).error());
  supervise::WorkerOptions worker = options.worker;
  worker.worker_id = member->worker_id;
  worker.ends_with_lease = true;
  AIFLOW_TRY(os::make_dirs(worker.home / "run"));
  AIFLOW_ASSIGN(const auto api,
                ApiRelay::start(worker.home / "run/api.sock", member->servers.front()));
  uplink::WebSocketCarrier carrier(
      {.servers = member->servers,
       .credential = std::move(member->credential),
       .on_server = [&](const net::Endpoint& server) { api->lead_to(server); }});
  std::stop_source stop;
  std::optional<Error> refused;  // written before the stop, read after the worker's end
  const os::BootClock island_clock;
  std::optional<WorkerOffer> island;
  if (worker.labels.contains(kIslandLabel)) {
    island = WorkerOffer{.slots = worker.slots, .queues = worker.queues, .labels = worker.labels};
  }
  AIFLOW_ASSIGN(const auto link, uplink::Uplink::start(clock,
                                                       {.home = worker.home,
                                                        .island = std::move(island),
                                                        .island_clock = &island_clock,
                                                        .on_refused =
                                                            [&](const Error& why) {
                                                              refused = why;
                                                              stop.request_stop();
                                                            }},
                                                       carrier));
  AIFLOW_TRY(supervise::run_worker(worker, stop.get_token()));
  link->await_core_end();
  if (!stop.stop_requested()) return {};
  AIFLOW_TRY(uplink::leave(worker.home));
  return fail(ErrorCode::denied, "the server refuses this worker: " + refused->message +
                                     "; to join again, give a new token: --token-file FILE");
}

}  // namespace aiflow::app
