// SPDX-License-Identifier: Apache-2.0
#include "infer/server.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <optional>

#include "infer/detail/tensor_refs.h"
#include "log/log.h"
#include "os/socket.h"

namespace aiflow::infer {
namespace {

constexpr std::int64_t kDeadlineMsMax = 24 * 3600 * 1000;

std::int64_t id_of(const Message& message) {
  return json::get_int_or(message.body, "id", 0).value_or(0);
}

Status send_failed(int fd, std::int64_t id, const Error& error) {
  const wire::Failed failed{
      .id = id, .code = std::string(to_string(error.code)), .message = error.message};
  return send_message(fd, {"Failed", to_json(failed)}, Deadline::never());
}

/// The outputs with these names, in this order; all when there are no names.
Result<std::vector<NamedView>> wanted_views(const std::vector<engine::Output>& outputs,
                                            const std::vector<std::string>& names) {
  std::vector<NamedView> views;
  for (const std::string& name : names) {
    // Each copy takes the output's size once more: a short request may not ask for hundreds.
    if (std::ranges::find(views, name, &NamedView::name) != views.end()) {
      return fail(ErrorCode::invalid_argument, "output '" + name + "' is asked for twice");
    }
    const auto output = std::ranges::find(outputs, name, &engine::Output::name);
    if (output == outputs.end()) {
      return fail(ErrorCode::invalid_argument, "the model has no output '" + name + "'");
    }
    views.push_back({name, output->tensor.view()});
  }
  if (!names.empty()) return views;
  for (const auto& output : outputs) views.push_back({output.name, output.tensor.view()});
  return views;
}

}  // namespace

struct Server::Connection {
  os::Fd fd;
  std::optional<Preprocessor> preprocessor;  ///< set when the model has a decoder
  tensor::Tensor picture;
  std::atomic<bool> ended = false;
  std::jthread thread;  ///< last: ends before the members it uses
};

Server::Server(Model& model, const Clock& clock, const ServerOptions& options)
    : model_(model),
      clock_(clock),
      options_(options),
      batcher_(
          [&model](std::span<const engine::Input> inputs) { return model.session().run(inputs); },
          clock, options.queue_limit) {}

Server::~Server() { end_all(); }

Status Server::serve(int listener, int stop_fd) {
  while (true) {
    pollfd fds[] = {{listener, POLLIN, 0}, {stop_fd, POLLIN, 0}};
    if (::poll(fds, 2, -1) < 0) {
      if (errno == EINTR) continue;
      return fail(os::error_from_errno(errno, "poll"));
    }
    if (fds[1].revents != 0) break;
    end_finished();
    accept_one(listener);
  }
  end_all();
  return {};
}

void Server::accept_one(int listener) {
  auto fd = os::accept_unix(listener, Deadline::after(clock_, std::chrono::milliseconds(0)));
  if (!fd) {
    if (fd.error().code != ErrorCode::timeout) {
      log::warn("a connection was not taken", {{"error", fd.error()}});
    }
    return;
  }
  if (connections_.size() >= options_.connections_max) {
    const Error error{ErrorCode::unavailable, "the service has too many connections"};
    static_cast<void>(send_failed(fd->get(), 0, error));
    return;
  }
  Connection& connection = connections_.emplace_back();
  connection.fd = *std::move(fd);
  if (model_.decoder()) connection.preprocessor.emplace(model_.decoder()->input());
  connection.thread = std::jthread([this, &connection] {
    talk(connection);
    connection.ended = true;
  });
}

void Server::end_finished() {
  connections_.remove_if([](const Connection& connection) { return connection.ended.load(); });
}

void Server::end_all() {
  for (auto& connection : connections_) ::shutdown(connection.fd.get(), SHUT_RDWR);
  batcher_.stop();
  connections_.clear();  // joins
}

void Server::talk(Connection& connection) {
  while (true) {
    const auto message = recv_message(connection.fd.get(), Deadline::never());
    if (!message) {
      if (message.error().code == ErrorCode::corrupt) {
        static_cast<void>(send_failed(connection.fd.get(), 0, message.error()));
      }
      return;
    }
    if (!answer(connection, *message)) return;
  }
}

Status Server::answer(Connection& connection, const Message& message) {
  if (message.type == "Describe") return answer_describe(connection, id_of(message));
  if (message.type == "Ping") return answer_ping(connection, id_of(message));
  if (message.type == "Infer") return answer_infer(connection, message);
  if (message.type == "Detect") return answer_detect(connection, message);
  return send_failed(connection.fd.get(), id_of(message),
                     {ErrorCode::invalid_argument, "unknown request '" + message.type + "'"});
}

Status Server::answer_describe(Connection& connection, std::int64_t id) {
  wire::Description description = model_.description();
  description.id = id;
  return send_message(connection.fd.get(), {"Description", to_json(description)},
                      Deadline::never());
}

Status Server::answer_ping(Connection& connection, std::int64_t id) {
  const auto running = std::chrono::ceil<std::chrono::milliseconds>(batcher_.running_for());
  return send_message(connection.fd.get(),
                      {"Pong", to_json(wire::Pong{.id = id, .running_ms = running.count()})},
                      Deadline::never());
}

Deadline Server::deadline_after(std::int64_t ms) const {
  if (ms <= 0) return Deadline::never();
  return Deadline::after(clock_, std::chrono::milliseconds(std::min(ms, kDeadlineMsMax)));
}

Status Server::answer_infer(Connection& connection, const Message& message) {
  const auto infer = [&]() -> Result<std::pair<wire::Inferred, Packed>> {
    AIFLOW_ASSIGN(const auto request, wire::parse_infer(message.body));
    std::vector<tensor::Tensor> tensors;
    for (const auto& ref : request.inputs) {
      AIFLOW_ASSIGN(auto tensor, read_tensor(ref, message.payload));
      tensors.push_back(std::move(tensor));
    }
    std::vector<engine::Input> inputs;
    for (std::size_t i = 0; i < tensors.size(); ++i) {
      inputs.push_back({request.inputs[i].name, tensors[i].view()});
    }
    const auto deadline = deadline_after(request.deadline_ms);
    AIFLOW_ASSIGN(const auto answer, batcher_.run(std::move(inputs), deadline));
    AIFLOW_ASSIGN(const auto views, wanted_views(answer.outputs, request.outputs));
    AIFLOW_ASSIGN(auto packed, pack_tensors(views));
    wire::Inferred inferred{.id = request.id,
                            .outputs = packed.refs,
                            .queue_us = answer.queued.count(),
                            .run_us = answer.ran.count()};
    return std::pair(std::move(inferred), std::move(packed));
  };
  const auto done = infer();
  if (!done) return send_failed(connection.fd.get(), id_of(message), done.error());
  return send_message(connection.fd.get(), {"Inferred", to_json(done->first), done->second.payload},
                      Deadline::never());
}

Result<wire::Detected> Server::detect(Connection& connection, const Message& message) {
  AIFLOW_ASSIGN(const auto request, wire::parse_detect(message.body));
  if (!connection.preprocessor) {
    return fail(ErrorCode::invalid_argument,
                "the model has no decoder: only tensors can be asked for");
  }
  if (request.format != "bgr" && request.format != "rgb") {
    return fail(ErrorCode::invalid_argument, "'format' must be bgr or rgb");
  }
  const std::span pixels(reinterpret_cast<const std::uint8_t*>(message.payload.data()),
                         message.payload.size());
  const auto order = request.format == "bgr" ? ColourOrder::bgr : ColourOrder::rgb;
  AIFLOW_ASSIGN(const auto image, ImageView::make(pixels, request.width, request.height, order));
  const auto start = clock_.steady_now();
  const Placement placement = connection.preprocessor->run(image, connection.picture);
  const auto filled = clock_.steady_now();
  std::vector<engine::Input> inputs{{model_.session().inputs()[0].name, connection.picture.view()}};
  const auto deadline = deadline_after(request.deadline_ms);
  AIFLOW_ASSIGN(const auto answer, batcher_.run(std::move(inputs), deadline));
  const auto ran = clock_.steady_now();
  const Decoder& decoder = *model_.decoder();
  const double least = request.score_min > 0 ? request.score_min : decoder.score_min();
  AIFLOW_ASSIGN(const auto decoded, decoder.decode(answer.outputs, placement, least));
  wire::Detected out{.id = request.id,
                     .detections = {},
                     .pre_us = (filled - start).count(),
                     .run_us = answer.ran.count(),
                     .post_us = (clock_.steady_now() - ran).count(),
                     .queue_us = answer.queued.count()};
  for (const auto& d : decoded.detections) {
    out.detections.push_back({.label = d.label,
                              .class_id = d.class_id,
                              .score = d.score,
                              .x = d.box.x,
                              .y = d.box.y,
                              .w = d.box.w,
                              .h = d.box.h});
  }
  if (decoded.dropped_nan > 0) {
    log::warn("boxes that are no numbers were left out", {{"count", decoded.dropped_nan}});
  }
  return out;
}

Status Server::answer_detect(Connection& connection, const Message& message) {
  const auto detected = detect(connection, message);
  if (!detected) return send_failed(connection.fd.get(), id_of(message), detected.error());
  return send_message(connection.fd.get(), {"Detected", to_json(*detected)}, Deadline::never());
}

}  // namespace aiflow::infer
