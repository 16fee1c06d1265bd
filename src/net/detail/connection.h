// SPDX-License-Identifier: Apache-2.0
// One HTTP connection: reads a request, has it admitted and handled on the pool, writes the answer,
// and again. Everything but admit_on_pool runs on the loop thread, its end too: it lives as long as
// an operation, a job of the pool or a Responder holds it, and whoever lets go last sends it home.
#pragma once

#include <array>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <memory>
#include <optional>
#include <string>

#include "net/detail/core.h"
#include "net/detail/event_queue.h"
#include "net/server.h"
#include "os/fd.h"

namespace aiflow::net::detail {

namespace beast = boost::beast;
namespace http = boost::beast::http;
using ErrorCodeOf = boost::system::error_code;

class Connection final : public std::enable_shared_from_this<Connection>,
                         public Closable,
                         public Pump {
 public:
  [[nodiscard]] static std::shared_ptr<Connection> make(const std::shared_ptr<Core>& core,
                                                        Socket socket, Peer peer);
  ~Connection() override;

  void start() { wait_for_request(); }
  void answer(Response response);
  void refuse(int status, std::string_view reason);
  void begin_events(std::shared_ptr<EventQueue> queue, Headers headers);
  void begin_websocket(std::shared_ptr<EventQueue> queue, WebSocketOptions options);
  [[nodiscard]] const std::string& request_id() const { return request_id_; }

  void close_now() override;
  [[nodiscard]] bool is_idle() const override { return phase_ != Phase::answering; }
  [[nodiscard]] asio::steady_timer::time_point waits_since() const override {
    if (!socket_.is_open()) return asio::steady_timer::time_point::max();
    const bool waits = phase_ == Phase::waiting || phase_ == Phase::reading || takes_body_;
    return waits ? waits_since_ : asio::steady_timer::time_point::max();
  }
  [[nodiscard]] bool is_local() const override { return peer_.unix_socket; }
  void pump() override;

 private:
  enum class Phase { waiting, reading, answering, streaming };
  static constexpr std::size_t kPieceBytes = 64U << 10;
  using Parser = http::request_parser<http::buffer_body>;

  Connection(std::shared_ptr<Core> core, Socket socket, Peer peer);

  void wait_for_request();
  void read_header();
  void on_header(const ErrorCodeOf& error);
  [[nodiscard]] std::shared_ptr<Request> make_request();
  void admit_on_pool(const std::shared_ptr<Request>& request);
  void take_body(std::shared_ptr<Request> request, BodyRule rule);
  void read_body();
  void on_body(ErrorCodeOf error);
  [[nodiscard]] Status store_piece(std::string_view piece);
  void handle_on_pool();

  void write_next();
  void finish_answer();
  void drop_body_file();
  void linger();
  void drain(std::size_t bytes_left);

  /// Sends what is in sending_.
  void write_events();
  void watch_for_end();
  void beat();

  void arm(std::chrono::milliseconds limit);
  void disarm() { timer_.cancel(); }
  void shut();
  /// Where bytes pass through; made when it is first needed, for it is most of a connection.
  [[nodiscard]] std::vector<char>& piece() {
    if (piece_.empty()) piece_.resize(kPieceBytes);
    return piece_;
  }

  const std::shared_ptr<Core> core_;
  Socket socket_;
  const Peer peer_;
  OpenMark mark_;
  asio::steady_timer timer_;
  Phase phase_ = Phase::waiting;
  asio::steady_timer::time_point waits_since_ = asio::steady_timer::clock_type::now();
  Handler::Lane lane_ = Handler::Lane::people;
  beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  std::string request_id_;
  bool timed_out_ = false;
  bool keep_alive_ = false;
  bool has_body_ = false;
  bool is_head_ = false;
  bool body_unread_ = false;
  bool takes_body_ = false;  ///< a piece of the body is on its way

  // The body on its way in.
  std::shared_ptr<Request> request_;
  BodyRule rule_;
  std::uint64_t body_bytes_ = 0;
  os::Fd body_out_;
  std::filesystem::path body_path_;
  std::vector<char> piece_;

  // The answer on its way out.
  std::string head_;
  std::string body_;
  std::string_view rest_;
  os::Fd file_;
  std::uint64_t file_left_ = 0;

  // The event stream.
  std::shared_ptr<EventQueue> events_;
  std::deque<OutMessage> sending_;
  bool writing_ = false;
  asio::steady_timer heartbeat_;
};

[[nodiscard]] Responder make_responder(std::shared_ptr<Core> core,
                                       std::shared_ptr<Connection> connection);

/// Takes over the socket of an upgrade request.
struct Upgrade {
  std::shared_ptr<Core> core;
  Socket socket;
  http::request<http::empty_body> request;
  std::shared_ptr<EventQueue> queue;
  WebSocketOptions options;
  bool is_local = false;
};
void start_websocket(Upgrade upgrade);

}  // namespace aiflow::net::detail
