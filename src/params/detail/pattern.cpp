// SPDX-License-Identifier: Apache-2.0
#include "params/detail/pattern.h"

#include <re2/re2.h>

namespace aiflow::params::detail {
namespace {

constexpr std::size_t kTextMax = 1000;
/// Of one pattern's program and caches; RE2 goes on slower, still in linear time, without caches.
constexpr std::int64_t kMemoryMax = 1 << 20;

RE2::Options options() {
  RE2::Options made;
  made.set_log_errors(false);
  made.set_max_mem(kMemoryMax);
  return made;
}

/// Python's end of text, which RE2 spells in small.
std::string with_end(std::string_view text) {
  std::string made;
  for (std::size_t i = 0; i < text.size(); ++i) {
    made += text[i];
    if (text[i] != '\\' || i + 1 == text.size()) continue;
    ++i;
    made += text[i] == 'Z' ? 'z' : text[i];
  }
  return made;
}

}  // namespace

struct Pattern::Engine {
  explicit Engine(const std::string& text) : compiled(text, options()) {}
  RE2 compiled;
};

Pattern::Pattern(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}
Pattern::Pattern(Pattern&&) noexcept = default;
Pattern& Pattern::operator=(Pattern&&) noexcept = default;
Pattern::~Pattern() = default;

Result<Pattern> Pattern::parse(std::string_view text) {
  if (text.size() > kTextMax) {
    return fail(ErrorCode::invalid_argument, "a pattern has at most 1000 bytes");
  }
  auto engine = std::make_unique<Engine>(with_end(text));
  if (!engine->compiled.ok()) {
    return fail(ErrorCode::invalid_argument,
                "pattern '" + std::string(text) + "' can't be used: " + engine->compiled.error() +
                    " (lookahead, lookbehind and back references are not known)");
  }
  return Pattern(std::move(engine));
}

bool Pattern::found_in(std::string_view text) const {
  return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), engine_->compiled);
}

}  // namespace aiflow::params::detail
