// SPDX-License-Identifier: Apache-2.0
// Removes and marks pods: a few at a time, each again until the API has taken it. On the loop's
// thread; private to the Kubernetes executor.
#pragma once

#include <deque>
#include <functional>
#include <string>

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
  /// Only when it is there and `is_meant` says so.
  void remove_if(const PodName& pod, Duration grace,
                 std::function<bool(const kubernetes::Pod&)> is_meant);
  void mark_done(const PodName& pod);
  /// A secret of the pod's name that goes with it.
  void give_secret(const kubernetes::Pod& pod, const json::Value& texts);
  /// The config map of that name is made, or gets the pod as one more owner: the cluster removes it
  /// after the last of them. `data` gives name to base64, when the map has to be made.
  void share(const kubernetes::Pod& pod, const std::string& name,
             std::function<json::Value()> data);

 private:
  struct Order {
    PodName pod;
    kubernetes::Request request;
    /// Of a shared object: makes it, where that of the request is not there. Its body can be large,
    /// so it is written when it is sent.
    std::function<kubernetes::Request()> make{};
    bool is_to_make = false;
    std::function<void(const std::string& body)> then{};  ///< with the answer, when it is one
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
