// SPDX-License-Identifier: Apache-2.0
#include "kubernetes/testing/fake_api.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <list>

#include "base/assert.h"
#include "kubernetes/testing/api_object.h"
#include "net/http.h"
#include "os/system_clock.h"

namespace aiflow::kubernetes::testing {
namespace {

constexpr auto kPatience = std::chrono::seconds(10);

std::string parameter(const ApiRequest& request, const std::string& name) {
  const auto all = net::parse_query(request.query);
  for (const auto& [key, value] : *all) {
    if (key == name) return value;
  }
  return "";
}

bool send_chunk(int fd, const std::string& bytes) {
  char size[20];
  std::snprintf(size, sizeof size, "%zx\r\n", bytes.size());
  return send_all(fd, size + bytes + "\r\n");
}

/// As a node takes sinceTime: each line by its own time.
std::string lines_since(const std::string& text, const std::string& since) {
  const auto from = parse_time(since);
  if (!from) return text;
  std::string kept;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
    const auto time = parse_time(text.substr(at, text.find(' ', at) - at));
    if (!time || *time >= *from) kept += text.substr(at, end - at);
    at = end;
  }
  return kept;
}

bool send_answer(int fd, int status, const std::string& body, const std::string& headers = "") {
  return send_all(fd, "HTTP/1.1 " + std::to_string(status) + " x\r\nContent-Length: " +
                          std::to_string(body.size()) + "\r\n" + headers + "\r\n" + body);
}

}  // namespace

struct FakeApi::State {
  struct Change {
    std::int64_t version;
    std::string type;
    json::Value pod;
    std::string raw{};  ///< sent as it is
  };
  struct Log {
    std::string text;
    bool ended = false;
  };

  mutable std::mutex mutex;
  std::condition_variable changed;
  os::Fd listener;
  int port = 0;
  bool stops = false;
  std::mutex how_mutex;
  std::function<std::optional<Misbehaviour>(const ApiRequest&)> how;
  std::vector<ApiRequest> asked;
  std::map<std::string, json::Value> pods;
  std::vector<Change> changes;
  std::map<std::string, Log> logs;
  std::map<std::string, json::Value> objects;  ///< of other kinds: "secrets/NAME"
  std::int64_t version = 100;
  std::int64_t oldest = 0;
  int watch_round = 0;  ///< of cut_watches
  bool keeps_deleted = false;
  bool holds_followed = false;
  std::list<std::jthread> threads;
  std::vector<int> open;

  void record(const std::string& type, json::Value pod) {
    changes.push_back({.version = version, .type = type, .pod = std::move(pod)});
    changed.notify_all();
  }
  void put(const std::string& type, json::Value pod) {
    set_metadata(pod, "resourceVersion", std::to_string(++version));
    pods[metadata_text(pod, "name")] = pod;
    record(type, std::move(pod));
  }
  void erase(const std::string& name) {
    const auto found = pods.find(name);
    if (found == pods.end()) return;
    json::Value pod = std::move(found->second);
    pods.erase(found);
    set_metadata(pod, "resourceVersion", std::to_string(++version));
    record("DELETED", std::move(pod));
  }

  /// A pod that has ended has no more to say, unless the test says otherwise.
  Log log_of(const std::string& name) const {
    if (const auto set = logs.find(name); set != logs.end()) return set->second;
    const auto pod = pods.find(name);
    const bool goes_on = pod != pods.end() && !json::write(pod->second).contains("\"terminated\"");
    return {.text = {}, .ended = !goes_on};
  }

  bool answer(int fd, const ApiRequest& request);
  std::pair<int, std::string> carry_out(const ApiRequest& request);
  std::pair<int, std::string> create(const ApiRequest& request);
  std::pair<int, std::string> keep(const ApiRequest& request);
  std::pair<int, std::string> kept(const ApiRequest& request, const std::string& name);
  std::pair<int, std::string> list_kept(const ApiRequest& request, const std::string& kind);
  std::pair<int, std::string> list(const ApiRequest& request);
  std::pair<int, std::string> one(const ApiRequest& request, const std::string& name);
  void watch(int fd, const ApiRequest& request, int round);
  void log(int fd, const ApiRequest& request, const std::string& name);
};

