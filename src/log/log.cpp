// SPDX-License-Identifier: Apache-2.0
#include "log/log.h"

#include <fmt/format.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <array>
#include <memory>
#include <vector>

#include "log/mask.h"
#include "log/recent.h"

namespace aiflow::log {
namespace {

/// Hands lines to a Recent, which has a lock of its own.
class RecentSink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  explicit RecentSink(std::shared_ptr<Recent> recent) : recent_(std::move(recent)) {}

 private:
  void sink_it_(const spdlog::details::log_msg& msg) override {
    recent_->add(std::chrono::floor<std::chrono::microseconds>(msg.time), level_of(msg.level),
                 {msg.payload.data(), msg.payload.size()});
  }
  void flush_() override {}
  static Level level_of(spdlog::level::level_enum level) {
    if (level >= spdlog::level::err) return Level::error;
    if (level == spdlog::level::warn) return Level::warn;
    return level == spdlog::level::info ? Level::info : Level::debug;
  }
  const std::shared_ptr<Recent> recent_;
};

constexpr const char* kPattern = "%Y-%m-%dT%H:%M:%S.%eZ %-7l %v";

std::shared_ptr<spdlog::logger> make_logger(std::vector<spdlog::sink_ptr> sinks, Level level) {
  auto logger = std::make_shared<spdlog::logger>("aiflow", sinks.begin(), sinks.end());
  logger->set_pattern(kPattern, spdlog::pattern_time_type::utc);
  const auto at = static_cast<std::size_t>(level);
  static constexpr std::array kLevels = {spdlog::level::debug, spdlog::level::info,
                                         spdlog::level::warn, spdlog::level::err,
                                         spdlog::level::off};
  logger->set_level(kLevels[at]);
  logger->flush_on(spdlog::level::info);
  return logger;
}

std::shared_ptr<spdlog::logger>& slot() {
  static std::shared_ptr<spdlog::logger> logger =
      make_logger({std::make_shared<spdlog::sinks::stderr_sink_mt>()}, Level::info);
  return logger;
}

std::shared_ptr<spdlog::logger> current() { return std::atomic_load(&slot()); }

void append_escaped(std::string_view text, std::string& out) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte == 0x7f) {
      out += fmt::format("\\x{:02x}", byte);
    } else {
      out += c;
    }
  }
}

bool is_plain(std::string_view text) {
  if (text.empty()) return false;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte == 0x7f || c == '"' || c == '\\' || c == '=') return false;
  }
  return true;
}

struct ValueWriter {
  std::string& out;
  void operator()(bool v) const { out += v ? "true" : "false"; }
  void operator()(std::int64_t v) const { out += std::to_string(v); }
  void operator()(double v) const { out += fmt::format("{}", v); }
  void operator()(std::string_view v) const {
    if (is_plain(v)) {
      out += v;
      return;
    }
    out += '"';
    append_escaped(v, out);
    out += '"';
  }
};

void write(spdlog::level::level_enum level, std::string_view message, Fields fields) {
  const auto logger = current();
  if (!logger->should_log(level)) return;
  logger->log(level, "{}", mask_secrets(format_line(message, fields)));
}

}  // namespace

void debug(std::string_view message, Fields fields) {
  write(spdlog::level::debug, message, fields);
}
void info(std::string_view message, Fields fields) { write(spdlog::level::info, message, fields); }
void warn(std::string_view message, Fields fields) { write(spdlog::level::warn, message, fields); }
void error(std::string_view message, Fields fields) { write(spdlog::level::err, message, fields); }

Status set_up(const Options& options) {
  std::vector<spdlog::sink_ptr> sinks;
  try {
    if (options.to_stderr) sinks.push_back(std::make_shared<spdlog::sinks::stderr_sink_mt>());
    if (!options.file.empty()) {
      sinks.push_back(std::make_shared<spdlog::sinks::rotating_file_sink_mt>(
          options.file.string(), options.file_bytes_max, options.files_max));
    }
    std::atomic_store(&slot(), make_logger(std::move(sinks), options.level));
  } catch (const spdlog::spdlog_ex& e) {
    return fail(ErrorCode::unavailable,
                "log file '" + options.file.string() + "' cannot be opened: " + e.what());
  }
  return {};
}

void keep_recent(std::shared_ptr<Recent> recent, const std::filesystem::path& file) {
  const auto before = current();
  recent->load(file);
  auto sinks = before->sinks();
  sinks.push_back(std::make_shared<RecentSink>(std::move(recent)));
  auto after = make_logger(std::move(sinks), Level::info);
  after->set_level(before->level());
  std::atomic_store(&slot(), std::move(after));
}

bool enabled(Level level) {
  static constexpr std::array kLevels = {spdlog::level::debug, spdlog::level::info,
                                         spdlog::level::warn, spdlog::level::err,
                                         spdlog::level::off};
  return current()->should_log(kLevels[static_cast<std::size_t>(level)]);
}

std::string format_line(std::string_view message, Fields fields) {
  std::string line;
  append_escaped(message, line);
  for (const auto& field : fields) {
    line += ' ';
    append_escaped(field.key, line);
    line += '=';
    std::visit(ValueWriter{line}, field.value.data());
  }
  return line;
}

}  // namespace aiflow::log
