// SPDX-License-Identifier: Apache-2.0
#include "kubernetes/pod_watch.h"

#include <utility>
#include <variant>

#include "kubernetes/backoff.h"
#include "kubernetes/watch_event.h"
#include "log/log.h"
#include "net/http.h"

namespace aiflow::kubernetes {
namespace {

constexpr int kForbidden = 403;
constexpr int kGone = 410;
constexpr int kPageLength = 500;
/// So long the API keeps one watch open; then it is opened anew from where it was.
constexpr int kWatchS = 290;
constexpr auto kWatchTimeout = std::chrono::seconds(kWatchS + 30);
constexpr std::size_t kLineBytesMax = 8U << 20;

template <class... F>
struct Overload : F... {
  using F::operator()...;
};

}  // namespace

struct PodWatch::Impl {
  Impl(const Clock& own_clock, os::EventLoop& own_loop, Client& own_client,
       PodWatchOptions own_options)
      : clock(own_clock),
        loop(own_loop),
        client(own_client),
        options(std::move(own_options)),
        sink(options.sink),
        backoff(options.pause_first, options.pause_last,
                static_cast<std::uint64_t>(own_clock.steady_now().time_since_epoch().count())) {}

  [[nodiscard]] std::string path() const;
  void list(const std::string& next);
  void on_page(const Response& response, bool is_first);
  void watch();
  void on_data(std::string_view bytes);
  bool on_line(std::string_view line);
  void on_watch_end(const Response& response);
  void start_over();
  void again(std::function<void()> what, const Response& response);
  void tell(const std::string& trouble);
  void warn_unreadable(const Unreadable& one);

  const Clock& clock;
  os::EventLoop& loop;
  Client& client;
  PodWatchOptions options;
  const PodWatchSink& sink;
  Backoff backoff;
  Client::Id request = 0;
  os::EventLoop::TimerId timer = 0;
  std::vector<Pod> found;  ///< of the pages so far
  SteadyTime asked_at{};   ///< when the first page was asked for
  std::string version;
  std::string rest;       ///< of a line that has not ended
  bool is_fresh = false;  ///< this watch has brought something
  std::string trouble = "not asked yet";
};

PodWatch::PodWatch(const Clock& clock, os::EventLoop& loop, Client& client, PodWatchOptions options)
    : impl_(std::make_unique<Impl>(clock, loop, client, std::move(options))) {}

PodWatch::~PodWatch() {
  impl_->client.cancel(impl_->request);
  impl_->loop.cancel(impl_->timer);
}

void PodWatch::start() { impl_->list(""); }

const std::string& PodWatch::space() const { return impl_->options.space; }

std::string PodWatch::Impl::path() const {
  const std::string below = options.space.empty() ? "" : "namespaces/" + options.space + "/";
  return "/api/v1/" + below + "pods?labelSelector=" + net::percent_encode(options.selector);
}

void PodWatch::Impl::list(const std::string& next) {
  if (next.empty()) {
    found.clear();
    asked_at = clock.steady_now();
  }
  Request wanted{.path = path() + "&limit=" + std::to_string(kPageLength)};
  if (!next.empty()) wanted.path += "&continue=" + net::percent_encode(next);
  request = client.send(std::move(wanted), [this, is_first = next.empty()](Response response) {
    on_page(response, is_first);
  });
}

void PodWatch::Impl::on_page(const Response& response, bool is_first) {
  if (response.status == kForbidden && options.space.empty()) {
    log::info("pods of one namespace are seen: others may not be listed",
              {{"namespace", client.cluster().space}, {"reason", response.trouble}});
    options.space = client.cluster().space;
    return list("");
  }
  // A list of several pages can grow too old between two of them.
  if (response.status == kGone && !is_first) return list("");
  if (!response.ok()) return again([this] { list(""); }, response);
  auto page = parse_pod_list(response.body);
  if (!page) {
    return again([this] { list(""); },
                 Response{.body = {}, .retry_after = {}, .trouble = page.error().message});
  }
  for (const Unreadable& one : page->unreadable) warn_unreadable(one);
  std::move(page->pods.begin(), page->pods.end(), std::back_inserter(found));
  if (!page->next.empty()) return list(page->next);
  version = page->resource_version;
  tell("");
  sink.listed(std::exchange(found, {}), asked_at);
  watch();
}

void PodWatch::Impl::watch() {
  rest.clear();
  is_fresh = false;
  Request wanted{.path = path() + "&watch=true&allowWatchBookmarks=true&resourceVersion=" +
                         net::percent_encode(version) +
                         "&timeoutSeconds=" + std::to_string(kWatchS),
                 .timeout = kWatchTimeout};
  request = client.stream(
      std::move(wanted), [this](std::string_view bytes) { on_data(bytes); },
      [this](Response response) { on_watch_end(response); });
}

void PodWatch::Impl::on_data(std::string_view bytes) {
  tell("");
  rest += bytes;
  std::size_t from = 0;
  for (std::size_t end = rest.find('\n'); end != rest.npos; end = rest.find('\n', from)) {
    const std::string line = rest.substr(from, end - from);
    from = end + 1;
    if (!line.empty() && !on_line(line)) return start_over();
  }
  rest.erase(0, from);
  if (rest.size() > kLineBytesMax) start_over();
}

/// False: nothing that this watch says is of use any more.
bool PodWatch::Impl::on_line(std::string_view line) {
  auto event = parse_watch_line(line);
  if (!event) {
    log::warn("a watch of pods cannot be read", {{"reason", event.error()}});
    return false;
  }
  const auto go_on_from = [&](const std::string& seen) {
    if (!seen.empty()) version = seen;
    is_fresh = true;
    backoff.succeeded();
    return true;
  };
  return std::visit(Overload{[&](PodChanged& one) {
                               go_on_from(one.pod.resource_version);
                               one.is_gone ? sink.gone(std::move(one.pod))
                                           : sink.changed(std::move(one.pod));
                               return true;
                             },
                             [&](const Bookmark& one) { return go_on_from(one.resource_version); },
                             [&](const Unreadable& one) {
                               warn_unreadable(one);
                               return go_on_from(one.resource_version);
                             },
                             [&](const WatchExpired&) { return false; },
                             [&](const WatchFailed& one) {
                               log::warn("a watch of pods has ended", {{"reason", one.message}});
                               return false;
                             }},
                    *event);
}

/// After a pause, unless the watch has worked until now: an API that answers each watch with 410
/// would be asked without end.
void PodWatch::Impl::start_over() {
  client.cancel(request);
  if (is_fresh) return list("");
  timer = loop.after(backoff.failed(), [this] { list(""); });
}

void PodWatch::Impl::on_watch_end(const Response& response) {
  if (response.status == kGone) return start_over();
  if (!response.ok()) return again([this] { watch(); }, response);
  if (is_fresh) return watch();
  timer = loop.after(backoff.failed(), [this] { watch(); });
}

void PodWatch::Impl::again(std::function<void()> what, const Response& response) {
  tell(response.trouble);
  timer = loop.after(backoff.failed(response.retry_after), std::move(what));
}

void PodWatch::Impl::tell(const std::string& now) {
  if (trouble == now) return;
  trouble = now;
  sink.state(trouble);
}

void PodWatch::Impl::warn_unreadable(const Unreadable& one) {
  log::warn("a pod is left out: the API's object cannot be read",
            {{"pod", one.name}, {"reason", one.why}});
}

}  // namespace aiflow::kubernetes
