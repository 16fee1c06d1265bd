// SPDX-License-Identifier: Apache-2.0
#include "net/forwarder.h"

#include <atomic>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <optional>
#include <thread>

#include "net/detail/byte_pump.h"
#include "net/detail/dial.h"
#include "net/detail/turn_away.h"
#include "os/socket.h"

namespace aiflow::net {
namespace {

namespace asio = boost::asio;
using asio::local::stream_protocol;
using ErrorCodeOf = boost::system::error_code;
using detail::Socket;

/// A machine that is off answers nothing; callers wait for a minute at most.
constexpr auto kDialLimit = std::chrono::seconds(15);

}  // namespace

struct Forwarder::Impl {
  explicit Impl(ForwarderOptions given) : options(std::move(given)), acceptor(io), pause(io) {}
  ~Impl() {
    io.stop();
    if (thread.joinable()) thread.join();
  }

  void accept();
  void carry(Socket client);
  void dial(const detail::Dial::Done& done);

  ForwarderOptions options;                  ///< `server` is the thread's once it runs
  std::optional<Error> shut;                 ///< so is this
  std::atomic<std::size_t> connections = 0;  ///< outlives what `io` still holds at its end
  asio::io_context io{1};
  stream_protocol::acceptor acceptor;
  asio::steady_timer pause;
  std::thread thread;
};

Result<std::unique_ptr<Forwarder>> Forwarder::start(ForwarderOptions options) {
  AIFLOW_ASSIGN(auto listener, os::listen_unix(options.socket));
  auto impl = std::make_unique<Impl>(std::move(options));
  ErrorCodeOf error;
  impl->acceptor.assign(stream_protocol(), listener.get(), error);
  if (error) return fail(ErrorCode::unavailable, "cannot listen: " + error.message());
  (void)listener.release();
  impl->accept();
  impl->thread = std::thread([raw = impl.get()] { raw->io.run(); });
  return std::unique_ptr<Forwarder>(new Forwarder(std::move(impl)));
}

Forwarder::Forwarder(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Forwarder::~Forwarder() = default;

void Forwarder::lead_to(Endpoint server) {
  asio::post(impl_->io, [impl = impl_.get(), to = std::move(server)]() mutable {
    impl->options.server = std::move(to);
    impl->shut.reset();
  });
}

void Forwarder::shut(Error why) {
  asio::post(impl_->io,
             [impl = impl_.get(), why = std::move(why)]() mutable { impl->shut = std::move(why); });
}

void Forwarder::Impl::accept() {
  acceptor.async_accept([this](const ErrorCodeOf& error, stream_protocol::socket socket) {
    if (error) {  // out of descriptors: accepting again at once would spin
      pause.expires_after(std::chrono::milliseconds(100));
      return pause.async_wait([this](const ErrorCodeOf& cancelled) {
        if (!cancelled) accept();
      });
    }
    if (connections < options.connections_max) carry(Socket(std::move(socket)));
    accept();
  });
}

void Forwarder::look() {
  asio::post(impl_->io, [impl = impl_.get()] {
    impl->dial([impl](const Result<Socket>& server) {
      if (!server && impl->options.refuse) static_cast<void>(impl->options.refuse(server.error()));
    });
  });
}

void Forwarder::Impl::dial(const detail::Dial::Done& done) {
  if (shut) return done(fail(*shut));
  const auto limit = std::make_shared<asio::steady_timer>(io, kDialLimit);
  // The pending operation keeps the dial alive.
  const auto dial =
      detail::Dial::start(io, options.server, [this, limit, done](Result<Socket> server) {
        limit->cancel();
        if (server && options.reached) options.reached();
        done(std::move(server));
      });
  const std::string name = options.server.host + ":" + std::to_string(options.server.port);
  limit->async_wait([weak = std::weak_ptr(dial), done, name](const ErrorCodeOf& cancelled) {
    const auto late = weak.lock();
    if (cancelled || !late || !late->cancel()) return;
    done(fail(ErrorCode::timeout, name + " does not answer"));
  });
}

void Forwarder::Impl::carry(Socket client) {
  ++connections;
  const auto shared = std::make_shared<Socket>(std::move(client));
  dial([this, shared](Result<Socket> server) {
    if (server) {
      std::make_shared<detail::BytePump<Socket, Socket>>(std::move(*shared), *std::move(server),
                                                         [this] { --connections; })
          ->start();
    } else if (options.refuse) {
      detail::turn_away(std::move(*shared), options.refuse(server.error()),
                        [this] { --connections; });
    } else {
      --connections;  // closes the client, which sees that nobody answers
    }
  });
}

}  // namespace aiflow::net
