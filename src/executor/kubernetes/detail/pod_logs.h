// SPDX-License-Identifier: Apache-2.0
// Reads the logs of pods while they run, a bounded number at a time, and each to its end: a stream
// that breaks is begun again. A stream that follows a log may end long after its container or
// never, and a node may tell a container's end before its last lines stand in the log. So when the
// container has ended and its log is still, what is missing is asked for without following, until
// nothing more comes. On the loop's thread; private to the Kubernetes executor.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>

#include "executor/kubernetes/pod_log.h"
#include "executor/kubernetes/pod_plan.h"
#include "json/value.h"
#include "kubernetes/client.h"
#include "os/event_loop.h"

namespace aiflow::executor::detail {

class PodLogs {
 public:
  using LogFile = std::function<std::filesystem::path(const Attempt& attempt)>;
  /// No more lines come.
  using Ended = std::function<void(const PodName&, const PodOutput&)>;
  struct Hooks {
    LogFile file;
    Ended ended;
    Duration follow_later{};  ///< when many are followed, those of pods that have run so long
  };

  PodLogs(const Clock& clock, os::EventLoop& loop, kubernetes::Client& client, Hooks hooks);
  ~PodLogs();

  /// `ended` is called once for it, unless stop comes first; never from inside of a call.
  /// `mark` tells the logs of one pod's containers apart that ran after each other; empty: its
  /// name. With one it is a service's: read for as long as it runs, whatever the API does
  /// meanwhile.
  void read(const PodName& pod, const PodTerms& terms, const Attempt& attempt,
            const std::string& mark = "");
  /// The last lines of an init container's log, which has ended; as read otherwise.
  void read_end(const PodName& pod, const PodTerms& terms, const Attempt& attempt,
                const std::string& init_container);
  /// Its container has ended.
  void finish(const PodName& pod);
  void stop(const PodName& pod);
  /// A line of ours, in order with the pod's.
  void note(const PodName& pod, const Attempt& attempt, const std::string& text);

 private:
  struct Reading {
    PodTerms terms;
    PodLog log;
    std::string mark;
    bool is_service = false;  ///< lives long, and its log is no result
    kubernetes::Client::Id request = 0;
    /// Asks for the rest beside it; it takes the stream's place when it is answered.
    kubernetes::Client::Id rest = 0;
    os::EventLoop::TimerId timer = 0;
    SteadyTime follow_at{};                ///< it has run for long enough then
    SteadyTime heard_at{};                 ///< its stream began, or brought something
    std::optional<PodLog::Reach> reach{};  ///< of its log, when the rest was asked for
    bool is_following = false;             ///< its stream does
    std::string init_container{};          ///< its log is read; empty: the base one's
    std::string init_end{};                ///< what came of that
    std::optional<std::string> xcom{};     ///< what came of it; its log is complete
    bool is_open = false;                  ///< its stream, or a pause before the next one
    bool is_last = false;                  ///< the container has ended
    bool has_paused = false;  ///< its stream ended although the container may still run
    int failures = 0;         ///< one after the other
  };

  void open_some();
  [[nodiscard]] bool may_open(const Reading& reading) const;
  void open(const PodName& pod, Reading& reading);
  void open_xcom(const PodName& pod, Reading& reading);
  void stream(const PodName& pod, Reading& reading, const std::string& query);
  void on_data(const PodName& pod, std::string_view bytes);
  void ask_when_still(const PodName& pod, Reading& reading, Duration pause = Duration{0});
  [[nodiscard]] Duration till_still(const Reading& reading) const;
  void ask_for_rest(const PodName& pod, Reading& reading);
  void replace_stream(Reading& reading);
  void on_rest_end(const PodName& pod, const kubernetes::Response& response);
  void check_end(const PodName& pod, Reading& reading);
  void on_end(const PodName& pod, const kubernetes::Response& response);
  void again(const PodName& pod, Reading& reading, Duration pause);
  void complete(const PodName& pod);
  void close(const PodName& pod);
  void write_end(Reading& reading);
  void let_go(const Reading& reading);

  const Clock& clock_;
  os::EventLoop& loop_;
  kubernetes::Client& client_;
  Hooks hooks_;
  std::map<PodName, std::unique_ptr<Reading>> readings_;
  std::deque<PodName> waiting_;
  int open_count_ = 0;
  int open_services_ = 0;  ///< of these
};

}  // namespace aiflow::executor::detail
