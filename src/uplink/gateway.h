// SPDX-License-Identifier: Apache-2.0
// The server's end of the web sockets of workers elsewhere: each is joined with a connection of its
// own to the executor's Unix socket, so that the executor learns nothing of networks; the depot
// takes what is for it on the way. Thread: one event loop; Link may be used from any thread.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "uplink/depot.h"

namespace aiflow::uplink {

namespace detail {
class FrameSocket;
class LoopThread;
}  // namespace detail

struct GatewayOptions {
  std::filesystem::path executor_socket;
  DepotOptions depot{};
};

class Gateway {
 public:
  /// How frames leave to the worker.
  struct Pipe {
    std::function<bool(std::string frame)> send;  ///< false: the connection ends
    std::function<void()> cut;
  };
  /// One worker's connection.
  class Link {
   public:
    Link(Gateway& gateway, std::int64_t id) : gateway_(gateway), id_(id) {}
    void attach(Pipe pipe);             ///< once; what came before waits for it
    void take(std::string_view frame);  ///< a frame of the worker
    void closed();                      ///< the worker has gone

   private:
    Gateway& gateway_;
    const std::int64_t id_;
  };

  [[nodiscard]] static Result<std::unique_ptr<Gateway>> start(const Clock& clock,
                                                              GatewayOptions options);
  /// Links must not be used any more.
  ~Gateway();
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;

  /// For a worker that has shown its credential; it may say hello as this one only.
  [[nodiscard]] std::shared_ptr<Link> open(const std::string& worker);
  /// Ends the connections of a worker whose credential is revoked.
  void cut(const std::string& worker);
  /// The server stops: tells its workers what is left to them. Returns when that is on its way.
  void leave_behind(const wire::LeftBehind& left);

 private:
  struct Session {
    std::string worker;
    Pipe pipe;
    std::unique_ptr<detail::FrameSocket> executor;
    std::vector<std::string> early;  ///< came before the pipe
    std::size_t early_bytes = 0;
  };

  Gateway(const Clock& clock, GatewayOptions options);
  void attach(std::int64_t id, Pipe pipe);
  void from_worker(std::int64_t id, std::string frame);
  void from_executor(std::int64_t id, const std::string& payload);
  [[nodiscard]] Status pass_on(Session& session, const std::string& frame);
  void end(std::int64_t id);

  const Clock& clock_;
  const GatewayOptions options_;
  Depot depot_;
  std::unique_ptr<detail::LoopThread> thread_;
  std::map<std::int64_t, Session> sessions_;  ///< the thread's
  std::atomic<std::int64_t> last_id_ = 0;
};

}  // namespace aiflow::uplink
