// SPDX-License-Identifier: Apache-2.0
#include "net/client.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <optional>

#include "net/detail/dial.h"
#include "os/fd.h"
#include "os/file.h"
#include "os/socket.h"

namespace aiflow::net {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using Socket = asio::generic::stream_protocol::socket;
using ErrorCodeOf = boost::system::error_code;
using Parser = http::response_parser<http::buffer_body>;

constexpr std::size_t kPieceBytes = 64U << 10;

/// Takes the answer's body piece by piece; false = enough.
using Sink = std::function<Result<bool>(std::string_view piece)>;

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (auto& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

Sink into_text(std::string& out, std::size_t bytes_max) {
  return [&out, bytes_max](std::string_view piece) -> Result<bool> {
    if (out.size() + piece.size() > bytes_max) {
      return fail(ErrorCode::corrupt,
                  "the answer is longer than " + std::to_string(bytes_max) + " bytes");
    }
    out.append(piece);
    return true;
  };
}

}  // namespace

struct Client::Impl {
  Impl(const Clock& real_clock, Endpoint where) : clock(real_clock), endpoint(std::move(where)) {}

  [[nodiscard]] std::string name() const {
    return endpoint.unix_socket.empty() ? endpoint.host + ":" + std::to_string(endpoint.port)
                                        : "'" + endpoint.unix_socket.string() + "'";
  }

  template <class Start>
  Status await(Deadline deadline, Start start);
  Status connect(Deadline deadline);
  bool is_alive();
  Status write(std::string_view bytes, Deadline deadline);
  Status write_request(const ClientRequest& request, Deadline deadline);
  Status write_file(const os::Fd& file, std::uint64_t size, Deadline deadline);
  Result<ClientResponse> read_head(Parser& parser, Deadline deadline);
  Result<bool> read_body(Parser& parser, const Sink& sink, Deadline deadline);
  Result<ClientResponse> exchange(const ClientRequest& request, Parser& parser, Deadline deadline);
  void close() {
    socket.reset();
    buffer.clear();
  }

