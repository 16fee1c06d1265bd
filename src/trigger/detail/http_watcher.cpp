// SPDX-License-Identifier: Apache-2.0
#include "trigger/detail/http_watcher.h"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <string>
#include <utility>
#include <variant>

#include "base/assert.h"

namespace aiflow::trigger::detail {
namespace {

constexpr std::size_t kBodyBytesMax = 1U << 20;
constexpr long kConnectionsMax = 32;
constexpr long kConnectionsPerHostMax = 8;
constexpr long kRedirectsMax = 5;
/// A server that cannot be reached so often, one after the other, is an error.
constexpr int kUnreachedMax = 3;

/// RFC 6901: "/a/0/b"; nullptr: nothing is there.
const json::Value* at_pointer(const json::Value& value, std::string_view pointer) {
  const json::Value* at = &value;
  while (!pointer.empty() && at != nullptr) {
    pointer.remove_prefix(1);
    const std::size_t end = std::min(pointer.find('/'), pointer.size());
    std::string key(pointer.substr(0, end));
    pointer.remove_prefix(end);
    for (const auto& [coded, plain] : {std::pair("~1", "/"), std::pair("~0", "~")}) {
      for (std::size_t i = key.find(coded); i != key.npos; i = key.find(coded, i + 1)) {
        key.replace(i, 2, plain);
      }
    }
    if (!at->is_array()) {
      at = at->find(key);
      continue;
    }
    std::size_t index = 0;
    const auto [last, error] = std::from_chars(key.data(), key.data() + key.size(), index);
    const bool good = error == std::errc{} && last == key.data() + key.size();
    at = good && index < at->as_array().size() ? &at->as_array()[index] : nullptr;
  }
  return at;
}

/// The scheme, host and port of a connection, and below them what the trigger names.
std::string url_of(const Connection& connection, const std::string& below) {
  if (below.contains("://")) return below;
  const std::string scheme = connection.scheme == "https" ? "https" : "http";
  std::string url = scheme + "://" + connection.host;
  if (connection.port != 0) url += ":" + std::to_string(connection.port);
  url += connection.path;
  if (!below.empty() && !url.ends_with('/') && !below.starts_with('/')) url += "/";
  if (url.ends_with('/') && below.starts_with('/')) url.pop_back();
  return url + below;
}

struct Request {
  WaitId id = 0;
  CURL* easy = nullptr;
  curl_slist* headers = nullptr;
  std::string body;
  bool too_long = false;

  Request() = default;
  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;
  ~Request() {
    curl_easy_cleanup(easy);
    curl_slist_free_all(headers);
  }
};

std::size_t take_body(char* data, std::size_t size, std::size_t count, void* user) {
  auto& request = *static_cast<Request*>(user);
  const std::size_t bytes = size * count;
  request.too_long = request.body.size() + bytes > kBodyBytesMax;
  if (request.too_long) return 0;
  request.body.append(data, bytes);
  return bytes;
}

template <class Value>
void set(CURL* easy, CURLoption option, Value value) {
  AIFLOW_ASSERT(curl_easy_setopt(easy, option, value) == CURLE_OK);
}

}  // namespace

struct HttpWatcher::Impl {
  struct Entry {
    HttpTrigger trigger;
    bool repeats = false;
    os::EventLoop::TimerId timer = 0;
    int unreached = 0;
    std::unique_ptr<Request> request;  ///< under way
  };

  Impl(os::EventLoop& own_loop, Environment own_environment, Fire own_fire)
      : loop(own_loop), environment(std::move(own_environment)), fire(std::move(own_fire)) {}

  void ask(WaitId id);
  Status prepare(Request& request, const HttpTrigger& trigger);
  void set_body(Request& request, const HttpTrigger& trigger);
  void act(curl_socket_t fd, int what);
  void collect();
  void ended(Entry& entry, std::unique_ptr<Request> request, CURLcode result);
  void judge(WaitId id, Entry& entry, const Request& request, long status);
  void later(WaitId id, Entry& entry);
  void give(WaitId id, json::Value event, std::string error);
  void drop(WaitId id);

  void watch(curl_socket_t fd, int what);
  void arm(long ms);

