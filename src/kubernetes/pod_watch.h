// SPDX-License-Identifier: Apache-2.0
// Keeps up with all pods that a label selector names: a list, then a watch from its version, again
// and again. What was missed while a watch was broken comes with the next list. On the loop's
// thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "kubernetes/client.h"
#include "kubernetes/pod.h"

namespace aiflow::kubernetes {

/// Called from the loop's thread; may not destroy the watch.
struct PodWatchSink {
  /// All pods there were at some time after `asked_at`; earlier ones that are not among them are
  /// gone.
  std::function<void(std::vector<Pod>, SteadyTime asked_at)> listed;
  std::function<void(Pod)> changed;
  std::function<void(Pod)> gone;
  /// Empty: list and watch work; else why they do not. Only on a change.
  std::function<void(const std::string& trouble)> state;
};

struct PodWatchOptions {
  std::string selector;  ///< of labels: "a=b,c!=d"
  std::string space{};   ///< empty: all namespaces, or the cluster's own where that is forbidden
  Duration pause_first = std::chrono::milliseconds(500);
  Duration pause_last = std::chrono::seconds(30);
  PodWatchSink sink{};
};

class PodWatch {
 public:
  PodWatch(const Clock& clock, os::EventLoop& loop, Client& client, PodWatchOptions options);
  ~PodWatch();

  void start();
  /// The namespace whose pods are seen; empty: all.
  [[nodiscard]] const std::string& space() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace aiflow::kubernetes