  const Clock& clock;
  Endpoint endpoint;
  asio::io_context io{1};
  std::optional<Socket> socket;
  std::shared_ptr<detail::Dial> dial;  ///< while it connects
  boost::beast::flat_buffer buffer;
  std::array<char, kPieceBytes> piece{};
  std::stop_token stop;
  ErrorCodeOf last_error;
};

Client::Client(const Clock& clock, Endpoint endpoint)
    : impl_(std::make_unique<Impl>(clock, std::move(endpoint))) {}
Client::~Client() = default;
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;

Result<ClientResponse> Client::send(const ClientRequest& request, Deadline deadline) {
  Parser parser;
  AIFLOW_ASSIGN(auto response, impl_->exchange(request, parser, deadline));
  AIFLOW_TRY(
      impl_->read_body(parser, into_text(response.body, request.answer_bytes_max), deadline));
  return response;
}

Result<ClientResponse> Client::download(const ClientRequest& request,
                                        const std::filesystem::path& file, Deadline deadline) {
  Parser parser;
  AIFLOW_ASSIGN(auto response, impl_->exchange(request, parser, deadline));
  if (response.status != 200) {
    AIFLOW_TRY(
        impl_->read_body(parser, into_text(response.body, request.answer_bytes_max), deadline));
    return response;
  }
  const os::Fd out(::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!out.valid()) {
    impl_->close();
    return fail(os::error_from_errno(errno, "cannot write '" + file.string() + "'"));
  }
  const Sink sink = [&out](std::string_view piece) -> Result<bool> {
    AIFLOW_TRY(os::write_all(out.get(), piece));
    return true;
  };
  AIFLOW_TRY(impl_->read_body(parser, sink, deadline));
  return response;
}

Result<ClientResponse> Client::stream_body(BodyCall call, Deadline deadline) {
  impl_->stop = call.stop;
  const std::stop_callback wake(call.stop, [impl = impl_.get()] { asio::post(impl->io, [] {}); });
  Parser parser;
  auto response = impl_->exchange(call.request, parser, deadline);
  Result<bool> read = true;
  if (response) {
    const bool wanted = response->status / 100 == 2;
    const auto text = into_text(response->body, call.request.answer_bytes_max);
    read = impl_->read_body(parser, wanted ? call.on_piece : text, deadline);
  }
  impl_->stop = {};
  if (response && !read && !call.stop.stop_requested()) return fail(read.error());
  if (!response && call.stop.stop_requested()) return ClientResponse{};
  return response;
}

Result<ClientResponse> Client::stream_events(EventCall call, Deadline deadline) {
  call.request.headers.emplace_back("Accept", "text/event-stream");
  SseParser events;
  BodyCall body{.request = std::move(call.request), .on_piece = {}, .stop = call.stop};
  body.on_piece = [&](std::string_view piece) -> Result<bool> {
    AIFLOW_ASSIGN(const auto messages, events.feed(piece));
    return std::ranges::all_of(messages, call.on_event);
  };
  return stream_body(std::move(body), deadline);
}

Result<ClientResponse> Client::Impl::exchange(const ClientRequest& request, Parser& parser,
                                              Deadline deadline) {
  if (!socket || !is_alive()) AIFLOW_TRY(connect(deadline));
  const auto written = write_request(request, deadline);
  if (!written && written.error().code != ErrorCode::unavailable) return fail(written.error());
  // A server that refuses a body answers before it has read all of it: so look for an answer even
  // when writing failed.
  parser.skip(request.method == "HEAD");
  auto response = read_head(parser, deadline);
  if (!response && !written) return fail(written.error());
  return response;
}

/// Starts one asynchronous operation and runs it to its end, to the deadline or to a stop.
template <class Start>
Status Client::Impl::await(Deadline deadline, Start start) {
  bool done = false;
  last_error = {};
  start([&](const ErrorCodeOf& error, auto&&...) {
    last_error = error;
    done = true;
  });
  io.restart();
  while (!done) {
    const auto left = deadline.left(clock.steady_now());
    if (left == Duration{0} || stop.stop_requested()) {
      ErrorCodeOf ignored;
      if (dial) dial->cancel();  // its callback is forgotten
      if (socket) socket->close(ignored);
      while (socket && !done) io.run_one();
      close();
      if (stop.stop_requested()) return fail(ErrorCode::cancelled, "the call was ended");
      return fail(ErrorCode::timeout, name() + " did not answer in time");
    }
    io.run_one_for(std::min<Duration>(left, std::chrono::hours(1)));
    if (io.stopped()) io.restart();
  }
  return {};
}

Status Client::Impl::connect(Deadline deadline) {
  close();
  ErrorCodeOf error;
  if (!endpoint.unix_socket.empty()) {
    socket.emplace(io);
    // connect_unix knows paths beyond the kernel's limit.
    AIFLOW_ASSIGN(auto fd, os::connect_unix(endpoint.unix_socket, deadline));
    socket->assign(asio::generic::stream_protocol(AF_UNIX, 0), fd.release(), error);
    if (error) return fail(ErrorCode::unavailable, name() + ": " + error.message());
    return {};
  }
  Result<Socket> made = fail(ErrorCode::internal, "");
  const auto status = await(deadline, [&](auto done) {
    dial = detail::Dial::start(io, endpoint, [&made, done](Result<Socket> result) mutable {
      made = std::move(result);
      done(ErrorCodeOf{});
    });
  });
  dial.reset();
  AIFLOW_TRY(status);
  if (!made) return fail(made.error());
  socket.emplace(*std::move(made));
  return {};
}

/// A kept connection that the server has closed meanwhile shows as readable with nothing in it.
bool Client::Impl::is_alive() {
  if (endpoint.tls) {
    io.restart();
    io.poll();  // what carries TLS hears of it here
  }
  char byte = 0;
  const auto got = ::recv(socket->native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) && buffer.size() == 0;
}

Status Client::Impl::write(std::string_view bytes, Deadline deadline) {
  AIFLOW_TRY(await(deadline, [&](auto done) {
    asio::async_write(*socket, asio::const_buffer(bytes.data(), bytes.size()), std::move(done));
  }));
  if (!last_error) return {};
  return fail(ErrorCode::unavailable, "connection to " + name() + " lost: " + last_error.message());
}

Status Client::Impl::write_request(const ClientRequest& request, Deadline deadline) {
  os::Fd file;
  std::uint64_t length = request.body.size();
  if (!request.body_file.empty()) {
    file = os::Fd(::open(request.body_file.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat info{};
    if (!file.valid() || ::fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode)) {
      return fail(ErrorCode::invalid_argument,
                  "file '" + request.body_file.string() + "' cannot be read");
    }
    length = static_cast<std::uint64_t>(info.st_size);
  }
  std::string head = request.method + " " + request.target +
                     " HTTP/1.1\r\nHost: " + (endpoint.unix_socket.empty() ? name() : "localhost") +
                     "\r\n";
  for (const auto& [key, value] : request.headers) head += key + ": " + value + "\r\n";
  if (length > 0 || request.method == "POST" || request.method == "PATCH") {
    head += "Content-Length: " + std::to_string(length) + "\r\n";
  }
  head += "\r\n";
  AIFLOW_TRY(write(head, deadline));
  if (file.valid()) return write_file(file, length, deadline);
  return request.body.empty() ? Status{} : write(request.body, deadline);
}

Status Client::Impl::write_file(const os::Fd& file, std::uint64_t size, Deadline deadline) {
  while (size > 0) {
    const auto wanted = std::min<std::uint64_t>(size, piece.size());
    const auto got = ::read(file.get(), piece.data(), static_cast<std::size_t>(wanted));
    if (got <= 0) {
      close();
      return fail(ErrorCode::invalid_argument, "the file became shorter while it was sent");
    }
    AIFLOW_TRY(write({piece.data(), static_cast<std::size_t>(got)}, deadline));
    size -= static_cast<std::uint64_t>(got);
  }
  return {};
}

Result<ClientResponse> Client::Impl::read_head(Parser& parser, Deadline deadline) {
  parser.header_limit(64U << 10);
  parser.body_limit(boost::none);
  AIFLOW_TRY(await(deadline, [&](auto done) {
    http::async_read_header(*socket, buffer, parser, std::move(done));
  }));
  if (last_error) {
    const bool lost = last_error == http::error::end_of_stream ||
                      last_error == asio::error::connection_reset ||
                      last_error == asio::error::broken_pipe;
    close();
    if (!lost) return fail(ErrorCode::corrupt, name() + ": " + last_error.message());
    return fail(ErrorCode::unavailable, name() + " closed the connection without an answer");
  }
  ClientResponse response;
  response.status = static_cast<int>(parser.get().result_int());
  for (const auto& field : parser.get()) {
    const auto key = field.name_string();
    const auto value = field.value();
    response.headers.emplace_back(lower_case({key.data(), key.size()}),
                                  std::string(value.data(), value.size()));
  }
  return response;
}

Result<bool> Client::Impl::read_body(Parser& parser, const Sink& sink, Deadline deadline) {
  while (!parser.is_done()) {
    auto& body = parser.get().body();
    body.data = piece.data();
    body.size = piece.size();
    AIFLOW_TRY(await(deadline, [&](auto done) {
      http::async_read_some(*socket, buffer, parser, std::move(done));
    }));
    const auto got = piece.size() - body.size;
    if (last_error && last_error != http::error::need_buffer) {
      close();
      return fail(ErrorCode::unavailable,
                  "connection to " + name() + " lost: " + last_error.message());
    }
    if (got == 0) continue;
    auto more = sink({piece.data(), got});
    if (!more || !*more) {
      close();
      return more;
    }
  }
  if (!parser.get().keep_alive()) close();
  return true;
}

}  // namespace aiflow::net
