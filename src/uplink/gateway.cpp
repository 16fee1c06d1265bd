// SPDX-License-Identifier: Apache-2.0
#include "uplink/gateway.h"

#include <future>
#include <memory>
#include <set>

#include "log/log.h"
#include "os/socket.h"
#include "uplink/detail/frame_socket.h"
#include "uplink/detail/loop_thread.h"
#include "uplink/detail/message.h"

namespace aiflow::uplink {
namespace {

constexpr auto kTellTime = std::chrono::seconds(1);

}  // namespace

Result<std::unique_ptr<Gateway>> Gateway::start(const Clock& clock, GatewayOptions options) {
  std::unique_ptr<Gateway> gateway(new Gateway(clock, std::move(options)));
  AIFLOW_ASSIGN(gateway->thread_, detail::LoopThread::create(clock));
  gateway->thread_->start();
  return gateway;
}

Gateway::Gateway(const Clock& clock, GatewayOptions options)
    : clock_(clock), options_(std::move(options)), depot_(options_.depot) {}

Gateway::~Gateway() {
  thread_->stop();
  sessions_.clear();
}

std::shared_ptr<Gateway::Link> Gateway::open(const std::string& worker) {
  const std::int64_t id = ++last_id_;
  thread_->post([this, id, worker] { sessions_[id].worker = worker; });
  return std::make_shared<Link>(*this, id);
}

void Gateway::cut(const std::string& worker) {
  thread_->post([this, worker] {
    std::vector<std::int64_t> meant;
    for (const auto& [id, session] : sessions_) {
      if (session.worker == worker) meant.push_back(id);
    }
    for (const std::int64_t id : meant) {
      Session& session = sessions_.at(id);
      if (session.executor) session.executor->send(R"({"type":"ShutOut"})");
      end(id);
    }
  });
}

void Gateway::leave_behind(const wire::LeftBehind& left) {
  const std::set<std::string> meant(left.workers.begin(), left.workers.end());
  const std::string frame =
      json::write(detail::typed("ServerStops", wire::ServerStops{.lease_ms = left.lease_ms}));
  const auto told = std::make_shared<std::promise<void>>();
  const auto done = told->get_future();
  thread_->post([this, told, meant, frame] {
    for (const auto& [id, session] : sessions_) {
      if (meant.contains(session.worker) && session.pipe.send) session.pipe.send(frame);
    }
    told->set_value();
  });
  done.wait_for(kTellTime);
}

void Gateway::Link::attach(Pipe pipe) {
  gateway_.thread_->post(
      [gateway = &gateway_, id = id_, pipe = std::move(pipe)] { gateway->attach(id, pipe); });
}

void Gateway::Link::take(std::string_view frame) {
  const bool taken =
      gateway_.thread_->post([gateway = &gateway_, id = id_,
                              text = std::string(frame)] { gateway->from_worker(id, text); },
                             frame.size());
  if (!taken) closed();
}

void Gateway::Link::closed() {
  gateway_.thread_->post([gateway = &gateway_, id = id_] { gateway->end(id); });
}

void Gateway::attach(std::int64_t id, Pipe pipe) {
  const auto found = sessions_.find(id);
  if (found == sessions_.end()) return pipe.cut();
  Session& session = found->second;
  session.pipe = std::move(pipe);
  auto executor = os::connect_unix(options_.executor_socket, Deadline::at(clock_.steady_now()));
  if (!executor || !os::set_nonblocking(executor->get())) return end(id);
  session.executor = std::make_unique<detail::FrameSocket>(
      thread_->loop(), *std::move(executor),
      detail::FrameSocket::Events{
          .frame = [this, id](const std::string& payload) { from_executor(id, payload); },
          .closed = [this, id] { end(id); }});
  log::info("a worker elsewhere is connected", {{"worker", session.worker}});
  for (std::string& frame : std::exchange(session.early, {})) from_worker(id, std::move(frame));
}

void Gateway::from_worker(std::int64_t id, std::string frame) {
  const auto found = sessions_.find(id);
  if (found == sessions_.end()) return;
  Session& session = found->second;
  if (!session.executor) {
    session.early_bytes += frame.size();
    if (session.early_bytes > kUnsentBytesMax) return end(id);
    return session.early.push_back(std::move(frame));
  }
  if (const auto passed = pass_on(session, frame); !passed) {
    log::warn("a worker elsewhere breaks the protocol, its connection is ended",
              {{"worker", session.worker}, {"error", passed.error()}});
    end(id);
  }
}

Status Gateway::pass_on(Session& session, const std::string& frame) {
  AIFLOW_ASSIGN(const json::Value message, json::parse(frame, {.bytes_max = kFrameBytesMax}));
  AIFLOW_ASSIGN(auto answer, depot_.incoming(session.worker, message));
  if (answer) {
    session.pipe.send(json::write(*answer));
    return {};
  }
  if (detail::type_of(message) == "ShutOut") {
    return fail(ErrorCode::denied, "it says what the server alone may say");
  }
  if (detail::type_of(message) == "Hello") {
    AIFLOW_ASSIGN(const auto hello, wire::parse_hello(message));
    if (hello.worker_id != session.worker) {
      return fail(ErrorCode::denied, "it says hello as '" + hello.worker_id.substr(0, 100) + "'");
    }
  }
  session.executor->send(frame);
  return {};
}

void Gateway::from_executor(std::int64_t id, const std::string& payload) {
  Session& session = sessions_.at(id);
  auto message = json::parse(payload);
  if (!message) return;  // it is ours: never
  depot_.outgoing(session.worker, *message);
  session.pipe.send(json::write(*message));
}

void Gateway::end(std::int64_t id) {
  const auto session = sessions_.extract(id);
  if (session.empty()) return;
  if (session.mapped().executor) {
    log::info("a worker elsewhere has gone", {{"worker", session.mapped().worker}});
  }
  if (session.mapped().pipe.cut) session.mapped().pipe.cut();
}

}  // namespace aiflow::uplink
