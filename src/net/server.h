// SPDX-License-Identifier: Apache-2.0
// HTTP/1.1 server on TCP (with TLS or without) and on a Unix socket at once. In: requests for a
// Handler; out: answers, event streams and web sockets through Responders. Threads: one event loop
// that owns every socket, and a bounded pool on which handlers run; Responder, EventStream and
// WebSocket may be used from any thread. A slow client costs memory up to fixed limits and never a
// thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "net/http.h"
#include "net/tls.h"

namespace aiflow::net {

/// Who is at the other end.
struct Peer {
  bool unix_socket = false;
  std::string address{};               ///< TCP: textual IP address
  bool tls = false;                    ///< TCP: encrypted
  std::optional<std::uint32_t> uid{};  ///< Unix socket: SO_PEERCRED
  std::int32_t pid = 0;                ///< Unix socket: SO_PEERCRED
};

/// What Handler::admit learns about a request and Handler::handle needs again (e.g. the signed-in
/// user). Derive from it.
struct RequestContext {
  virtual ~RequestContext() = default;
};

struct Request {
  std::string id;      ///< random, for logs and error answers
  std::string method;  ///< upper case
  std::string path;    ///< as sent, still percent-encoded, without the query
  std::string query;   ///< as sent, without '?'
  Headers headers;     ///< names in lower case
  Peer peer;
  bool wants_websocket = false;
  std::string body;                 ///< empty until handle(), and when the body went to a file
  std::filesystem::path body_file;  ///< set when admit() asked for a file; removed after handle()
                                    ///< unless it was renamed
  std::unique_ptr<RequestContext> context;

  [[nodiscard]] const std::string* header(std::string_view name) const {
    return find_header(headers, name);
  }
};

struct Response {
  int status = 200;
  std::string content_type{};  ///< empty = no such header
  Headers headers{};
  std::string body{};
  /// Static bytes instead of `body` (they live as long as the program): embedded files.
  std::string_view static_body{};
  /// A file instead of `body`, sent in pieces.
  std::filesystem::path body_file{};
};

/// How to take a request's body.
struct BodyRule {
  std::uint64_t bytes_max = 1 << 20;
  /// Not empty: the body is written to a new file in this folder (mode 0600).
  std::filesystem::path to_folder{};
};

/// An open Server-Sent Event answer. Copies are handles to the same stream. Messages beyond 256
/// waiting ones drop the client: it connects again with Last-Event-ID.
class EventStream {
 public:
  /// False when the client is gone or was dropped.
  bool send(const SseMessage& message) const;
  /// What format_sse() gave of one or more, as one waiting message; many streams may hold it at
  /// once.
  bool send_formatted(std::shared_ptr<const std::string> messages) const;
  /// Messages that wait to be sent.
  [[nodiscard]] std::size_t waiting() const;
  /// Ends the answer after what was sent.
  void close() const;
  /// Ends the answer at once, without what still waits.
  void cut() const;
  [[nodiscard]] bool is_open() const;
  /// Called once, on the event loop, when the stream has ended for any reason; at once when it has.
  void on_close(std::function<void()> callback) const;

  struct Impl;
  explicit EventStream(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

 private:
  std::shared_ptr<Impl> impl_;
};

/// An open web socket. Copies are handles. A full send queue drops its oldest message, or ends the
/// socket (WebSocketOptions::end_when_full).
class WebSocket {
 public:
  /// False when it is closed.
  bool send_text(std::string message) const;
  bool send_binary(std::string message) const;
  void close() const;
  /// Ends the connection at once, without what still waits.
  void cut() const;
  [[nodiscard]] bool is_open() const;
  /// As EventStream's.
  void on_close(std::function<void()> callback) const;
  /// Messages dropped because the client is slow.
  [[nodiscard]] std::size_t dropped() const;
  /// Messages waiting to be sent.
  [[nodiscard]] std::size_t waiting() const;

