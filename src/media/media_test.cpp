// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "base/prng.h"
#include "media/draw.h"
#include "media/source.h"
#include "os/environment.h"
#include "os/file.h"
#include "os/process.h"
#include "os/system_clock.h"
#include "os/temp_dir.h"

namespace aiflow::media {
namespace {

/// The pedestrian clip of Debian's package opencv-doc: 795 frames of 768x576, 10 a second.
const std::string kClip =
    os::get_env("AIFLOW_CLIP").value_or("/usr/share/doc/opencv-doc/examples/data/vtest.avi");

struct Played {
  std::int64_t frames = 0;
  std::int64_t first = -1;
  std::int64_t last = -1;
  std::int64_t decode_errors = 0;
  Duration last_time{-1};
  bool in_order = true;
  std::optional<Error> error;
};

Played play(Source& source) {
  Played played;
  while (true) {
    auto frame = source.next();
    played.decode_errors = source.decode_errors();
    if (!frame) played.error = frame.error();
    if (!frame || !*frame) return played;
    const Frame& f = **frame;
    if (played.frames++ == 0) played.first = f.index;
    played.in_order = played.in_order && f.index > played.last && f.time > played.last_time;
    played.last = f.index;
    played.last_time = f.time;
  }
}

std::string bytes_of(const os::Path& path) {
  auto bytes = os::read_file(path, 64U << 20);
  REQUIRE(bytes);
  return *std::move(bytes);
}

struct Folder {
  os::TempDir dir = *os::TempDir::create("media_test");
  std::string write(const std::string& name, const std::string& bytes) {
    const os::Path path = dir.path() / name;
    std::ofstream(path, std::ios::binary) << bytes;
    return path.string();
  }
};

/// A small file made by the ffmpeg program.
std::string make_clip(const Folder& folder, const std::string& name,
                      const std::vector<std::string>& what) {
  const std::string path = (folder.dir.path() / name).string();
  os::ProcessOptions ffmpeg;
  ffmpeg.argv = {"ffmpeg", "-loglevel", "error"};
  ffmpeg.argv.insert(ffmpeg.argv.end(), what.begin(), what.end());
  ffmpeg.argv.push_back(path);
  auto process = os::Process::start(ffmpeg);
  REQUIRE(process);
  const os::SystemClock clock;
  const auto status = process->wait(Deadline::after(clock, std::chrono::seconds(60)));
  REQUIRE(status);
  REQUIRE(status->success());
  return path;
}

Image striped(int width, int height) {
  Image image = make_image(width, height);
  for (std::size_t i = 0; i < image.bgr.size(); ++i) {
    image.bgr[i] = static_cast<std::uint8_t>(i / 3 % 64 * 4);
  }
  return image;
}

TEST_CASE("every frame of a real clip is decoded, with its media time") {
  auto source = Source::open(kClip);
  REQUIRE(source);
  CHECK(source->info().width == 768);
  CHECK(source->info().height == 576);
  CHECK(source->info().fps == doctest::Approx(10));
  CHECK(source->info().frames_total == 795);
  CHECK_FALSE(source->info().live);
  const Played played = play(*source);
  CHECK(played.frames == 795);
  CHECK(played.in_order);
  CHECK(played.last_time == std::chrono::milliseconds(79400));
  CHECK(played.decode_errors == 0);
  CHECK_FALSE(played.error);
}

TEST_CASE("a part of a clip starts and ends at exactly the frames asked for") {
  auto whole = Source::open(kClip, {.end_frame = 401});
  auto part = Source::open("file:" + kClip, {.start_frame = 400, .end_frame = 405});
  REQUIRE(whole);
  REQUIRE(part);
  Frame last_of_whole;
  while (true) {
    auto frame = whole->next();
    REQUIRE(frame);
    if (!*frame) break;
    last_of_whole = **frame;
  }
  auto first = part->next();
  REQUIRE((first && *first));
  CHECK((*first)->index == 400);
  CHECK((*first)->time == std::chrono::seconds(40));
  CHECK((*first)->image->bgr == last_of_whole.image->bgr);
  CHECK(play(*part).last == 404);
}

TEST_CASE("frames can be thinned out to a rate, without drift") {
  for (const auto& [interval_ms, expected] :
       {std::pair{250, 8}, {200, 10}, {100, 20}, {99, 20}, {1000, 2}}) {
    auto source = Source::open(kClip, {.start_frame = 40,
                                       .end_frame = 60,
                                       .interval_min = std::chrono::milliseconds(interval_ms)});
    REQUIRE(source);
    const Played played = play(*source);
    CHECK(played.first == 40);
    CHECK(played.frames == expected);
  }
}

TEST_CASE("a cut clip gives what is there, then says so") {
  Folder folder;
  const std::string whole = bytes_of(kClip);
  const std::string path = folder.write("half.avi", whole.substr(0, whole.size() / 2));
  auto source = Source::open(path);
  REQUIRE(source);
  const Played played = play(*source);
  CHECK(played.frames > 300);
  CHECK(played.frames < 500);
  REQUIRE(played.error);
  CHECK(played.error->code == ErrorCode::corrupt);
  CHECK(played.error->message.find("half.avi' is cut: its header promises 795 frames") !=
        std::string::npos);
}

TEST_CASE("whatever the length of a cut clip, there is a clear end") {
  Folder folder;
  const std::string whole = bytes_of(kClip);
  for (std::size_t length : {1U, 12U, 100U, 2000U, 6000U, 20000U, 100000U}) {
    const std::string path = folder.write("cut.avi", whole.substr(0, length));
    auto source = Source::open(path);
    const auto error = source ? play(*source).error : std::optional<Error>(source.error());
    REQUIRE(error);
    CHECK(error->code == ErrorCode::corrupt);
    CHECK(error->message.find("cut.avi") != std::string::npos);
  }
}

TEST_CASE("what is not a video is refused with its name") {
  Folder folder;
  Prng prng(1);
  std::string noise;
  for (int i = 0; i < 100'000; ++i) noise += static_cast<char>(prng.next());
  for (const auto& [name, bytes] : {std::pair<std::string, std::string>{"noise.avi", noise},
                                    {"noise.mp4", noise},
                                    {"text.mp4", "Dear diary, today I was not a video.\n"},
                                    {"list.m3u8", "#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n"},
                                    {"empty.avi", ""}}) {
    const std::string path = folder.write(name, bytes);
    auto source = Source::open(path);
    REQUIRE_FALSE(source);
    CHECK(source.error().code == ErrorCode::corrupt);
    CHECK(source.error().message.find(name) != std::string::npos);
  }
}

TEST_CASE("damage inside a clip is counted and skipped") {
  Folder folder;
  std::string bytes = bytes_of(kClip);
  Prng prng(9);
  for (std::size_t i = 0; i < 4000; ++i) {
    bytes[200'000 + prng.below(2'000'000)] = static_cast<char>(prng.next());
  }
  auto source = Source::open(folder.write("damaged.avi", bytes));
  REQUIRE(source);
  const Played played = play(*source);
  CHECK(played.frames > 500);
  CHECK(played.in_order);
}

TEST_CASE("pictures of any width are decoded whole, in several containers") {
  Folder folder;
  for (const char* name : {"red.mp4", "red.mkv", "red.ts", "red.avi"}) {
    const std::string path = make_clip(
        folder, name,
        {"-f", "lavfi", "-i", "color=c=red:s=70x34:r=5:d=2", "-c:v", "mpeg4", "-q:v", "2"});
    auto source = Source::open(path);
    REQUIRE_MESSAGE(source, name);
    auto frame = source->next();
    REQUIRE((frame && *frame));
    const Image& image = *(*frame)->image;
    CHECK(image.width == 70);
    CHECK(image.height == 34);
    REQUIRE(image.bgr.size() == 70 * 34 * 3);
    int wrong = 0;
    for (std::size_t i = 0; i < image.bgr.size(); i += 3) {
      wrong += image.bgr[i] < 20 && image.bgr[i + 1] < 20 && image.bgr[i + 2] > 230 ? 0 : 1;
    }
    CHECK(wrong == 0);
    const Played rest = play(*source);
    CHECK(rest.frames == 9);
    CHECK(rest.last_time == std::chrono::milliseconds(1800));
    CHECK_FALSE(rest.error);
  }
}

TEST_CASE("a cut MP4 and a file with sound only are refused with the reason") {
  Folder folder;
  const std::string whole =
      make_clip(folder, "whole.mp4", {"-f", "lavfi", "-i", "testsrc=s=64x48:d=2", "-c:v", "mpeg4"});
  const std::string bytes = bytes_of(whole);
  auto cut = Source::open(folder.write("cut.mp4", bytes.substr(0, bytes.size() / 2)));
  REQUIRE_FALSE(cut);
  CHECK(cut.error().code == ErrorCode::corrupt);
  CHECK(cut.error().message.find("cut.mp4' is not a video, or it is damaged or cut") !=
        std::string::npos);
  auto sound = Source::open(make_clip(folder, "sound.mkv", {"-f", "lavfi", "-i", "sine=d=1"}));
  REQUIRE_FALSE(sound);
  CHECK(sound.error().message.find("sound.mkv' has no video stream") != std::string::npos);
}

TEST_CASE("a missing file and a directory are told apart") {
  Folder folder;
  auto missing = Source::open(folder.dir.path().string() + "/no.avi");
  REQUIRE_FALSE(missing);
  CHECK(missing.error().code == ErrorCode::not_found);
  CHECK(missing.error().message.find("no.avi' does not exist") != std::string::npos);
  auto directory = Source::open(folder.dir.path().string());
  REQUIRE_FALSE(directory);
  CHECK(directory.error().code == ErrorCode::invalid_argument);
}

TEST_CASE("pictures over the limit are refused before they are decoded") {
  auto source = Source::open(kClip, {.pixels_max = 768 * 576 - 1});
  REQUIRE_FALSE(source);
  CHECK(source.error().code == ErrorCode::invalid_argument);
  CHECK(source.error().message.find("768x576") != std::string::npos);
}

TEST_CASE("a start behind the end is refused") {
  auto source = Source::open(kClip, {.start_frame = 795});
  REQUIRE_FALSE(source);
  CHECK(source.error().message.find("795 frames") != std::string::npos);
}

TEST_CASE("only the listed schemes are opened") {
  for (const char* url :
       {"concat:///etc/passwd", "gopher://x/y", "ftp://x/y.avi", "data://x", ""}) {
    auto source = Source::open(url);
    REQUIRE_FALSE(source);
    CHECK(source.error().code == ErrorCode::invalid_argument);
  }
  auto source = Source::open("concat:/etc/passwd|/etc/hosts");
  REQUIRE_FALSE(source);
  CHECK(source.error().code == ErrorCode::not_found);
}

TEST_CASE("messages never hold the password") {
  CHECK(without_password("rtsp://me:secret@cam.local:554/1") == "rtsp://cam.local:554/1");
  CHECK(without_password("rtsp://me:s/e@c@cam/1?key=9") == "rtsp://cam/1?...");
  CHECK(without_password("/videos/me@home.avi") == "/videos/me@home.avi");
  auto source =
      Source::open("rtsp://me:secret@127.0.0.1:1/cam", {.open_timeout = std::chrono::seconds(2)});
  REQUIRE_FALSE(source);
  CHECK(source.error().code == ErrorCode::unavailable);
  CHECK(source.error().message.find("127.0.0.1:1/cam") != std::string::npos);
  CHECK(source.error().message.find("secret") == std::string::npos);
}

TEST_CASE("a stop ends the reading") {
  std::stop_source stop;
  auto source = Source::open(kClip, {.stop = stop.get_token()});
  REQUIRE(source);
  REQUIRE(source->next());
  stop.request_stop();
  auto frame = source->next();
  REQUIRE_FALSE(frame);
  CHECK(frame.error().code == ErrorCode::cancelled);
}

TEST_CASE("a picture survives JPEG, odd sizes too") {
  for (const auto& [width, height] : {std::pair{64, 48}, {33, 17}, {1, 1}}) {
    Image image = make_image(width, height);
    for (std::size_t i = 0; i < image.bgr.size(); i += 3) image.bgr[i + 1] = 200;
    const auto jpeg = encode_jpeg(image, 90);
    REQUIRE(jpeg);
    const auto back = decode_jpeg(*jpeg);
    REQUIRE(back);
    CHECK(back->width == width);
    CHECK(back->height == height);
    for (std::size_t i = 0; i < image.bgr.size(); ++i) {
      CHECK(std::abs(int{back->bgr[i]} - int{image.bgr[i]}) <= 4);
    }
  }
}

TEST_CASE("a cut or foreign JPEG is refused, a large one before its pixels") {
  const auto jpeg = encode_jpeg(striped(320, 240));
  REQUIRE(jpeg);
  const std::span<const std::uint8_t> all(*jpeg);
  for (const std::size_t length : {std::size_t{0}, std::size_t{10}, all.size() / 2}) {
    auto cut = decode_jpeg(all.first(length));
    REQUIRE_FALSE(cut);
    CHECK(cut.error().code == ErrorCode::corrupt);
  }
  auto large = decode_jpeg(all, 1000);
  REQUIRE_FALSE(large);
  CHECK(large.error().code == ErrorCode::invalid_argument);
  CHECK_FALSE(encode_jpeg(Image{10, 10, {}}));
}

std::size_t painted(const Image& image) {
  std::size_t count = 0;
  for (std::size_t i = 2; i < image.bgr.size(); i += 3) count += image.bgr[i] == 255 ? 1 : 0;
  return count;
}

TEST_CASE("drawing paints what is inside the picture and nothing else") {
  const Pen red{0, 0, 255, 1};
  Image image = make_image(100, 80);
  draw_box(image, {10, 10, 20, 30}, red);
  CHECK(painted(image) == 2 * 21 + 2 * 31 - 4);
  draw_line(image, {{-1e12, 70}, {1e12, 70}}, red);
  CHECK(painted(image) == 100 + 100);
  draw_line(image, {{-50, -50}, {-1, -90}}, red);
  draw_box(image, {1e300, 0, 5, 5}, red);
  draw_point(image, {500, 500}, red);
  CHECK(painted(image) == 200);
  draw_point(image, {60, 40}, {0, 0, 255, 2});
  CHECK(painted(image) > 200 + 8);
}

TEST_CASE("a label is drawn as letters on a dark ground") {
  Image image = striped(60, 12);
  draw_label(image, {0, 0}, "I1", {0, 0, 255, 1});
  CHECK(painted(image) == 11 + 10);
  Image other = striped(60, 12);
  draw_label(other, {0, 0}, "i1", {0, 0, 255, 1});
  CHECK(other.bgr == image.bgr);
  draw_label(image, {55, -3}, "CUT OFF", {0, 0, 255, 3});
}

}  // namespace
}  // namespace aiflow::media
