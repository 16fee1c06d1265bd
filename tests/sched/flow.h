// SPDX-License-Identifier: Apache-2.0
// Runs one .flow file: a DAG, then events with times and expected states, line by line against
// sched::step. The words are listed in tests/sched/README.md.
#pragma once

#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "dag/dag.h"
#include "sched/fake_tables.h"
#include "sched/step.h"

namespace aiflow::flow {

/// One line's words; `key=value` words are in `options`, flags without a value too.
struct Line {
  std::string verb;
  std::vector<std::string> words;
  std::map<std::string, std::string> options;
  std::string rest;  ///< everything after the verb, as written
};

[[nodiscard]] Line parse_line(const std::string& text);
/// "15s", "250ms", "2h", "1d".
[[nodiscard]] Duration parse_duration(const std::string& text);

/// Of the line's options.
[[nodiscard]] bool has(const Line& line, const std::string& name);
[[nodiscard]] std::string option(const Line& line, const std::string& name,
                                 const std::string& otherwise = "");
[[nodiscard]] int number(const Line& line, const std::string& name, int otherwise);

class Flow {
 public:
  Flow();
  /// Empty, or what is wrong with this line.
  [[nodiscard]] std::string run_line(const std::string& text);

 private:
  [[nodiscard]] bool define(const Line& line);
  [[nodiscard]] bool act(const Line& line);
  [[nodiscard]] bool act_by_user(const Line& line);
  [[nodiscard]] std::string expect(const Line& line);
  [[nodiscard]] std::string expect_states(const Line& line);
  [[nodiscard]] std::string expect_order(const Line& line);
  [[nodiscard]] std::string expect_backfill(const Line& line);
  [[nodiscard]] std::string expect_dates(const Line& line);
  [[nodiscard]] std::string expect_queue(const Line& line);
  [[nodiscard]] std::string expect_consumed(const Line& line);
  [[nodiscard]] std::string expect_affected(const Line& line);
  [[nodiscard]] std::string expect_pool(const Line& line);
  [[nodiscard]] std::string expect_notices(const Line& line);
  [[nodiscard]] std::string says(const sched::Explanation& why, const Line& line) const;
  void clear(const Line& line);
  void define_deadline(const Line& line);
  void take(const sched::Effects& effects);
  void define_task(const Line& line);
  void ask_backfill(const Line& line);
  void put_dag();
  void send(sched::Event event);
  void tick();
  void restart();
  void finish(const Line& line);
  [[nodiscard]] sched::TaskKey key_of(const Line& line) const;
  [[nodiscard]] sched::TaskInstanceRow row_of(const Line& line) const;
  void fail(std::string message);

  sched::State state_;
  sched::Options options_;
  sched::FakeTables tables_;
  sched::Now now_;
  dag::Dag dag_;
  std::int32_t version_ = 0;
  std::map<std::string, std::int32_t> versions_;
  std::map<std::string, DagId> dag_of_run_;
  std::vector<std::string> submitted_;
  std::vector<std::string> notices_;
  sched::Reply last_reply_;
  std::int64_t backfills_asked_ = 0;
  bool dirty_dag_ = false;
  std::string error_;
};

}  // namespace aiflow::flow
