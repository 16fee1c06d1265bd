// SPDX-License-Identifier: Apache-2.0
// Workers that shall get no new jobs: kept here so that a restart of the server does not lose it.
#pragma once

#include <string>
#include <vector>

#include "base/clock.h"
#include "base/id.h"
#include "db/connection.h"

namespace aiflow::store {

class Cordons {
 public:
  explicit Cordons(db::Connection& db) : db_(db) {}

  /// Again changes nothing.
  [[nodiscard]] Status add(const WorkerId& worker, const std::string& by_whom, WallTime since);
  [[nodiscard]] Status remove(const WorkerId& worker);
  [[nodiscard]] Result<std::vector<WorkerId>> all();

 private:
  db::Connection& db_;
};

}  // namespace aiflow::store
