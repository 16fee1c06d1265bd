// SPDX-License-Identifier: Apache-2.0
#include "docker/detail/pull_answer.h"

#include <algorithm>
#include <array>

#include "json/value.h"

namespace aiflow::docker::detail {
namespace {

constexpr std::size_t kLineBytesMax = 1U << 20;
constexpr std::size_t kLayersMax = 1000;

/// "registry.example/a/b" -> "registry.example"; names without one are of Docker Hub.
std::string registry_of(std::string_view image) {
  const auto slash = image.find('/');
  const std::string_view first = image.substr(0, slash);
  const bool is_host =
      slash != std::string_view::npos &&
      (first.find_first_of(".:") != std::string_view::npos || first == "localhost");
  return is_host ? std::string(first) : "docker.io";
}

std::int64_t number(const json::Value& object, std::string_view key) {
  const auto found = json::get_int_or(object, key, 0);
  return found ? std::max<std::int64_t>(*found, 0) : 0;
}

}  // namespace

Status PullAnswer::feed(std::string_view bytes) {
  rest_.append(bytes);
  std::size_t from = 0;
  for (auto end = rest_.find('\n'); end != std::string::npos; end = rest_.find('\n', from)) {
    take_line(std::string_view(rest_).substr(from, end - from));
    from = end + 1;
  }
  rest_.erase(0, from);
  if (rest_.size() > kLineBytesMax) {
    return fail(ErrorCode::corrupt, "the Docker daemon sent a line without an end");
  }
  return {};
}

void PullAnswer::take_line(std::string_view line) {
  const auto value = json::parse(line);
  if (!value || !value->is_object()) return;
  if (const auto words = json::get_string_or(*value, "error", ""); words && !words->empty()) {
    error_ = *words;
  }
  const json::Value* detail = value->find("progressDetail");
  const auto id = json::get_string_or(*value, "id", "");
  const auto status = json::get_string_or(*value, "status", "");
  if (detail == nullptr || !detail->is_object() || !id || id->empty() || !status) return;
  if (*status != "Downloading" || !on_progress_) return;
  if (!layers_.contains(*id) && layers_.size() >= kLayersMax) return;
  layers_[*id] = {.done_bytes = number(*detail, "current"),
                  .total_bytes = number(*detail, "total")};
  PullProgress sum;
  for (const auto& [name, layer] : layers_) {
    sum.done_bytes += layer.done_bytes;
    sum.total_bytes += layer.total_bytes;
  }
  on_progress_(sum);
}

std::pair<std::string, std::string> split_image(std::string_view image) {
  if (const auto at = image.find('@'); at != std::string_view::npos) {
    return {std::string(image.substr(0, at)), std::string(image.substr(at + 1))};
  }
  const auto slash = image.rfind('/');
  const auto colon = image.rfind(':');
  const bool has_tag =
      colon != std::string_view::npos && (slash == std::string_view::npos || colon > slash);
  if (!has_tag) return {std::string(image), "latest"};
  return {std::string(image.substr(0, colon)), std::string(image.substr(colon + 1))};
}

std::string explain_pull(std::string_view image, const std::string& words) {
  struct Meaning {
    std::string_view sign;
    std::string_view meaning;
  };
  // In this order: the daemon wraps one into the other.
  static constexpr std::array kMeanings = {
      Meaning{"toomanyrequests", "too many requests, try again later"},
      Meaning{"no such host", "the registry's name is not known"},
      Meaning{"connection refused", "the registry cannot be reached"},
      Meaning{"i/o timeout", "the registry does not answer"},
      Meaning{"Client.Timeout", "the registry does not answer"},
      Meaning{"unreachable", "the registry cannot be reached"},
      Meaning{"misbehaving", "the registry's name cannot be looked up"},
      Meaning{"lookup ", "the registry's name cannot be looked up"},
      Meaning{"x509", "the registry's certificate is not trusted"},
      Meaning{"access denied", "there is no such image, or a login is needed"},
      Meaning{"unauthorized", "a login is needed (docker_conn_id)"},
      Meaning{"no basic auth", "a login is needed (docker_conn_id)"},
      Meaning{"manifest unknown", "there is no such image or tag"},
      Meaning{"not found", "there is no such image or tag"},
      Meaning{"invalid reference", "that is not a name of an image"},
  };
  const auto found = std::ranges::find_if(
      kMeanings, [&](const Meaning& one) { return words.find(one.sign) != std::string::npos; });
  const std::string meaning =
      found == kMeanings.end() ? "registry " + registry_of(image)
                               : std::string(found->meaning) + ", registry " + registry_of(image);
  return meaning + ": " + words;
}

}  // namespace aiflow::docker::detail
