// SPDX-License-Identifier: Apache-2.0
#include "uplink/uplink.h"

#include <algorithm>
#include <map>
#include <optional>

#include "log/log.h"
#include "os/lock_file.h"
#include "os/socket.h"
#include "uplink/detail/bundle_cache.h"
#include "uplink/detail/frame_socket.h"
#include "uplink/detail/log_shipper.h"
#include "uplink/detail/loop_thread.h"
#include "uplink/detail/message.h"

namespace aiflow::uplink {
namespace {

namespace fs = std::filesystem;
using detail::AttemptKey;
using detail::key_of;

constexpr Duration kLookEvery = std::chrono::milliseconds(200);

wire::AttemptRef attempt_of(const wire::Job& job) { return {job.key, job.try_number, job.epoch}; }

/// It becomes a folder's name.
bool is_bundle_name(std::string_view name) {
  return name.size() == 64 && name.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace

struct Uplink::Impl {
  Impl(const Clock& real_clock, UplinkOptions given, Carrier& moves)
      : clock(real_clock),
        options(std::move(given)),
        carrier(moves),
        logs({.folder = options.home / "outbox", .backlog_bytes_max = options.backlog_bytes_max},
             [this](const wire::LogPiece& piece) { to_server("LogPiece", piece); }),
        bundles({.folder = options.home / "bundles", .bytes_max = options.bundle_bytes_max},
                [this](const wire::BundleGet& wanted) { to_server("BundleGet", wanted); }) {}

  Status open();
  void start_carrier();
  void connected();
  void lost();
  void look();

  void accept_core();
  void core_closed();
  void from_core(const std::string& frame);
  void on_hello(wire::Hello hello);
  void on_heartbeat(wire::Heartbeat heartbeat);
  void on_finished(const std::string& frame, const wire::Finished& finished);

  void from_server(const std::string& frame);
  void on_start(wire::Start start);
  void deliver(wire::Start start, const fs::path& dag_folder);
  void refuse(wire::Start start, const std::string& why);
  void on_cancel(const wire::Cancel& cancel);

  template <class Message>
  void to_server(std::string_view type, const Message& message) {
    carrier.send(json::write(detail::typed(type, message)));
  }
  template <class Message>
  void to_core(std::string_view type, const Message& message) {
    if (core) core->send(json::write(detail::typed(type, message)));
  }
  void add_held(std::vector<wire::AttemptRef>& attempts) const {
    for (const auto& [key, attempt] : held) attempts.push_back(attempt);
  }
  [[nodiscard]] fs::path socket() const { return options.home / "run/worker.sock"; }

  const Clock& clock;
  const UplinkOptions options;
  Carrier& carrier;
  std::unique_ptr<detail::LoopThread> thread;
  detail::LogShipper logs;
  detail::BundleCache bundles;
  os::Fd listener;
  std::unique_ptr<detail::FrameSocket> core;
  std::map<AttemptKey, wire::AttemptRef> held;     ///< wait for their bundle; not with the core yet
  std::map<AttemptKey, std::string> bundle_users;  ///< with the core; which bundle they use
};

Status check_home(const fs::path& home) {
  const int pid = os::LockFile::holder(home / "run/server.lock");
  if (pid == 0) return {};
  return fail(ErrorCode::conflict, "'" + home.string() + "' belongs to a server (process " +
                                       std::to_string(pid) +
                                       "); give this worker a directory of its own: --home");
}

Result<std::unique_ptr<Uplink>> Uplink::start(const Clock& clock, UplinkOptions options,
                                              Carrier& carrier) {
  auto impl = std::make_unique<Impl>(clock, std::move(options), carrier);
  AIFLOW_TRY(impl->open());
  AIFLOW_ASSIGN(impl->thread, detail::LoopThread::create(clock));
  impl->look();
  impl->thread->start();
  impl->start_carrier();
  return std::unique_ptr<Uplink>(new Uplink(std::move(impl)));
}

Uplink::Uplink(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Uplink::~Uplink() {
  impl_->carrier.stop();
  impl_->thread->stop();
  impl_->core.reset();  // while its loop lives
}

Status Uplink::Impl::open() {
  AIFLOW_TRY(check_home(options.home));
  AIFLOW_TRY(os::make_dirs(options.home / "run"));
  AIFLOW_TRY(bundles.open());
  return logs.load();
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
  thread->loop().after(kLookEvery, [this] { look(); });
}

// The connection to the server is mirrored by that of the core: it says hello when it has one.

void Uplink::Impl::connected() {
  lost();
  auto made = os::listen_unix(socket());
  if (!made || !os::set_nonblocking(made->get())) {
    log::error("the worker's own socket cannot be made",
               {{"reason", made ? std::string("fcntl") : made.error().message}});
    return;
  }
  listener = *std::move(made);
  thread->loop().watch(listener.get(), {}, [this] { accept_core(); });
  logs.connected();
}

void Uplink::Impl::lost() {
  logs.lost();
  for (const auto& [key, attempt] : std::exchange(held, {})) bundle_users.erase(key);
  bundles.lost();
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
  core = std::make_unique<detail::FrameSocket>(
      thread->loop(), *std::move(accepted),
      detail::FrameSocket::Events{.frame = [this](const std::string& frame) { from_core(frame); },
                                  .closed = [this] { core_closed(); }});
}

void Uplink::Impl::core_closed() {
  core.reset();
  carrier.reconnect();  // the server must see a new hello
}

void Uplink::Impl::from_core(const std::string& frame) {
  const auto message = json::parse(frame);
  if (!message) return;  // it is ours: never
  const std::string_view type = detail::type_of(*message);
  if (type == "Hello") {
    if (auto hello = wire::parse_hello(*message)) return on_hello(*std::move(hello));
  } else if (type == "Heartbeat") {
    if (auto heartbeat = wire::parse_heartbeat(*message))
      return on_heartbeat(*std::move(heartbeat));
  } else if (type == "Finished") {
    if (auto finished = wire::parse_finished(*message)) return on_finished(frame, *finished);
  }
  carrier.send(frame);
}

void Uplink::Impl::on_hello(wire::Hello hello) {
  // What the core does not know has never reached it, or is over.
  std::map<AttemptKey, std::string> known;
  for (const wire::AttemptRef& attempt : hello.running) {
    auto user = bundle_users.extract(key_of(attempt));
    if (!user.empty()) known.insert(std::move(user));
  }
  for (const auto& [key, bundle] : bundle_users) bundles.release(bundle);
  bundle_users = std::move(known);
  add_held(hello.running);
  to_server("Hello", hello);
}

void Uplink::Impl::on_heartbeat(wire::Heartbeat heartbeat) {
  add_held(heartbeat.attempts);
  to_server("Heartbeat", heartbeat);
}

/// The log goes first: when the server hears of the end, it has all of it.
void Uplink::Impl::on_finished(const std::string& frame, const wire::Finished& finished) {
  if (const auto user = bundle_users.extract(key_of(finished.attempt)); !user.empty()) {
    bundles.release(user.mapped());
  }
  logs.finish(finished.attempt, [this, frame] { carrier.send(frame); });
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
    if (const auto piece = wire::parse_bundle_piece(*message)) bundles.piece(*piece);
  } else if (type == "Start") {
    if (auto start = wire::parse_start(*message)) on_start(*std::move(start));
  } else {
    if (type == "Cancel") {
      if (const auto cancel = wire::parse_cancel(*message)) on_cancel(*cancel);
    }
    if (core) core->send(frame);
  }
}

void Uplink::Impl::on_start(wire::Start start) {
  if (!core) return;  // sent again after the next hello
  if (!start.delivery)
    return refuse(std::move(start), start.trouble.value_or("it has no delivery"));
  if (!start.delivery->bundle) return deliver(std::move(start), {});
  const std::string bundle = *start.delivery->bundle;
  if (!is_bundle_name(bundle)) return refuse(std::move(start), "its bundle has a bad name");
  const wire::AttemptRef attempt = attempt_of(start.job);
  const AttemptKey key = key_of(attempt);
  if (held.contains(key)) return;  // delivered twice
  held.emplace(key, attempt);
  bundles.want(bundle, [this, key, bundle, start = std::move(start)](Result<os::Path> folder) {
    // Cancelled meanwhile.
    if (held.erase(key) == 0) return folder ? bundles.release(bundle) : void();
    if (!folder)
      return refuse(start, "its DAG's files could not be fetched: " + folder.error().message);
    if (!bundle_users.emplace(key, bundle).second) bundles.release(bundle);
    deliver(start, *folder);
  });
}

void Uplink::Impl::deliver(wire::Start start, const fs::path& dag_folder) {
  wire::Job& job = start.job;
  if (!dag_folder.empty()) {
    job.dag_file = (dag_folder / start.delivery->dag_file).string();
    job.env["AIFLOW_DAG_FOLDERS"] = dag_folder.string();
  }
  job.env["AIFLOW_HOME"] = options.home.string();
  job.env["AIFLOW_API_SOCKET"] = (options.home / "run/api.sock").string();
  job.log_path = logs.add(attempt_of(job), start.delivery->log_offset).string();
  start.delivery.reset();
  to_core("Start", start);
}

void Uplink::Impl::refuse(wire::Start start, const std::string& why) {
  start.delivery.reset();
  start.trouble = why;
  to_core("Start", start);
}

void Uplink::Impl::on_cancel(const wire::Cancel& cancel) {
  std::erase_if(held, [&](const auto& entry) {
    return entry.second.key == cancel.attempt.key && entry.second.epoch <= cancel.attempt.epoch;
  });
}

}  // namespace aiflow::uplink
