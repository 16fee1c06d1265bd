// SPDX-License-Identifier: Apache-2.0
#include "executor/kubernetes/detail/pod_orders.h"

#include <algorithm>
#include <utility>

#include "json/value.h"
#include "log/log.h"

namespace aiflow::executor::detail {
namespace {

constexpr int kSentMax = 8;
constexpr int kNotFound = 404;
/// Its version had changed: the same order again is right.
constexpr int kConflict = 409;

std::string path_of(const PodName& pod) {
  return "/api/v1/namespaces/" + pod.space + "/pods/" + pod.name;
}

/// As metadata: of that name, and gone when its owners are.
json::Value owned_by(const kubernetes::Pod& pod, const std::string& name) {
  const auto owner =
      json::object({{"apiVersion", "v1"}, {"kind", "Pod"}, {"name", pod.name}, {"uid", pod.uid}});
  json::Value metadata = json::object({{"name", name}});
  metadata.set("ownerReferences", json::Array{owner});
  return metadata;
}

}  // namespace

void PodOrders::remove(const PodName& pod, Duration grace) {
  const std::int64_t seconds =
      std::max<std::int64_t>(0, std::chrono::ceil<std::chrono::seconds>(grace).count());
  const auto body = json::object({{"gracePeriodSeconds", seconds}});
  give({.pod = pod,
        .request = {.method = "DELETE", .path = path_of(pod), .body = json::write(body)}});
}

void PodOrders::remove_if(const PodName& pod, Duration grace,
                          std::function<bool(const kubernetes::Pod&)> is_meant) {
  auto then = [this, pod, grace, is_meant = std::move(is_meant)](const std::string& body) {
    const auto object = json::parse(body);
    const auto there =
        object ? kubernetes::parse_pod(*object) : Result<kubernetes::Pod>(fail(object.error()));
    if (there && is_meant(*there)) remove(pod, grace);
  };
  give({.pod = pod, .request = {.method = "GET", .path = path_of(pod)}, .then = std::move(then)});
}

void PodOrders::mark_done(const PodName& pod) {
  const auto labels = json::object({{kDoneLabel, "true"}});
  const auto body = json::object({{"metadata", json::object({{"labels", labels}})}});
  give({.pod = pod,
        .request = {.method = "PATCH",
                    .path = path_of(pod),
                    .body = json::write(body),
                    .content_type = "application/merge-patch+json"}});
}

void PodOrders::give_secret(const kubernetes::Pod& pod, const json::Value& texts) {
  json::Value secret = json::object({{"metadata", owned_by(pod, pod.name)}, {"stringData", texts}});
  give({.pod = {.space = pod.space, .name = pod.name},
        .request = {.method = "POST",
                    .path = "/api/v1/namespaces/" + pod.space + "/secrets",
                    .body = json::write(secret)}});
}

void PodOrders::share(const kubernetes::Pod& pod, const std::string& name,
                      std::function<json::Value()> data) {
  const std::string all = "/api/v1/namespaces/" + pod.space + "/configmaps";
  const json::Value metadata = owned_by(pod, name);
  // Lists of owners are joined by their uids.
  kubernetes::Request join{.method = "PATCH",
                           .path = all + "/" + name,
                           .body = json::write(json::object({{"metadata", metadata}})),
                           .content_type = "application/strategic-merge-patch+json"};
  auto make = [all, metadata, data = std::move(data)] {
    return kubernetes::Request{
        .method = "POST",
        .path = all,
        .body = json::write(
            json::object({{"metadata", metadata}, {"immutable", true}, {"binaryData", data()}}))};
  };
  give({.pod = {.space = pod.space, .name = pod.name},
        .request = std::move(join),
        .make = std::move(make)});
}

void PodOrders::give(Order order) {
  waiting_.push_back(std::move(order));
  send_some();
}

void PodOrders::send_some() {
  while (!is_paused_ && sent_count_ < kSentMax && !waiting_.empty()) {
    Order order = std::move(waiting_.front());
    waiting_.pop_front();
    ++sent_count_;
    kubernetes::Request request = order.is_to_make ? order.make() : order.request;
    client_.send(std::move(request),
                 [this, order = std::move(order)](const kubernetes::Response& response) {
                   --sent_count_;
                   on_answer(order, response);
                   send_some();
                 });
  }
}

void PodOrders::on_answer(Order order, const kubernetes::Response& response) {
  const bool is_new = order.is_to_make || order.request.method == "POST";
  if (order.make && response.status == (is_new ? kConflict : kNotFound)) {
    order.is_to_make = !is_new;
    return give(std::move(order));
  }
  if (response.is_passing() || (response.status == kConflict && !is_new)) {
    waiting_.push_back(std::move(order));
    if (is_paused_) return;
    is_paused_ = true;
    loop_.after(backoff_.failed(response.retry_after), [this] {
      is_paused_ = false;
      send_some();
    });
    return;
  }
  backoff_.succeeded();
  if (order.then && response.ok()) order.then(response.body);
  const bool is_there = is_new && response.status == kConflict;
  if (response.ok() || is_there || response.status == kNotFound) return;
  log::warn(
      is_new || order.make ? "a pod does not get its files" : "a finished pod stays in the cluster",
      {{"pod", order.pod.name}, {"namespace", order.pod.space}, {"reason", response.trouble}});
}

}  // namespace aiflow::executor::detail
