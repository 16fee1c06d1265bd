// SPDX-License-Identifier: Apache-2.0
// Waits for messages, against a real redis-server and a real mosquitto on ports of their own.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "os/temp_dir.h"
#include "trigger/detail/broker_watcher.h"
#include "trigger/testing/bench.h"
#include "trigger/testing/brokers.h"

namespace aiflow::trigger {
namespace {

using namespace std::chrono_literals;
using testing::Bench;
using testing::channel;
using testing::dial;
using testing::free_port;
using testing::Program;
using testing::receive;
using testing::Redis;
using testing::spawned;

TEST_CASE("a message on a channel fires all that wait for it, once") {
  Redis redis;
  Bench bench;
  const WaitId a = bench.add(channel(redis, "news"));
  const WaitId b = bench.add(channel(redis, "news"));
  bench.add(channel(redis, "other"));
  for (int i = 0; i < 4000 && redis.publish("other", "x") == 0; ++i) os::sleep_for(5ms);
  const Fired other = bench.next();
  CHECK(other.event.find("channel")->as_string() == "other");
  redis.publish_until_heard("news", "hello");
  const Fired first = bench.next();
  const Fired second = bench.next();
  CHECK(std::min(first.id, second.id) == a);
  CHECK(std::max(first.id, second.id) == b);
  CHECK(first.event ==
        json::parse(R"({"type":"message","channel":"news","data":"hello"})").value());
}

TEST_CASE("a Redis that is killed is connected to again, and what repeats goes on") {
  Redis redis;
  Bench bench;
  bench.host().add({.id = 1, .trigger = channel(redis, "news"), .repeats = true});
  redis.publish_until_heard("news", "1");
  CHECK(bench.next().event.find("data")->as_string() == "1");
  redis.kill();
  redis.start();
  redis.publish_until_heard("news", "2");
  CHECK(bench.next().event.find("data")->as_string() == "2");
}

TEST_CASE("a Redis that is not there yet is waited for; its password comes from a connection") {
  Bench bench;
  const std::uint16_t port = free_port();
  bench.set_variable("AIRFLOW_CONN_QUEUE", "redis://:s3cret@127.0.0.1:" + std::to_string(port));
  bench.set_variable("AIRFLOW_CONN_WRONG", "redis://:guess@127.0.0.1:" + std::to_string(port));
  const WaitId id = bench.add(RedisTrigger{.conn_id = "queue", .channels = {"c"}});
  const Program redis({"redis-server", "--port", std::to_string(port), "--bind", "127.0.0.1",
                       "--save", "", "--logfile", "/dev/null", "--requirepass", "s3cret"},
                      port);
  const os::Fd fd = dial(port);
  REQUIRE(os::write_all(fd.get(), "AUTH s3cret\r\n"));
  CHECK(receive(fd) == "+OK\r\n");
  for (int i = 0; i < 4000; ++i) {
    REQUIRE(os::write_all(fd.get(), "PUBLISH c x\r\n"));
    if (receive(fd) == ":1\r\n") break;
    os::sleep_for(5ms);
  }
  CHECK(bench.next().id == id);
  bench.add(RedisTrigger{.conn_id = "wrong", .channels = {"c"}});
  CHECK(bench.next().error == "redis: it refuses the login");
}

std::string data_of(const Fired& fired) { return fired.event.find("data")->as_string(); }

TEST_CASE("a channel that this user may not hear is no trouble for the others") {
  Redis redis;
  redis.ask("ACL SETUSER default resetchannels &news");
  Bench bench;
  const WaitId good = bench.add(channel(redis, "news"));
  redis.ask_until("PUBSUB NUMSUB news", "*2\r\n$4\r\nnews\r\n:1\r\n");
  const WaitId bad = bench.add(channel(redis, "secret"));
  const Fired refused = bench.next();
  CHECK(refused.id == bad);
  CHECK(refused.error.starts_with("redis: NOPERM"));
  redis.publish_until_heard("news", "1");
  CHECK(bench.next().id == good);
}

/// A certificate that signs itself, for localhost alone.
class Authority {
 public:
  Authority() {
    auto made =
        spawned({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                 "-nodes", "-keyout", key(), "-out", certificate(), "-subj", "/CN=localhost",
                 "-addext", "subjectAltName=DNS:localhost"});
    while (!made.poll()) os::sleep_for(1ms);
    REQUIRE(std::filesystem::exists(certificate()));
  }
  [[nodiscard]] std::string key() const { return folder_.path() / "key.pem"; }
  [[nodiscard]] std::string certificate() const { return folder_.path() / "cert.pem"; }

