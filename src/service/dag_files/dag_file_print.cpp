// SPDX-License-Identifier: Apache-2.0
#include "service/dag_files/dag_file_print.h"

#include <set>

#include "digest/sha256.h"

namespace aiflow::service {
namespace {

namespace fs = std::filesystem;

/// Larger files count by their size and time: a DAG file may look into a model or a film.
constexpr std::uintmax_t kContentBytesMax = 8U << 20;
/// The same for folders of more names.
constexpr std::size_t kNamesMax = 10'000;

std::string size_and_time(const fs::path& path) {
  std::error_code error;
  const auto size = fs::file_size(path, error);
  const auto changed = fs::last_write_time(path, error).time_since_epoch().count();
  return "stamp " + std::to_string(size) + " " + std::to_string(changed);
}

std::string names_in(const fs::path& folder) {
  std::error_code error;
  std::set<std::string> names;
  for (fs::directory_iterator it(folder, error); !error && it != fs::directory_iterator();
       it.increment(error)) {
    names.insert(it->path().filename().string());
    if (names.size() > kNamesMax) return size_and_time(folder);
  }
  names.erase("__pycache__");
  std::string all;
  for (const auto& name : names) all.append(name).push_back('\0');
  return "folder " + digest::sha256_of(all);
}

/// The paths come from a process that has run somebody's code.
std::string content_of(const fs::path& given) {
  std::error_code error;
  const fs::path path = fs::canonical(given, error);
  if (error) return "nothing";
  for (const char* system : {"/proc/", "/sys/", "/dev/"}) {
    if (path.string().starts_with(system)) return "nothing";
  }
  if (fs::is_directory(path, error)) return names_in(path);
  // A device or a pipe would never end.
  if (!fs::is_regular_file(path, error)) return "nothing";
  if (fs::file_size(path, error) > kContentBytesMax) return size_and_time(path);
  const auto digest = digest::sha256_of_file(path);
  return digest ? digest->sha256 : "unreadable";
}

}  // namespace

std::string dag_file_print(std::string_view parser, const fs::path& file,
                           const std::vector<std::string>& reads) {
  std::string all(parser);
  all.append("\n").append(content_of(file));
  for (const auto& read : reads) all.append("\n").append(content_of(read)).append(" ").append(read);
  return digest::sha256_of(all);
}

std::string parser_print(const fs::path& python, const fs::path& sdk) {
  std::error_code error;
  std::set<fs::path> files;
  for (fs::recursive_directory_iterator it(sdk / "aiflow", error);
       !error && it != fs::recursive_directory_iterator(); it.increment(error)) {
    if (it->path().extension() == ".py") files.insert(it->path());
  }
  const fs::path program = fs::canonical(python, error);
  std::string all = program.string();
  for (const auto& file : files) all.append("\n").append(content_of(file));
  return digest::sha256_of(all);
}

}  // namespace aiflow::service
