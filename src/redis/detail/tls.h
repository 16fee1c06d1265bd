// SPDX-License-Identifier: Apache-2.0
// Private to src/redis. The client's side of TLS between bytes: what goes to the peer and what came
// from it pass through memory, so that the connection keeps its own sockets and waits.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "redis/address.h"

namespace aiflow::redis::detail {

class Tls {
 public:
  /// Errors: of reading the authorities.
  [[nodiscard]] static Result<std::unique_ptr<Tls>> create(const Address& address);
  ~Tls();
  Tls(const Tls&) = delete;
  Tls& operator=(const Tls&) = delete;

  /// Begins the handshake; again, once something was taken, until it is done. Errors: denied (the
  /// peer's certificate is not one for the address), corrupt.
  [[nodiscard]] Status shake_hands();
  [[nodiscard]] bool is_done() const;
  /// Bytes from the peer. Errors: as above, unavailable when the peer has ended the session.
  [[nodiscard]] Status take(std::string_view bytes, std::string& plain);
  /// After the handshake.
  [[nodiscard]] Status put(std::string_view plain);
  /// What is to go to the peer now.
  [[nodiscard]] std::string out();

 private:
  struct Parts;
  explicit Tls(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace aiflow::redis::detail
