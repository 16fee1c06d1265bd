// SPDX-License-Identifier: Apache-2.0
// The worker's state and its reactions to the server, to attempts and to signals.
// Private to supervise.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "os/event_loop.h"
#include "os/limits/host_use.h"
#include "os/system_clock.h"
#include "supervise/containers/containers.h"
#include "supervise/detail/attempt.h"
#include "supervise/detail/held_packs.h"
#include "supervise/detail/secrets.h"
#include "supervise/detail/server_link.h"
#include "supervise/detail/spool.h"
#include "supervise/detail/zygote.h"
#include "supervise/worker.h"
#include "wire/worker.h"

namespace aiflow::supervise::detail {

class WorkerLoop {
 public:
  WorkerLoop(const Clock& clock, os::EventLoop& loop, const WorkerOptions& options);
  ~WorkerLoop();
  WorkerLoop(const WorkerLoop&) = delete;
  WorkerLoop& operator=(const WorkerLoop&) = delete;

  /// Runs until drained or stopped.
  void run();
  /// First call: no new jobs, end with the last task. Second call: end the tasks.
  void ask_to_end();
  /// No new jobs, end with the last task: also when it is said again.
  void drain();
  /// Ends the tasks at once.
  void stop_tasks();
  /// Before run(): tasks may use Docker.
  void use_containers(Containers containers);
  /// Before run(), with Docker: containers outlive this worker, and it goes on with those of an
  /// earlier one.
  void keep_containers(std::vector<KeptContainer> left);

 private:
  using AttemptKey = std::tuple<std::string, std::string, std::string, std::int64_t, std::int64_t>;
  struct Question {
    AttemptKey asker;
    std::int64_t task_request_id = 0;
    wire::XComGet message;
  };

  static AttemptKey key_of(const wire::AttemptRef& ref);
  void on_connected();
  void on_message(std::string_view type, const json::Value& message);
  void on_start(wire::Start start);
  void launch(wire::Job job) { launch(std::move(job), settings_for_next()); }
  void launch(wire::Job job, AttemptSettings settings);
  void go_on_with(KeptContainer left);
  void launch_next();
  struct Ending {
    Outcome outcome;
    std::string cause;
  };
  /// Of an attempt that never had a process.
  void report_unstarted(const wire::AttemptRef& attempt, const Ending& ending);
  void drop_ahead(const wire::AttemptRef& upto, const std::string& cause);
  void on_cancel(const wire::Cancel& cancel);
  void on_ack(const wire::Ack& ack);
  void on_xcom_value(const wire::XComValue& value);
  void on_started(const Attempt& attempt, int pid);
  void on_measured(const Attempt& attempt, const wire::AttemptSample& sample);
  void on_rendered(const Attempt& attempt, const json::Value& fields);
  void on_finished(wire::Finished report);
  void send_report(wire::Finished report);
  void on_xcom_asked(const Attempt& attempt, const wire::TaskXComGet& question);
  void end_older(const wire::AttemptRef& newer);
  [[nodiscard]] AttemptSettings settings_for_next();
  [[nodiscard]] std::vector<wire::AttemptRef> attempts_here() const;
  void say_hello();
  void send_heartbeat();
  void heartbeat_soon();
  void tell_machine(wire::Heartbeat& heartbeat);
  void beat();
  void confirm_lease(std::int64_t seq);
  void extend_lease(Duration time);
  void end_extension();
  void watch_lease();
  bool ask_again();
  void end_with_lease();
  /// After a look that took so long.
  void measure_soon(Duration spent);
  void measure();
  void sweep_soon(Duration delay);
  [[nodiscard]] int sweep();
  void settle_spool_soon();
  [[nodiscard]] bool finished() const;
  [[nodiscard]] bool abandoned();
  void leave();
  SteadyTime needed_at_{};  ///< when there was last a server or a task

  const Clock& clock_;
  os::EventLoop& loop_;
  WorkerOptions options_;
  os::Path secrets_;
  os::CgroupPlaces groups_ = os::cgroup_places();
  bool has_limited_ = false;  ///< a job with limits has come
  std::map<std::string, std::string> base_env_;
  std::optional<Containers> containers_;  ///< none: no Docker here
  std::optional<KeptContainers> kept_;    ///< none: containers end with this worker
  HeldPacks packs_;
  Zygote zygote_;
  Spool spool_;
  ServerLink link_;
  std::map<AttemptKey, std::unique_ptr<Attempt>> attempts_;
  int busy_slots_ = 0;
  std::deque<wire::Job> ahead_;  ///< given out before a slot was free; not told as started yet
  std::vector<std::unique_ptr<Attempt>> done_;  ///< destroyed outside their own callbacks
  std::map<std::int64_t, wire::Started> unacknowledged_starts_;
  std::map<std::int64_t, Question> questions_;
  std::int64_t next_question_ = 1;
  std::uint64_t next_attempt_ = 1;
  std::vector<os::Path> free_directories_;
  std::optional<os::HostUse> host_;  ///< as of the last heartbeat
  std::uint64_t oom_kills_ = 0;      ///< as of the last heartbeat
  int directory_count_ = 0;
  Duration heartbeat_every_ = std::chrono::seconds(5);
  os::EventLoop::TimerId next_beat_ = 0;
  /// When the heartbeats were sent that are not confirmed yet, by number; 0 is a hello.
  std::map<std::int64_t, SteadyTime> heartbeats_;
  std::int64_t last_heartbeat_ = 0;
  Duration lease_{};
  std::optional<SteadyTime> lease_end_;   ///< none before the first HelloOk
  std::optional<SteadyTime> left_until_;  ///< by a server that has stopped
  std::optional<os::EventLoop::TimerId> lease_timer_;
  bool has_asked_again_ = false;  ///< since the last answer
  std::optional<os::EventLoop::TimerId> sweep_timer_;
  SteadyTime sweep_at_{};
  std::optional<os::EventLoop::TimerId> measure_timer_;
  bool settle_armed_ = false;
  bool is_heartbeat_due_ = false;  ///< before the next beat
  bool draining_ = false;
  bool is_cordoned_ = false;  ///< as the server has said at its last hello
  SteadyTime leave_at_ = SteadyTime::max();
};

}  // namespace aiflow::supervise::detail
