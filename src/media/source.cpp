// SPDX-License-Identifier: Apache-2.0
#include "media/source.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "media/detail/address.h"
#include "media/detail/av.h"
#include "media/detail/picture.h"
#include "os/system_clock.h"

namespace aiflow::media {
namespace {

/// Containers that hold video and nothing else that would be opened on the way (no playlists).
constexpr const char* kFileFormats =
    "avi,mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,mpegts,mpeg,mpegvideo,flv,asf,ogg,mxf,ivf,"
    "h264,hevc,m4v,mjpeg,dv,gif,apng,y4m,yuv4mpegpipe,image2,jpeg_pipe,png_pipe";

/// Ends FFmpeg's blocking calls. Lives at a fixed address, FFmpeg keeps a pointer to it.
struct Interrupt {
  std::stop_token stop;
  SteadyTime until{};
  os::SystemClock clock;

  void allow(Duration time) { until = clock.steady_now() + time; }
  static int asked(void* self) {
    const auto& me = *static_cast<const Interrupt*>(self);
    return me.stop.stop_requested() || me.clock.steady_now() >= me.until ? 1 : 0;
  }
};

Error network_or_data_error(int code, const Address& address, const Interrupt& interrupt) {
  const std::string name = "'" + address.name + "'";
  if (interrupt.stop.stop_requested()) return {ErrorCode::cancelled, name + ": stopped"};
  if (code == AVERROR_EXIT) return {ErrorCode::timeout, name + " does not answer"};
  if (code == AVERROR(ENOENT) || code == AVERROR_HTTP_NOT_FOUND) {
    return {ErrorCode::not_found, name + " does not exist"};
  }
  if (code == AVERROR(EACCES) || code == AVERROR_HTTP_UNAUTHORIZED ||
      code == AVERROR_HTTP_FORBIDDEN) {
    return {ErrorCode::denied, name + ": access is denied"};
  }
  if (code == AVERROR_INVALIDDATA || (address.file && code != AVERROR(EIO))) {
    return {ErrorCode::corrupt,
            name + " is not a video, or it is damaged or cut (" + av::words(code) + ")"};
  }
  if (code == AVERROR_EOF) return {ErrorCode::unavailable, name + " ended"};
  return {ErrorCode::unavailable, name + ": " + av::words(code)};
}

Status check_pixels(const AVCodecParameters& stream, std::int64_t pixels_max,
                    const Address& address) {
  if (std::int64_t{stream.width} * stream.height <= pixels_max) return {};
  return fail(ErrorCode::invalid_argument,
              "'" + address.name + "': pictures of " + std::to_string(stream.width) + "x" +
                  std::to_string(stream.height) + " are too large, at most " +
                  std::to_string(pixels_max) + " pixels are decoded");
}

Status check_pixels(const AVFormatContext& format, std::int64_t pixels_max,
                    const Address& address) {
  for (unsigned i = 0; i < format.nb_streams; ++i) {
    const AVCodecParameters& stream = *format.streams[i]->codecpar;
    if (stream.codec_type != AVMEDIA_TYPE_VIDEO) continue;
    AIFLOW_TRY(check_pixels(stream, pixels_max, address));
  }
  return {};
}

Status check_file(const Address& address) {
  std::error_code error;
  const auto status = std::filesystem::status(address.name, error);
  if (status.type() == std::filesystem::file_type::not_found) {
    return fail(ErrorCode::not_found, "'" + address.name + "' does not exist");
  }
  if (status.type() == std::filesystem::file_type::directory) {
    return fail(ErrorCode::invalid_argument, "'" + address.name + "' is a directory, not a video");
  }
  if (std::filesystem::file_size(address.name, error) == 0 && !error) {
    return fail(ErrorCode::corrupt, "'" + address.name + "' is empty");
  }
  return {};
}

}  // namespace

struct Source::Impl {
  Impl(Address a, SourceOptions o) : address(std::move(a)), options(std::move(o)) {
    interrupt.stop = options.stop;
  }

  Address address;
  SourceOptions options;
  SourceInfo info;
  Interrupt interrupt;
  av::Format format;
  av::Codec codec;
  av::Packet packet{av_packet_alloc()};
  av::Frame frame{av_frame_alloc()};
  PictureMaker pictures;
  int stream = -1;
  std::int64_t packets = 0;
  std::int64_t frames = 0;
  std::int64_t decode_errors = 0;
  std::optional<std::int64_t> first_pts;
  Duration last_time{0};
  Duration next_time{0};  ///< of the next frame that is given
  bool draining = false;
  bool cut = false;

