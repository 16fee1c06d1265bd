// SPDX-License-Identifier: Apache-2.0
// The params of a DAG and of its tasks: what a DAG file defines is looked through when the file is
// read, what a run gets is checked when it is triggered.
// In: api/dag.yaml's params, name -> {value (left out: must be given), schema, description}, and a
// run's conf. Out: one error with all that is wrong, in words for people. Pure, bounded by
// schema.h.
#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include "base/result.h"
#include "json/value.h"

namespace aiflow::params {

struct TaskParams {
  std::string task_id;
  const json::Value* params = nullptr;
};

/// All params of one DAG; views.
struct Definition {
  const json::Value* dag = nullptr;
  std::vector<TaskParams> tasks;  ///< those with params of their own
};

enum class Defaults { must_fit, may_be_wrong };

/// Whether runs can use the params. A DAG with a schedule has nobody who could give a value, so its
/// defaults must fit. Errors: invalid_argument that names the params.
[[nodiscard]] Status check_definition(const Definition& definition, Defaults defaults);

/// Whether a run with this conf (object or null) may start. Keys of conf that are no params are
/// let pass, as in Airflow. Errors: invalid_argument, the first five problems.
[[nodiscard]] Status check_run(const Definition& definition, const json::Value& conf);

/// Name -> value. Later sets of params go over earlier ones, conf over all. A param without any
/// value is left out.
[[nodiscard]] json::Value merge(std::initializer_list<const json::Value*> params,
                                const json::Value& conf);

}  // namespace aiflow::params
