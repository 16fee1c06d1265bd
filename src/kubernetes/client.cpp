// SPDX-License-Identifier: Apache-2.0
#include "kubernetes/client.h"

#include <curl/curl.h>

#include <charconv>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "json/value.h"
#include "os/file.h"

namespace aiflow::kubernetes {
namespace {

constexpr std::size_t kBodyBytesMax = 64U << 20;
constexpr std::size_t kTokenBytesMax = 64U << 10;
constexpr auto kTokenAge = std::chrono::seconds(30);
constexpr auto kConnectTimeout = std::chrono::seconds(10);
constexpr long kConnectionsMax = 64;
/// A peer that has vanished without a word is noticed after about a minute.
constexpr long kKeepAliveS = 20;
constexpr std::string_view kRetryAfter = "retry-after:";

struct Transfer {
  Client::Id id = 0;
  CURL* easy = nullptr;
  curl_slist* headers = nullptr;
  Client::OnData data;
  Client::OnResponse done;
  Response response;
  std::string sent_body;
  bool too_long = false;
  bool is_silent = false;  ///< cancelled

  Transfer() = default;
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;
  ~Transfer() {
    curl_easy_cleanup(easy);
    curl_slist_free_all(headers);
  }
};

long status_of(CURL* easy) {
  long status = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  return status;
}

std::size_t take_body(char* bytes, std::size_t size, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  const std::string_view piece(bytes, size * count);
  const long status = status_of(transfer.easy);
  if (transfer.is_silent) return piece.size();
  if (transfer.data && status >= 200 && status < 300) {
    transfer.data(piece);
    return piece.size();
  }
  transfer.too_long = transfer.response.body.size() + piece.size() > kBodyBytesMax;
  if (transfer.too_long) return 0;
  transfer.response.body += piece;
  return piece.size();
}

std::size_t take_header(char* bytes, std::size_t size, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  std::string line(bytes, size * count);
  for (char& c : line) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  if (!line.starts_with(kRetryAfter)) return line.size();
  std::string_view value = std::string_view(line).substr(kRetryAfter.size());
  while (value.starts_with(' ')) value.remove_prefix(1);
  unsigned seconds = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), seconds);
  if (error == std::errc{}) transfer.response.retry_after = std::chrono::seconds(seconds);
  return line.size();
}

template <class Value>
void set(CURL* easy, CURLoption option, Value value) {
  AIFLOW_ASSERT(curl_easy_setopt(easy, option, value) == CURLE_OK);
}

void set_blob(CURL* easy, CURLoption option, std::string_view bytes) {
  // The bytes are copied: CURL_BLOB_COPY promises not to change them.
  curl_blob blob{
      .data = const_cast<char*>(bytes.data()), .len = bytes.size(), .flags = CURL_BLOB_COPY};
  AIFLOW_ASSERT(curl_easy_setopt(easy, option, &blob) == CURLE_OK);
}

/// What the API says of a refusal: the message of its Status object, else the HTTP status.
std::string words_of(const Response& response) {
  const auto body = json::parse(response.body, {.depth_max = 32, .bytes_max = 1U << 20});
  if (body) {
    const auto message = json::get_string_or(*body, "message", "");
    if (message && !message->empty()) return *message;
  }
  return "the API answers with status " + std::to_string(response.status);
}

}  // namespace

struct Client::Impl {
  Impl(const Clock& own_clock, os::EventLoop& own_loop, Cluster own_cluster)
      : clock(own_clock), loop(own_loop), cluster(std::move(own_cluster)) {}

  Id begin(Request request, OnData data, OnResponse done);
  void prepare(Transfer& transfer, const Request& request);
  void secure(Transfer& transfer);
  std::string_view bearer();
  void act(curl_socket_t fd);
  void collect();
  void watch(curl_socket_t fd, int what);
  void arm(long ms);

