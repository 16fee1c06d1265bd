// SPDX-License-Identifier: Apache-2.0
#include "sched/detail/backoff.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <span>
#include <vector>

namespace aiflow::sched::detail {
namespace {

using Words = std::array<std::uint32_t, 5>;

struct Round {
  std::uint32_t f;
  std::uint32_t k;
};

Round round_of(std::size_t i, const Words& h) {
  if (i < 20) return {(h[1] & h[2]) | (~h[1] & h[3]), 0x5A827999};
  if (i < 40) return {h[1] ^ h[2] ^ h[3], 0x6ED9EBA1};
  if (i < 60) return {(h[1] & h[2]) | (h[1] & h[3]) | (h[2] & h[3]), 0x8F1BBCDC};
  return {h[1] ^ h[2] ^ h[3], 0xCA62C1D6};
}

void absorb(Words& state, std::span<const std::uint8_t> block) {
  std::array<std::uint32_t, 80> w{};
  for (std::size_t i = 0; i < 64; ++i) w[i / 4] = (w[i / 4] << 8) | block[i];
  for (std::size_t i = 16; i < 80; ++i) {
    w[i] = std::rotl(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
  }
  Words h = state;
  for (std::size_t i = 0; i < 80; ++i) {
    const Round round = round_of(i, h);
    const std::uint32_t next = std::rotl(h[0], 5) + round.f + h[4] + round.k + w[i];
    h = {next, h[0], std::rotl(h[1], 30), h[2], h[3]};
  }
  for (std::size_t i = 0; i < 5; ++i) state[i] += h[i];
}

/// Python's str() of an aware datetime in UTC: "2026-01-01 00:00:00[.ffffff]+00:00".
std::string python_text(std::optional<WallTime> time) {
  if (!time) return "None";
  std::string text = format_time(*time);  // 2026-01-01T00:00:00.000000Z
  text[10] = ' ';
  text.pop_back();
  if (text.ends_with(".000000")) text.resize(text.size() - 7);
  return text + "+00:00";
}

std::int64_t modulo(const Sha1Digest& digest, std::int64_t divisor) {
  std::int64_t rest = 0;  // divisor <= 86400, so rest * 256 cannot overflow
  for (const std::uint8_t byte : digest) rest = (rest * 256 + byte) % divisor;
  return rest;
}

}  // namespace

Sha1Digest sha1(std::string_view text) {
  std::vector<std::uint8_t> bytes(text.begin(), text.end());
  const std::uint64_t bits = std::uint64_t{text.size()} * 8;
  bytes.push_back(0x80);
  while (bytes.size() % 64 != 56) bytes.push_back(0);
  for (int shift = 56; shift >= 0; shift -= 8) {
    bytes.push_back(static_cast<std::uint8_t>(bits >> shift));
  }
  Words state = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};
  for (std::size_t at = 0; at < bytes.size(); at += 64) absorb(state, std::span(bytes).subspan(at));
  Sha1Digest digest{};
  for (std::size_t i = 0; i < digest.size(); ++i) {
    digest[i] = static_cast<std::uint8_t>(state[i / 4] >> (24 - 8 * (i % 4)));
  }
  return digest;
}

Duration retry_delay(const dag::Task& task, const AttemptName& attempt) {
  Duration delay = task.retry_delay;
  const double factor = task.retry_exponential_backoff;
  if (factor > 0 && factor != 1) {
    constexpr std::int64_t kCapSeconds = 24 * 60 * 60;
    const double seconds = std::chrono::duration<double>(task.retry_delay).count();
    const double grown = std::ceil(seconds * std::pow(factor, attempt.try_number - 1));
    const auto base =
        static_cast<std::int64_t>(std::clamp(grown, 1.0, static_cast<double>(kCapSeconds)));
    const std::string name = std::string(attempt.dag_id) + "#" + std::string(attempt.task_id) +
                             "#" + python_text(attempt.logical_date) + "#" +
                             std::to_string(attempt.try_number);
    const std::int64_t wait = base + modulo(sha1(name), base);
    delay = std::chrono::seconds(std::min(wait, kCapSeconds));
    if (task.max_retry_delay > Duration{0}) delay = std::min(delay, *task.max_retry_delay);
  }
  return delay;
}

}  // namespace aiflow::sched::detail
