// SPDX-License-Identifier: Apache-2.0
#include "net/server.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <random>
#include <thread>
#include <vector>

#include "log/log.h"
#include "net/detail/connection.h"
#include "net/detail/tls_stream.h"
#include "os/socket.h"

namespace aiflow::net {

namespace detail {

std::string Core::next_request_id() {
  std::array<char, 32> text{};
  const auto n = std::snprintf(text.data(), text.size(), "%08x-%llx", id_start,
                               static_cast<unsigned long long>(requests.fetch_add(1) + 1));
  return {text.data(), static_cast<std::size_t>(n)};
}

void Core::end() {
  const std::scoped_lock lock(mutex);
  ended = true;
}

std::vector<Closable*> Core::list_open() {
  const std::scoped_lock lock(mutex);
  return {open.begin(), open.end()};
}

namespace {

using asio::ip::tcp;
using asio::local::stream_protocol;

Peer peer_of(tcp::socket& socket) {
  ErrorCodeOf error;
  const auto endpoint = socket.remote_endpoint(error);
  return {.unix_socket = false,
          .address = error ? std::string("unknown") : endpoint.address().to_string(),
          .uid = std::nullopt};
}

Peer peer_of(stream_protocol::socket& socket) {
  Peer peer{.unix_socket = true, .address = "unix", .uid = std::nullopt};
  if (const auto who = os::peer_credentials(socket.native_handle())) {
    peer.uid = who->uid;
    peer.pid = who->pid;
  }
  return peer;
}

/// A machine that is off or cut off answers nothing, and what is sent to it waits for a quarter of
/// an hour in the kernel: so the kernel asks, and ends what has been silent for so long.
void end_when_silent(tcp::socket& socket, std::chrono::milliseconds limit) {
  const auto set = [&](int level, int name, int value) {
    // What a kernel does not know leaves the connection as it was.
    (void)::setsockopt(socket.native_handle(), level, name, &value, sizeof value);
  };
  constexpr int kProbes = 3;
  const auto whole_s = std::max<int>(1, static_cast<int>(limit.count() / 1000));
  const int pause_s = std::max(1, whole_s / (kProbes + 1));
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, pause_s);
  set(IPPROTO_TCP, TCP_KEEPINTVL, pause_s);
  set(IPPROTO_TCP, TCP_KEEPCNT, kProbes);
  // Of bytes that the peer's machine does not take: RFC 5482.
  set(IPPROTO_TCP, TCP_USER_TIMEOUT, static_cast<int>(limit.count()));
}
void end_when_silent(stream_protocol::socket& /*socket*/, std::chrono::milliseconds /*limit*/) {}

/// What is encrypted, between a peer and the connection behind it: the server's stop waits until it
/// has carried all, and closes it in the end.
struct TlsMark final : Closable {
  explicit TlsMark(Core& core) : mark(core, *this, false) {}
  void close_now() override {
    since = asio::steady_timer::time_point::max();
    ErrorCodeOf ignored;
    if (const auto open = stream.lock()) open->next_layer().close(ignored);
  }
  [[nodiscard]] bool is_idle() const override { return false; }
  [[nodiscard]] asio::steady_timer::time_point waits_since() const override { return since; }

  /// Until the handshake is done.
  asio::steady_timer::time_point since = asio::steady_timer::clock_type::now();
  std::weak_ptr<asio::ssl::stream<Socket>> stream;
  OpenMark mark;
};

/// A connection of HTTP, behind TLS where that is wanted and the peer is not of this machine's
/// Unix socket.
void begin(const std::shared_ptr<Core>& core, Socket socket, Peer peer) {
  if (!core->tls || peer.unix_socket) {
    Connection::make(core, std::move(socket), std::move(peer))->start();
    return;
  }
  peer.tls = true;
  const auto mark = std::make_shared<TlsMark>(*core);
  mark->stream = accept_tls({.socket = std::move(socket),
                             .context = *core->tls,
                             .limit = core->options.header_timeout,
                             .held = mark},
                            [core, peer, mark](Result<Socket> plain) {
                              mark->since = asio::steady_timer::time_point::max();
                              if (!plain) return;
                              Connection::make(core, *std::move(plain), peer)->start();
                            });
}

/// Whether there is room for one more: who sends nothing, or a header byte by byte, makes room for
/// who comes. Who is being answered or follows a stream stays.
bool make_room(Core& core, bool is_local) {
  // One with TLS counts twice: itself, and the connection behind it.
  const std::size_t local = core.local_connections;
  const std::size_t used = is_local ? local : core.connections - local;
  const std::size_t each = !is_local && core.tls ? 2 : 1;
  if (used < core.options.connections_max * each) return true;
  Closable* longest = nullptr;
  for (auto* item : core.list_open()) {
    if (item->is_local() != is_local) continue;
    if (longest == nullptr || item->waits_since() < longest->waits_since()) longest = item;
  }
  const auto never = asio::steady_timer::time_point::max();
  if (longest == nullptr || longest->waits_since() == never) return false;
  longest->close_now();
  return true;
}

/// Accepts connections of one protocol until it is closed.
template <class Protocol>
class Acceptor {
 public:
  explicit Acceptor(Core& core) : acceptor(core.io), retry_(core.io) {}

  void accept(const std::shared_ptr<Core>& core) {
    acceptor.async_accept([this, core](const ErrorCodeOf& error, typename Protocol::socket socket) {
      if (!acceptor.is_open()) return;
      if (error) return pause(core);
      if (make_room(*core, std::is_same_v<Protocol, stream_protocol>)) {
        auto peer = peer_of(socket);
        end_when_silent(socket, core->options.silence_timeout);
        begin(core, Socket(std::move(socket)), std::move(peer));
      }
      accept(core);
    });
  }