  const Clock& clock;
  os::EventLoop& loop;
  Cluster cluster;
  CURLM* multi = nullptr;
  Id next_id = 1;
  std::map<Id, std::unique_ptr<Transfer>> transfers;
  // curl neither takes nor gives back a transfer inside one of its callbacks: these come after it.
  bool is_inside = false;
  std::vector<std::unique_ptr<Transfer>> cancelled;
  std::vector<Id> begun;
  std::set<curl_socket_t> watched;
  os::EventLoop::TimerId timer = 0;
  SteadyTime token_read_at = SteadyTime::min();
};

Client::Client(const Clock& clock, os::EventLoop& loop, Cluster cluster)
    : impl_(std::make_unique<Impl>(clock, loop, std::move(cluster))) {
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
}

Client::~Client() {
  for (const auto& [id, transfer] : impl_->transfers) {
    curl_multi_remove_handle(impl_->multi, transfer->easy);
  }
  impl_->transfers.clear();
  impl_->cancelled.clear();
  curl_multi_cleanup(impl_->multi);
  for (const curl_socket_t fd : impl_->watched) impl_->loop.unwatch(fd);
  impl_->loop.cancel(impl_->timer);
}

const Cluster& Client::cluster() const { return impl_->cluster; }

Client::Id Client::send(Request request, OnResponse done) {
  return impl_->begin(std::move(request), nullptr, std::move(done));
}

Client::Id Client::stream(Request request, OnData data, OnResponse done) {
  AIFLOW_ASSERT(data != nullptr);
  return impl_->begin(std::move(request), std::move(data), std::move(done));
}

void Client::cancel(Id id) {
  const auto found = impl_->transfers.find(id);
  if (found == impl_->transfers.end()) return;
  found->second->is_silent = true;
  if (impl_->is_inside) {
    impl_->cancelled.push_back(std::move(found->second));
  } else {
    curl_multi_remove_handle(impl_->multi, found->second->easy);
  }
  impl_->transfers.erase(found);
}

Client::Id Client::Impl::begin(Request request, OnData data, OnResponse done) {
  auto transfer = std::make_unique<Transfer>();
  transfer->id = next_id++;
  transfer->easy = curl_easy_init();
  AIFLOW_ASSERT(transfer->easy != nullptr);
  transfer->data = std::move(data);
  transfer->done = std::move(done);
  transfer->sent_body = std::move(request.body);
  prepare(*transfer, request);
  secure(*transfer);
  const Id id = transfer->id;
  if (is_inside) {
    begun.push_back(id);
  } else {
    curl_multi_add_handle(multi, transfer->easy);
  }
  transfers[id] = std::move(transfer);
  return id;
}

