// SPDX-License-Identifier: Apache-2.0
// Removes and marks pods: a few at a time, each again until the API has taken it. On the loop's
// thread; private to the Kubernetes executor.
#pragma once

#include <deque>

#include "executor/kubernetes/pod_plan.h"
#include "kubernetes/backoff.h"
#include "kubernetes/client.h"
#include "os/event_loop.h"

namespace aiflow::executor::detail {

class PodOrders {
 public:
  PodOrders(os::EventLoop& loop, kubernetes::Client& client, kubernetes::Backoff backoff)
      : loop_(loop), client_(client), backoff_(backoff) {}

  void remove(const PodName& pod, Duration grace);
  void mark_done(const PodName& pod);
  /// An object of another kind ("secrets"); that it is there already is as good.
  void create(const std::string& space, const std::string& kind, const json::Value& object);

 private:
  struct Order {
    PodName pod;
    kubernetes::Request request;
  };
  void give(Order order);
  void send_some();
  void on_answer(Order order, const kubernetes::Response& response);

  os::EventLoop& loop_;
  kubernetes::Client& client_;
  kubernetes::Backoff backoff_;
  std::deque<Order> waiting_;
  int sent_count_ = 0;
  bool is_paused_ = false;
};

}  // namespace aiflow::executor::detail
