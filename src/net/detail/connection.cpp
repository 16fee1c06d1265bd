// SPDX-License-Identifier: Apache-2.0
#include "net/detail/connection.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/websocket/rfc6455.hpp>

#include "log/log.h"
#include "os/file.h"

namespace aiflow::net::detail {
namespace {

// What a refused client may go on sending until it has read why. More than any body that the routes
// take is not waited for; bytes that are thrown away cost little.
constexpr std::size_t kDrainBytesMax = 64U << 20;
constexpr std::chrono::milliseconds kDrainTime{10'000};

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (auto& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

/// A header value from our side never holds a line break: it would end the header.
std::string one_line(std::string text) {
  std::erase_if(text, [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
  return text;
}

std::string make_head(int status, const Headers& headers) {
  std::string head = "HTTP/1.1 " + std::to_string(status) + " ";
  head.append(status_text(status)).append("\r\n");
  for (const auto& [name, value] : headers) {
    head.append(name).append(": ").append(one_line(value)).append("\r\n");
  }
  head.append("\r\n");
  return head;
}

bool has_no_body(int status) { return status == 204 || status == 304; }

int refusal_status(const ErrorCodeOf& error) {
  const bool too_long = error == http::error::header_limit || error == http::error::buffer_overflow;
  return too_long ? 431 : 400;
}

}  // namespace

std::shared_ptr<Connection> Connection::make(const std::shared_ptr<Core>& core, Socket socket,
                                             Peer peer) {
  const auto die_on_loop = [core](Connection* connection) {
    core->post([owned = std::unique_ptr<Connection>(connection)] {});
  };
  return {new Connection(core, std::move(socket), std::move(peer)), die_on_loop};
}

Connection::Connection(std::shared_ptr<Core> core, Socket socket, Peer peer)
    : core_(std::move(core)),
      socket_(std::move(socket)),
      peer_(std::move(peer)),
      mark_(*core_, *this, peer_.unix_socket),
      timer_(core_->io),
      buffer_(core_->options.header_bytes_max + kPieceBytes),
      heartbeat_(core_->io) {}

Connection::~Connection() {
  drop_body_file();
  if (events_) events_->ended();
}

// Reading a request ------------------------------------------------------------------------------

void Connection::wait_for_request() {
  phase_ = Phase::waiting;
  waits_since_ = asio::steady_timer::clock_type::now();
  if (core_->stopping) return shut();
  parser_.emplace();
  parser_->header_limit(static_cast<std::uint32_t>(core_->options.header_bytes_max));
  parser_->body_limit(boost::none);  // counted here, under the rule that admit() gives
  if (buffer_.size() > 0) return read_header();
  arm(core_->options.idle_timeout);
  socket_.async_wait(Socket::wait_read, [self = shared_from_this()](const ErrorCodeOf& error) {
    if (error) return self->shut();
    self->read_header();
  });
}

void Connection::read_header() {
  phase_ = Phase::reading;
  arm(core_->options.header_timeout);
  http::async_read_header(socket_, buffer_, *parser_,
                          [self = shared_from_this()](const ErrorCodeOf& error, std::size_t) {
                            self->on_header(error);
                          });
}

void Connection::on_header(const ErrorCodeOf& error) {
  disarm();
  request_id_ = core_->next_request_id();
  keep_alive_ = false;
  is_head_ = false;
  if (timed_out_) return refuse(408, "the request did not arrive in time");
  if (error == http::error::end_of_stream || error == http::error::partial_message) return shut();
  if (error.category() == http::make_error_code(http::error::bad_method).category()) {
    body_unread_ = true;
    return refuse(refusal_status(error), "malformed HTTP request");
  }
  if (error) return shut();
  const auto& message = parser_->get();
  keep_alive_ = message.keep_alive() && message.version() == 11;
  is_head_ = message.method() == http::verb::head;
  has_body_ = parser_->chunked() || parser_->content_length().value_or(0) > 0;
  body_unread_ = has_body_;
  phase_ = Phase::answering;
  if (message.count(http::field::transfer_encoding) > 0 && !parser_->chunked()) {
    // How long its body is nobody knows: what follows must not be read as a request.
    keep_alive_ = false;
    body_unread_ = true;
    return refuse(400, "only chunked is understood as Transfer-Encoding");
  }
  auto request = make_request();
  const auto self = shared_from_this();
  lane_ = core_->handler.lane(*request);
  if (!core_->pool(lane_).submit([self, request] { self->admit_on_pool(request); })) {
    refuse(503, "the server is busy; try again");
  }
}

std::shared_ptr<Request> Connection::make_request() {
  const auto& message = parser_->get();
  auto request = std::make_shared<Request>();
  request->id = request_id_;
  request->method = view(message.method_string());
  const auto target = view(message.target());
  const auto mark = target.find('?');
  request->path = target.substr(0, mark);
  if (mark != std::string_view::npos) request->query = target.substr(mark + 1);
  for (const auto& field : message) {
    request->headers.emplace_back(lower_case(view(field.name_string())), view(field.value()));
  }
  request->peer = peer_;
  const auto* upgrade = request->header("upgrade");
  request->wants_websocket = upgrade != nullptr && lower_case(*upgrade) == "websocket" &&
                             message.method() == http::verb::get;
  return request;
}

void Connection::admit_on_pool(const std::shared_ptr<Request>& request) {
  auto verdict = core_->handler.admit(*request);
  const auto self = shared_from_this();
  if (auto* response = std::get_if<Response>(&verdict)) {
    core_->post(
        [self, response = std::move(*response)]() mutable { self->answer(std::move(response)); });
    return;
  }
  if (!has_body_) {
    core_->handler.handle(std::move(*request), make_responder(core_, self));
    return;
  }
  core_->post(
      [self, request, rule = std::get<BodyRule>(verdict)] { self->take_body(request, rule); });
}

void Connection::take_body(std::shared_ptr<Request> request, BodyRule rule) {
  request_ = std::move(request);
  rule_ = std::move(rule);
  body_bytes_ = 0;
  if (parser_->content_length().value_or(0) > rule_.bytes_max) {
    return refuse(413, "the body is larger than this route allows");
  }
  if (!rule_.to_folder.empty()) {
    auto name = (rule_.to_folder / "upload-XXXXXX").string();
    body_out_ = os::Fd(::mkostemp(name.data(), O_CLOEXEC));
    if (!body_out_.valid()) return refuse(503, "no space for the upload");
    body_path_ = name;
    request_->body_file = body_path_;
  }
  const auto* expect = request_->header("expect");
  if (expect == nullptr || lower_case(*expect) != "100-continue") return read_body();
  head_ = "HTTP/1.1 100 Continue\r\n\r\n";
  asio::async_write(socket_, asio::buffer(head_),
                    [self = shared_from_this()](const ErrorCodeOf& error, std::size_t) {
                      if (error) return self->shut();
                      self->read_body();
                    });
}

void Connection::read_body() {
  waits_since_ = asio::steady_timer::clock_type::now();
  takes_body_ = true;
  arm(core_->options.transfer_timeout);
  auto& body = parser_->get().body();
  body.data = piece().data();
  body.size = piece().size();
  http::async_read(
      socket_, buffer_, *parser_,
      [self = shared_from_this()](const ErrorCodeOf& error, std::size_t) { self->on_body(error); });
}

void Connection::on_body(ErrorCodeOf error) {
  takes_body_ = false;
  disarm();
  if (timed_out_) return refuse(408, "the body did not arrive in time");
  if (error == http::error::need_buffer) error = {};
  if (error) return shut();
  const auto got = piece().size() - parser_->get().body().size;
  body_bytes_ += got;
  if (body_bytes_ > rule_.bytes_max) {
    return refuse(413, "the body is larger than this route allows");
  }
  if (const auto stored = store_piece({piece().data(), got}); !stored) {
    return refuse(503, stored.error().message);
  }
  if (!parser_->is_done()) return read_body();
  body_unread_ = false;
  handle_on_pool();
}

Status Connection::store_piece(std::string_view piece) {
  if (body_out_.valid()) return os::write_all(body_out_.get(), piece);
  request_->body.append(piece);
  return {};
}

void Connection::handle_on_pool() {
  body_out_ = os::Fd();
  const auto self = shared_from_this();
  const bool accepted =
      core_->pool(lane_).submit([self, request = std::exchange(request_, nullptr)] {
        self->core_->handler.handle(std::move(*request), make_responder(self->core_, self));
      });
  if (!accepted) refuse(503, "the server is busy; try again");
}

// Writing an answer ------------------------------------------------------------------------------

void Connection::refuse(int status, std::string_view reason) {
  answer(core_->handler.refuse(status, reason, request_id_));
}

void Connection::answer(Response response) {
  phase_ = Phase::answering;
  request_ = nullptr;
  drop_body_file();
  if (body_unread_ || core_->stopping) keep_alive_ = false;
  body_ = std::move(response.body);
  rest_ = response.static_body.empty() ? std::string_view(body_) : response.static_body;
  std::uint64_t length = rest_.size();
  if (!response.body_file.empty()) {
    file_ = os::Fd(::open(response.body_file.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat info{};
    if (!file_.valid() || ::fstat(file_.get(), &info) != 0 || !S_ISREG(info.st_mode)) {
      file_ = os::Fd();
      return answer(core_->handler.refuse(500, "the file cannot be read", request_id_));
    }
    file_left_ = length = static_cast<std::uint64_t>(info.st_size);
  }
  auto headers = std::move(response.headers);
  if (!response.content_type.empty()) headers.emplace_back("Content-Type", response.content_type);
  if (!has_no_body(response.status)) {
    headers.emplace_back("Content-Length", std::to_string(length));
  }
  if (!keep_alive_) headers.emplace_back("Connection", "close");
  head_ = make_head(response.status, headers);
  if (is_head_ || has_no_body(response.status)) {
    rest_ = {};
    file_ = os::Fd();
  }
  write_next();
}

void Connection::write_next() {
  if (head_.empty() && rest_.empty() && file_.valid() && file_left_ > 0) {
    const auto wanted = std::min<std::uint64_t>(file_left_, piece().size());
    const auto got = ::read(file_.get(), piece_.data(), static_cast<std::size_t>(wanted));
    if (got <= 0) return shut();  // the file shrank: the announced length cannot be kept
    file_left_ -= static_cast<std::uint64_t>(got);
    rest_ = {piece().data(), static_cast<std::size_t>(got)};
  }
  if (head_.empty() && rest_.empty()) return finish_answer();
  const auto piece = rest_.substr(0, kPieceBytes);
  rest_.remove_prefix(piece.size());
  arm(core_->options.transfer_timeout);
  const std::array<asio::const_buffer, 2> buffers = {
      asio::buffer(head_), asio::const_buffer(piece.data(), piece.size())};
  asio::async_write(socket_, buffers,
                    [self = shared_from_this()](const ErrorCodeOf& error, std::size_t) {
                      self->head_.clear();
                      if (error) return self->shut();
                      self->write_next();
                    });
}

void Connection::finish_answer() {
  disarm();
  file_ = os::Fd();
  body_.clear();
  body_.shrink_to_fit();
  if (keep_alive_) return wait_for_request();
  if (body_unread_) return linger();
  ErrorCodeOf ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
  shut();
}

void Connection::drop_body_file() {
  body_out_ = os::Fd();
  if (body_path_.empty()) return;
  ::unlink(body_path_.c_str());
  body_path_.clear();
}

/// A close with unread input resets the connection, and the client may lose our answer: so the rest
/// is read for a moment and thrown away (RFC 9112, 9.6).
void Connection::linger() {
  ErrorCodeOf ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
  phase_ = Phase::waiting;
  arm(kDrainTime);
  drain(kDrainBytesMax);
}

void Connection::drain(std::size_t bytes_left) {
  socket_.async_read_some(asio::buffer(piece()), [self = shared_from_this(), bytes_left](
                                                     const ErrorCodeOf& error, std::size_t got) {
    if (error || got >= bytes_left) return self->shut();
    self->drain(bytes_left - got);
  });
}

// Event streams ----------------------------------------------------------------------------------

void Connection::begin_events(std::shared_ptr<EventQueue> queue, Headers headers) {
  drop_body_file();
  phase_ = Phase::streaming;
  // A stream stays open for hours and reads nothing but its end.
  piece_ = std::vector<char>(1);
  parser_.reset();
  buffer_.clear();
  buffer_.shrink_to_fit();
  events_ = std::move(queue);
  headers.emplace_back("Content-Type", "text/event-stream");
  headers.emplace_back("Cache-Control", "no-store");
  headers.emplace_back("Connection", "close");
  if (core_->stopping || !socket_.is_open()) return shut();
  sending_ = {{.bytes = std::make_shared<const std::string>(make_head(200, headers))}};
  write_events();
  events_->attach(weak_from_this());
  watch_for_end();
  beat();
}

void Connection::pump() {
  if (!socket_.is_open()) return;
  // Also in the middle of a write: a client that reads nothing would hold it until its time-out.
  if (events_->is_cut()) {
    if (events_->overflowed()) {
      log::warn("event stream client is too slow, dropped", {{"request", request_id_}});
    }
    return shut();
  }
  if (writing_) return;
  auto taken = events_->take(64);
  if (taken.messages.empty()) {
    if (taken.closing) shut();
    return;
  }
  sending_ = std::move(taken.messages);
  write_events();
}

void Connection::write_events() {
  std::vector<asio::const_buffer> buffers;
  for (const auto& message : sending_) buffers.push_back(asio::buffer(*message.bytes));
  writing_ = true;
  arm(core_->options.transfer_timeout);
  asio::async_write(socket_, buffers,
                    [self = shared_from_this()](const ErrorCodeOf& error, std::size_t) {
                      self->disarm();
                      self->writing_ = false;
                      self->sending_.clear();
                      if (error) return self->shut();
                      self->pump();
                    });
}

void Connection::watch_for_end() {
  socket_.async_read_some(asio::buffer(piece_),
                          [self = shared_from_this()](const ErrorCodeOf& error, std::size_t) {
                            if (error) return self->shut();
                            self->watch_for_end();
                          });
}

void Connection::beat() {
  heartbeat_.expires_after(core_->options.heartbeat);
  heartbeat_.async_wait([weak = weak_from_this()](const ErrorCodeOf& error) {
    const auto self = weak.lock();
    if (error || !self || !self->socket_.is_open()) return;
    if (!self->writing_) {
      static const auto kBeat = std::make_shared<const std::string>(":\n\n");
      self->sending_ = {{.bytes = kBeat}};
      self->write_events();
    }
    self->beat();
  });
}

void Connection::begin_websocket(std::shared_ptr<EventQueue> queue, WebSocketOptions options) {
  http::request<http::empty_body> request;
  static_cast<http::fields&>(request) = parser_->get();
  request.method(http::verb::get);
  request.target(parser_->get().target());
  request.version(11);
  if (core_->stopping) {
    queue->ended();
    return shut();
  }
  phase_ = Phase::streaming;
  start_websocket({.core = core_,
                   .socket = std::move(socket_),
                   .request = std::move(request),
                   .queue = std::move(queue),
                   .options = std::move(options),
                   .is_local = peer_.unix_socket});
}

// Time-outs and the end --------------------------------------------------------------------------

void Connection::arm(std::chrono::milliseconds limit) {
  timed_out_ = false;
  timer_.expires_after(limit);
  timer_.async_wait([weak = weak_from_this()](const ErrorCodeOf& error) {
    const auto self = weak.lock();
    if (error || !self) return;
    // A handler that was due already when the timer was set again must not fire.
    if (self->timer_.expiry() > asio::steady_timer::clock_type::now()) return;
    self->timed_out_ = true;
    ErrorCodeOf ignored;
    self->socket_.cancel(ignored);
  });
}

void Connection::close_now() { shut(); }

void Connection::shut() {
  timer_.cancel();
  heartbeat_.cancel();
  ErrorCodeOf ignored;
  socket_.close(ignored);
  if (const auto events = std::exchange(events_, nullptr)) events->ended();
}

}  // namespace aiflow::net::detail
