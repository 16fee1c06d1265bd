// SPDX-License-Identifier: Apache-2.0
// Generated from api/editor.yaml by tools/codegen; do not edit.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/states.h"
#include "json/value.h"

namespace aiflow::wire {

/// An argument, of an operator or of a DAG. kinds - what it may be, the first is what a form offers (docs/guide/editor.md). minimum - of a number. is_open - it may also have other values than `choices`. templated - {{ }} in it is filled in.
struct OperatorField {
  std::string name{};
  std::vector<std::string> kinds{};
  bool required{};
  json::Value default_{};
  std::string doc{};
  std::optional<std::vector<std::string>> choices{};
  bool templated{};
  bool is_open{};
  std::optional<double> minimum{};
  friend bool operator==(const OperatorField&, const OperatorField&) = default;
};
[[nodiscard]] json::Value to_json(const OperatorField& value);
[[nodiscard]] Result<OperatorField> parse_operator_field(const json::Value& value);

struct OperatorInfo {
  std::string name{};
  std::string group{};
  std::string doc{};
  std::vector<OperatorField> fields{};
  friend bool operator==(const OperatorInfo&, const OperatorInfo&) = default;
};
[[nodiscard]] json::Value to_json(const OperatorInfo& value);
[[nodiscard]] Result<OperatorInfo> parse_operator_info(const json::Value& value);

/// common - arguments of every operator; dag - of a DAG.
struct OperatorCatalogue {
  std::vector<OperatorInfo> operators{};
  std::vector<OperatorField> common{};
  std::vector<OperatorField> dag{};
  friend bool operator==(const OperatorCatalogue&, const OperatorCatalogue&) = default;
};
[[nodiscard]] json::Value to_json(const OperatorCatalogue& value);
[[nodiscard]] Result<OperatorCatalogue> parse_operator_catalogue(const json::Value& value);

struct DagText {
  std::string content{};
  friend bool operator==(const DagText&, const DagText&) = default;
};
[[nodiscard]] json::Value to_json(const DagText& value);
[[nodiscard]] Result<DagText> parse_dag_text(const json::Value& value);

/// Tasks that can start at the same time, when all steps before are done.
struct DagStep {
  std::vector<std::string> tasks{};
  friend bool operator==(const DagStep&, const DagStep&) = default;
};
[[nodiscard]] json::Value to_json(const DagStep& value);
[[nodiscard]] Result<DagStep> parse_dag_step(const json::Value& value);

/// What tasks ask for beside a free worker. kind - pack or pool. is_there - this server has it.
struct DagNeed {
  std::string kind{};
  std::string name{};
  bool is_there{};
  std::vector<std::string> tasks{};
  friend bool operator==(const DagNeed&, const DagNeed&) = default;
};
[[nodiscard]] json::Value to_json(const DagNeed& value);
[[nodiscard]] Result<DagNeed> parse_dag_need(const json::Value& value);

/// Line and column from 1; `path` from the top of the document, as tasks 2 pool
struct DagProblem {
  std::string message{};
  std::int64_t line{};
  std::int64_t column{};
  std::vector<std::string> path{};
  friend bool operator==(const DagProblem&, const DagProblem&) = default;
};
[[nodiscard]] json::Value to_json(const DagProblem& value);
[[nodiscard]] Result<DagProblem> parse_dag_problem(const json::Value& value);

/// What a text would do. With problems, the rest is empty. is_taken - there is a DAG of this name, of those that one may see.
struct DagCheck {
  std::vector<DagProblem> problems{};
  std::string dag_id{};
  bool is_taken{};
  std::vector<DagStep> steps{};
  std::vector<DagNeed> needs{};
  friend bool operator==(const DagCheck&, const DagCheck&) = default;
};
[[nodiscard]] json::Value to_json(const DagCheck& value);
[[nodiscard]] Result<DagCheck> parse_dag_check(const json::Value& value);

/// The text of a DAG's YAML file. version - the one it is, 0 when it was changed by other means since. What it was read from is told by its ETag.
struct DagFileText {
  std::string dag_id{};
  std::string file{};
  std::string content{};
  std::int64_t version{};
  std::optional<WallTime> saved_at{};
  std::string saved_by{};
  friend bool operator==(const DagFileText&, const DagFileText&) = default;
};
[[nodiscard]] json::Value to_json(const DagFileText& value);
[[nodiscard]] Result<DagFileText> parse_dag_file_text(const json::Value& value);

/// A text that a DAG's file had. cause - saved, outside (changed by other means, found by the next save) or deleted. content - when one version is asked for.
struct DagFileVersion {
  std::string dag_id{};
  std::int64_t version_number{};
  std::string cause{};
  WallTime saved_at{};
  std::string saved_by{};
  std::optional<std::string> content{};
  friend bool operator==(const DagFileVersion&, const DagFileVersion&) = default;
};
[[nodiscard]] json::Value to_json(const DagFileVersion& value);
[[nodiscard]] Result<DagFileVersion> parse_dag_file_version(const json::Value& value);

}  // namespace aiflow::wire
