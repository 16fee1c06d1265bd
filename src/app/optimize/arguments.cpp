// SPDX-License-Identifier: Apache-2.0
#include "app/optimize/arguments.h"

#include <charconv>
#include <utility>

namespace aiflow::app {
namespace {

template <class T>
Result<T> number(const std::string& name, const std::string& text) {
  T value{};
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, value);
  if (parsed.ec == std::errc{} && parsed.ptr == end) return value;
  return fail(ErrorCode::invalid_argument, name + " needs a number, not '" + text + "'");
}

}  // namespace

Result<Arguments> Arguments::parse(std::span<const std::string> words,
                                   const std::set<std::string>& known) {
  Arguments out;
  for (std::size_t i = 0; i < words.size(); i += 2) {
    if (!known.contains(words[i])) {
      return fail(ErrorCode::invalid_argument, "unknown argument '" + words[i] + "'");
    }
    if (i + 1 == words.size()) {
      return fail(ErrorCode::invalid_argument, words[i] + " needs a value");
    }
    out.values_[words[i]].push_back(words[i + 1]);
  }
  return out;
}

Result<std::string> Arguments::text(const std::string& name) const {
  const auto found = values_.find(name);
  if (found != values_.end()) return found->second.back();
  return fail(ErrorCode::invalid_argument, name + " is missing");
}

std::string Arguments::text_or(const std::string& name, std::string otherwise) const {
  const auto found = values_.find(name);
  return found == values_.end() ? std::move(otherwise) : found->second.back();
}

Result<std::int64_t> Arguments::integer_or(const std::string& name, std::int64_t otherwise,
                                           std::int64_t low) const {
  const auto found = values_.find(name);
  if (found == values_.end()) return otherwise;
  AIFLOW_ASSIGN(const auto value, number<std::int64_t>(name, found->second.back()));
  if (value >= low) return value;
  return fail(ErrorCode::invalid_argument, name + " must be at least " + std::to_string(low));
}

Result<double> Arguments::real_or(const std::string& name, double otherwise) const {
  const auto found = values_.find(name);
  if (found == values_.end()) return otherwise;
  return number<double>(name, found->second.back());
}

std::vector<std::string> Arguments::all(const std::string& name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? std::vector<std::string>{} : found->second;
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(separator), text.size());
    if (end > 0) parts.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

}  // namespace aiflow::app
