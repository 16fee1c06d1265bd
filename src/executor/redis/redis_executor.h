// SPDX-License-Identifier: Apache-2.0
// Workers that take jobs from Redis Streams and report there (docs/guide/redis.md): they distribute
// the work among themselves, by consumer groups. Redis carries and orders; it decides nothing and
// may lose everything: a job goes to the first worker that claims it here, and what waits is kept
// here and in the database. One thread with an event loop; it never waits for Redis.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "executor/executor.h"
#include "redis/address.h"

namespace aiflow::executor {

struct RedisExecutorOptions {
  redis::Address address;
  std::string server_id;
  Duration heartbeat = std::chrono::seconds(3);
  Duration lease = std::chrono::seconds(15);
  /// See LocalExecutorOptions.
  std::vector<WorkerId> workers_before{};
  wire::LeftBehind left_before{};
  std::set<WorkerId> cordoned{};
  /// net::pin_of the server's certificate, which workers are told; may be empty.
  std::string server_pin{};
  /// What distance needs (src/uplink/depot.h), from the executor's thread; both may be empty.
  /// Adds to a frame on its way to a worker.
  std::function<void(const std::string& worker, json::Value& frame)> outgoing{};
  /// Takes a frame that is not for the executor and answers it; nullopt: it is.
  std::function<Result<std::optional<json::Value>>(const std::string& worker,
                                                   const json::Value& frame)>
      incoming{};
};

class RedisExecutor final : public Executor {
 public:
  RedisExecutor(const Clock& clock, RedisExecutorOptions options);
  ~RedisExecutor() override;

  void reconcile(const std::vector<Held>& running) override;
  /// Also while Redis is away; see trouble().
  [[nodiscard]] Status start(ReportSink sink) override;
  [[nodiscard]] Status submit(Job job) override;
  void cancel(const CancelRequest& request) override;
  void acknowledge(const Receipt& receipt, bool accepted, const std::string& reason) override;
  void answer(const WorkerId& worker, const wire::XComValue& value) override;
  [[nodiscard]] std::vector<wire::Worker> workers() const override;
  [[nodiscard]] Status order(const WorkerId& worker, WorkerOrder order) override;
  [[nodiscard]] wire::LeftBehind wind_down() override;
  void leave_behind(const wire::LeftBehind& left) override;
  void stop() override;

  /// Why jobs wait, in words for people; empty when Redis carries them. From any thread.
  [[nodiscard]] std::string trouble() const;

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace aiflow::executor
