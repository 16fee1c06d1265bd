// SPDX-License-Identifier: Apache-2.0
// A list's condition that shows only what belongs to the projects of a Sight. Private to src/store.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "store/data/sight.h"
#include "store/detail/rows.h"

namespace aiflow::store::detail {

/// "(?, ?, ?)".
[[nodiscard]] std::string marks(std::size_t count);

/// `column` holds a DAG's id, "" where a person made it. `sight` must outlive the query.
void add_sight(Where& where, std::string_view column, const Sight& sight);

}  // namespace aiflow::store::detail
