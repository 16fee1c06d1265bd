// SPDX-License-Identifier: Apache-2.0
// An MQTT connection through libmosquitto, with a session that the broker keeps: messages of QoS 1
// and 2 that come while this server is away are delivered when it is back. Thread: one, "mqtt".
#include <mosquitto.h>

#include <algorithm>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "base/assert.h"
#include "log/log.h"
#include "trigger/detail/broker_watcher.h"

namespace aiflow::trigger::detail {
namespace {

using namespace std::chrono_literals;

constexpr int kKeepAliveSeconds = 20;
constexpr int kLoopMs = 10'000;
constexpr auto kRetry = 1s;
constexpr auto kRetryMax = 15s;
/// Before the first connection: what waits again after a restart is there when the broker delivers
/// what it has kept.
constexpr auto kGather = 200ms;

struct Library {
  Library() { mosquitto_lib_init(); }
  ~Library() { mosquitto_lib_cleanup(); }
};

struct Free {
  void operator()(mosquitto* client) const { mosquitto_destroy(client); }
};

class MqttBroker final : public Broker {
 public:
  MqttBroker(Connection connection, const std::string& client_id, Fire fire)
      : connection_(std::move(connection)),
        fire_(std::move(fire)),
        client_(mosquitto_new(client_id.c_str(), false, this)) {
    AIFLOW_ASSERT(client_ != nullptr);
    mosquitto_threaded_set(client_.get(), true);
    if (!connection_.login.empty() || !connection_.password.empty()) {
      const std::string password(connection_.password.reveal());
      mosquitto_username_pw_set(client_.get(), connection_.login.c_str(), password.c_str());
    }
    if (connection_.is_tls()) use_tls();
    mosquitto_connect_callback_set(client_.get(), [](mosquitto*, void* self, int code) {
      static_cast<MqttBroker*>(self)->on_connect(code);
    });
    mosquitto_message_callback_set(client_.get(),
                                   [](mosquitto*, void* self, const mosquitto_message* message) {
                                     static_cast<MqttBroker*>(self)->on_message(*message);
                                   });
    mosquitto_subscribe_callback_set(
        client_.get(), [](mosquitto*, void* self, int id, int count, const int* granted) {
          static_cast<MqttBroker*>(self)->on_subscribe(id, {granted, granted + count});
        });
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  }
  ~MqttBroker() override {
    thread_.request_stop();
    sleeping_.notify_all();
    mosquitto_disconnect(client_.get());  // wakes the loop; the session stays
    thread_.join();
  }

  void add(Subscription subscription) override {
    const std::scoped_lock lock(mutex_);
    for (const std::string& topic : subscription.names) subscribe(topic, subscription.qos);
    waits_[subscription.id] = std::move(subscription);
  }
  void remove(WaitId id) override {
    const std::scoped_lock lock(mutex_);
    forget({id});
  }

 private:
  void use_tls();
  int connect();
  void run(const std::stop_token& stop);
  void on_connect(int code);
  void on_message(const mosquitto_message& message);
  void on_subscribe(int id, const std::vector<int>& granted);
  void refuse(const std::string& why, const std::string& topic);

  // With mutex_ held.
  void subscribe(const std::string& topic, int qos) {
    int id = 0;
    if (mosquitto_subscribe(client_.get(), &id, topic.c_str(), qos) != MOSQ_ERR_SUCCESS) return;
    asked_[id] = topic;  // without a connection: when there is one
  }
  void forget(const std::vector<WaitId>& ids) {
    std::set<std::string> left;
    std::set<std::string> gone;
    for (const WaitId id : ids) {
      const auto found = waits_.find(id);
      if (found == waits_.end()) continue;
      gone.insert(found->second.names.begin(), found->second.names.end());
      waits_.erase(found);
    }
    for (const auto& [id, wait] : waits_) left.insert(wait.names.begin(), wait.names.end());
    for (const std::string& topic : gone) {
      if (!left.contains(topic)) mosquitto_unsubscribe(client_.get(), nullptr, topic.c_str());
    }
  }

