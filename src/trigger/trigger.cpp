// SPDX-License-Identifier: Apache-2.0
#include "trigger/trigger.h"

#include <algorithm>
#include <array>

namespace aiflow::trigger {
namespace {

constexpr Duration kPollMin = std::chrono::seconds(1);
constexpr Duration kPollMax = std::chrono::hours(24);
constexpr std::size_t kNamesMax = 100;
constexpr std::size_t kNamesShown = 3;

std::unexpected<Error> bad(const std::string& what) {
  return fail(ErrorCode::invalid_argument, "the trigger's " + what);
}

/// A list of texts; missing: empty.
Result<std::vector<std::string>> texts(const json::Value& value, std::string_view key) {
  std::vector<std::string> found;
  const json::Value* list = value.find(key);
  if (list == nullptr || list->is_null()) return found;
  if (!list->is_array()) return bad(std::string(key) + " is not a list");
  if (list->as_array().size() > kNamesMax) {
    return bad(std::string(key) + " has more than " + std::to_string(kNamesMax) + " members");
  }
  for (const json::Value& item : list->as_array()) {
    if (!item.is_string() || item.as_string().empty()) {
      return bad(std::string(key) + " has a member that is no text");
    }
    found.push_back(item.as_string());
  }
  return found;
}

/// Milliseconds under `key`, between one second and a day.
Result<Duration> interval(const json::Value& value, std::string_view key, Duration otherwise) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(otherwise).count();
  AIFLOW_ASSIGN(const auto given, json::get_int_or(value, key, ms));
  const std::int64_t longest =
      std::chrono::duration_cast<std::chrono::milliseconds>(kPollMax).count();
  if (given < 0) return bad(std::string(key) + " is negative");
  return std::clamp<Duration>(std::chrono::milliseconds(std::min(given, longest)), kPollMin,
                              kPollMax);
}

Result<std::uint16_t> port_of(const json::Value& value, std::uint16_t otherwise) {
  AIFLOW_ASSIGN(const auto port, json::get_int_or(value, "port", otherwise));
  if (port < 1 || port > 65535) return bad("port is not between 1 and 65535");
  return static_cast<std::uint16_t>(port);
}

Result<Trigger> parse_time_trigger(const json::Value& value) {
  AIFLOW_ASSIGN(const std::string at, json::get_string(value, "at"));
  AIFLOW_ASSIGN(const WallTime time, parse_time(at));
  return TimeTrigger{time};
}

Result<Trigger> parse_file(const json::Value& value) {
  FileTrigger made;
  AIFLOW_ASSIGN(made.pattern, json::get_string(value, "pattern"));
  if (!made.pattern.starts_with('/') || made.pattern.size() > 4096) {
    return bad("pattern is not an absolute path of at most 4096 bytes");
  }
  if (made.pattern.find('\0') != std::string::npos) return bad("pattern has a zero byte");
  AIFLOW_ASSIGN(made.recursive, json::get_bool_or(value, "recursive", false));
  AIFLOW_ASSIGN(made.poll, interval(value, "poll_ms", std::chrono::seconds(5)));
  return made;
}

bool has_line_end(const std::string& text) { return text.find_first_of("\r\n") != text.npos; }

/// http or https with a host, and no user in it: credentials belong in a connection.
Status check_url(const std::string& url) {
  const bool known = url.starts_with("http://") || url.starts_with("https://");
  const auto begin = url.find("//");
  if (!known || has_line_end(url) || url.size() > 8192) {
    return bad("url is not an http or https URL of at most 8192 bytes");
  }
  const std::string host = url.substr(begin + 2, url.find_first_of("/?#", begin + 2) - begin - 2);
  if (host.empty()) return bad("url has no host");
  if (host.contains('@')) {
    return bad("url has credentials in it; put them into a connection and give its conn_id");
  }
  return {};
}

Status check_header(const std::string& name, const json::Value& value) {
  const bool good = !name.empty() && !has_line_end(name) && !name.contains(':') &&
                    value.is_string() && !has_line_end(value.as_string());
  if (!good) return bad("headers have a name or value that is not one line of text");
  std::string lower = name;
  std::ranges::transform(lower, lower.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  constexpr std::array kSecret = {"authorization", "proxy-authorization", "cookie"};
  if (std::ranges::find(kSecret, lower) == kSecret.end()) return {};
  return bad("header '" + name + "' is a credential; put it into a connection");
}

Result<Trigger> parse_http(const json::Value& value) {
  HttpTrigger made;
  AIFLOW_ASSIGN(made.url, json::get_string(value, "url"));
  AIFLOW_ASSIGN(made.conn_id, json::get_string_or(value, "conn_id", ""));
  // With a connection, a path below the connection's base is enough.
  if (made.conn_id.empty() || made.url.contains("://")) AIFLOW_TRY(check_url(made.url));
  if (has_line_end(made.url)) return bad("url is not one line of text");
  AIFLOW_ASSIGN(made.method, json::get_string_or(value, "method", "GET"));
  constexpr std::array kMethods = {"GET", "HEAD", "POST", "PUT"};
  if (std::ranges::find(kMethods, made.method) == kMethods.end()) {
    return bad("method is not GET, HEAD, POST or PUT");
  }
  if (const json::Value* headers = value.find("headers"); headers && !headers->is_null()) {
    if (!headers->is_object()) return bad("headers are not an object");
    for (const auto& [name, text] : headers->as_object()) {
      AIFLOW_TRY(check_header(name, text));
      made.headers.emplace_back(name, text.as_string());
    }
  }
  AIFLOW_ASSIGN(made.body, json::get_string_or(value, "body", ""));
  AIFLOW_ASSIGN(made.poll, interval(value, "poll_ms", std::chrono::seconds(5)));
  AIFLOW_ASSIGN(made.timeout, interval(value, "timeout_ms", std::chrono::seconds(30)));
  made.not_yet = {404};
  if (const json::Value* list = value.find("not_yet"); list && list->is_array()) {
    made.not_yet.clear();
    for (const json::Value& one : list->as_array()) {
      if (!one.is_int()) return bad("not_yet is not a list of status codes");
      made.not_yet.push_back(static_cast<int>(one.as_int()));
    }
  }
  AIFLOW_ASSIGN(made.json_pointer, json::get_string_or(value, "json_pointer", ""));
  if (const json::Value* equals = value.find("json_equals")) made.json_equals = *equals;
  return made;
}

Result<Trigger> parse_external(const json::Value& value) {
  ExternalTaskTrigger made;
  AIFLOW_ASSIGN(made.dag_id, json::get_string(value, "dag_id"));
  AIFLOW_ASSIGN(made.run_ids, texts(value, "run_ids"));
  AIFLOW_ASSIGN(const auto dates, texts(value, "logical_dates"));
  for (const std::string& date : dates) {
    AIFLOW_ASSIGN(const WallTime time, parse_time(date));
    made.logical_dates.push_back(time);
  }
  AIFLOW_ASSIGN(made.task_ids, texts(value, "task_ids"));
  AIFLOW_ASSIGN(made.group_id, json::get_string_or(value, "group_id", ""));
  AIFLOW_ASSIGN(made.allowed, texts(value, "allowed"));
  AIFLOW_ASSIGN(made.failed, texts(value, "failed"));
  AIFLOW_ASSIGN(made.skipped, texts(value, "skipped"));
  if (made.run_ids.empty() == made.logical_dates.empty()) {
    return bad("run_ids or logical_dates has to be given, not both");
  }
  if (made.allowed.empty()) made.allowed = {"success"};
  return made;
}

Result<Trigger> parse_redis(const json::Value& value) {
  RedisTrigger made;
  AIFLOW_ASSIGN(made.conn_id, json::get_string_or(value, "conn_id", ""));
  AIFLOW_ASSIGN(made.host, json::get_string_or(value, "host", ""));
  AIFLOW_ASSIGN(made.port, port_of(value, 6379));
  AIFLOW_ASSIGN(made.channels, texts(value, "channels"));
  if (made.conn_id.empty() && made.host.empty()) return bad("host or conn_id is missing");
  if (made.channels.empty()) return bad("channels are missing");
  return made;
}

/// `names`: "lists" or "streams".
Result<Trigger> parse_redis_queue(const json::Value& value, std::string_view names) {
  RedisQueueTrigger made;
  made.stream = names == "streams";
  AIFLOW_ASSIGN(made.conn_id, json::get_string_or(value, "conn_id", ""));
  AIFLOW_ASSIGN(made.host, json::get_string_or(value, "host", ""));
  AIFLOW_ASSIGN(made.port, port_of(value, 6379));
  AIFLOW_ASSIGN(made.names, texts(value, names));
  AIFLOW_ASSIGN(made.group, json::get_string_or(value, "group", made.group));
  if (made.conn_id.empty() && made.host.empty()) return bad("host or conn_id is missing");
  if (made.names.empty()) return bad(std::string(names) + " are missing");
  if (made.group.empty() || made.group.size() > 200) return bad("group is not 1 to 200 bytes");
  return made;
}

Result<Trigger> parse_mqtt(const json::Value& value) {
  MqttTrigger made;
  AIFLOW_ASSIGN(made.conn_id, json::get_string_or(value, "conn_id", ""));
  AIFLOW_ASSIGN(made.host, json::get_string_or(value, "host", ""));
  AIFLOW_ASSIGN(made.port, port_of(value, 1883));
  AIFLOW_ASSIGN(made.topics, texts(value, "topics"));
  AIFLOW_ASSIGN(const auto qos, json::get_int_or(value, "qos", 1));
  if (made.conn_id.empty() && made.host.empty()) return bad("host or conn_id is missing");
  if (made.topics.empty()) return bad("topics are missing");
  if (qos < 0 || qos > 2) return bad("qos is not 0, 1 or 2");
  made.qos = static_cast<int>(qos);
  return made;
}

Result<Trigger> parse_webhook(const json::Value& value) {
  WebhookTrigger made;
  AIFLOW_ASSIGN(made.conn_id, json::get_string_or(value, "conn_id", ""));
  return made;
}

std::string quoted(std::string_view text) { return "'" + std::string(text) + "'"; }

/// "'a', 'b' and 3 more"
std::string names(const std::vector<std::string>& all) {
  std::string text;
  for (std::size_t i = 0; i < std::min(all.size(), kNamesShown); ++i) {
    text += (i > 0 ? ", " : "") + quoted(all[i]);
  }
  if (all.size() > kNamesShown)
    text += " and " + std::to_string(all.size() - kNamesShown) + " more";
  return text;
}

std::string place(const std::string& conn_id, const std::string& host, std::uint16_t port) {
  if (!conn_id.empty()) return "connection " + quoted(conn_id);
  return host + ":" + std::to_string(port);
}

std::string words(const TimeTrigger& trigger) { return "the time " + format_time(trigger.at); }
std::string words(const FileTrigger& trigger) { return "file " + quoted(trigger.pattern); }
std::string words(const HttpTrigger& trigger) {
  // A query may hold a key.
  const std::string url = trigger.url.substr(0, trigger.url.find('?'));
  return "an answer of " + url +
         (trigger.conn_id.empty() ? "" : " (connection " + quoted(trigger.conn_id) + ")");
}
std::string words(const ExternalTaskTrigger& trigger) {
  std::string text = "dag " + quoted(trigger.dag_id) + ", run ";
  if (!trigger.run_ids.empty()) {
    text += names(trigger.run_ids);
  } else {
    std::vector<std::string> dates;
    for (const WallTime date : trigger.logical_dates) dates.push_back(format_time(date));
    text += "of " + names(dates);
  }
  if (!trigger.task_ids.empty()) text += ", task " + names(trigger.task_ids);
  if (!trigger.group_id.empty()) text += ", group " + quoted(trigger.group_id);
  return text;
}
std::string words(const RedisTrigger& trigger) {
  return "a message on Redis channel " + names(trigger.channels) + " at " +
         place(trigger.conn_id, trigger.host, trigger.port);
}
std::string words(const RedisQueueTrigger& trigger) {
  return std::string("a message in Redis ") + (trigger.stream ? "stream " : "list ") +
         names(trigger.names) + " at " + place(trigger.conn_id, trigger.host, trigger.port);
}
std::string words(const MqttTrigger& trigger) {
  return "a message on MQTT topic " + names(trigger.topics) + " at " +
         place(trigger.conn_id, trigger.host, trigger.port);
}

std::string words(const WebhookTrigger&) { return "a webhook's message"; }

}  // namespace

Result<Trigger> parse(const json::Value& value) {
  if (!value.is_object()) return fail(ErrorCode::invalid_argument, "a trigger is an object");
  // A view, because g++ 12 takes the text for uninitialised at -O2.
  AIFLOW_ASSIGN(const std::string text, json::get_string(value, "kind"));
  const std::string_view kind = text;
  if (kind == "time") return parse_time_trigger(value);
  if (kind == "file") return parse_file(value);
  if (kind == "http") return parse_http(value);
  if (kind == "external_task") return parse_external(value);
  if (kind == "redis") return parse_redis(value);
  if (kind == "redis_list") return parse_redis_queue(value, "lists");
  if (kind == "redis_stream") return parse_redis_queue(value, "streams");
  if (kind == "mqtt") return parse_mqtt(value);
  if (kind == "webhook") return parse_webhook(value);
  return fail(ErrorCode::invalid_argument,
              "trigger " + quoted(text) +
                  " is not known; known are time, file, http, external_task, redis, redis_list, "
                  "redis_stream, mqtt, webhook");
}

bool is_for_messages(const Trigger& trigger) {
  return std::holds_alternative<RedisTrigger>(trigger) ||
         std::holds_alternative<RedisQueueTrigger>(trigger) ||
         std::holds_alternative<MqttTrigger>(trigger) ||
         std::holds_alternative<WebhookTrigger>(trigger);
}

std::string describe(const Trigger& trigger) {
  return std::visit([](const auto& one) { return words(one); }, trigger);
}

}  // namespace aiflow::trigger
