// SPDX-License-Identifier: Apache-2.0
#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <memory>

#include "base/assert.h"
#include "os/file.h"
#include "runtime/detail/wheel.h"

namespace aiflow::runtime {
namespace {

namespace fs = std::filesystem;

constexpr la_int64_t kFileBytesMax = la_int64_t{1} << 30;

struct FreeRead {
  void operator()(archive* a) const { archive_read_free(a); }
};

std::string reason(archive* a) {
  const char* text = archive_error_string(a);
  return text ? text : "unknown reason";
}

Status copy_entry(archive* in, const fs::path& target) {
  AIFLOW_ASSIGN(auto out, os::AtomicFile::create(target, 0644));
  std::string buffer(1U << 18, '\0');
  la_int64_t have = 0;
  while (true) {
    const la_ssize_t n = archive_read_data(in, buffer.data(), buffer.size());
    if (n < 0) return fail(ErrorCode::corrupt, reason(in));
    if (n == 0) return out.commit();
    have += n;
    if (have > kFileBytesMax) return fail(ErrorCode::corrupt, "a file in it is over 1 GiB");
    AIFLOW_TRY(out.write(std::string_view(buffer).substr(0, static_cast<std::size_t>(n))));
  }
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t end = std::min(text.find(separator, start), text.size());
    parts.emplace_back(text.substr(start, end - start));
    start = end + 1;
  }
  return parts;
}

Result<std::vector<std::string>> extract_all(archive* in, const std::vector<Extract>& extracts) {
  std::vector<std::string> found;
  while (true) {
    archive_entry* entry = nullptr;  // belongs to the reader
    const int code = archive_read_next_header(in, &entry);
    if (code == ARCHIVE_EOF) return found;
    if (code != ARCHIVE_OK) return fail(ErrorCode::corrupt, reason(in));
    const char* raw_name = archive_entry_pathname(entry);
    const std::string name = raw_name ? raw_name : "";
    const auto wanted = std::ranges::find_if(
        extracts, [&](const Extract& e) { return name.starts_with(e.path_start); });
    if (wanted == extracts.end() || archive_entry_filetype(entry) != AE_IFREG) continue;
    // Only the last part of a name is used, so no name can lead out of the folder.
    AIFLOW_TRY(copy_entry(in, wanted->folder / name.substr(name.rfind('/') + 1)));
    found.push_back(name);
  }
}

}  // namespace

Result<WheelName> parse_wheel_name(std::string_view file_name) {
  const auto refuse = [&] {
    return fail(ErrorCode::invalid_argument, "'" + std::string(file_name) + "' is no wheel's name");
  };
  if (!file_name.ends_with(".whl")) return refuse();
  const auto parts = split(file_name.substr(0, file_name.size() - 4), '-');
  if (parts.size() != 5 && parts.size() != 6) return refuse();
  return WheelName{parts[0], parts[1], parts.back()};
}

Result<fs::path> find_wheel(const fs::path& folder, const WheelWanted& wanted) {
  std::vector<fs::path> found;
  std::error_code failed;
  fs::directory_iterator it(folder, failed);
  for (; !failed && it != fs::directory_iterator(); it.increment(failed)) {
    const auto name = parse_wheel_name(it->path().filename().string());
    if (!name || name->package != wanted.package) continue;
    if (!wanted.version.empty() && name->version != wanted.version) continue;
    if (!name->platform.ends_with("_" + wanted.machine)) continue;
    if (name->platform.find("linux") == std::string::npos) continue;
    found.push_back(it->path());
  }
  if (found.empty()) return fail(ErrorCode::not_found, "no wheel in '" + folder.string() + "'");
  return *std::ranges::max_element(found);
}

Result<std::vector<std::string>> extract_wheel(const fs::path& wheel,
                                               const std::vector<Extract>& extracts) {
  const std::unique_ptr<archive, FreeRead> in(archive_read_new());
  AIFLOW_ASSERT(in && archive_read_support_format_zip(in.get()) == ARCHIVE_OK);
  constexpr std::size_t kBlockBytes = 1U << 18;
  auto found = [&]() -> Result<std::vector<std::string>> {
    if (archive_read_open_filename(in.get(), wheel.c_str(), kBlockBytes) != ARCHIVE_OK) {
      return fail(ErrorCode::corrupt, reason(in.get()));
    }
    return extract_all(in.get(), extracts);
  }();
  if (found) return found;
  return fail(std::move(found).error().with_context("wheel '" + wheel.string() + "'"));
}

}  // namespace aiflow::runtime
