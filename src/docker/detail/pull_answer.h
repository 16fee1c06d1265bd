// SPDX-License-Identifier: Apache-2.0
// The daemon's answer to a pull: lines of JSON about each layer, or about what went wrong.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "docker/engine.h"

namespace aiflow::docker::detail {

class PullAnswer {
 public:
  explicit PullAnswer(std::function<void(PullProgress)> on_progress)
      : on_progress_(std::move(on_progress)) {}

  /// Errors: corrupt for a line over 1 MiB. Lines that are no JSON are passed over.
  [[nodiscard]] Status feed(std::string_view bytes);
  /// The daemon's words when the pull failed; empty while all is well.
  [[nodiscard]] const std::string& error() const { return error_; }

 private:
  void take_line(std::string_view line);

  std::function<void(PullProgress)> on_progress_;
  std::string rest_;
  std::string error_;
  std::map<std::string, PullProgress> layers_;
};

/// {name, tag or digest}: "a/b:1" -> {"a/b", "1"}; "localhost:5000/a" -> {…, "latest"};
/// "a@sha256:…" -> {"a", "sha256:…"}.
[[nodiscard]] std::pair<std::string, std::string> split_image(std::string_view image);

/// The daemon's words with what they mean for the user before them.
[[nodiscard]] std::string explain_pull(std::string_view image, const std::string& words);

}  // namespace aiflow::docker::detail
