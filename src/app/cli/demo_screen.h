// SPDX-License-Identifier: Apache-2.0
// The live table of a DAG run: redrawn in place on a terminal, a line per change elsewhere.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/clock.h"
#include "wire/engine.h"

namespace aiflow::app {

class DemoScreen {
 public:
  DemoScreen(const Clock& clock, std::vector<wire::TaskInstance> tasks, bool terminal);

  /// A task instance changed (also one of another run: ignored by the caller).
  void changed(const wire::TaskInstance& task);
  void progress(const std::string& task_id, const wire::ProgressInfo& progress);
  /// Draws once more and leaves the table on the screen.
  void finish();

 private:
  struct Row {
    wire::TaskInstance task;
    std::string last_line;  ///< what was printed last, without a terminal
  };
  void draw(bool last);
  [[nodiscard]] std::string line_of(const Row& row) const;
  [[nodiscard]] std::string amount_of(const wire::TaskInstance& task) const;

  const Clock& clock_;
  const bool terminal_;
  std::vector<Row> rows_;
  std::map<std::string, int> tenths_;  ///< progress printed so far, in tenths, by what is done
  SteadyTime drawn_at_{};
  bool drawn_ = false;
};

}  // namespace aiflow::app
