// SPDX-License-Identifier: Apache-2.0
// The answers on which Apache Airflow and the product agreed when golden/ was written (README.md)
// are given again. Clock changes come from golden/zones.json: no zone file of the system is read.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "answer.h"

namespace aiflow::oracle {
namespace {

using json::Value;

std::string file(const std::string& name) {
  std::ifstream in(std::string(AIFLOW_SOURCE_DIR) + "/tests/oracle/golden/" + name);
  REQUIRE(in);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

struct Change {
  std::int64_t from_s;
  std::int64_t offset_s;
};

dag::UtcOffset zone_of(const Value& changes) {
  auto table = std::make_shared<std::vector<Change>>();
  for (const Value& one : changes.as_array()) {
    table->push_back({one.as_array()[0].as_int(), one.as_array()[1].as_int()});
  }
  return [table](WallTime time) -> Duration {
    const auto at = std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
    auto after = std::ranges::upper_bound(*table, at, {}, &Change::from_s);
    if (after != table->begin()) --after;
    return std::chrono::seconds(after->offset_s);
  };
}

std::map<std::string, dag::UtcOffset> zones() {
  std::map<std::string, dag::UtcOffset> made;
  made["UTC"] = {};
  const auto listed = json::parse(file("zones.json"));
  REQUIRE(listed);
  for (const auto& [name, changes] : listed->as_object()) made[name] = zone_of(changes);
  return made;
}

/// FNV-1a over 64-bit words; what is refused counts as one word.
void add(const Value& answer, std::uint64_t& hash) {
  if (answer.is_array()) {
    for (const Value& part : answer.as_array()) add(part, hash);
    return;
  }
  const std::int64_t word = answer.is_int() ? answer.as_int() : answer.is_null() ? -1 : -2;
  hash = (hash ^ static_cast<std::uint64_t>(word)) * 1099511628211U;
}

std::string digest(const Value& answer) {
  std::uint64_t hash = 14695981039346656037U;
  add(answer, hash);
  return std::to_string(hash);
}

TEST_CASE("schedules, weights, retry delays and trigger rules are as Airflow gave them") {
  const auto known = zones();
  const Zones lookup = [&](const std::string& name) -> Result<dag::UtcOffset> {
    const auto found = known.find(name);
    if (found == known.end()) return fail(ErrorCode::not_found, "zone " + name);
    return found->second;
  };
  std::istringstream lines(file("answers.jsonl"));
  std::size_t asked = 0;
  for (std::string line; std::getline(lines, line);) {
    const auto entry = json::parse(line);
    REQUIRE(entry);
    Value question = *entry->find("question");
    const std::string vary = entry->find("vary")->as_string();
    const json::Array& values = entry->find("values")->as_array();
    for (std::size_t i = 0; i < values.size(); ++i) {
      question.set(vary, values[i]);
      const auto given = answer(question, lookup);
      REQUIRE_MESSAGE(given, json::write(question).substr(0, 300));
      ++asked;
      CHECK_MESSAGE(digest(*given) == entry->find("digests")->as_array()[i].as_string(),
                    json::write(question).substr(0, 300));
    }
  }
  CHECK(asked > 2000);
}

}  // namespace
}  // namespace aiflow::oracle
