// SPDX-License-Identifier: Apache-2.0
// Blocking HTTP/1.1 client over TCP, TLS or a Unix socket. Each call takes a Deadline. One thread
// at a time. An HTTP error status is an answer, not an Error; Error means that no answer came.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/deadline.h"
#include "base/result.h"
#include "net/http.h"

namespace aiflow::net {

struct Endpoint {
  std::filesystem::path unix_socket{};  ///< set: the rest is unused
  std::string host = "127.0.0.1";       ///< numeric address or name
  std::uint16_t port = 0;
  bool tls = false;
  /// TLS: the server's key (pin_of) is this, whoever vouches for it. Empty: an authority that this
  /// machine trusts has to vouch for the host's name.
  std::string pin{};
  /// With a pin: the word of an authority for the host's name will do as well.
  bool pin_or_authority = false;
};

struct ClientRequest {
  std::string method = "GET";
  std::string target = "/";  ///< path?query, already encoded
  Headers headers{};
  std::string body{};
  std::filesystem::path body_file{};  ///< set: sent instead of `body`, in pieces
  /// Of an answer that is kept in memory; a longer one is an error.
  std::size_t answer_bytes_max = 256U << 20;
};

struct ClientResponse {
  int status = 0;
  Headers headers{};   ///< names in lower case
  std::string body{};  ///< at most ClientRequest::answer_bytes_max
};

class Client {
 public:
  Client(const Clock& clock, Endpoint endpoint);
  ~Client();
  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;

  /// Sends and reads the whole answer; keeps the connection for the next call, and connects again
  /// when the server had closed it. Errors: unavailable (cannot connect, connection lost), timeout,
  /// corrupt (not HTTP, too long), invalid_argument (body_file unreadable).
  [[nodiscard]] Result<ClientResponse> send(const ClientRequest& request, Deadline deadline);

  /// As send, but a 200 answer's body goes to `file` (created or truncated), of any size.
  [[nodiscard]] Result<ClientResponse> download(const ClientRequest& request,
                                                const std::filesystem::path& file,
                                                Deadline deadline);

  struct BodyCall {
    ClientRequest request{};
    /// Called with each piece of a 2xx answer's body as it comes; false ends the call.
    std::function<Result<bool>(std::string_view piece)> on_piece{};
    std::stop_token stop{};  ///< ends the call from another thread
  };
  /// Reads an answer of any length as it comes, until the callback says false or fails, `stop` is
  /// requested or the answer ends; gives the answer's head (other than 2xx: with its body). A call
  /// that was stopped before the head gives status 0. Errors as send, and the callback's.
  [[nodiscard]] Result<ClientResponse> stream_body(BodyCall call, Deadline deadline);

  struct EventCall {
    ClientRequest request{};
    /// Called for each event; false ends the call.
    std::function<bool(const SseMessage&)> on_event{};
    std::stop_token stop{};  ///< ends the call from another thread
  };
  /// Reads Server-Sent Events until the callback says false, `stop` is requested or the server ends
  /// the answer; all three give the answer's head (status != 200: with its body). Errors as send.
  [[nodiscard]] Result<ClientResponse> stream_events(EventCall call, Deadline deadline);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace aiflow::net
