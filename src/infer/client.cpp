// SPDX-License-Identifier: Apache-2.0
#include "infer/client.h"

#include <algorithm>

#include "infer/detail/tensor_refs.h"
#include "infer/message.h"
#include "os/socket.h"

namespace aiflow::infer {
namespace {

/// What a deadline of "never" means to the service.
constexpr std::int64_t kDeadlineMsMax = 24 * 3600 * 1000;

Error error_of(const wire::Failed& failed) {
  constexpr ErrorCode kCodes[] = {
      ErrorCode::invalid_argument, ErrorCode::not_found, ErrorCode::conflict,  ErrorCode::denied,
      ErrorCode::unavailable,      ErrorCode::timeout,   ErrorCode::cancelled, ErrorCode::corrupt};
  for (const auto code : kCodes) {
    if (to_string(code) == failed.code) return {code, failed.message};
  }
  return {ErrorCode::internal, failed.message};
}

}  // namespace

struct Client::Answer {
  json::Value body;
  std::string payload;
};

Result<Client> Client::connect(const std::filesystem::path& socket, const Clock& clock,
                               Deadline deadline) {
  AIFLOW_ASSIGN(auto fd, os::connect_unix(socket, deadline));
  return Client(std::move(fd), clock);
}

std::int64_t Client::left_ms(Deadline deadline) const {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(
      std::min<Duration>(deadline.left(clock_->steady_now()), std::chrono::hours(24)));
  return std::clamp<std::int64_t>(left.count(), 0, kDeadlineMsMax);
}

Result<Client::Answer> Client::call(std::string_view type, json::Value body,
                                    std::span<const std::byte> payload, Deadline deadline) {
  if (!fd_.valid()) return fail(ErrorCode::unavailable, "the connection to the service is lost");
  const std::int64_t id = ++last_id_;
  body.set("id", id);
  const auto exchange = [&]() -> Result<Message> {
    AIFLOW_TRY(send_message(fd_.get(), {type, std::move(body), payload}, deadline));
    AIFLOW_ASSIGN(auto message, recv_message(fd_.get(), deadline));
    AIFLOW_ASSIGN(const auto answered, json::get_int(message.body, "id"));
    if (answered != id) return fail(ErrorCode::corrupt, "the service answered another request");
    return message;
  };
  auto message = exchange();
  if (!message) {
    const bool sent_nothing = message.error().code == ErrorCode::invalid_argument;
    if (!sent_nothing) fd_.reset();  // a late answer would be taken for the next one's
    return fail(std::move(message).error().with_context("inference service"));
  }
  if (message->type == "Failed") {
    AIFLOW_ASSIGN(const auto failed, wire::parse_failed(message->body));
    return fail(error_of(failed));
  }
  return Answer{std::move(message->body), std::move(message->payload)};
}

Result<wire::Description> Client::describe(Deadline deadline) {
  AIFLOW_ASSIGN(const auto answer, call("Describe", json::object({}), {}, deadline));
  return wire::parse_description(answer.body);
}

Result<InferAnswer> Client::infer(std::span<const engine::Input> inputs,
                                  std::span<const std::string> outputs, Deadline deadline) {
  std::vector<NamedView> views;
  for (const auto& input : inputs) views.push_back({input.name, input.view});
  AIFLOW_ASSIGN(auto packed, pack_tensors(views));
  const wire::Infer request{.id = 0,
                            .inputs = std::move(packed.refs),
                            .outputs = {outputs.begin(), outputs.end()},
                            .deadline_ms = left_ms(deadline)};
  AIFLOW_ASSIGN(const auto answer, call("Infer", to_json(request), packed.payload, deadline));
  AIFLOW_ASSIGN(const auto inferred, wire::parse_inferred(answer.body));
  InferAnswer out{.outputs = {}, .queue_us = inferred.queue_us, .run_us = inferred.run_us};
  for (const auto& ref : inferred.outputs) {
    AIFLOW_ASSIGN(auto tensor, read_tensor(ref, answer.payload));
    out.outputs.push_back({ref.name, std::move(tensor)});
  }
  return out;
}

Result<wire::Detected> Client::detect(const ImageView& image, double score_min, Deadline deadline) {
  const wire::Detect request{.id = 0,
                             .width = image.width(),
                             .height = image.height(),
                             .format = image.order() == ColourOrder::bgr ? "bgr" : "rgb",
                             .score_min = score_min,
                             .deadline_ms = left_ms(deadline)};
  AIFLOW_ASSIGN(const auto answer,
                call("Detect", to_json(request), std::as_bytes(image.pixels()), deadline));
  return wire::parse_detected(answer.body);
}

Result<Client> Clients::take(Deadline deadline) {
  {
    const std::scoped_lock lock(mutex_);
    if (!idle_.empty()) {
      Client client = std::move(idle_.back());
      idle_.pop_back();
      return client;
    }
  }
  return Client::connect(socket_, clock_, deadline);
}

void Clients::give_back(Client client) {
  const std::scoped_lock lock(mutex_);
  if (!client.usable()) {
    idle_.clear();  // the service has ended: its other connections are dead too
    return;
  }
  if (idle_.size() < idle_max_) idle_.push_back(std::move(client));
}

template <class Call>
auto Clients::with_client(Deadline deadline, Call call) -> decltype(call(std::declval<Client&>())) {
  // An idle connection may be of a process that has ended since; a fresh one tells the truth.
  for (int attempt = 0;; ++attempt) {
    AIFLOW_ASSIGN(auto client, take(deadline));
    auto answer = call(client);
    const bool lost = !answer && !client.usable() && answer.error().code == ErrorCode::unavailable;
    give_back(std::move(client));
    if (!lost || attempt > 0) return answer;
  }
}

Result<wire::Description> Clients::describe(Deadline deadline) {
  return with_client(deadline, [&](Client& client) { return client.describe(deadline); });
}

Result<InferAnswer> Clients::infer(std::span<const engine::Input> inputs,
                                   std::span<const std::string> outputs, Deadline deadline) {
  return with_client(deadline,
                     [&](Client& client) { return client.infer(inputs, outputs, deadline); });
}

Result<wire::Detected> Clients::detect(const ImageView& image, double score_min,
                                       Deadline deadline) {
  return with_client(deadline,
                     [&](Client& client) { return client.detect(image, score_min, deadline); });
}

}  // namespace aiflow::infer