FakeApi::FakeApi() : state_(std::make_shared<State>()) {
  state_->listener.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* any = reinterpret_cast<sockaddr*>(&address);
  AIFLOW_ASSERT(::bind(state_->listener.get(), any, size) == 0);
  AIFLOW_ASSERT(::listen(state_->listener.get(), 64) == 0);
  AIFLOW_ASSERT(::getsockname(state_->listener.get(), any, &size) == 0);
  state_->port = ntohs(address.sin_port);
  acceptor_ = std::jthread([this] { accept_all(); });
}

FakeApi::~FakeApi() {
  {
    const std::scoped_lock lock(state_->mutex);
    state_->stops = true;
    ::shutdown(state_->listener.get(), SHUT_RDWR);
    for (const int fd : state_->open) ::shutdown(fd, SHUT_RDWR);
    state_->changed.notify_all();
  }
  acceptor_.join();
  state_->threads.clear();
}

std::string FakeApi::url() const { return "http://127.0.0.1:" + std::to_string(state_->port); }

void FakeApi::accept_all() {
  while (true) {
    const int fd = ::accept4(state_->listener.get(), nullptr, nullptr, SOCK_CLOEXEC);
    const std::scoped_lock lock(state_->mutex);
    if (fd < 0 || state_->stops) {
      if (fd >= 0) ::close(fd);
      return;
    }
    state_->open.push_back(fd);
    state_->threads.emplace_back([this, fd] { serve(fd); });
  }
}

void FakeApi::serve(int fd) {
  std::string buffer;
  while (const auto request = read_request(fd, buffer)) {
    if (!state_->answer(fd, *request)) break;
  }
  const std::scoped_lock lock(state_->mutex);
  std::erase(state_->open, fd);
  ::close(fd);
}

/// False: the connection is closed.
bool FakeApi::State::answer(int fd, const ApiRequest& request) {
  std::optional<Misbehaviour> bad;
  int round = 0;
  {
    const std::scoped_lock lock(mutex);
    round = watch_round;
    asked.push_back(request);
    changed.notify_all();
  }
  {
    // It may take its time: who looks at the API meanwhile does not wait for it.
    const std::scoped_lock lock(how_mutex);
    if (how) bad = how(request);
  }
  if (bad && bad->after) carry_out(request);
  if (bad && bad->status == 0) return false;
  if (bad) return send_answer(fd, bad->status, bad->body, bad->headers);
  if (request.is_watch()) {
    watch(fd, request, round);
    return false;
  }
  if (request.path.ends_with("/log")) {
    const std::string below = request.path.substr(0, request.path.size() - 4);
    const std::string pod = below.substr(below.rfind('/') + 1);
    const std::string container = parameter(request, "container");
    const bool is_base = container.empty() || container == "base";
    log(fd, request, is_base ? pod : pod + "/" + container);
    return false;
  }
  const auto [status, body] = carry_out(request);
  return send_answer(fd, status, body);
}

std::pair<int, std::string> FakeApi::State::carry_out(const ApiRequest& request) {
  const std::scoped_lock lock(mutex);
  if (request.method == "POST" && !request.path.ends_with("/pods")) return keep(request);
  if (request.method == "POST") return create(request);
  if (request.path.ends_with("/pods")) return list(request);
  if (request.path.ends_with("/deployments")) return list_kept(request, "deployments/");
  for (const std::string kind : {"deployments", "services", "configmaps"}) {
    const std::size_t at = request.path.find("/" + kind + "/");
    if (at != request.path.npos) return kept(request, request.path.substr(at + 1));
  }
  return one(request, request.path.substr(request.path.rfind('/') + 1));
}

std::pair<int, std::string> FakeApi::State::keep(const ApiRequest& request) {
  auto object = json::parse(request.body);
  if (!object) return {400, status_object(400, "BadRequest", "no JSON")};
  const std::string kind = request.path.substr(request.path.rfind('/') + 1);
  const bool is_new = objects.emplace(kind + "/" + metadata_text(*object, "name"), *object).second;
  changed.notify_all();
  if (!is_new) return {409, status_object(409, "AlreadyExists", "it already exists")};
  return {201, request.body};
}

std::pair<int, std::string> FakeApi::State::list_kept(const ApiRequest& request,
                                                      const std::string& kind) {
  json::Array items;
  const std::string selector = parameter(request, "labelSelector");
  for (const auto& [name, object] : objects) {
    if (name.starts_with(kind) && selects(selector, object)) items.push_back(object);
  }
  return {200, json::write(json::object({{"items", std::move(items)}}))};
}