  Status open();
  Status open_format();
  Status open_codec();
  void describe();
  Result<std::optional<Frame>> next();
  Status feed();
  bool receive();
  Duration time_of(const AVFrame& decoded);
};

Status Source::Impl::open() {
  // FFmpeg's own log goes to stderr and may hold URLs with passwords.
  av_log_set_level(AV_LOG_QUIET);
  if (!packet || !frame) return fail(ErrorCode::internal, "no memory for a decoder");
  if (options.start_frame < 0 || options.end_frame.value_or(INT64_MAX) <= options.start_frame) {
    return fail(ErrorCode::invalid_argument,
                "'" + address.name + "': start_frame must be >= 0 and before end_frame");
  }
  if (address.file) AIFLOW_TRY(check_file(address));
  AIFLOW_TRY(open_format());
  AIFLOW_TRY(open_codec());
  describe();
  if (info.frames_total > 0 && options.start_frame >= info.frames_total) {
    return fail(ErrorCode::invalid_argument, "'" + address.name + "': start_frame " +
                                                 std::to_string(options.start_frame) +
                                                 " is behind the end, there are " +
                                                 std::to_string(info.frames_total) + " frames");
  }
  return {};
}

Status Source::Impl::open_format() {
  AVFormatContext* raw = avformat_alloc_context();
  if (raw == nullptr) return fail(ErrorCode::internal, "no memory for a decoder");
  raw->interrupt_callback = {&Interrupt::asked, &interrupt};
  interrupt.allow(options.open_timeout);
  av::Options settings;
  settings.set("protocol_whitelist", address.protocols);
  if (address.file) settings.set("format_whitelist", kFileFormats);
  if (address.rtsp) settings.set("rtsp_transport", "tcp");
  // On failure it frees the context itself.
  int code = avformat_open_input(&raw, address.url.c_str(), nullptr, settings.get());
  if (code < 0) return fail(network_or_data_error(code, address, interrupt));
  format.reset(raw);
  AIFLOW_TRY(check_pixels(*format, options.pixels_max, address));
  code = avformat_find_stream_info(format.get(), nullptr);
  if (code < 0) return fail(network_or_data_error(code, address, interrupt));
  return check_pixels(*format, options.pixels_max, address);
}

Status Source::Impl::open_codec() {
  const AVCodec* decoder = nullptr;
  stream = av_find_best_stream(format.get(), AVMEDIA_TYPE_VIDEO, -1, -1, &decoder, 0);
  if (stream == AVERROR_DECODER_NOT_FOUND) {
    return fail(ErrorCode::invalid_argument,
                "'" + address.name + "': there is no decoder for its video format");
  }
  if (stream < 0) return fail(ErrorCode::corrupt, "'" + address.name + "' has no video stream");
  const AVCodecParameters& parameters = *format->streams[stream]->codecpar;
  if (parameters.width <= 0 || parameters.height <= 0) {
    return fail(ErrorCode::corrupt, "'" + address.name + "' is damaged: no picture size");
  }
  codec.reset(avcodec_alloc_context3(decoder));
  if (!codec || avcodec_parameters_to_context(codec.get(), &parameters) < 0) {
    return fail(ErrorCode::internal, "no memory for a decoder");
  }
  codec->thread_count = std::max(1, options.threads);
  codec->max_pixels = options.pixels_max;
  codec->pkt_timebase = format->streams[stream]->time_base;
  const int code = avcodec_open2(codec.get(), decoder, nullptr);
  if (code < 0) return fail(network_or_data_error(code, address, interrupt));
  for (unsigned i = 0; i < format->nb_streams; ++i) {
    if (std::cmp_not_equal(i, stream)) format->streams[i]->discard = AVDISCARD_ALL;
  }
  return {};
}

void Source::Impl::describe() {
  const AVStream& video = *format->streams[stream];
  info.name = address.name;
  info.format = format->iformat->name;
  info.codec = avcodec_get_name(video.codecpar->codec_id);
  info.width = video.codecpar->width;
  info.height = video.codecpar->height;
  const AVRational rate = av_guess_frame_rate(format.get(), format->streams[stream], nullptr);
  info.fps = rate.num > 0 && rate.den > 0 ? av_q2d(rate) : 0;
  info.live = address.rtsp || (!address.file && format->duration <= 0);
  if (info.live) return;
  info.frames_total = video.nb_frames;
  if (info.frames_total <= 0 && format->duration > 0) {
    const double seconds = static_cast<double>(format->duration) / AV_TIME_BASE;
    info.frames_total = static_cast<std::int64_t>(seconds * info.fps + 0.5);
  }
}

Result<std::optional<Frame>> Source::Impl::next() {
  while (true) {
    if (options.end_frame && frames >= *options.end_frame) return std::nullopt;
    if (interrupt.stop.stop_requested()) {
      return fail(ErrorCode::cancelled, "'" + address.name + "': stopped");
    }
    const bool got = receive();
    if (!got && draining) {
      if (!std::exchange(cut, false)) return std::nullopt;
      return fail(ErrorCode::corrupt, "'" + address.name + "' is cut: its header promises " +
                                          std::to_string(info.frames_total) + " frames, " +
                                          std::to_string(frames) + " are there");
    }
    if (!got) {
      AIFLOW_TRY(feed());
      continue;
    }
    const Duration time = time_of(*frame);
    const std::int64_t index = frames++;
    if (index < options.start_frame || time < next_time) continue;
    // From one due time to the next, not from frame to frame: 4 of 10 a second stays 4 on average.
    const bool on_beat = time - next_time < options.interval_min;
    next_time = (on_beat ? next_time : time) + options.interval_min;
    auto image = pictures.make(*frame);
    if (!image) {
      ++decode_errors;
      continue;
    }
    return Frame{index, time, std::make_shared<const Image>(*std::move(image))};
  }
}

/// Gives the decoder one more packet, or tells it that there are none.
Status Source::Impl::feed() {
  interrupt.allow(options.read_timeout);
  const int code = av_read_frame(format.get(), packet.get());
  if (code >= 0) {
    if (packet->stream_index == stream) {
      ++packets;
      if (avcodec_send_packet(codec.get(), packet.get()) < 0) ++decode_errors;
    }
    av_packet_unref(packet.get());
    return {};
  }
  if (code == AVERROR(EAGAIN)) return {};
  const bool ended = code == AVERROR_EOF || (address.file && code != AVERROR_EXIT);
  if (!ended || info.live) return fail(network_or_data_error(code, address, interrupt));
  cut = packets < format->streams[stream]->nb_frames || code != AVERROR_EOF;
  draining = true;
  avcodec_send_packet(codec.get(), nullptr);
  return {};
}

/// True with a new picture in `frame`, false when the decoder wants a packet (or is at its end: a
/// decoder that fails while it is emptied counts as empty, it might fail for ever).
bool Source::Impl::receive() {
  const int code = avcodec_receive_frame(codec.get(), frame.get());
  if (code != 0 && code != AVERROR(EAGAIN) && code != AVERROR_EOF) ++decode_errors;
  return code == 0;
}

Duration Source::Impl::time_of(const AVFrame& decoded) {
  const AVRational base = format->streams[stream]->time_base;
  const std::int64_t pts = decoded.best_effort_timestamp;
  Duration time = last_time;
  if (pts != AV_NOPTS_VALUE) {
    if (!first_pts) first_pts = pts;
    time = Duration(av_rescale_q(pts - *first_pts, base, {1, 1'000'000}));
  } else if (info.fps > 0 && frames > 0) {
    time += Duration(static_cast<std::int64_t>(1e6 / info.fps));
  }
  last_time = std::max(last_time, time);
  return last_time;
}

Source::Source(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Source::Source(Source&&) noexcept = default;
Source& Source::operator=(Source&&) noexcept = default;
Source::~Source() = default;

Result<Source> Source::open(std::string_view url, SourceOptions options) {
  AIFLOW_ASSIGN(Address address, parse_address(url));
  auto impl = std::make_unique<Impl>(std::move(address), std::move(options));
  AIFLOW_TRY(impl->open());
  return Source(std::move(impl));
}

const SourceInfo& Source::info() const { return impl_->info; }
Result<std::optional<Frame>> Source::next() { return impl_->next(); }
std::int64_t Source::decode_errors() const { return impl_->decode_errors; }

}  // namespace aiflow::media
