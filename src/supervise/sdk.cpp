// SPDX-License-Identifier: Apache-2.0
#include "supervise/sdk.h"

namespace aiflow::supervise {

Status check_sdk(const std::string& python, const std::filesystem::path& sdk) {
  std::error_code error;
  if (!std::filesystem::exists(python, error)) {
    return fail(ErrorCode::not_found, "there is no Python at '" + python +
                                          "': install Python 3.11 or newer (apt install python3)");
  }
  // One that was not found has the place beside the program where it belongs.
  const auto folder = std::filesystem::weakly_canonical(sdk / "aiflow", error);
  if (std::filesystem::exists(folder / "parse.py", error)) return {};
  return fail(ErrorCode::not_found,
              "AIflow's Python SDK is not in '" + folder.string() +
                  "': the program was copied without it; install both with './dev install FOLDER'"
                  " and start FOLDER/bin/aiflow");
}

}  // namespace aiflow::supervise
