// SPDX-License-Identifier: Apache-2.0
#include "uplink/uplink.h"

#include <algorithm>
#include <future>
#include <map>
#include <optional>
#include <set>

#include "island/island.h"
#include "log/log.h"
#include "os/lock_file.h"
#include "os/socket.h"
#include "uplink/detail/frame_socket.h"
#include "uplink/detail/job_files.h"
#include "uplink/detail/log_shipper.h"
#include "uplink/detail/loop_thread.h"
#include "uplink/detail/message.h"

namespace aiflow::uplink {
namespace {

namespace fs = std::filesystem;
using detail::AttemptKey;
using detail::key_of;

constexpr Duration kLookEvery = std::chrono::milliseconds(200);
/// For the last words of a core that has ended.
constexpr auto kLeaveTime = std::chrono::seconds(1);
/// Of heartbeats that were not confirmed, so many are remembered.
constexpr std::size_t kHeartbeatsMax = 1000;

wire::AttemptRef attempt_of(const wire::Job& job) { return {job.key, job.try_number, job.epoch}; }

}  // namespace

struct Uplink::Impl {
  Impl(const Clock& real_clock, UplinkOptions given, Carrier& moves)
      : clock(real_clock),
        options(std::move(given)),
        island_clock(options.island_clock == nullptr ? clock : *options.island_clock),
        carrier(moves),
        logs({.folder = options.home / "outbox", .backlog_bytes_max = options.backlog_bytes_max},
             [this](const wire::LogPiece& piece) { to_server("LogPiece", piece); }),
        files({{.folder = options.home / "bundles", .bytes_max = options.bundle_bytes_max},
               [this](const wire::BundleGet& wanted) { to_server("BundleGet", wanted); }},
              std::make_unique<detail::PackCache>(
                  clock,
                  detail::PackCacheOptions{.folder = options.home / "packs",
                                           .api_socket = api_socket()},
                  [this](std::function<void()> task) { thread->post(std::move(task)); })) {
    if (!options.island) return;
    island = std::make_unique<island::Island>(
        island_clock,
        island::IslandOptions{.folder = options.home / "island", .offer = *options.island},
        island::IslandEvents{
            .start = [this](wire::Job job,
                            const wire::Delivery& delivery) { begin_ahead(job, delivery); },
            .give_up =
                [this](wire::Job job, const std::string& cause) {
                  refuse({.job = std::move(job), .delivery = {}, .trouble = {}}, cause);
                }});
  }

  Status open();
  void start_carrier();
  void connected();
  void lost();
  void look();
  void listen();
  void drop_core();
  void forget_transfers();

  void accept_core();
  void core_closed();
  void from_core(const std::string& frame);
  void on_hello(wire::Hello hello);
  void on_heartbeat(wire::Heartbeat heartbeat);
  void on_finished(const std::string& frame, const wire::Finished& finished);
  void note_end(const wire::Finished& finished);
  void tell_ahead(wire::Finished finished);
  bool answer_alone(const wire::XComGet& question);
  [[nodiscard]] bool withhold(const wire::AttemptRef& attempt, const std::string& frame);

  // While the server is gone, and the island goes on.
  void from_core_alone(std::string_view type, const json::Value& message);
  void begin_ahead(const wire::Job& job, const wire::Delivery& delivery);
  /// The server has given it out, and it was begun before.
  void catch_up(const wire::Start& start);

  void from_server(const std::string& frame);
  void note_answer(std::string_view type, const json::Value& message);
  void confirm(std::int64_t seq);
  void on_start(wire::Start start);
  void deliver(wire::Start start, const fs::path& dag_folder);
  void refuse(wire::Start start, const std::string& why);

