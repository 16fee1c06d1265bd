// SPDX-License-Identifier: Apache-2.0
#include "net/detail/turn_away.h"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/status.hpp>
#include <memory>
#include <string>
#include <utility>

#include "net/detail/byte_pump.h"

namespace aiflow::net::detail {
namespace {

namespace asio = boost::asio;
using Socket = asio::generic::stream_protocol::socket;
using ErrorCodeOf = boost::system::error_code;

/// For the client to send the rest of its request and to read the answer.
constexpr auto kLimit = std::chrono::seconds(10);

std::string text_of(const Response& answer) {
  namespace http = boost::beast::http;
  const auto reason = http::obsolete_reason(http::int_to_status(unsigned(answer.status)));
  return "HTTP/1.1 " + std::to_string(answer.status) + " " + std::string(reason) +
         "\r\nContent-Type: " + answer.content_type +
         "\r\nContent-Length: " + std::to_string(answer.body.size()) +
         "\r\nConnection: close\r\n\r\n" + answer.body;
}

class Farewell : public std::enable_shared_from_this<Farewell> {
 public:
  Farewell(Socket client, std::string answer, std::function<void()> on_end)
      : client_(std::move(client)),
        limit_(client_.get_executor(), kLimit),
        answer_(std::move(answer)),
        on_end_(std::move(on_end)) {}
  ~Farewell() { on_end_(); }

  void start() {
    // Weak: a client that has gone is not held until then.
    limit_.async_wait([weak = weak_from_this()](const ErrorCodeOf& error) {
      if (const auto self = weak.lock(); self && !error) close_stream(self->client_);
    });
    asio::async_write(client_, asio::buffer(answer_),
                      [self = shared_from_this()](const ErrorCodeOf& error, std::size_t) {
                        if (!error) end_writing(self->client_, self);
                      });
    read_on();
  }

 private:
  void read_on() {
    client_.async_read_some(asio::buffer(unread_),
                            [self = shared_from_this()](const ErrorCodeOf& error, std::size_t) {
                              if (!error) self->read_on();
                            });
  }

  Socket client_;
  asio::steady_timer limit_;
  const std::string answer_;
  std::function<void()> on_end_;
  std::array<char, 16U << 10> unread_{};
};

}  // namespace

void turn_away(Socket client, const Response& answer, std::function<void()> on_end) {
  std::make_shared<Farewell>(std::move(client), text_of(answer), std::move(on_end))->start();
}

}  // namespace aiflow::net::detail
