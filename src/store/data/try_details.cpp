// SPDX-License-Identifier: Apache-2.0
#include "store/data/try_details.h"

#include <algorithm>
#include <string>

namespace aiflow::store {
namespace {

std::int64_t ms_of(Duration d) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(d).count();
}

db::Params params_of(const TryRef& of) {
  const TaskKey& key = of.task;
  return {key.dag_id.value, key.run_id.value, key.task_id.value, key.map_index, of.try_number};
}

constexpr std::string_view kByTry =
    " WHERE dag_id = ? AND run_id = ? AND task_id = ? AND map_index = ? AND try_number = ?";

std::vector<UsageSample> read_samples(const std::string& text) {
  std::vector<UsageSample> samples;
  const auto value = json::parse(text);
  if (!value || !value->is_array()) return samples;
  for (const json::Value& one : value->as_array()) {
    if (!one.is_array() || one.as_array().size() != 3) continue;
    const json::Array& numbers = one.as_array();
    if (!std::ranges::all_of(numbers, &json::Value::is_int)) continue;
    samples.push_back({.at = std::chrono::milliseconds(numbers[0].as_int()),
                       .cpu = std::chrono::milliseconds(numbers[1].as_int()),
                       .memory_bytes = numbers[2].as_int()});
  }
  return samples;
}

}  // namespace

/// Two statements, since the two dialects have different words for an insert that may be an update.
Status TryDetails::put(const TryRef& of, std::string_view column, const std::string& text) {
  const std::string name(column);
  db::Params set{text};
  const db::Params key = params_of(of);
  set.insert(set.end(), key.begin(), key.end());
  AIFLOW_ASSIGN(const auto there, db_.first("SELECT 1 FROM try_details" + std::string(kByTry), key,
                                            [](db::Row& row) { return row.integer(); }));
  if (there) {
    return db_.run("UPDATE try_details SET " + name + " = ?" + std::string(kByTry), set);
  }
  return db_.run("INSERT INTO try_details (" + name +
                     ", dag_id, run_id, task_id, map_index, try_number) VALUES (?, ?, ?, ?, ?, ?)",
                 set);
}

Status TryDetails::put_samples(const TryRef& of, const std::vector<UsageSample>& samples) {
  json::Array rows;
  for (const UsageSample& sample : samples) {
    rows.emplace_back(json::Array{ms_of(sample.at), ms_of(sample.cpu), sample.memory_bytes});
  }
  return put(of, "samples", json::write(json::Value(std::move(rows))));
}

Status TryDetails::put_rendered(const TryRef& of, const json::Value& rendered) {
  return put(of, "rendered", json::write(rendered));
}

Result<TryDetailsRow> TryDetails::get(const TryRef& of) {
  AIFLOW_ASSIGN(auto found,
                db_.first("SELECT samples, rendered FROM try_details" + std::string(kByTry),
                          params_of(of), [](db::Row& row) {
                            TryDetailsRow out;
                            if (const auto text = row.optional_text()) {
                              out.samples = read_samples(*text);
                            }
                            if (const auto text = row.optional_text()) {
                              out.rendered = json::parse(*text).value_or(json::Value());
                            }
                            return out;
                          }));
  return std::move(found).value_or(TryDetailsRow{});
}

std::vector<wire::UsageSample> to_wire(const std::vector<UsageSample>& samples) {
  std::vector<wire::UsageSample> out;
  for (const UsageSample& sample : samples) {
    out.push_back(
        {.ms = ms_of(sample.at), .cpu_ms = ms_of(sample.cpu), .memory_bytes = sample.memory_bytes});
  }
  return out;
}

}  // namespace aiflow::store
