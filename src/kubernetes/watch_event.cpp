// SPDX-License-Identifier: Apache-2.0
#include "kubernetes/watch_event.h"

namespace aiflow::kubernetes {
namespace {

constexpr std::int64_t kGone = 410;

std::string text_at(const json::Value& object, std::string_view key) {
  const json::Value* metadata = object.find("metadata");
  if (metadata == nullptr) return {};
  const json::Value* found = metadata->find(key);
  return found != nullptr && found->is_string() ? found->as_string() : std::string();
}

Unreadable unreadable(const json::Value& object, const Error& error) {
  return {.resource_version = text_at(object, "resourceVersion"),
          .name = text_at(object, "name"),
          .why = error.message};
}

WatchEvent failure(const json::Value& status) {
  const auto code = json::get_int_or(status, "code", 0);
  const auto reason = json::get_string_or(status, "reason", "");
  const bool is_old = (code && *code == kGone) || (reason && *reason == "Expired");
  if (is_old) return WatchExpired{};
  auto message = json::get_string_or(status, "message", "");
  return WatchFailed{message && !message->empty() ? *std::move(message) : "no reason was given"};
}

std::unexpected<Error> corrupt(const Error& error) {
  return fail(ErrorCode::corrupt, error.message);
}

}  // namespace

Result<WatchEvent> parse_watch_line(std::string_view line) {
  const auto event = json::parse(line);
  if (!event) return corrupt(event.error());
  const auto type = json::get_string(*event, "type");
  if (!type) return corrupt(type.error());
  const auto object = json::get_object(*event, "object");
  if (!object) return corrupt(object.error());
  if (*type == "ERROR") return failure(**object);
  if (*type == "BOOKMARK") return Bookmark{text_at(**object, "resourceVersion")};
  if (*type != "ADDED" && *type != "MODIFIED" && *type != "DELETED") {
    return unreadable(**object, {ErrorCode::corrupt, "an event of type '" + *type + "'"});
  }
  auto pod = parse_pod(**object);
  if (!pod) return unreadable(**object, pod.error());
  return PodChanged{.pod = *std::move(pod), .is_gone = *type == "DELETED"};
}

Result<PodPage> parse_pod_list(std::string_view body) {
  const auto list = json::parse(body);
  if (!list) return corrupt(list.error());
  const auto items = json::get_array(*list, "items");
  if (!items) return corrupt(items.error());
  PodPage page{.pods = {},
               .unreadable = {},
               .resource_version = text_at(*list, "resourceVersion"),
               .next = text_at(*list, "continue")};
  for (const json::Value& item : **items) {
    auto pod = parse_pod(item);
    if (pod) {
      page.pods.push_back(*std::move(pod));
    } else {
      page.unreadable.push_back(unreadable(item, pod.error()));
    }
  }
  return page;
}

}  // namespace aiflow::kubernetes
