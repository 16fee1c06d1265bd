// SPDX-License-Identifier: Apache-2.0
#include "params/params.h"

#include <string_view>
#include <unordered_map>
#include <utility>

#include "params/schema.h"

namespace aiflow::params {
namespace {

constexpr std::size_t kProblemsMax = 5;

/// Collects problems up to the limit.
class Report {
 public:
  void add(const std::string& problem) {
    if (++count_ > kProblemsMax) return;
    if (!text_.empty()) text_ += "; ";
    text_ += problem;
  }
  [[nodiscard]] bool is_full() const { return count_ > kProblemsMax; }
  [[nodiscard]] Status status(std::string_view ending) const {
    if (count_ == 0) return {};
    const std::string more = is_full() ? "; and more" : "";
    return fail(ErrorCode::invalid_argument, text_ + more + std::string(ending));
  }

 private:
  std::string text_;
  std::size_t count_ = 0;
};

Result<Schema> schema_of(const json::Value& param) {
  const json::Value* schema = param.find("schema");
  return Schema::parse(schema == nullptr || schema->is_null() ? json::object({}) : *schema);
}

/// A param and how messages name it.
struct Named {
  const json::Value& param;
  std::string name;  ///< "task 'load', param 'n'"
};

void check_default(const Named& one, const Schema& schema, Report& report) {
  const json::Value* value = one.param.find("value");
  if (value == nullptr) return report.add(one.name + " has no default");
  for (const Problem& problem : schema.check(*value, kProblemsMax)) {
    report.add(one.name + problem.where + ": the default: " + problem.what);
  }
}

void check_value(const Named& one, const json::Value* given, Report& report) {
  const auto schema = schema_of(one.param);
  if (!schema) return report.add(one.name + ": " + schema.error().message);
  const json::Value* value = given == nullptr ? one.param.find("value") : given;
  if (value == nullptr) return report.add(one.name + " has no default: it must be given");
  for (const Problem& problem : schema->check(*value, kProblemsMax)) {
    const std::string whose =
        given == nullptr ? ": the default does not fit, give a value: " : ": ";
    report.add(one.name + problem.where + whose + problem.what);
  }
}

/// Whether a task's param wants just what the DAG's of that name does: one message is enough.
bool repeats(const json::Value& param, const json::Value* of_dag) {
  if (of_dag == nullptr || of_dag == &param) return false;
  const json::Value* own = param.find("schema");
  const json::Value* other = of_dag->find("schema");
  return own != nullptr && other != nullptr && *own == *other;
}

/// Calls `visit` for each param of the DAG and its tasks until the report is full.
template <class Visit>
void for_each_param(const Definition& definition, const Report& report, Visit visit) {
  const auto visit_all = [&](const json::Value* params, const std::string& owner) {
    if (params == nullptr || !params->is_object()) return;
    for (const auto& [name, param] : params->as_object()) {
      if (report.is_full()) return;
      visit(name, Named{.param = param, .name = owner + "param '" + name + "'"});
    }
  };
  visit_all(definition.dag, "");
  for (const TaskParams& task : definition.tasks) {
    visit_all(task.params, "task '" + task.task_id + "', ");
  }
}

}  // namespace

Status check_definition(const Definition& definition, Defaults defaults) {
  Report broken;
  Report unfit;
  for_each_param(definition, broken, [&](const std::string&, const Named& one) {
    const auto schema = schema_of(one.param);
    if (!schema) return broken.add(one.name + ": " + schema.error().message);
    if (defaults == Defaults::must_fit) check_default(one, *schema, unfit);
  });
  AIFLOW_TRY(broken.status(""));
  return unfit.status(
      " (a DAG with a schedule needs defaults that fit: nobody gives its runs values)");
}

Status check_run(const Definition& definition, const json::Value& conf) {
  Report report;
  for_each_param(definition, report, [&](const std::string& name, const Named& one) {
    const json::Value* given = conf.find(name);
    const json::Value* of_dag = definition.dag == nullptr ? nullptr : definition.dag->find(name);
    if (given == nullptr || !repeats(one.param, of_dag)) check_value(one, given, report);
  });
  return report.status("");
}

json::Value merge(std::initializer_list<const json::Value*> params, const json::Value& conf) {
  json::Object merged;
  // A client may send tens of thousands of names: none is looked for from the beginning.
  std::unordered_map<std::string_view, std::size_t> places;
  const auto set = [&](std::string_view name, const json::Value& value) {
    const auto [place, is_new] = places.try_emplace(name, merged.size());
    if (is_new) {
      merged.emplace_back(std::string(name), value);
    } else {
      merged[place->second].second = value;
    }
  };
  for (const json::Value* one : params) {
    if (one == nullptr || !one->is_object()) continue;
    for (const auto& [name, param] : one->as_object()) {
      if (const json::Value* value = param.find("value")) set(name, *value);
    }
  }
  if (!conf.is_object()) return json::Value(std::move(merged));
  for (const auto& [name, value] : conf.as_object()) set(name, value);
  return json::Value(std::move(merged));
}

}  // namespace aiflow::params