 private:
  os::TempDir folder_ = os::TempDir::create("authority").value();
};

/// The connection `name` to localhost, and `wrong_name` to 127.0.0.1, which the certificate lacks.
void set_connections(Bench& bench, const std::string& scheme, std::uint16_t port,
                     const Authority& authority) {
  const std::string rest = ":" + std::to_string(port) + "?ssl_ca_certs=" + authority.certificate();
  bench.set_variable("AIFLOW_CONN_GOOD", scheme + "://localhost" + rest);
  bench.set_variable("AIFLOW_CONN_OTHER_NAME", scheme + "://127.0.0.1" + rest);
  bench.set_variable("AIFLOW_CONN_OTHER_AUTHORITY",
                     scheme + "://localhost:" + std::to_string(port));
}

TEST_CASE("Redis over TLS: its certificate has to be one for the host") {
  const Authority authority;
  const std::uint16_t port = free_port();
  Redis redis({"--tls-port", std::to_string(port), "--tls-cert-file", authority.certificate(),
               "--tls-key-file", authority.key(), "--tls-ca-cert-file", authority.certificate(),
               "--tls-auth-clients", "no"});
  Bench bench;
  set_connections(bench, "rediss", port, authority);
  bench.add(RedisTrigger{.conn_id = "other_name", .channels = {"c"}});
  CHECK(bench.next().error.starts_with("redis: its certificate is not accepted"));
  bench.add(RedisTrigger{.conn_id = "other_authority", .channels = {"c"}});
  CHECK(bench.next().error.starts_with("redis: its certificate is not accepted"));
  const WaitId id = bench.add(RedisTrigger{.conn_id = "good", .channels = {"c"}});
  redis.publish_until_heard("c", std::string(3000, 'x'));
  const Fired fired = bench.next();
  CHECK(fired.id == id);
  CHECK(data_of(fired) == std::string(3000, 'x'));
  redis.ask("RPUSH jobs a");
  bench.add(RedisQueueTrigger{.conn_id = "good", .names = {"jobs"}});
  CHECK(data_of(bench.next()) == "a");
}

class Mosquitto {
 public:
  explicit Mosquitto(const std::string& more = "") {
    std::ofstream(folder_.path() / "m.conf")
        << "user root\nlog_dest none\nlistener " << port_ << " 127.0.0.1\nallow_anonymous true\n"
        << more;
    program_.emplace(
        std::vector<std::string>{"/usr/sbin/mosquitto", "-c", folder_.path() / "m.conf"}, port_);
  }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  Program& program() { return *program_; }

  /// With QoS 1: when it returns, the broker has it.
  void publish(const std::string& topic, const std::string& text) {
    const os::Fd fd = dial(port_);
    const auto packet = [](unsigned char type, const std::string& body) {
      return std::string(1, static_cast<char>(type)) + static_cast<char>(body.size()) + body;
    };
    const auto field = [](const std::string& value) {
      return std::string(1, '\0') + static_cast<char>(value.size()) + value;
    };
    REQUIRE(os::write_all(fd.get(), packet(0x10, field("MQTT") + std::string("\x04\x02\0\x3c", 4) +
                                                     field("sender"))));
    REQUIRE(receive(fd).size() == 4);
    REQUIRE(os::write_all(fd.get(), packet(0x32, field(topic) + std::string("\0\x01", 2) + text)));
    REQUIRE(receive(fd).size() == 4);
  }