  const Library library_;
  const Connection connection_;
  const Fire fire_;
  std::unique_ptr<mosquitto, Free> client_;
  mutable std::mutex mutex_;
  std::condition_variable_any sleeping_;
  std::map<WaitId, Subscription> waits_;  ///< guarded by mutex_
  std::map<int, std::string> asked_;      ///< guarded by mutex_: topic of a subscription under way
  bool reached_ = false;                  ///< the thread's: since the last try to connect
  std::jthread thread_;
};

/// What it can't use (a file that is not there, say) shows when it connects.
void MqttBroker::use_tls() {
  const std::string& file = connection_.tls_authorities;
  if (file.empty()) {
    mosquitto_int_option(client_.get(), MOSQ_OPT_TLS_USE_OS_CERTS, 1);
    return;
  }
  if (mosquitto_tls_set(client_.get(), file.c_str(), nullptr, nullptr, nullptr, nullptr) !=
      MOSQ_ERR_SUCCESS) {
    // Nothing is better than a connection that anybody could have answered.
    mosquitto_int_option(client_.get(), MOSQ_OPT_TLS_USE_OS_CERTS, 1);
    log::warn("mqtt: the file with authorities is not usable", {{"file", file}});
  }
}

/// libmosquitto sets TLS up with the first such connection and without a lock: two at once leave a
/// part of it behind. Only a name is waited for in here, the connection itself comes later.
int MqttBroker::connect() {
  static std::mutex tls_begins;
  std::unique_lock lock(tls_begins, std::defer_lock);
  if (connection_.is_tls()) lock.lock();
  return mosquitto_connect_async(client_.get(), connection_.host.c_str(), connection_.port,
                                 kKeepAliveSeconds);
}

void MqttBroker::run(const std::stop_token& stop) {
  std::chrono::milliseconds pause = kRetry;
  bool told = false;
  const auto rest = [&](std::chrono::milliseconds time) {
    std::mutex own;
    std::unique_lock lock(own);
    sleeping_.wait_for(lock, stop, time, [] { return false; });
  };
  rest(kGather);
  while (!stop.stop_requested()) {
    reached_ = false;
    int code = connect();
    while (code == MOSQ_ERR_SUCCESS && !stop.stop_requested()) {
      code = mosquitto_loop(client_.get(), kLoopMs, 1);
    }
    if (stop.stop_requested()) return;
    if (!told) log::warn("mqtt is not reached", {{"host", connection_.host}});
    told = !reached_;
    pause = reached_ ? kRetry : std::min<std::chrono::milliseconds>(pause * 2, kRetryMax);
    rest(pause);
  }
}

void MqttBroker::on_connect(int code) {
  if (code != 0) return refuse(std::string("mqtt: ") + mosquitto_connack_string(code), "");
  reached_ = true;
  const std::scoped_lock lock(mutex_);
  asked_.clear();
  for (const auto& [id, wait] : waits_) {
    for (const std::string& topic : wait.names) subscribe(topic, wait.qos);
  }
}

void MqttBroker::on_subscribe(int id, const std::vector<int>& granted) {
  std::string topic;
  {
    const std::scoped_lock lock(mutex_);
    const auto found = asked_.find(id);
    if (found == asked_.end()) return;
    topic = found->second;
    asked_.erase(found);
  }
  const bool refused = std::ranges::any_of(granted, [](int qos) { return qos >= 128; });
  if (refused) refuse("mqtt: the broker refuses topic '" + topic + "'", topic);
}

void MqttBroker::on_message(const mosquitto_message& message) {
  std::vector<WaitId> ids;
  std::vector<WaitId> done;
  {
    const std::scoped_lock lock(mutex_);
    for (const auto& [id, wait] : waits_) {
      const bool matches = std::ranges::any_of(wait.names, [&](const std::string& filter) {
        bool result = false;
        mosquitto_topic_matches_sub(filter.c_str(), message.topic, &result);
        return result;
      });
      if (!matches) continue;
      ids.push_back(id);
      if (!wait.repeats) done.push_back(id);
    }
    forget(done);
  }
  const std::string_view bytes(static_cast<const char*>(message.payload),
                               static_cast<std::size_t>(message.payloadlen));
  const json::Value event = json::object({{"topic", message.topic},
                                          {"payload", payload_value(bytes)},
                                          {"qos", message.qos},
                                          {"retain", message.retain}});
  for (const WaitId id : ids) fire_({.id = id, .event = event, .error = {}});
}

/// Those that wait once (for this topic, if it is one) are told; what repeats goes on trying.
void MqttBroker::refuse(const std::string& why, const std::string& topic) {
  std::vector<WaitId> ids;
  {
    const std::scoped_lock lock(mutex_);
    for (const auto& [id, wait] : waits_) {
      const bool named = topic.empty() || std::ranges::find(wait.names, topic) != wait.names.end();
      if (!wait.repeats && named) ids.push_back(id);
    }
    forget(ids);
  }
  log::warn("mqtt refused", {{"host", connection_.host}, {"reason", why}});
  for (const WaitId id : ids) fire_({.id = id, .event = {}, .error = why});
}

}  // namespace

std::unique_ptr<Broker> make_mqtt_broker(Connection connection, std::string client_id, Fire fire) {
  return std::make_unique<MqttBroker>(std::move(connection), client_id, std::move(fire));
}

}  // namespace aiflow::trigger::detail
