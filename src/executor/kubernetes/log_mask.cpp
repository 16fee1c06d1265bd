// SPDX-License-Identifier: Apache-2.0
#include "executor/kubernetes/log_mask.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace aiflow::executor {
namespace {

constexpr std::string_view kMask = "***";
constexpr std::size_t kSecretBytesMin = 4;
/// Ours: a path.
constexpr std::string_view kTokenFile = "AIFLOW_TOKEN_FILE";
constexpr std::array<std::string_view, 10> kNames = {
    "access_token", "api_key",  "apikey",      "authorization", "passphrase",
    "passwd",       "password", "private_key", "secret",        "token"};

bool is_secret_name(const std::string& name) {
  if (name == kTokenFile) return false;
  std::string lower;
  for (const char c : name) {
    lower.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
  }
  return std::ranges::any_of(kNames, [&](std::string_view part) { return lower.contains(part); });
}

std::string in_url(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_plain = std::isalnum(byte) != 0 || c == '-' || c == '_' || c == '.' || c == '~';
    if (is_plain) {
      out.push_back(c);
    } else {
      out.append({'%', kHex[byte >> 4], kHex[byte & 15]});
    }
  }
  return out;
}

std::string in_json(const std::string& text) {
  const std::string quoted = json::write(json::Value(text));
  return quoted.substr(1, quoted.size() - 2);
}

/// The whole and, where it has several, its lines.
std::vector<std::string> parts_of(const std::string& secret) {
  std::vector<std::string> all{secret};
  if (!secret.contains('\n')) return all;
  constexpr const char* kSpace = " \t\r\n";
  for (std::size_t from = 0; from < secret.size();) {
    const std::size_t end = std::min(secret.find('\n', from), secret.size());
    std::string line = secret.substr(from, end - from);
    line.erase(0, std::min(line.find_first_not_of(kSpace), line.size()));
    line.erase(line.find_last_not_of(kSpace) + 1);
    all.push_back(std::move(line));
    from = end + 1;
  }
  return all;
}

void add_secrets(std::vector<std::string>& to, const json::Value& container) {
  const json::Value* variables = container.find("env");
  if (variables == nullptr || !variables->is_array()) return;
  for (const json::Value& one : variables->as_array()) {
    const json::Value* name = one.find("name");
    const json::Value* value = one.find("value");
    const bool is_text = name != nullptr && name->is_string() && value != nullptr &&
                         value->is_string() && !value->as_string().empty();
    if (is_text && is_secret_name(name->as_string())) to.push_back(value->as_string());
  }
}

}  // namespace

std::vector<std::string> secrets_of(const json::Value& manifest) {
  std::vector<std::string> found;
  const json::Value* spec = manifest.find("spec");
  if (spec == nullptr) return found;
  for (const char* kind : {"containers", "initContainers"}) {
    const json::Value* list = spec->find(kind);
    if (list == nullptr || !list->is_array()) continue;
    for (const json::Value& container : list->as_array()) add_secrets(found, container);
  }
  return found;
}

LogMask::LogMask(const std::vector<std::string>& secrets) {
  for (const std::string& secret : secrets) {
    for (const std::string& part : parts_of(secret)) {
      // The first line of a key in PEM form is no secret, and stands in many logs.
      if (part.size() < kSecretBytesMin || part.starts_with("-----")) continue;
      texts_.insert(texts_.end(), {part, in_url(part), in_json(part)});
    }
  }
  std::ranges::sort(texts_);
  const auto [from, to] = std::ranges::unique(texts_);
  texts_.erase(from, to);
  std::ranges::stable_sort(texts_, std::ranges::greater(), &std::string::size);
}

std::string LogMask::masked(std::string_view text) const {
  std::string out(text);
  for (const std::string& secret : texts_) {
    for (auto at = out.find(secret); at != out.npos; at = out.find(secret, at + kMask.size())) {
      out.replace(at, secret.size(), kMask);
    }
  }
  return out;
}

std::size_t LogMask::longest() const { return texts_.empty() ? 0 : texts_.front().size(); }

}  // namespace aiflow::executor
