// SPDX-License-Identifier: Apache-2.0
#include "docker/log_frames.h"

#include <doctest/doctest.h>

#include <vector>

namespace aiflow::docker {
namespace {

std::string frame(int stream, std::string_view text) {
  const auto length = static_cast<std::uint32_t>(text.size());
  std::string out{static_cast<char>(stream), 0, 0, 0};
  for (const int shift : {24, 16, 8, 0}) out += static_cast<char>(length >> shift & 0xFFU);
  return out.append(text);
}

struct Reader {
  LogFrames frames{};
  std::string text{};
  Status feed(std::string_view bytes) {
    return frames.feed(bytes, [this](Stream stream, std::string_view one) {
      text += (stream == Stream::standard_error ? "E:" : "O:") + std::string(one) + ";";
    });
  }
};

std::string at(std::string_view nanos, std::string_view text) {
  return "2026-11-28T17:24:18." + std::string(nanos) + "Z " + std::string(text);
}

TEST_CASE("frames come whole however their bytes are cut") {
  const std::string bytes = frame(1, "one\n") + frame(2, "two") + frame(1, "") + frame(0, "three");
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
    Reader reader;
    for (std::size_t from = 0; from < bytes.size(); from += piece) {
      REQUIRE(reader.feed(std::string_view(bytes).substr(from, piece)));
    }
    CHECK(reader.text == "O:one\n;E:two;O:;O:three;");
    CHECK(reader.frames.pending_bytes() == 0);
  }
}

TEST_CASE("an unknown stream and a frame without bounds are refused") {
  Reader reader;
  CHECK(reader.feed(frame(3, "x")).error().code == ErrorCode::corrupt);
  Reader other;
  CHECK(other.feed({"\1\0\0\0\xFF\xFF\xFF\xFF", 8}).error().code == ErrorCode::corrupt);
  CHECK(other.text.empty());
}

TEST_CASE("a second reading goes on where the first one was cut off") {
  LogPlace place;
  CHECK(place.since().empty());
  CHECK(place.take(at("000000001", "a\n")) == "a\n");
  CHECK(place.take(at("000000005", "b\n")) == "b\n");
  CHECK(place.take(at("000000005", "c\n")) == "c\n");
  CHECK(place.since() == "1795886658.000000005");
  place.start_again();
  CHECK(place.take(at("000000005", "b\n")).empty());
  CHECK(place.take(at("000000005", "c\n")).empty());
  CHECK(place.take(at("000000005", "d\n")) == "d\n");
  CHECK(place.take(at("000000006", "e\n")) == "e\n");
}

TEST_CASE("a line that is a little late is not lost, and one without a time is taken as it is") {
  LogPlace place;
  CHECK(place.take(at("000000009", "out\n")) == "out\n");
  CHECK(place.take(at("000000007", "err\n")) == "err\n");
  CHECK(place.take("no time at all, and long enough to hold one\n") ==
        "no time at all, and long enough to hold one\n");
  CHECK(place.take("x").size() == 1);
  place.start_again();
  CHECK(place.take(at("000000009", "out\n")).empty());
}

}  // namespace
}  // namespace aiflow::docker