 private:
  os::TempDir folder_ = os::TempDir::create("mosquitto").value();
  std::uint16_t port_ = free_port();
  std::optional<Program> program_;
};

MqttTrigger topic(const Mosquitto& broker, const std::string& filter) {
  return {.host = "127.0.0.1", .port = broker.port(), .topics = {filter}};
}

/// Publishes until the host says something.
Fired publish_until_heard(Bench& bench, Mosquitto& broker, const std::string& name,
                          const std::string& text) {
  for (int i = 0; i < 2000; ++i) {
    broker.publish(name, text);
    if (auto fired = bench.next_within(10ms)) return *fired;
  }
  FAIL("nothing was heard");
  return {};
}

TEST_CASE("a message on a topic fires what waits for a filter of it") {
  Mosquitto broker;
  Bench bench;
  const WaitId id = bench.add(topic(broker, "line/+/done"));
  const Fired fired = publish_until_heard(bench, broker, "line/7/done", R"({"n":1})");
  CHECK(fired.id == id);
  CHECK(fired.event.find("topic")->as_string() == "line/7/done");
  CHECK(fired.event.find("payload")->as_string() == R"({"n":1})");
  CHECK(bench.is_silent());
  broker.publish("line/8/done", "again");
  CHECK(bench.is_silent());
}

TEST_CASE("a mosquitto that is killed is connected to again") {
  Mosquitto broker;
  Bench bench;
  bench.host().add({.id = 1, .trigger = topic(broker, "a"), .repeats = true});
  CHECK(publish_until_heard(bench, broker, "a", "1").id == 1);
  broker.program().kill();
  broker.program().start();
  CHECK(publish_until_heard(bench, broker, "a", "2").id == 1);
}

TEST_CASE("what comes while the server is away is delivered when it is back") {
  Mosquitto broker;
  {
    Bench bench;
    bench.host().add({.id = 1, .trigger = topic(broker, "a"), .repeats = true});
    publish_until_heard(bench, broker, "a", "1");
  }
  broker.publish("a", "meanwhile");
  Bench bench;
  bench.host().add({.id = 1, .trigger = topic(broker, "a"), .repeats = true});
  Fired fired = bench.next();
  while (fired.event.find("payload")->as_string() == "1") fired = bench.next();
  CHECK(fired.event.find("payload")->as_string() == "meanwhile");
}

TEST_CASE("MQTT over TLS: its certificate has to be one for the host") {
  const Authority authority;
  const std::uint16_t port = free_port();
  Mosquitto broker("listener " + std::to_string(port) + " 127.0.0.1\ncertfile " +
                   authority.certificate() + "\nkeyfile " + authority.key() + "\n");
  Bench bench;
  set_connections(bench, "mqtts", port, authority);
  bench.host().add({.id = 100,
                    .trigger = MqttTrigger{.conn_id = "other_name", .topics = {"a"}},
                    .repeats = true});
  bench.host().add({.id = 101,
                    .trigger = MqttTrigger{.conn_id = "other_authority", .topics = {"a"}},
                    .repeats = true});
  bench.host().add(
      {.id = 102, .trigger = MqttTrigger{.conn_id = "good", .topics = {"a"}}, .repeats = true});
  CHECK(publish_until_heard(bench, broker, "a", "1").id == 102);
  broker.publish("a", "2");
  CHECK(bench.next().id == 102);
}

TEST_CASE("payloads that are no text come in base64") {
  using detail::payload_value;
  CHECK(payload_value("grün").as_string() == "grün");
  CHECK(payload_value("\xff").find("base64")->as_string() == "/w==");
  CHECK(payload_value("\xff\xfe").find("base64")->as_string() == "//4=");
  CHECK(payload_value("\xff\xfe\xfd").find("base64")->as_string() == "//79");
  CHECK(payload_value("\xc0\xaf").is_object());      // overlong
  CHECK(payload_value("\xed\xa0\x80").is_object());  // a surrogate
  CHECK(payload_value("\xe2\x82").is_object());      // cut off
}

}  // namespace
}  // namespace aiflow::trigger
