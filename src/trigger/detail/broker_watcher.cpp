// SPDX-License-Identifier: Apache-2.0
#include "trigger/detail/broker_watcher.h"

#include <array>
#include <set>
#include <utility>
#include <variant>

namespace aiflow::trigger::detail {
namespace {

constexpr std::size_t kBrokersMax = 16;

bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const std::size_t length = byte < 0x80       ? 1
                               : byte >> 5 == 6  ? 2
                               : byte >> 4 == 14 ? 3
                               : byte >> 3 == 30 ? 4
                                                 : 0;
    if (length == 0 || i + length > text.size()) return false;
    std::uint32_t code = length == 1 ? byte : byte & (0x7FU >> length);
    for (std::size_t k = 1; k < length; ++k) {
      const auto next = static_cast<unsigned char>(text[i + k]);
      if (next >> 6 != 2) return false;
      code = code << 6 | (next & 0x3FU);
    }
    constexpr std::array<std::uint32_t, 5> kLeast = {0, 0, 0x80, 0x800, 0x10000};
    const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
    if (code < kLeast[length] || code > 0x10FFFF || surrogate) return false;
    i += length;
  }
  return true;
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t three = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      const bool there = i + k < bytes.size();
      three = three << 8 | (there ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      const bool there = i + k <= bytes.size();
      out.push_back(there ? kDigits[three >> (18 - 6 * k) & 63U] : '=');
    }
  }
  return out;
}

}  // namespace

json::Value payload_value(std::string_view bytes) {
  if (is_utf8(bytes)) return std::string(bytes);
  return json::object({{"base64", base64(bytes)}});
}

void BrokerWatcher::add(const Wait& wait) {
  Place place;
  Subscription subscription{.id = wait.id, .repeats = wait.repeats};
  if (const auto* mqtt = std::get_if<MqttTrigger>(&wait.trigger)) {
    place = {true, mqtt->conn_id, mqtt->host, mqtt->port, {}};
    subscription.names = mqtt->topics;
    subscription.qos = mqtt->qos;
  } else if (const auto* queue = std::get_if<RedisQueueTrigger>(&wait.trigger)) {
    const auto kind = queue->stream ? RedisSource::Kind::stream : RedisSource::Kind::list;
    place = {false, queue->conn_id, queue->host, queue->port, {kind, queue->group}};
    subscription.names = queue->names;
  } else {
    const auto& redis = std::get<RedisTrigger>(wait.trigger);
    place = {false, redis.conn_id, redis.host, redis.port, {}};
    subscription.names = redis.channels;
  }
  if (!brokers_.contains(place)) {
    auto made = connect(place);
    if (!made) return fire_({.id = wait.id, .event = {}, .error = made.error().message});
    brokers_[place] = *std::move(made);
  }
  places_[wait.id] = place;
  brokers_.at(place)->add(std::move(subscription));
}

/// An end may take a moment: a thread has to leave its library. So connections that nothing waits
/// on end only when there are too many. A wait that has fired counts until its owner gives it up:
/// before, what it was given is not stored.
void BrokerWatcher::make_room() {
  if (brokers_.size() < kBrokersMax) return;
  std::set<Place> used;
  for (const auto& [id, place] : places_) used.insert(place);
  std::erase_if(brokers_, [&](const auto& entry) { return !used.contains(entry.first); });
}

Result<std::unique_ptr<Broker>> BrokerWatcher::connect(const Place& place) {
  make_room();
  if (brokers_.size() >= kBrokersMax) {
    return fail(ErrorCode::unavailable,
                "triggers are connected to " + std::to_string(kBrokersMax) + " brokers already");
  }
  Connection connection;
  if (place.conn_id.empty()) {
    connection.host = place.host;
    connection.port = place.port;
  } else {
    AIFLOW_ASSIGN(connection, find_connection(environment_, place.conn_id));
  }
  if (!place.mqtt) {
    if (connection.port == 0) connection.port = 6379;
    return make_redis_broker(clock_, std::move(connection), place.source, fire_);
  }
  if (connection.port == 0) connection.port = connection.is_tls() ? 8883 : 1883;
  const std::string name =
      place.conn_id.empty() ? place.host + "-" + std::to_string(place.port) : place.conn_id;
  return make_mqtt_broker(std::move(connection), client_name_ + "-" + name, fire_);
}

void BrokerWatcher::remove(WaitId id) {
  const auto place = places_.find(id);
  if (place == places_.end()) return;
  brokers_.at(place->second)->remove(id);  // the connection stays for the next
  places_.erase(place);
}

}  // namespace aiflow::trigger::detail
