// SPDX-License-Identifier: Apache-2.0
#include "supervise/detail/task_output.h"

#include "supervise/detail/message.h"

namespace aiflow::supervise::detail {
namespace {

constexpr std::string_view kProgressMark = "::aiflow:progress ";
/// aiflow-docker speaks so in the output of its container.
constexpr std::string_view kNoteMark = "::aiflow:note ";

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n\v\f";
  const auto from = text.find_first_not_of(kSpace);
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(kSpace) - from + 1);
}

Result<wire::Progress> read_progress(std::string_view text) {
  AIFLOW_ASSIGN(const json::Value value, json::parse(text, {.depth_max = 4, .bytes_max = 4096}));
  wire::Progress progress;
  AIFLOW_ASSIGN(progress.done, json::get_double(value, "done"));
  AIFLOW_ASSIGN(progress.total, json::get_double_or(value, "total", 0.0));
  AIFLOW_ASSIGN(progress.unit, json::get_string_or(value, "unit", ""));
  AIFLOW_ASSIGN(progress.what, json::get_string_or(value, "what", ""));
  return progress;
}

/// Length of the valid UTF-8 sequence at the start of `text`, 0 when there is none.
std::size_t sequence_length(std::string_view text) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = at(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((at(i) & 0xC0) != 0x80) return 0;
  }
  const unsigned second = at(1);
  const bool overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
  const bool surrogate = lead == 0xED && second > 0x9F;
  const bool too_large = lead == 0xF4 && second > 0x8F;
  return overlong || surrogate || too_large ? 0 : length;
}

}  // namespace

void TaskOutput::feed(Stream stream, std::string_view bytes) {
  LineSplitter& splitter = stream == Stream::standard_out ? out_ : error_;
  splitter.feed(
      bytes, [this, stream](std::string_view line, bool whole) { take_line(stream, line, whole); });
}

void TaskOutput::finish() {
  for (const Stream stream : {Stream::standard_out, Stream::standard_error}) {
    LineSplitter& splitter = stream == Stream::standard_out ? out_ : error_;
    splitter.finish(
        [this, stream](std::string_view line, bool whole) { take_line(stream, line, whole); });
  }
}

void TaskOutput::take_line(Stream stream, std::string_view line, bool whole) {
  if (whole && line.starts_with(kNoteMark)) {
    return log_.add_line("aiflow: " + std::string(line.substr(kNoteMark.size())));
  }
  const bool is_out = stream == Stream::standard_out;
  const std::uint64_t number = ++(is_out ? lines_.out : lines_.error);
  const bool is_kept = number <= (is_out ? kept_.out : kept_.error);
  if (whole && line.starts_with(kProgressMark)) {
    if (auto progress = read_progress(line.substr(kProgressMark.size()))) {
      if (!is_kept) progress_(*std::move(progress));
      return;
    }
  }
  if (!is_kept) log_.add_line(line);
  if (stream == Stream::standard_error) return;
  const std::string_view text = trimmed(line);
  if (text.empty()) return;
  last_line_cut_ = !whole || text.size() > kXComBytesMax;
  last_line_.assign(last_line_cut_ ? std::string_view() : text);
}

std::optional<Result<json::Value>> TaskOutput::return_value() const {
  if (last_line_cut_) {
    return fail(ErrorCode::invalid_argument, "the last line of output is longer than " +
                                                 std::to_string(kXComBytesMax) +
                                                 " bytes, so it is not kept as the return value");
  }
  if (last_line_.empty()) return std::nullopt;
  auto parsed =
      json::parse(last_line_, {.depth_max = kTaskJsonDepthMax, .bytes_max = kXComBytesMax});
  if (parsed) return parsed;
  return json::Value(to_valid_utf8(last_line_));
}

std::string to_valid_utf8(std::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    clean.append(length == 0 ? "\xEF\xBF\xBD" : text.substr(0, length));
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return clean;
}

}  // namespace aiflow::supervise::detail
