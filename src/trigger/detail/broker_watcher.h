// SPDX-License-Identifier: Apache-2.0
// Waits for messages: one connection to each broker for all waits on it. A broker has a thread of
// its own, since the client libraries look names up and connect in a blocking way, and one broker
// that hangs must not hold up another.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "os/event_loop.h"
#include "trigger/connection.h"
#include "trigger/detail/watcher.h"

namespace aiflow::trigger::detail {

/// What one wait wants of a broker.
struct Subscription {
  WaitId id = 0;
  std::vector<std::string> names{};  ///< channels or topic filters
  int qos = 0;                       ///< MQTT
  bool repeats = false;
};

class Broker {
 public:
  virtual ~Broker() = default;
  virtual void add(Subscription subscription) = 0;
  virtual void remove(WaitId id) = 0;
};

/// What the names of subscriptions are in a Redis.
struct RedisSource {
  enum class Kind : std::uint8_t { channel, list, stream };
  Kind kind = Kind::channel;
  std::string group{};  ///< of lists and streams: under which messages are taken
  auto operator<=>(const RedisSource&) const = default;
};

/// Connects to Redis. Keeps trying while the broker is away.
[[nodiscard]] std::unique_ptr<Broker> make_redis_broker(const Clock& clock, Connection connection,
                                                        RedisSource source, Fire fire);
/// Connects to MQTT 3.1.1 with a session that the broker keeps under `client_id`.
[[nodiscard]] std::unique_ptr<Broker> make_mqtt_broker(Connection connection, std::string client_id,
                                                       Fire fire);

/// Waits of both kinds. `client_name` is this server's, the same after a restart.
class BrokerWatcher final : public Watcher {
 public:
  BrokerWatcher(const Clock& clock, Environment environment, std::string client_name, Fire fire)
      : clock_(clock),
        environment_(std::move(environment)),
        client_name_(std::move(client_name)),
        fire_(std::move(fire)) {}

  void add(const Wait& wait) override;
  void remove(WaitId id) override;

 private:
  struct Place {
    bool mqtt = false;
    std::string conn_id{};
    std::string host{};
    std::uint16_t port = 0;
    RedisSource source{};
    auto operator<=>(const Place&) const = default;
  };
  void make_room();
  [[nodiscard]] Result<std::unique_ptr<Broker>> connect(const Place& place);

  const Clock& clock_;
  Environment environment_;
  std::string client_name_;
  Fire fire_;
  std::map<Place, std::unique_ptr<Broker>> brokers_;
  std::map<WaitId, Place> places_;
};

/// A message's bytes as JSON: text, or {"base64": text} when they are not UTF-8.
[[nodiscard]] json::Value payload_value(std::string_view bytes);

}  // namespace aiflow::trigger::detail