void Client::Impl::prepare(Transfer& transfer, const Request& request) {
  CURL* easy = transfer.easy;
  set(easy, CURLOPT_URL, (cluster.server + request.path).c_str());
  set(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  set(easy, CURLOPT_NOSIGNAL, 1L);
  set(easy, CURLOPT_USERAGENT, "aiflow");
  set(easy, CURLOPT_TCP_KEEPALIVE, 1L);
  set(easy, CURLOPT_TCP_KEEPIDLE, kKeepAliveS);
  set(easy, CURLOPT_TCP_KEEPINTVL, kKeepAliveS);
  // Waiting for one connection that many share is better than to open one for each. Not without
  // TLS: what waits learns only at another transfer's end that there is nothing to share (curl
  // 7.88), and a watch does not end.
  if (cluster.server.starts_with("https:")) set(easy, CURLOPT_PIPEWAIT, 1L);
  const auto ms = [](Duration d) {
    return static_cast<long>(std::chrono::duration_cast<std::chrono::milliseconds>(d).count());
  };
  set(easy, CURLOPT_CONNECTTIMEOUT_MS, ms(kConnectTimeout));
  if (request.timeout > Duration{0}) set(easy, CURLOPT_TIMEOUT_MS, ms(request.timeout));
  set(easy, CURLOPT_WRITEFUNCTION, &take_body);
  set(easy, CURLOPT_WRITEDATA, &transfer);
  set(easy, CURLOPT_HEADERFUNCTION, &take_header);
  set(easy, CURLOPT_HEADERDATA, &transfer);
  set(easy, CURLOPT_PRIVATE, &transfer);
  const auto add = [&](const std::string& line) {
    transfer.headers = curl_slist_append(transfer.headers, line.c_str());
  };
  add("Accept: application/json");
  if (const std::string_view token = bearer(); !token.empty()) {
    add("Authorization: Bearer " + std::string(token));
  }
  if (!transfer.sent_body.empty()) {
    add("Content-Type: " + request.content_type);
    set(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(transfer.sent_body.size()));
    set(easy, CURLOPT_POSTFIELDS, transfer.sent_body.c_str());
  }
  set(easy, CURLOPT_HTTPHEADER, transfer.headers);
  if (request.method != "GET") set(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
}

void Client::Impl::secure(Transfer& transfer) {
  CURL* easy = transfer.easy;
  if (!cluster.ca_pem.empty()) set_blob(easy, CURLOPT_CAINFO_BLOB, cluster.ca_pem);
  if (!cluster.checks_certificate) {
    set(easy, CURLOPT_SSL_VERIFYPEER, 0L);
    set(easy, CURLOPT_SSL_VERIFYHOST, 0L);
  }
  if (cluster.certificate_pem.empty()) return;
  set_blob(easy, CURLOPT_SSLCERT_BLOB, cluster.certificate_pem);
  set_blob(easy, CURLOPT_SSLKEY_BLOB, cluster.key_pem.reveal());
}

std::string_view Client::Impl::bearer() {
  const SteadyTime now = clock.steady_now();
  const bool is_due = token_read_at == SteadyTime::min() || now - token_read_at > kTokenAge;
  if (!cluster.token_file.empty() && is_due) {
    token_read_at = now;
    if (auto text = os::read_file(cluster.token_file, kTokenBytesMax)) {
      while (text->ends_with('\n')) text->pop_back();
      cluster.token = Secret(*std::move(text));
    }
  }
  return cluster.token.reveal();
}

void Client::Impl::arm(long ms) {
  loop.cancel(timer);
  if (ms < 0) return;
  timer = loop.after(std::chrono::milliseconds(ms), [this] { act(CURL_SOCKET_TIMEOUT); });
}

void Client::Impl::watch(curl_socket_t fd, int what) {
  if (what == CURL_POLL_REMOVE) {
    loop.unwatch(fd);
    watched.erase(fd);
    return;
  }
  const os::EventLoop::Interest interest{.read = (what & CURL_POLL_IN) != 0,
                                         .write = (what & CURL_POLL_OUT) != 0};
  if (watched.insert(fd).second) {
    loop.watch(fd, interest, [this, fd] { act(fd); });
  } else {
    loop.change(fd, interest);
  }
}

void Client::Impl::act(curl_socket_t fd) {
  int running = 0;
  is_inside = true;
  curl_multi_socket_action(multi, fd, 0, &running);
  is_inside = false;
  for (const auto& transfer : std::exchange(cancelled, {})) {
    curl_multi_remove_handle(multi, transfer->easy);
  }
  for (const Id id : std::exchange(begun, {})) {
    if (const auto found = transfers.find(id); found != transfers.end()) {
      curl_multi_add_handle(multi, found->second->easy);
    }
  }
  collect();
}

void Client::Impl::collect() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode result = message->data.result;
    void* user = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &user);
    const auto found = transfers.find(static_cast<Transfer*>(user)->id);
    AIFLOW_ASSERT(found != transfers.end());
    const auto transfer = std::move(found->second);
    transfers.erase(found);
    curl_multi_remove_handle(multi, transfer->easy);
    Response& response = transfer->response;
    response.status = static_cast<int>(status_of(transfer->easy));
    if (result != CURLE_OK) {
      response.status = 0;
      response.trouble = transfer->too_long ? "the answer is longer than 64 MiB"
                                            : std::string(curl_easy_strerror(result));
    } else if (!response.ok()) {
      response.trouble = words_of(response);
    }
    transfer->done(std::move(response));
  }
}

}  // namespace aiflow::kubernetes