  struct Impl;
  explicit WebSocket(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

 private:
  std::shared_ptr<Impl> impl_;
};

struct WebSocketOptions {
  std::size_t queue_max = 4;
  std::size_t queue_bytes_max = 32U << 20;
  /// A client that does not read is cut off: for a protocol that must not lose a message.
  bool end_when_full = false;
  std::size_t message_bytes_max = 64 << 10;  ///< of what the client sends
  /// Both on the event loop: return quickly.
  std::function<void(std::string_view text)> on_message{};
  std::function<void()> on_close{};
};

/// The right to answer one request, once. Destroyed without an answer it sends status 500.
class Responder {
 public:
  Responder(Responder&&) noexcept;
  Responder& operator=(Responder&&) noexcept;
  ~Responder();

  void send(Response response) &&;
  /// Answers 200 text/event-stream with these extra headers.
  [[nodiscard]] EventStream open_event_stream(Headers headers = {}) &&;
  /// Only for a request with wants_websocket (asserted).
  [[nodiscard]] WebSocket open_websocket(WebSocketOptions options) &&;

  struct Impl;
  explicit Responder(std::unique_ptr<Impl> impl);

 private:
  std::unique_ptr<Impl> impl_;
};

/// What the application gives. Both functions run on pool threads, many at once.
class Handler {
 public:
  /// Each has threads and a queue of its own, so that none waits for requests of the other.
  enum class Lane { people, machines };

  virtual ~Handler() = default;
  /// Who answers. Sees the header, on the event loop: it returns at once.
  [[nodiscard]] virtual Lane lane(const Request& /*request*/) const { return Lane::people; }
  /// Sees the header before the body is read: either a rule for the body (and a context in
  /// `request`) or an answer that refuses the request.
  [[nodiscard]] virtual std::variant<BodyRule, Response> admit(Request& request) = 0;
  virtual void handle(Request request, Responder responder) = 0;
  /// An answer the server makes itself (malformed, too large, overloaded, time-out).
  [[nodiscard]] virtual Response refuse(int status, std::string_view reason,
                                        std::string_view request_id) = 0;
};

struct ServerOptions {
  std::string host = "127.0.0.1";
  std::optional<std::uint16_t> port{};   ///< nullopt = no TCP; 0 = any free port
  std::optional<TlsFiles> tls{};         ///< TCP speaks TLS alone
  std::filesystem::path unix_socket{};   ///< empty = none; mode 0600, an old file is replaced
  std::size_t handler_threads_max = 16;  ///< of machines; of people half of it
  std::size_t handler_queue_max = 256;   ///< of each lane; beyond it: 503
  /// Over TCP; as many again on the Unix socket, so that no stranger keeps this machine's own
  /// programs out. Beyond it, who has kept the server waiting longest for a request is closed, else
  /// the new one.
  std::size_t connections_max = 512;
  std::size_t header_bytes_max = 16 << 10;
  std::chrono::milliseconds header_timeout{10'000};    ///< first byte to end of header
  std::chrono::milliseconds idle_timeout{75'000};      ///< between requests of one connection
  std::chrono::milliseconds transfer_timeout{30'000};  ///< a piece of 64 KiB, either way
  std::chrono::milliseconds heartbeat{15'000};         ///< comment on event streams
  /// TCP: of a peer whose machine says nothing any more, also not that it has our bytes.
  std::chrono::milliseconds silence_timeout{45'000};
};

class Server {
 public:
  /// Binds, listens and starts the threads. `handler` must outlive the server. Errors: conflict
  /// when the port is taken; unavailable for other socket failures.
  [[nodiscard]] static Result<std::unique_ptr<Server>> start(ServerOptions options,
                                                             Handler& handler);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// The bound TCP port; 0 without TCP.
  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] std::size_t connections() const;
  /// Requests that wait for a thread or have one.
  [[nodiscard]] std::size_t busy(Handler::Lane lane) const;
  /// Takes no more connections, gives running handlers `grace` to answer, then closes everything
  /// and joins the threads. Safe to call twice.
  void stop(std::chrono::milliseconds grace);

 private:
  struct Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace aiflow::net