  template <class Message>
  void to_server(std::string_view type, const Message& message) {
    carrier.send(json::write(detail::typed(type, message)));
  }
  template <class Message>
  void to_core(std::string_view type, const Message& message) {
    if (core) core->send(json::write(detail::typed(type, message)));
  }
  /// As the server shall see them: what waits for its files is here, what was begun ahead is not.
  void for_server(std::vector<wire::AttemptRef>& attempts) const {
    for (const auto& [key, attempt] : files.waiting()) attempts.push_back(attempt);
    if (!island) return;
    std::erase_if(attempts, [&](const auto& attempt) { return island->is_ahead(attempt); });
  }
  [[nodiscard]] fs::path socket() const { return options.home / "run/worker.sock"; }
  [[nodiscard]] fs::path api_socket() const { return options.home / "run/api.sock"; }

  const Clock& clock;
  const UplinkOptions options;
  const Clock& island_clock;
  Carrier& carrier;
  std::unique_ptr<detail::LoopThread> thread;
  detail::LogShipper logs;
  detail::JobFiles files;
  os::Fd listener;
  std::unique_ptr<detail::FrameSocket> core;
  bool has_greeted = false;  ///< the core, on this connection
  bool core_drains = false;  ///< it has said that it takes nothing new
  std::function<void()> on_core_closed;