std::pair<int, std::string> FakeApi::State::kept(const ApiRequest& request,
                                                 const std::string& name) {
  const auto found = objects.find(name);
  if (found == objects.end()) return {404, status_object(404, "NotFound", "no " + name)};
  if (request.method == "PATCH") add_owners(found->second, request.body);
  const std::string text = json::write(found->second);
  if (request.method == "DELETE") objects.erase(found);
  changed.notify_all();
  return {200, text};
}

std::pair<int, std::string> FakeApi::State::create(const ApiRequest& request) {
  auto pod = json::parse(request.body);
  if (!pod) return {400, status_object(400, "BadRequest", "no JSON")};
  const std::string name = metadata_text(*pod, "name");
  if (pods.contains(name)) {
    return {409, status_object(409, "AlreadyExists", "pods \"" + name + "\" already exists")};
  }
  set_metadata(*pod, "uid", "uid-" + name);
  set_metadata(*pod, "namespace", request.path.substr(19, request.path.size() - 24));
  pod->set("status", json::object({{"phase", "Pending"}}));
  put("ADDED", *pod);
  return {201, json::write(pods[name])};
}

std::pair<int, std::string> FakeApi::State::list(const ApiRequest& request) {
  const std::string selector = parameter(request, "labelSelector");
  const std::string from = parameter(request, "continue");
  const std::string limit = parameter(request, "limit");
  json::Array items;
  std::string next;
  for (const auto& [name, pod] : pods) {
    if (name <= from || !selects(selector, pod)) continue;
    if (!limit.empty() && items.size() == std::stoul(limit)) {
      next = metadata_text(items.back(), "name");
      break;
    }
    items.push_back(pod);
  }
  json::Value metadata = json::object({{"resourceVersion", std::to_string(version)}});
  if (!next.empty()) metadata.set("continue", next);
  return {200, json::write(json::object({{"kind", "PodList"},
                                         {"metadata", std::move(metadata)},
                                         {"items", std::move(items)}}))};
}

std::pair<int, std::string> FakeApi::State::one(const ApiRequest& request,
                                                const std::string& name) {
  const auto found = pods.find(name);
  if (found == pods.end()) return {404, status_object(404, "NotFound", "no pod " + name)};
  if (request.method == "GET") return {200, json::write(found->second)};
  json::Value pod = found->second;
  if (request.method == "DELETE") {
    set_metadata(pod, "deletionTimestamp", "2026-01-01T00:00:00Z");
    put("MODIFIED", pod);
    if (!keeps_deleted) erase(name);
    return {200, json::write(pod)};
  }
  const auto patch = json::parse(request.body);
  const json::Value* labels = patch ? patch->find("metadata")->find("labels") : nullptr;
  if (labels != nullptr) {
    json::Value all = *pod.find("metadata")->find("labels");
    for (const auto& [key, value] : labels->as_object()) all.set(key, value);
    set_metadata(pod, "labels", all);
  }
  put("MODIFIED", pod);
  return {200, json::write(pod)};
}

