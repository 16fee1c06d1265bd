// SPDX-License-Identifier: Apache-2.0
// Connects to a server's TCP address without blocking the loop: name, then each of its addresses,
// then TLS where that is wanted.
// Private to src/net.
#pragma once

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "net/client.h"

namespace aiflow::net::detail {

namespace asio = boost::asio;
using Socket = asio::generic::stream_protocol::socket;

/// Boost's words for an error; "connection lost" for those that say nothing to a reader.
[[nodiscard]] std::string words_of(const boost::system::error_code& error);

class Dial : public std::enable_shared_from_this<Dial> {
 public:
  using Done = std::function<void(Result<Socket>)>;

  /// `done` is called once on the loop, unless it is cancelled before.
  [[nodiscard]] static std::shared_ptr<Dial> start(asio::io_context& io, Endpoint endpoint,
                                                   Done done);
  /// False: it had ended before.
  bool cancel();

 private:
  Dial(asio::io_context& io, Endpoint endpoint, Done done);
  void resolve();
  void try_next(const std::string& last_failure);
  void connected();
  void finish(Result<Socket> result);

  asio::io_context& io_;
  const Endpoint endpoint_;
  Done done_;
  asio::ip::tcp::resolver resolver_;
  Socket socket_;
  std::vector<asio::generic::stream_protocol::endpoint> targets_;
  std::size_t next_ = 0;
};

}  // namespace aiflow::net::detail
