// SPDX-License-Identifier: Apache-2.0
#include "os/limits/usage.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <sstream>
#include <system_error>

#include "os/file.h"

namespace aiflow::os {
namespace {

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

Result<Usage> own_usage() {
  Usage out;
  rusage used{};
  if (::getrusage(RUSAGE_SELF, &used) == 0) {
    out.cpu_s = seconds_of(used.ru_utime) + seconds_of(used.ru_stime);
  }
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0) {
    out.open_files_max = static_cast<std::int64_t>(files.rlim_cur);
  }
  // "SIZE RESIDENT ...", in pages.
  AIFLOW_ASSIGN(const auto text, read_file("/proc/self/statm", 4096));
  std::istringstream numbers(text);
  numbers >> out.virtual_bytes >> out.resident_bytes;
  const auto page_bytes = static_cast<std::int64_t>(::sysconf(_SC_PAGESIZE));
  out.virtual_bytes *= page_bytes;
  out.resident_bytes *= page_bytes;
  std::error_code failed;
  std::filesystem::directory_iterator open("/proc/self/fd", failed);
  for (const std::filesystem::directory_iterator end; !failed && open != end;
       open.increment(failed)) {
    ++out.open_files;
  }
  return out;
}

}  // namespace aiflow::os