void FakeApi::State::watch(int fd, const ApiRequest& request, int round) {
  const std::string selector = parameter(request, "labelSelector");
  std::int64_t seen = std::stoll(parameter(request, "resourceVersion"));
  if (!send_all(fd, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")) return;
  std::unique_lock lock(mutex);
  std::size_t next = 0;
  while (!stops && round == watch_round) {
    if (seen < oldest) {
      const std::string status = status_object(410, "Expired", "too old resource version");
      lock.unlock();
      send_chunk(fd, R"({"type":"ERROR","object":)" + status + "}\n");
      send_chunk(fd, "");
      return;
    }
    if (next == changes.size()) {
      changed.wait_for(lock, std::chrono::milliseconds(200));
      continue;
    }
    const Change change = changes[next++];
    if (change.raw.empty() && (change.version <= seen || !selects(selector, change.pod))) continue;
    if (!change.raw.empty() && change.version < seen) continue;
    lock.unlock();
    std::string line = change.raw;
    if (line.empty()) {
      line = json::write(json::object({{"type", change.type}, {"object", change.pod}}));
    }
    const bool sent = send_chunk(fd, line + "\n");
    lock.lock();
    if (!sent) return;
  }
}

void FakeApi::State::log(int fd, const ApiRequest& request, const std::string& name) {
  const bool follows = request.has("follow=true");
  const std::string since = parameter(request, "sinceTime");
  if (!send_all(fd, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")) return;
  std::size_t sent = 0;
  std::unique_lock lock(mutex);
  while (!stops) {
    const Log now = log_of(name);
    const bool is_held = follows && holds_followed;
    if (sent < now.text.size() && !is_held) {
      lock.unlock();
      const std::string lines = lines_since(now.text.substr(sent), since);
      if (!lines.empty() && !send_chunk(fd, lines)) return;
      lock.lock();
      sent = now.text.size();
      continue;
    }
    if (!is_held && (now.ended || !follows)) break;
    changed.wait_for(lock, std::chrono::milliseconds(200));
  }
  lock.unlock();
  send_chunk(fd, "");
}

void FakeApi::misbehave(std::function<std::optional<Misbehaviour>(const ApiRequest&)> how) {
  const std::scoped_lock lock(state_->how_mutex);
  state_->how = std::move(how);
}

int FakeApi::count(const std::function<bool(const ApiRequest&)>& wanted) const {
  const std::scoped_lock lock(state_->mutex);
  return static_cast<int>(std::ranges::count_if(state_->asked, wanted));
}

std::vector<ApiRequest> FakeApi::requests() const {
  const std::scoped_lock lock(state_->mutex);
  return state_->asked;
}

std::optional<json::Value> FakeApi::pod(const std::string& name) const {
  const std::scoped_lock lock(state_->mutex);
  const auto found = state_->pods.find(name);
  if (found == state_->pods.end()) return std::nullopt;
  return found->second;
}

std::optional<json::Value> FakeApi::object(const std::string& kind_and_name) const {
  const std::scoped_lock lock(state_->mutex);
  const auto found = state_->objects.find(kind_and_name);
  if (found == state_->objects.end()) return std::nullopt;
  return found->second;
}

void FakeApi::put(const std::string& kind_and_name, const json::Value& object) {
  const std::scoped_lock lock(state_->mutex);
  state_->objects[kind_and_name] = object;
  if (object.is_null()) state_->objects.erase(kind_and_name);
}

std::vector<std::string> FakeApi::pod_names() const {
  const std::scoped_lock lock(state_->mutex);
  std::vector<std::string> names;
  for (const auto& [name, pod] : state_->pods) names.push_back(name);
  return names;
}

bool FakeApi::await(const std::function<bool()>& holds) {
  const os::SystemClock clock;
  const auto end = clock.steady_now() + kPatience;
  while (!holds()) {
    if (clock.steady_now() > end) return false;
    std::unique_lock lock(state_->mutex);
    state_->changed.wait_for(lock, std::chrono::milliseconds(5));
  }
  return true;
}

std::string FakeApi::await_pod(const std::string& prefix) {
  std::string name;
  static_cast<void>(await([&] {
    for (const std::string& one : pod_names()) {
      if (one.starts_with(prefix)) name = one;
    }
    return !name.empty();
  }));
  return name;
}

bool FakeApi::await_no_pod(const std::string& name) {
  return await([&] { return !pod(name).has_value(); });
}

void FakeApi::set_status(const std::string& name, const std::string& status) {
  const std::scoped_lock lock(state_->mutex);
  json::Value pod = state_->pods.at(name);
  pod.set("status", json::parse(status).value());
  state_->put("MODIFIED", std::move(pod));
}

void FakeApi::add(const std::string& pod) {
  const std::scoped_lock lock(state_->mutex);
  state_->put("ADDED", json::parse(pod).value());
}

void FakeApi::remove(const std::string& name) {
  const std::scoped_lock lock(state_->mutex);
  state_->erase(name);
}

void FakeApi::set_log(const std::string& name, const std::string& text, bool ended) {
  const std::scoped_lock lock(state_->mutex);
  state_->logs[name] = {text, ended};
  state_->changed.notify_all();
}

void FakeApi::hold_followed() {
  const std::scoped_lock lock(state_->mutex);
  state_->holds_followed = true;
}

void FakeApi::keep_deleted() {
  const std::scoped_lock lock(state_->mutex);
  state_->keeps_deleted = true;
}

void FakeApi::say(const std::string& line) {
  const std::scoped_lock lock(state_->mutex);
  state_->changes.push_back({.version = state_->version, .type = {}, .pod = {}, .raw = line});
  state_->changed.notify_all();
}

void FakeApi::compact() {
  const std::scoped_lock lock(state_->mutex);
  state_->oldest = ++state_->version;
  state_->changes.clear();
  ++state_->watch_round;
  state_->changed.notify_all();
}

void FakeApi::cut_watches() {
  const std::scoped_lock lock(state_->mutex);
  ++state_->watch_round;
  state_->changed.notify_all();
}

}  // namespace aiflow::kubernetes::testing
