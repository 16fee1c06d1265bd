// SPDX-License-Identifier: Apache-2.0
// Carries bytes between two streams of one loop, both ways, until either ends; a half that has
// ended is passed on as such. At most one buffer waits each way. Private to src/net.
#pragma once

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/error_code.hpp>
#include <functional>
#include <memory>
#include <utility>

namespace aiflow::net::detail {

template <class Self>
void end_writing(boost::asio::generic::stream_protocol::socket& socket, const Self&) {
  boost::system::error_code ignored;
  socket.shutdown(boost::asio::socket_base::shutdown_send, ignored);
}
inline void close_stream(boost::asio::generic::stream_protocol::socket& socket) {
  boost::system::error_code ignored;
  socket.close(ignored);
}

/// `A` and `B`: streams with async_read_some and async_write_some, end_writing and close_stream.
template <class A, class B>
class BytePump : public std::enable_shared_from_this<BytePump<A, B>> {
 public:
  BytePump(A a, B b, std::function<void()> on_end)
      : a_(std::move(a)), b_(std::move(b)), on_end_(std::move(on_end)) {}
  ~BytePump() {
    if (on_end_) on_end_();
  }
  void start() {
    carry(a_, b_, there_);
    carry(b_, a_, back_);
  }

 private:
  static constexpr std::size_t kBytes = 32U << 10;
  struct Way {
    std::array<char, kBytes> buffer{};
    bool has_ended = false;
  };

  template <class From, class To>
  void carry(From& from, To& to, Way& way) {
    namespace asio = boost::asio;
    from.async_read_some(asio::buffer(way.buffer), [self = this->shared_from_this(), &from, &to,
                                                    &way](const auto& error, std::size_t got) {
      if (error) return self->end(from, to, way);
      asio::async_write(to, asio::buffer(way.buffer, got),
                        [self, &from, &to, &way](const auto& failed, std::size_t) {
                          if (!failed) return self->carry(from, to, way);
                          close_stream(from);
                          close_stream(to);
                        });
    });
  }

  template <class From, class To>
  void end(From& from, To& to, Way& way) {
    way.has_ended = true;
    // It was told goodbye before, and this is its answer: a TLS stream does not see it as one when
    // the peer just closed.
    if (there_.has_ended && back_.has_ended) close_stream(from);
    end_writing(to, this->shared_from_this());
  }

  A a_;
  B b_;
  std::function<void()> on_end_;
  Way there_{};
  Way back_{};
};

}  // namespace aiflow::net::detail
