// SPDX-License-Identifier: Apache-2.0
#include "optimize/device.h"

#include <array>
#include <cstring>
#include <thread>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace aiflow::optimize {
namespace {

#if defined(__x86_64__)
struct Registers {
  unsigned a = 0, b = 0, c = 0, d = 0;
};

Registers cpuid(unsigned leaf, unsigned subleaf) {
  Registers out;
  __get_cpuid_count(leaf, subleaf, &out.a, &out.b, &out.c, &out.d);
  return out;
}

bool bit(unsigned value, unsigned index) { return ((value >> index) & 1U) != 0; }

std::string brand() {
  std::array<char, 49> text{};
  for (unsigned i = 0; i < 3; ++i) {
    const Registers part = cpuid(0x80000002U + i, 0);
    std::memcpy(text.data() + 16 * i, &part, 16);
  }
  std::string out(text.data());
  while (!out.empty() && out.back() == ' ') out.pop_back();
  while (!out.empty() && out.front() == ' ') out.erase(0, 1);
  return out;
}
#endif

}  // namespace

Device this_device() {
  Device out;
  out.cores = std::thread::hardware_concurrency();
#if defined(__x86_64__)
  // Bit numbers: Intel SDM volume 2A, CPUID, leaf 7.
  const Registers seven = cpuid(7, 0);
  const Registers seven_one = cpuid(7, 1);
  out.cpu = brand();
  out.avx2 = bit(seven.b, 5);
  out.avx512 = bit(seven.b, 16);
  out.vnni = bit(seven.c, 11) || bit(seven_one.a, 4);
  out.amx = bit(seven.d, 24);
#endif
  return out;
}

json::Value to_json(const Device& device) {
  return json::object({{"cpu", device.cpu},
                       {"cores", device.cores},
                       {"avx2", device.avx2},
                       {"avx512", device.avx512},
                       {"vnni", device.vnni},
                       {"amx", device.amx}});
}

}  // namespace aiflow::optimize