  /// Out of descriptors or memory: accepting again at once would spin.
  void pause(const std::shared_ptr<Core>& core) {
    retry_.expires_after(std::chrono::milliseconds(100));
    retry_.async_wait([this, core](const ErrorCodeOf& error) {
      if (!error && acceptor.is_open()) accept(core);
    });
  }

  void close() {
    ErrorCodeOf ignored;
    acceptor.close(ignored);
    retry_.cancel();
  }

  typename Protocol::acceptor acceptor;

 private:
  asio::steady_timer retry_;
};

}  // namespace
}  // namespace detail

struct Server::Impl {
  Impl(ServerOptions options, Handler& handler)
      : core(std::make_shared<detail::Core>(std::move(options), handler)),
        tcp(*core),
        local(*core),
        drain_timer(core->io) {
    core->id_start = std::random_device{}();
  }

  Status listen();
  Status listen_tcp();
  Status listen_unix();
  void close_acceptors() { tcp.close(), local.close(); }
  void run();
  void drain(detail::asio::steady_timer::time_point until);

  std::shared_ptr<detail::Core> core;
  detail::Acceptor<detail::tcp> tcp;
  detail::Acceptor<detail::stream_protocol> local;
  detail::asio::steady_timer drain_timer;
  std::uint16_t port = 0;
  std::thread loop;
};

Status Server::Impl::listen() {
  if (core->options.tls) {
    AIFLOW_ASSIGN(core->tls, detail::server_context(*core->options.tls));
  }
  if (core->options.port) AIFLOW_TRY(listen_tcp());
  if (!core->options.unix_socket.empty()) AIFLOW_TRY(listen_unix());
  return {};
}

Status Server::Impl::listen_tcp() {
  const auto& options = core->options;
  detail::ErrorCodeOf error;
  const auto address = detail::asio::ip::make_address(options.host, error);
  if (error) {
    return fail(ErrorCode::invalid_argument, "'" + options.host + "' is not an IP address");
  }
  const detail::tcp::endpoint endpoint(address, *options.port);
  const auto where = options.host + ":" + std::to_string(*options.port);
  auto& acceptor = tcp.acceptor;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(detail::tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(detail::asio::socket_base::max_listen_connections, error);
  if (error == boost::asio::error::address_in_use) {
    return fail(ErrorCode::conflict, "address " + where + " is taken by another program");
  }
  if (error) {
    return fail(ErrorCode::unavailable, "cannot listen on " + where + ": " + error.message());
  }
  port = acceptor.local_endpoint(error).port();
  tcp.accept(core);
  return {};
}

Status Server::Impl::listen_unix() {
  AIFLOW_ASSIGN(auto fd, os::listen_unix(core->options.unix_socket));
  detail::ErrorCodeOf error;
  local.acceptor.assign(detail::stream_protocol(), fd.get(), error);
  if (error) {
    return fail(ErrorCode::unavailable, "cannot listen on '" + core->options.unix_socket.string() +
                                            "': " + error.message());
  }
  (void)fd.release();
  local.accept(core);
  return {};
}

void Server::Impl::run() {
  try {
    core->io.run();
  } catch (const std::exception& e) {
    // Our callbacks do not throw; what Asio throws here is a lost invariant.
    log::error("the event loop ended by an exception", {{"what", e.what()}});
    std::abort();
  }
}

/// Closes what waits, leaves what is being answered; ends the loop when nothing is left.
void Server::Impl::drain(detail::asio::steady_timer::time_point until) {
  const auto is_late = detail::asio::steady_timer::clock_type::now() >= until;
  const auto open = core->list_open();
  for (auto* item : open) {
    if (is_late || item->is_idle()) item->close_now();
  }
  if (is_late || open.empty()) {
    core->io.stop();
    return;
  }
  drain_timer.expires_after(std::chrono::milliseconds(5));
  drain_timer.async_wait([this, until](const detail::ErrorCodeOf&) { drain(until); });
}

Result<std::unique_ptr<Server>> Server::start(ServerOptions options, Handler& handler) {
  try {
    auto impl = std::make_unique<Impl>(std::move(options), handler);
    if (auto listening = impl->listen(); !listening) {
      impl->close_acceptors();
      impl->core->io.poll();
      return fail(std::move(listening).error());
    }
    impl->loop = std::thread([raw = impl.get()] { raw->run(); });
    return std::unique_ptr<Server>(new Server(std::move(impl)));
  } catch (const boost::system::system_error& e) {
    return fail(ErrorCode::unavailable, std::string("cannot start the HTTP server: ") + e.what());
  }
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() { stop(std::chrono::milliseconds(0)); }
std::uint16_t Server::port() const { return impl_->port; }
std::size_t Server::connections() const { return impl_->core->connections; }
std::size_t Server::busy(Handler::Lane lane) const { return impl_->core->pool(lane).busy(); }

void Server::stop(std::chrono::milliseconds grace) {
  if (!impl_->loop.joinable()) return;
  impl_->core->stopping = true;
  const auto until = detail::asio::steady_timer::clock_type::now() + grace;
  boost::asio::post(impl_->core->io, [impl = impl_.get(), until] {
    impl->close_acceptors();
    impl->drain(until);
  });
  impl_->loop.join();
  impl_->core->people.stop();
  impl_->core->machines.stop();
  // Sockets are closed: what the loop still holds are cancelled operations and connections that
  // came home to die. Running them frees what they keep alive.
  impl_->core->end();
  impl_->core->io.restart();
  impl_->core->io.poll();
  if (!impl_->core->options.unix_socket.empty()) {
    ::unlink(impl_->core->options.unix_socket.c_str());
  }
}

}  // namespace aiflow::net