  os::EventLoop& loop;
  Environment environment;
  Fire fire;
  CURLM* multi = nullptr;
  std::map<WaitId, Entry> entries;
  std::set<curl_socket_t> watched;
  os::EventLoop::TimerId timer = 0;
};

HttpWatcher::HttpWatcher(os::EventLoop& loop, Environment environment, Fire fire)
    : impl_(std::make_unique<Impl>(loop, std::move(environment), std::move(fire))) {
  AIFLOW_ASSERT(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
  impl_->multi = curl_multi_init();
  AIFLOW_ASSERT(impl_->multi != nullptr);
  const curl_socket_callback on_socket = [](auto*, auto fd, int what, void* user, void*) {
    return static_cast<Impl*>(user)->watch(fd, what), 0;
  };
  const curl_multi_timer_callback on_timer = [](auto*, long ms, void* user) {
    return static_cast<Impl*>(user)->arm(ms), 0;
  };
  curl_multi_setopt(impl_->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
  curl_multi_setopt(impl_->multi, CURLMOPT_SOCKETDATA, impl_.get());
  curl_multi_setopt(impl_->multi, CURLMOPT_TIMERFUNCTION, on_timer);
  curl_multi_setopt(impl_->multi, CURLMOPT_TIMERDATA, impl_.get());
  curl_multi_setopt(impl_->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, kConnectionsMax);
  curl_multi_setopt(impl_->multi, CURLMOPT_MAX_HOST_CONNECTIONS, kConnectionsPerHostMax);
}

HttpWatcher::~HttpWatcher() {
  while (!impl_->entries.empty()) impl_->drop(impl_->entries.begin()->first);
  curl_multi_cleanup(impl_->multi);
  for (const curl_socket_t fd : impl_->watched) impl_->loop.unwatch(fd);
  impl_->loop.cancel(impl_->timer);
}

void HttpWatcher::add(const Wait& wait) {
  impl_->entries[wait.id] = {
      .trigger = std::get<HttpTrigger>(wait.trigger), .repeats = wait.repeats, .request = nullptr};
  impl_->ask(wait.id);
}

void HttpWatcher::remove(WaitId id) { impl_->drop(id); }

void HttpWatcher::Impl::drop(WaitId id) {
  const auto found = entries.find(id);
  if (found == entries.end()) return;
  loop.cancel(found->second.timer);
  if (found->second.request) curl_multi_remove_handle(multi, found->second.request->easy);
  entries.erase(found);
}

void HttpWatcher::Impl::give(WaitId id, json::Value event, std::string error) {
  drop(id);
  fire({.id = id, .event = std::move(event), .error = std::move(error)});
}

void HttpWatcher::Impl::ask(WaitId id) {
  Entry& entry = entries.at(id);
  auto request = std::make_unique<Request>();
  request->id = id;
  request->easy = curl_easy_init();
  AIFLOW_ASSERT(request->easy != nullptr);
  if (Status ready = prepare(*request, entry.trigger); !ready) {
    return give(id, {}, ready.error().message);
  }
  entry.request = std::move(request);
  curl_multi_add_handle(multi, entry.request->easy);
}

Status HttpWatcher::Impl::prepare(Request& request, const HttpTrigger& trigger) {
  CURL* easy = request.easy;
  std::string url = trigger.url;
  if (!trigger.conn_id.empty()) {
    AIFLOW_ASSIGN(const Connection connection, find_connection(environment, trigger.conn_id));
    url = url_of(connection, url);
    if (!connection.login.empty() || !connection.password.empty()) {
      set(easy, CURLOPT_USERNAME, connection.login.c_str());
      set(easy, CURLOPT_PASSWORD, std::string(connection.password.reveal()).c_str());
    }
  }
  // A redirect must not lead to a file or to another protocol, nor carry the password elsewhere.
  set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  set(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  set(easy, CURLOPT_FOLLOWLOCATION, 1L);
  set(easy, CURLOPT_MAXREDIRS, kRedirectsMax);
  set(easy, CURLOPT_NOSIGNAL, 1L);
  set(easy, CURLOPT_USERAGENT, "aiflow");
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(trigger.timeout).count();
  set(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(ms));
  set(easy, CURLOPT_WRITEFUNCTION, &take_body);
  set(easy, CURLOPT_WRITEDATA, &request);
  set(easy, CURLOPT_PRIVATE, &request);
  set_body(request, trigger);
  if (curl_easy_setopt(easy, CURLOPT_URL, url.c_str()) != CURLE_OK) {
    return fail(ErrorCode::invalid_argument, "the URL cannot be read");
  }
  return {};
}

void HttpWatcher::Impl::set_body(Request& request, const HttpTrigger& trigger) {
  for (const auto& [name, value] : trigger.headers) {
    request.headers = curl_slist_append(request.headers, (name + ": " + value).c_str());
  }
  if (request.headers != nullptr) set(request.easy, CURLOPT_HTTPHEADER, request.headers);
  if (trigger.method == "HEAD") {
    set(request.easy, CURLOPT_NOBODY, 1L);
  } else if (trigger.method != "GET" || !trigger.body.empty()) {
    set(request.easy, CURLOPT_POSTFIELDSIZE, static_cast<long>(trigger.body.size()));
    set(request.easy, CURLOPT_COPYPOSTFIELDS, trigger.body.c_str());
    set(request.easy, CURLOPT_CUSTOMREQUEST, trigger.method.c_str());
  }
}

void HttpWatcher::Impl::arm(long ms) {
  loop.cancel(timer);
  if (ms < 0) return;
  timer = loop.after(std::chrono::milliseconds(ms), [this] { act(CURL_SOCKET_TIMEOUT, 0); });
}

void HttpWatcher::Impl::watch(curl_socket_t fd, int what) {
  if (what == CURL_POLL_REMOVE) {
    loop.unwatch(fd);
    watched.erase(fd);
    return;
  }
  const os::EventLoop::Interest interest{.read = (what & CURL_POLL_IN) != 0,
                                         .write = (what & CURL_POLL_OUT) != 0};
  // The loop does not say which of the two it is; curl finds out by itself.
  if (watched.insert(fd).second) {
    loop.watch(fd, interest, [this, fd] { act(fd, 0); });
  } else {
    loop.change(fd, interest);
  }
}

void HttpWatcher::Impl::act(curl_socket_t fd, int what) {
  int running = 0;
  curl_multi_socket_action(multi, fd, what, &running);
  collect();
}

void HttpWatcher::Impl::collect() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode result = message->data.result;
    Request* request = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &request);
    curl_multi_remove_handle(multi, request->easy);
    Entry& entry = entries.at(request->id);
    ended(entry, std::exchange(entry.request, nullptr), result);
  }
}

void HttpWatcher::Impl::ended(Entry& entry, std::unique_ptr<Request> request, CURLcode result) {
  const WaitId id = request->id;
  if (request->too_long) return give(id, {}, "the answer is longer than 1 MiB");
  if (result != CURLE_OK) {
    if (++entry.unreached < kUnreachedMax) return later(id, entry);
    return give(id, {}, std::string("the request failed: ") + curl_easy_strerror(result));
  }
  entry.unreached = 0;
  long status = 0;
  curl_easy_getinfo(request->easy, CURLINFO_RESPONSE_CODE, &status);
  judge(id, entry, *request, status);
}

void HttpWatcher::Impl::judge(WaitId id, Entry& entry, const Request& request, long status) {
  const HttpTrigger& trigger = entry.trigger;
  if (std::ranges::find(trigger.not_yet, static_cast<int>(status)) != trigger.not_yet.end()) {
    return later(id, entry);
  }
  if (status >= 400) return give(id, {}, "the answer's status is " + std::to_string(status));
  if (!trigger.json_equals) return give(id, true, {});
  auto body = json::parse(request.body, {.depth_max = 64, .bytes_max = kBodyBytesMax});
  if (!body) return give(id, {}, "the answer is no JSON");
  const json::Value* value = at_pointer(*body, trigger.json_pointer);
  if (value == nullptr || *value != *trigger.json_equals) return later(id, entry);
  give(id,
       json::object({{"status", static_cast<std::int64_t>(status)}, {"body", *std::move(body)}}),
       {});
}

void HttpWatcher::Impl::later(WaitId id, Entry& entry) {
  entry.timer = loop.after(entry.trigger.poll, [this, id] { ask(id); });
}

}  // namespace aiflow::trigger::detail
