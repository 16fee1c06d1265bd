// SPDX-License-Identifier: Apache-2.0
#include "service/dag_files/dag_file_print.h"

#include <set>

#include "digest/sha256.h"

namespace aiflow::service {
namespace {

namespace fs = std::filesystem;

std::string content_of(const fs::path& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) {
    std::set<std::string> names;
    for (fs::directory_iterator it(path, error); !error && it != fs::directory_iterator();
         it.increment(error)) {
      names.insert(it->path().filename().string());
    }
    names.erase("__pycache__");
    std::string all;
    for (const auto& name : names) all.append(name).push_back('\0');
    return "folder " + digest::sha256_of(all);
  }
  // A device or a pipe would never end.
  if (!fs::is_regular_file(path, error)) return "nothing";
  const auto digest = digest::sha256_of_file(fs::canonical(path, error));
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
