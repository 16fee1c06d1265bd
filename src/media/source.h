// SPDX-License-Identifier: Apache-2.0
// src/media: pictures and video in, pictures out. Source opens a file or a stream and gives decoded
// frames in order; libav*, libswscale and turbojpeg are private to the .cpp files. No threads of
// its own (the decoder uses SourceOptions::threads).
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"
#include "media/image.h"

namespace aiflow::media {

/// A decoded frame; the picture is shared because live view and snapshots outlive the loop's turn.
struct Frame {
  std::int64_t index = 0;  ///< 0-based, in the order shown; a file's first frame is 0
  Duration time{0};        ///< media time, 0 at the first frame; never goes back
  std::shared_ptr<const Image> image;
};

struct SourceOptions {
  std::int64_t start_frame = 0;                ///< first frame given; files only
  std::optional<std::int64_t> end_frame = {};  ///< one past the last frame given; files only
  Duration interval_min{0};  ///< frames sooner after the last given one are decoded, not given
  std::int64_t pixels_max = 7680LL * 4320;  ///< larger pictures are refused before they are decoded
  int threads = 1;                          ///< decoder threads, >= 1
  Duration open_timeout = std::chrono::seconds(10);
  Duration read_timeout =
      std::chrono::seconds(10);  ///< silence after which a stream counts as lost
  std::stop_token stop = {};     ///< ends a blocked read; next() then gives `cancelled`
};

struct SourceInfo {
  std::string name;    ///< the source without user and password, for messages
  std::string format;  ///< demuxer, e.g. "avi"
  std::string codec;   ///< e.g. "msmpeg4v3"
  int width = 0;       ///< pixels
  int height = 0;
  double fps = 0;                 ///< as the file says; 0 = unknown
  std::int64_t frames_total = 0;  ///< frames of the whole file; 0 = unknown or live
  bool live = false;              ///< a camera: it has no end and can't be slowed down
};

/// Frames of one video. Movable, one thread at a time.
class Source {
 public:
  /// `url`: a path, file:, rtsp:, rtsps:, http: or https: (nothing else is opened, nor may a
  /// playlist lead elsewhere: the protocols are limited by the scheme). Errors name the source,
  /// never its password: not_found (no such file), denied, corrupt (not a video, cut header, no
  /// video stream), invalid_argument (scheme, picture too large, start_frame), timeout, unavailable
  /// (network).
  [[nodiscard]] static Result<Source> open(std::string_view url, SourceOptions options = {});

  Source(Source&&) noexcept;
  Source& operator=(Source&&) noexcept;
  ~Source();

  [[nodiscard]] const SourceInfo& info() const;

  /// The next frame; nullopt at the end (or at end_frame). Frames that can't be decoded are counted
  /// and skipped. Errors: corrupt when a file ends before the number of frames its header promises
  /// (after all frames that are there were given), timeout, unavailable, cancelled.
  [[nodiscard]] Result<std::optional<Frame>> next();

  /// Packets the decoder refused since open.
  [[nodiscard]] std::int64_t decode_errors() const;

 private:
  struct Impl;
  explicit Source(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// The URL without user and password: "rtsp://me:pw@cam/1" -> "rtsp://cam/1".
[[nodiscard]] std::string without_password(std::string_view url);

}  // namespace aiflow::media
