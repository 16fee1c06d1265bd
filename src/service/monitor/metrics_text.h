// SPDX-License-Identifier: Apache-2.0
// Figures as Prometheus text. Names that people give (pools, services) become labels for a hundred
// at most, so that the answer stays small whatever they make.
#pragma once

#include <string>

#include "service/monitor/figures.h"

namespace aiflow::service {

[[nodiscard]] std::string metrics_text(const Figures& figures);

}  // namespace aiflow::service
