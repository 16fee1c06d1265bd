// SPDX-License-Identifier: Apache-2.0
// What a DAG's text would do, told from what the parser made of it. Pure.
#pragma once

#include <functional>
#include <string>

#include "wire/dag.h"
#include "wire/editor.h"

namespace aiflow::service {

/// What this server has.
struct AtHand {
  std::function<bool(const std::string& name)> pool;
  std::function<bool(const std::string& name_or_digest)> pack;
};

/// The file's problems (one without a place stands at line 1), or the steps and needs of its DAG.
[[nodiscard]] wire::DagCheck check_of(const wire::DagFile& file, const AtHand& has);

}  // namespace aiflow::service
