// SPDX-License-Identifier: Apache-2.0
// The serving side of api/inference.yaml, the body of aiflow-infer: one thread a connection for
// pictures and boxes, one engine thread for all (batcher.h).
#pragma once

#include <cstddef>
#include <list>
#include <mutex>
#include <thread>

#include "base/clock.h"
#include "infer/batcher.h"
#include "infer/message.h"
#include "infer/model.h"
#include "os/fd.h"

namespace aiflow::infer {

struct ServerOptions {
  std::size_t connections_max = 64;
  std::size_t queue_limit = 32;  ///< requests that wait for the engine
};

class Server {
 public:
  /// `model` must outlive the server.
  Server(Model& model, const Clock& clock, const ServerOptions& options);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Takes connections from `listener` until `stop_fd` becomes readable; then ends all of them.
  [[nodiscard]] Status serve(int listener, int stop_fd);

  [[nodiscard]] BatcherStats stats() const { return batcher_.stats(); }

 private:
  struct Connection;
  void accept_one(int listener);
  void end_finished();
  void end_all();
  void talk(Connection& connection);
  Status answer(Connection& connection, const Message& message);
  Status answer_describe(Connection& connection, std::int64_t id);
  Status answer_ping(Connection& connection, std::int64_t id);
  Status answer_infer(Connection& connection, const Message& message);
  Status answer_detect(Connection& connection, const Message& message);
  Result<wire::Detected> detect(Connection& connection, const Message& message);
  [[nodiscard]] Deadline deadline_after(std::int64_t ms) const;

  Model& model_;
  const Clock& clock_;
  const ServerOptions options_;
  Batcher batcher_;
  std::list<Connection> connections_;  ///< of the thread in serve() only
};

}  // namespace aiflow::infer
