// SPDX-License-Identifier: Apache-2.0
// The processor this runs on, as far as the speed of INT8 and FP16 depends on it.
#pragma once

#include <string>

#include "json/value.h"

namespace aiflow::optimize {

struct Device {
  std::string cpu;  ///< "AMD EPYC-Milan Processor"
  unsigned cores = 0;
  bool avx2 = false;
  bool avx512 = false;
  bool vnni = false;  ///< AVX512-VNNI or AVX-VNNI: u8*s8 products summed without int16 saturation
  bool amx = false;
};

[[nodiscard]] Device this_device();
[[nodiscard]] json::Value to_json(const Device& device);

}  // namespace aiflow::optimize