  std::unique_ptr<island::Island> island;         ///< none: this worker is of no island
  bool is_cut = false;                            ///< the island is alone
  std::map<std::int64_t, SteadyTime> heartbeats;  ///< sent to the server, not confirmed; 0: hello
  /// Frames of attempts that were begun ahead, for when the server gives them out.
  std::map<AttemptKey, std::vector<std::string>> withheld;
};

Status check_home(const fs::path& home) {
  for (const auto& [lock, owner] :
       {std::pair("run/server.lock", "a server"), std::pair("run/worker.lock", "another worker")}) {
    const int pid = os::LockFile::holder(home / lock);
    if (pid == 0) continue;
    return fail(ErrorCode::conflict, "'" + home.string() + "' belongs to " + owner + " (process " +
                                         std::to_string(pid) +
                                         "); give this worker a directory of its own: --home");
  }
  return {};
}

Result<std::unique_ptr<Uplink>> Uplink::start(const Clock& clock, UplinkOptions options,
                                              Carrier& carrier) {
  auto impl = std::make_unique<Impl>(clock, std::move(options), carrier);
  AIFLOW_TRY(impl->open());
  AIFLOW_ASSIGN(impl->thread, detail::LoopThread::create(clock));
  impl->look();
  if (impl->is_cut) impl->listen();
  impl->thread->start();
  impl->start_carrier();
  return std::unique_ptr<Uplink>(new Uplink(std::move(impl)));
}

Uplink::Uplink(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

void Uplink::await_core_end() {
  const auto closed = std::make_shared<std::promise<void>>();
  impl_->thread->post([impl = impl_.get(), closed] {
    if (!impl->core) return closed->set_value();
    impl->on_core_closed = [closed] { closed->set_value(); };
  });
  closed->get_future().wait_for(kLeaveTime);
}

Uplink::~Uplink() {
  impl_->carrier.stop();
  impl_->thread->stop();
  impl_->core.reset();  // while its loop lives
}

Status Uplink::Impl::open() {
  AIFLOW_TRY(check_home(options.home));
  AIFLOW_TRY(os::make_dirs(options.home / "run"));
  if (island) AIFLOW_TRY(island->open());
  AIFLOW_TRY(files.open(island ? island->bundles() : std::set<std::string>()));
  AIFLOW_TRY(logs.load());
  if (!island) return {};
  for (const wire::AttemptRef& attempt : island->ahead()) logs.hold(attempt);
  is_cut = island->is_cut();
  return {};
}

void Uplink::Impl::start_carrier() {
  carrier.start({.connected = [this] { thread->post([this] { connected(); }); },
                 .lost = [this] { thread->post([this] { lost(); }); },
                 .frame =
                     [this](std::string frame) {
                       const std::size_t bytes = frame.size();
                       const auto text = std::make_shared<std::string>(std::move(frame));
                       // Too much waits: what is left out here is sent again after a new hello.
                       if (!thread->post([this, text] { from_server(*text); }, bytes)) {
                         carrier.reconnect();
                       }
                     },
                 .refused =
                     [this](const Error& why) {
                       thread->post([this, why] {
                         if (options.on_refused) options.on_refused(why);
                       });
                     }});
}

void Uplink::Impl::look() {
  logs.look();
  if (is_cut) island->tick();
  // Silence: the island goes on before the core ends its tasks for want of a server.
  if (island && !is_cut && core && island->is_overdue()) carrier.reconnect();
  thread->loop().after(kLookEvery, [this] { look(); });
}

// The connection to the server is mirrored by that of the core: it says hello when it has one.

void Uplink::Impl::connected() {
  forget_transfers();
  drop_core();
  is_cut = false;
  if (island) island->back();
  withheld.clear();  // the core says it again
  listen();
  logs.connected();
}

void Uplink::Impl::listen() {
  auto made = os::listen_unix(socket());
  if (!made || !os::set_nonblocking(made->get())) {
    log::error("the worker's own socket cannot be made",
               {{"reason", made ? std::string("fcntl") : made.error().message}});
    return;
  }
  listener = *std::move(made);
  thread->loop().watch(listener.get(), {}, [this] { accept_core(); });
}

void Uplink::Impl::lost() {
  forget_transfers();
  if (!island) return drop_core();
  if (is_cut) return;
  is_cut = true;
  island->cut(core != nullptr);
}

void Uplink::Impl::forget_transfers() {
  logs.lost();
  for (const wire::AttemptRef& attempt : files.lost()) {
    if (island) island->not_begun(attempt);
  }
}

void Uplink::Impl::drop_core() {
  if (listener.valid()) {
    thread->loop().unwatch(listener.get());
    listener.reset();
    static_cast<void>(os::remove_file(socket()));
  }
  core.reset();  // last: it looks for the socket again at once
}

void Uplink::Impl::accept_core() {
  auto accepted = os::accept_unix(listener.get(), Deadline::at(clock.steady_now()));
  if (!accepted || !os::set_nonblocking(accepted->get())) return;
  has_greeted = false;
  core = std::make_unique<detail::FrameSocket>(
      thread->loop(), *std::move(accepted),
      detail::FrameSocket::Events{.frame = [this](const std::string& frame) { from_core(frame); },
                                  .closed = [this] { core_closed(); }});
}

void Uplink::Impl::core_closed() {
  core.reset();
  if (!core_drains) carrier.reconnect();  // the server must see a new hello
  if (on_core_closed) on_core_closed();
}

void Uplink::Impl::from_core(const std::string& frame) {
  const auto message = json::parse(frame);
  if (!message) return;  // it is ours: never
  const std::string_view type = detail::type_of(*message);
  if (is_cut) return from_core_alone(type, *message);
  if (type == "Hello") {
    if (auto hello = wire::parse_hello(*message)) return on_hello(*std::move(hello));
  } else if (type == "Heartbeat") {
    if (auto heartbeat = wire::parse_heartbeat(*message))
      return on_heartbeat(*std::move(heartbeat));
  } else if (type == "Started") {
    const auto started = wire::parse_started(*message);
    if (started && withhold(started->attempt, frame)) return;
  } else if (type == "XComGet") {
    const auto question = wire::parse_xcom_get(*message);
    if (question && island && island->is_ahead(question->attempt)) {
      if (answer_alone(*question)) return;
      if (withhold(question->attempt, frame)) return;
    }
  } else if (type == "Finished") {
    if (auto finished = wire::parse_finished(*message)) return on_finished(frame, *finished);
  }
  carrier.send(frame);
}

/// The server would take it for a stranger's.
bool Uplink::Impl::withhold(const wire::AttemptRef& attempt, const std::string& frame) {
  if (!island || !island->is_ahead(attempt)) return false;
  withheld[key_of(attempt)].push_back(frame);
  return true;
}

void Uplink::Impl::from_core_alone(std::string_view type, const json::Value& message) {
  if (type == "Hello") {
    const auto hello = wire::parse_hello(message);
    if (!hello) return;
    to_core("HelloOk", island->hello());
    island->found(hello->running);
  } else if (type == "Heartbeat") {
    const auto heartbeat = wire::parse_heartbeat(message);
    if (heartbeat && heartbeat->seq && island->holds_lease()) {
      to_core("HeartbeatOk", wire::HeartbeatOk{.seq = *heartbeat->seq});
    }
  } else if (type == "Finished") {
    if (const auto finished = wire::parse_finished(message)) note_end(*finished);
  } else if (type == "XComGet") {
    // Without an answer the core asks again when the server is back.
    if (const auto question = wire::parse_xcom_get(message)) answer_alone(*question);
  }
}

bool Uplink::Impl::answer_alone(const wire::XComGet& question) {
  const auto answer = island->xcom(question);
  if (answer) to_core("XComValue", *answer);
  return answer.has_value();
}

void Uplink::Impl::note_end(const wire::Finished& finished) {
  files.release(finished.attempt);
  if (island) island->finished(finished);
}

void Uplink::Impl::begin_ahead(const wire::Job& job, const wire::Delivery& delivery) {
  wire::Start start{.job = job, .delivery = delivery, .trouble = {}};
  start.delivery->log_offset = 0;
  files.find(std::move(start), [this](wire::Start found, const Result<os::Path>& folder) {
    if (!folder) return refuse(std::move(found), folder.error().message);
    const wire::AttemptRef attempt = attempt_of(found.job);
    deliver(std::move(found), *folder);
    logs.hold(attempt);
  });
}

void Uplink::Impl::catch_up(const wire::Start& start) {
  const wire::AttemptRef attempt = attempt_of(start.job);
  logs.release(attempt, start.delivery ? start.delivery->log_offset : 0);
  // Should it have ended with an earlier process of the worker, this says so; else it is ignored.
  refuse(start, "the worker ended and took it along");
  const auto frames = withheld.extract(key_of(attempt));
  if (frames.empty()) return;
  for (const std::string& frame : frames.mapped()) from_core(frame);
}

void Uplink::Impl::on_hello(wire::Hello hello) {
  core_drains = hello.slots == 0;
  // What a core that has just connected does not know has never reached it, or is over.
  if (!std::exchange(has_greeted, true)) files.keep_only(hello.running);
  if (island) island->found(hello.running);
  for_server(hello.running);
  if (island) hello.ahead = std::ssize(island->ahead());
  heartbeats = {{0, island_clock.steady_now()}};
  to_server("Hello", hello);
}

void Uplink::Impl::on_heartbeat(wire::Heartbeat heartbeat) {
  for_server(heartbeat.attempts);
  if (island) heartbeat.ahead = std::ssize(island->ahead());
  if (island && heartbeat.seq) heartbeats[*heartbeat.seq] = island_clock.steady_now();
  if (heartbeats.size() > kHeartbeatsMax) heartbeats.erase(heartbeats.begin());
  to_server("Heartbeat", heartbeat);
  if (!island) return;
  for (const wire::Finished& report : island->ended_ahead()) tell_ahead(report);
}

/// The server may have decided otherwise: then it says so.
void Uplink::Impl::tell_ahead(wire::Finished finished) {
  finished.xcoms.clear();
  to_server("RanAhead", finished);
}

/// The log goes first: when the server hears of the end, it has all of it.
void Uplink::Impl::on_finished(const std::string& frame, const wire::Finished& finished) {
  note_end(finished);
  if (withhold(finished.attempt, frame)) return tell_ahead(finished);
  std::string said = frame;
  if (island && island->has_later(finished.attempt)) {  // the next try has waited its time already
    wire::Finished at_once = finished;
    at_once.retry_delay_ms = 0;
    said = json::write(detail::typed("Finished", at_once));
  }
  logs.finish(finished.attempt, [this, said] { carrier.send(said); });
}

void Uplink::Impl::from_server(const std::string& frame) {
  const auto message = json::parse(frame, {.bytes_max = kFrameBytesMax});
  if (!message) {
    log::warn("the server sent a bad message", {{"reason", message.error()}});
    return carrier.reconnect();
  }
  const std::string_view type = detail::type_of(*message);
  if (type == "LogTaken") {
    if (const auto taken = wire::parse_log_taken(*message)) logs.taken(*taken);
  } else if (type == "BundlePiece") {
    if (const auto piece = wire::parse_bundle_piece(*message)) files.piece(*piece);
  } else if (type == "Picture") {
    const auto picture = wire::parse_picture(*message);
    if (picture && island) island->picture(*picture);
  } else if (type == "Start") {
    if (auto start = wire::parse_start(*message)) on_start(*std::move(start));
  } else {
    if (island) note_answer(type, *message);
    if (type == "HelloOk" && options.on_taken) {
      const auto ok = wire::parse_hello_ok(*message);
      if (ok) options.on_taken(ok->server_pin.value_or(""));
    }
    if (type == "Cancel") {
      if (const auto cancel = wire::parse_cancel(*message)) files.cancel(*cancel);
    }
    if (core) core->send(frame);
  }
}

/// What the island needs to know of what the server tells the core.
void Uplink::Impl::note_answer(std::string_view type, const json::Value& message) {
  if (type == "HelloOk") {
    const auto ok = wire::parse_hello_ok(message);
    if (ok) island->lease(*ok);
    confirm(0);
  } else if (type == "HeartbeatOk") {
    if (const auto ok = wire::parse_heartbeat_ok(message)) confirm(ok->seq);
  } else if (type == "Ack") {
    const auto ack = wire::parse_ack(message);
    const auto refused = ack ? island->acknowledged(ack->seq) : std::nullopt;
    if (!refused) return;
    log::warn(
        "the server refuses what ran without it",
        {{"run", refused->key.run_id}, {"task", refused->key.task_id}, {"reason", ack->reason}});
    withheld.erase(key_of(*refused));
    logs.forget(*refused);
  }
}

void Uplink::Impl::confirm(std::int64_t seq) {
  const auto sent = heartbeats.find(seq);
  if (sent == heartbeats.end()) return;
  island->confirmed(sent->second);
  heartbeats.erase(heartbeats.begin(), std::next(sent));
}

void Uplink::Impl::on_start(wire::Start start) {
  if (!core) return;  // sent again after the next hello
  if (island && island->given(start)) return catch_up(start);
  if (!start.delivery)
    return refuse(std::move(start), start.trouble.value_or("it has no delivery"));
  files.bring(std::move(start), [this](wire::Start brought, const Result<os::Path>& folder) {
    if (!folder) return refuse(std::move(brought), folder.error().message);
    deliver(std::move(brought), *folder);
  });
}

void Uplink::Impl::deliver(wire::Start start, const fs::path& dag_folder) {
  wire::Job& job = start.job;
  if (!dag_folder.empty()) {
    job.dag_file = (dag_folder / start.delivery->dag_file).string();
    job.env["AIFLOW_DAG_FOLDERS"] = dag_folder.string();
  }
  job.env["AIFLOW_HOME"] = options.home.string();
  job.env["AIFLOW_API_SOCKET"] = api_socket().string();
  job.island.reset();
  job.log_path = logs.add(attempt_of(job), start.delivery->log_offset).string();
  start.delivery.reset();
  to_core("Start", start);
}

void Uplink::Impl::refuse(wire::Start start, const std::string& why) {
  start.delivery.reset();
  start.job.island.reset();
  start.trouble = why;
  to_core("Start", start);
}

}  // namespace aiflow::uplink
