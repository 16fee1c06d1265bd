// SPDX-License-Identifier: Apache-2.0
// What all connections of one server share. Connections keep it alive, so that a Responder or an
// EventStream may outlive the Server object; after `ended` nothing is posted any more.
#pragma once

#include <atomic>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "net/detail/pool.h"
#include "net/server.h"

namespace aiflow::net::detail {

namespace asio = boost::asio;
using Socket = asio::generic::stream_protocol::socket;

/// Something with a socket that the server closes when it stops. Loop thread only.
class Closable {
 public:
  virtual ~Closable() = default;
  virtual void close_now() = 0;
  /// False while a request is being answered: a stopping server waits for it.
  [[nodiscard]] virtual bool is_idle() const = 0;
  /// Since when it waits for a request header or a piece of a body; max() when it does not.
  [[nodiscard]] virtual asio::steady_timer::time_point waits_since() const {
    return asio::steady_timer::time_point::max();
  }
  /// Of the Unix socket, whose peers have connections of their own to use up.
  [[nodiscard]] virtual bool is_local() const { return false; }
};

struct Core {
  Core(ServerOptions server_options, Handler& request_handler)
      : options(std::move(server_options)),
        handler(request_handler),
        // Half as many, so that they do not crowd the others out of the processors either.
        people({.threads_max = (options.handler_threads_max + 1) / 2,
                .queue_max = options.handler_queue_max}),
        machines(
            {.threads_max = options.handler_threads_max, .queue_max = options.handler_queue_max}) {}

  [[nodiscard]] Pool& pool(Handler::Lane lane) {
    return lane == Handler::Lane::machines ? machines : people;
  }

  /// Runs `task` on the loop thread; destroys it here, unrun, when the loop has ended.
  template <class F>
  void post(F task) {
    const std::scoped_lock lock(mutex);
    if (!ended) asio::post(io, std::move(task));
  }
  /// From now on posted tasks are destroyed unrun. What was posted before is left in `io`.
  void end();
  [[nodiscard]] std::vector<Closable*> list_open();
  [[nodiscard]] std::string next_request_id();

  const ServerOptions options;
  Handler& handler;
  asio::io_context io{1};
  Pool people;
  Pool machines;
  std::atomic<bool> stopping{false};  ///< no new requests
  std::atomic<std::size_t> connections{0};
  std::atomic<std::size_t> local_connections{0};  ///< of these, on the Unix socket
  std::atomic<std::uint64_t> requests{0};
  std::uint32_t id_start = 0;
  std::shared_ptr<asio::ssl::context> tls;  ///< null: plain

  std::mutex mutex;
  bool ended = false;  ///< nothing runs what is posted any more
  std::set<Closable*> open;
};

/// Counts a connection for as long as it lives, and lists it for the stop.
class OpenMark {
 public:
  OpenMark(Core& core, Closable& item, bool is_local)
      : core_(core), item_(item), is_local_(is_local) {
    const std::scoped_lock lock(core_.mutex);
    core_.open.insert(&item_);
    core_.connections.fetch_add(1);
    if (is_local_) core_.local_connections.fetch_add(1);
  }
  ~OpenMark() {
    const std::scoped_lock lock(core_.mutex);
    core_.open.erase(&item_);
    core_.connections.fetch_sub(1);
    if (is_local_) core_.local_connections.fetch_sub(1);
  }
  OpenMark(const OpenMark&) = delete;
  OpenMark& operator=(const OpenMark&) = delete;

 private:
  Core& core_;
  Closable& item_;
  const bool is_local_;
};

}  // namespace aiflow::net::detail
