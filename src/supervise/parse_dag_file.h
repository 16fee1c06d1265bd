// SPDX-License-Identifier: Apache-2.0
// Parses DAG files in a limited child process. Whatever a file does (endless loop, 1 GB of output,
// crash, processes left behind), the caller gets a DagFile for each within the time limit.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "wire/dag.h"

namespace aiflow::supervise {

struct ParseOptions {
  std::string python = "/usr/bin/python3";
  /// The folder that holds the Python package `aiflow`.
  std::filesystem::path sdk;
  /// From where files may import each other, besides their own folder.
  std::vector<std::filesystem::path> dag_folders = {};
  Duration wall_max = std::chrono::seconds(30);
  std::uint64_t cpu_s_max = 30;
  std::uint64_t address_space_bytes_max = 1ULL << 30;
  std::uint64_t file_bytes_max = 64ULL << 20;  ///< of any file the DAG file writes
  std::uint64_t processes_max = 256;           ///< of the user nobody, or else the server's
  std::size_t result_bytes_max = 64U << 20;
  std::size_t output_bytes_kept = 64U << 10;  ///< the last of stdout + stderr
};

/// False: no more, please.
using ParsedFile = std::function<bool(const std::filesystem::path& file, Result<wire::DagFile>)>;

/// Calls `done` for each file as soon as its result is there: in order, those last that only root
/// may read. One process serves them all and forks for each; after a file that breaks it, the rest
/// goes to a new one. Kinds of ParseError made here; the parser adds its own (syntax, import, …).
/// "timeout", "crash", "too_large", "bad_result", "no_sdk" (none was read: check_sdk says why).
///
/// Thread-safe, blocks up to wall_max a file. What a file does wrong is in DagFile.error, naming
/// the file; only failures of our own side (no process) are an Error.
void parse_dag_files(const ParseOptions& options, std::vector<std::filesystem::path> files,
                     const ParsedFile& done);

/// What `python3 -m MODULE` of the SDK prints: one line of JSON. In a child with the same limits.
/// Errors: unavailable (no Python, no answer within wall_max, an end without one).
[[nodiscard]] Result<std::string> module_answer(const ParseOptions& options,
                                                const std::string& module);

}  // namespace aiflow::supervise
