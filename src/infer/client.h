// SPDX-License-Identifier: Apache-2.0
// The client side of aiflow-infer's socket: describe, infer, detect. One connection, one request at
// a time, used by one thread at a time; Clients shares a few of them among threads.
#pragma once

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/deadline.h"
#include "base/result.h"
#include "engine/engine.h"
#include "infer/image_view.h"
#include "os/fd.h"
#include "wire/inference.h"

namespace aiflow::infer {

struct InferAnswer {
  std::vector<engine::Output> outputs;
  std::int64_t queue_us = 0;
  std::int64_t run_us = 0;
};

class Client {
 public:
  /// Errors: not_found (no socket), unavailable (nobody listens), timeout.
  [[nodiscard]] static Result<Client> connect(const std::filesystem::path& socket,
                                              const Clock& clock, Deadline deadline);

  // Each call's errors: timeout; unavailable when the connection is lost (connect anew); otherwise
  // what aiflow-infer answered (invalid_argument, internal, ...), and the connection stays usable.

  [[nodiscard]] Result<wire::Description> describe(Deadline deadline);

  /// `outputs` = names wanted, empty = all.
  [[nodiscard]] Result<InferAnswer> infer(std::span<const engine::Input> inputs,
                                          std::span<const std::string> outputs, Deadline deadline);

  [[nodiscard]] Result<wire::Detected> detect(const ImageView& image, double score_min,
                                              Deadline deadline);

  /// False after a timeout or a lost connection: the answers would no longer match.
  [[nodiscard]] bool usable() const { return fd_.valid(); }

 private:
  struct Answer;
  Client(os::Fd fd, const Clock& clock) : fd_(std::move(fd)), clock_(&clock) {}
  Result<Answer> call(std::string_view type, json::Value body, std::span<const std::byte> payload,
                      Deadline deadline);
  [[nodiscard]] std::int64_t left_ms(Deadline deadline) const;

  os::Fd fd_;
  const Clock* clock_;
  std::int64_t last_id_ = 0;
};

/// Connections to one service, opened when needed, at most `idle_max` kept. Thread-safe.
class Clients {
 public:
  Clients(std::filesystem::path socket, const Clock& clock, std::size_t idle_max = 8)
      : socket_(std::move(socket)), clock_(clock), idle_max_(idle_max) {}

  [[nodiscard]] Result<wire::Description> describe(Deadline deadline);
  [[nodiscard]] Result<InferAnswer> infer(std::span<const engine::Input> inputs,
                                          std::span<const std::string> outputs, Deadline deadline);
  [[nodiscard]] Result<wire::Detected> detect(const ImageView& image, double score_min,
                                              Deadline deadline);

 private:
  template <class Call>
  auto with_client(Deadline deadline, Call call) -> decltype(call(std::declval<Client&>()));
  Result<Client> take(Deadline deadline);
  void give_back(Client client);

  std::filesystem::path socket_;
  const Clock& clock_;
  std::size_t idle_max_;
  std::mutex mutex_;
  std::vector<Client> idle_;
};

}  // namespace aiflow::infer
