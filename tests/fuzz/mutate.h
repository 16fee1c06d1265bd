// SPDX-License-Identifier: Apache-2.0
// Makes a broken input out of good ones. Deterministic: the same numbers give the same input.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "base/prng.h"

namespace aiflow::fuzz {

inline constexpr std::size_t kInputBytesMax = 64U << 10;

/// Bytes that parsers trip over: limits of integers, length prefixes, brackets, cut UTF-8.
inline std::string awkward(Prng& prng) {
  static const std::array<std::string, 20> kPieces = {std::string(1, '\0'),
                                                      "\xFF\xFF\xFF\xFF",
                                                      "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01",
                                                      std::string("\0\0\0\x80", 4),
                                                      "\x7F",
                                                      "-1",
                                                      "0",
                                                      "18446744073709551616",
                                                      "1e999",
                                                      "nan",
                                                      "[[[[[[[[",
                                                      "{\"\":",
                                                      "\"",
                                                      "\\ud800",
                                                      "\xED\x95",
                                                      "\n",
                                                      "%00",
                                                      "../",
                                                      "*/0",
                                                      ","};
  return kPieces[prng.below(kPieces.size())];
}

/// One to eight changes to a seed: bytes flipped, set, cut, doubled, pieces of another seed put in.
inline std::string mutate(Prng& prng, const std::vector<std::string>& seeds) {
  std::string text = seeds[prng.below(seeds.size())];
  const auto place = [&] { return prng.below(text.size() + 1); };
  for (std::uint64_t left = prng.chance(0.6) ? 1 : 2 + prng.below(7); left > 0; --left) {
    const std::size_t at = place();
    switch (prng.below(6)) {
      case 0:
        if (at < text.size()) text[at] = static_cast<char>(text[at] ^ (1U << prng.below(8)));
        break;
      case 1:
        if (at < text.size()) text[at] = static_cast<char>(prng.below(256));
        break;
      case 2: text.erase(at, 1 + prng.below(16)); break;
      case 3: text.insert(at, text.substr(place(), 1 + prng.below(32))); break;
      case 4: text.insert(at, awkward(prng)); break;
      default: {
        const std::string& other = seeds[prng.below(seeds.size())];
        text.insert(at, other.substr(prng.below(other.size() + 1), 1 + prng.below(64)));
      }
    }
  }
  text.resize(std::min(text.size(), kInputBytesMax));
  return text;
}

}  // namespace aiflow::fuzz
