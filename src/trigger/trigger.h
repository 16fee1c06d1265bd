// SPDX-License-Identifier: Apache-2.0
// What a deferred task, or a run that is to begin on a message, can wait for. The kinds are closed:
// a trigger is data, never code of a DAG file. Read from JSON once (parse), then these types.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/states.h"
#include "json/value.h"

namespace aiflow::trigger {

/// A moment of the wall clock. Its event: the moment.
struct TimeTrigger {
  WallTime at{};
};

/// A file of this path or glob pattern, or a folder of it that has a file below it; on the server's
/// machine. Its event: true.
struct FileTrigger {
  std::string pattern{};   ///< absolute
  bool recursive = false;  ///< ** goes through folders
  Duration poll{};         ///< 1 s at least; where the kernel tells of changes, seldom needed
};

/// A URL that answers as wanted. Its event: {status, body} when the body was looked at, else true.
struct HttpTrigger {
  std::string url{};      ///< http or https; without credentials
  std::string conn_id{};  ///< connection that gives the base URL and the credentials; empty: none
  std::string method = "GET";
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string body{};
  Duration poll{};     ///< 1 s at least
  Duration timeout{};  ///< of one request
  /// Status codes that mean "not yet"; others of 400 and more are an error of the trigger.
  std::vector<int> not_yet{};
  std::string json_pointer{};                ///< with `json_equals`: where in the body, RFC 6901
  std::optional<json::Value> json_equals{};  ///< the value that has to be there
};

/// Runs of a DAG, or tasks of them, in certain states. Its event: {status, state}, where status is
/// success, failed or skipped.
struct ExternalTaskTrigger {
  std::string dag_id{};
  std::vector<std::string> run_ids{};     ///< or, when empty:
  std::vector<WallTime> logical_dates{};  ///< of the runs
  std::vector<std::string> task_ids{};    ///< empty, and no group: the run itself
  std::string group_id{};
  std::vector<std::string> allowed{};
  std::vector<std::string> failed{};
  std::vector<std::string> skipped{};
};

/// A message that is published on a Redis channel. Its event: {type, channel, data}.
struct RedisTrigger {
  std::string conn_id{};  ///< empty: `host`, `port`
  std::string host{};
  std::uint16_t port = 6379;
  std::vector<std::string> channels{};
};

/// A message in a Redis list or stream, which stays there until what it leads to is stored. Its
/// event: {type: "list", list, data} or {type: "stream", stream, id, fields}.
struct RedisQueueTrigger {
  bool stream = false;
  std::string conn_id{};  ///< empty: `host`, `port`
  std::string host{};
  std::uint16_t port = 6379;
  std::vector<std::string> names{};
  std::string group{"aiflow"};  ///< under which messages are taken; of one installation alone
};

/// A message on an MQTT topic filter. Its event: {topic, payload, qos, retain}.
struct MqttTrigger {
  std::string conn_id{};  ///< empty: `host`, `port`
  std::string host{};
  std::uint16_t port = 1883;
  std::vector<std::string> topics{};
  int qos = 1;  ///< 0 to 2
};

/// A POST to a DAG's webhook. It comes through the API: nothing waits for it at a host.
struct WebhookTrigger {
  std::string conn_id{};  ///< whose password is the hook's secret; empty: API tokens only
};

using Trigger = std::variant<TimeTrigger, FileTrigger, HttpTrigger, ExternalTaskTrigger,
                             RedisTrigger, RedisQueueTrigger, MqttTrigger, WebhookTrigger>;

/// Bytes of a trigger's JSON, of a deferral's arguments with it, and of an event.
inline constexpr std::size_t kDeferralBytesMax = 64U << 10;
inline constexpr std::size_t kEventBytesMax = 256U << 10;

/// Reads {kind, arguments...}. Errors: invalid_argument, in words for the DAG's author.
[[nodiscard]] Result<Trigger> parse(const json::Value& value);
/// Whether it fires for message after message, so that it can start runs.
[[nodiscard]] bool is_for_messages(const Trigger& trigger);
/// What it waits for, in words that follow "waits for": "file '/data/in.csv'". No credentials.
[[nodiscard]] std::string describe(const Trigger& trigger);

}  // namespace aiflow::trigger
