// SPDX-License-Identifier: Apache-2.0
#include "optimize/label_file.h"

#include <cmath>
#include <sstream>

namespace aiflow::optimize {
namespace {

Status read_line(const std::string& line, LabelledFrames& frames) {
  std::istringstream words(line);
  words.imbue(std::locale::classic());
  std::string first;
  if (!(words >> first)) return {};
  std::istringstream number(first);
  std::int64_t frame = -1;
  if (!(number >> frame) || !number.eof() || frame < 0) {
    return fail(ErrorCode::corrupt, "the line does not start with a frame number");
  }
  auto& boxes = frames[frame];
  std::string rest;
  const auto here = words.tellg();
  if (words >> rest && rest == "-") return {};
  words.clear();
  words.seekg(here);
  LabelledBox entry;
  auto& box = entry.box;
  if (!(words >> box.x >> box.y >> box.w >> box.h >> entry.label) || (words >> rest)) {
    return fail(ErrorCode::corrupt, "expected `frame x y w h label`");
  }
  const bool finite = std::isfinite(box.x) && std::isfinite(box.y) && std::isfinite(box.area());
  if (!finite || box.w <= 0 || box.h <= 0) {
    return fail(ErrorCode::corrupt, "the box has no area");
  }
  boxes.push_back(std::move(entry));
  return {};
}

}  // namespace

Result<LabelledFrames> parse_label_file(std::string_view text) {
  LabelledFrames frames;
  std::istringstream lines{std::string(text)};
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    line.resize(std::min(line.find('#'), line.size()));
    auto status = read_line(line, frames);
    if (!status) {
      return fail(std::move(status).error().with_context("line " + std::to_string(number)));
    }
  }
  if (frames.empty()) return fail(ErrorCode::invalid_argument, "no frame is labelled");
  return frames;
}

}  // namespace aiflow::optimize
