// SPDX-License-Identifier: Apache-2.0
#include "uplink/packed_folders.h"

#include <zlib.h>

#include "os/file.h"
#include "uplink/bundle.h"

namespace aiflow::uplink {
namespace {

namespace fs = std::filesystem;
/// It is held in memory for a moment, here and in the pod.
constexpr std::uint64_t kUnpackedBytesMax = 32U << 20;
/// A look reads the state of up to 20,000 files, and pods come by the hundred. What a DAG file says
/// comes to runs later than this: it is parsed first.
constexpr auto kLookEvery = std::chrono::milliseconds(100);

std::unexpected<Error> too_large(const fs::path& folder, const std::string& has,
                                 std::uint64_t most) {
  return fail(ErrorCode::invalid_argument,
              "the DAG folder '" + folder.string() + "' is too large for pods: " + has +
                  " of at most " + std::to_string(most) +
                  " bytes; move what is not read with the DAGs out of it, or into the image");
}

Result<PackedFolder> named(Result<PackedFolder> packed, const std::string& dag_file) {
  if (packed) packed->dag_file = dag_file;
  return packed;
}

Result<std::string> compressed(const std::string& bytes) {
  uLongf size = ::compressBound(bytes.size());
  std::string out(size, '\0');
  const int error =
      ::compress2(reinterpret_cast<Bytef*>(out.data()), &size,
                  reinterpret_cast<const Bytef*>(bytes.data()), bytes.size(), Z_BEST_COMPRESSION);
  if (error != Z_OK) return fail(ErrorCode::internal, "the DAG folder cannot be compressed");
  out.resize(size);
  return out;
}

}  // namespace

Result<PackedFolder> PackedFolders::of(const std::string& dag_file) {
  for (const fs::path& folder : options_.dag_folders) {
    const std::string path = path_in(folder, dag_file);
    if (path.empty()) continue;
    const std::scoped_lock lock(mutex_);
    auto known = known_.find(folder);
    const SteadyTime now = clock_.steady_now();
    if (known != known_.end() && now - known->second.looked_at < kLookEvery) {
      return named(known->second.packed, path);
    }
    AIFLOW_ASSIGN(const std::string print, folder_print(folder));
    if (known == known_.end() || known->second.print != print) {
      Known made{.print = print, .packed = pack(folder)};
      // A file that was written to while it was read is in no print: the next look packs again.
      AIFLOW_ASSIGN(const std::string after, folder_print(folder));
      if (after != print) made.print.clear();
      known = known_.insert_or_assign(folder, std::move(made)).first;
    }
    known->second.looked_at = now;
    return named(known->second.packed, path);
  }
  return fail(ErrorCode::not_found, "'" + dag_file + "' is in none of the server's DAG folders");
}

Result<PackedFolder> PackedFolders::pack(const fs::path& folder) const {
  AIFLOW_TRY(os::make_dirs(options_.scratch));
  AIFLOW_ASSIGN(const std::string bundle, pack_bundle(folder, options_.scratch));
  const fs::path file = options_.scratch / bundle;
  std::error_code error;
  const std::uint64_t size = fs::file_size(file, error);
  Result<std::string> bytes =
      too_large(folder, "it has " + std::to_string(size), kUnpackedBytesMax);
  if (size <= kUnpackedBytesMax) bytes = os::read_file(file, kUnpackedBytesMax);
  fs::remove(file, error);
  if (!bytes) return fail(std::move(bytes).error());
  AIFLOW_ASSIGN(std::string packed, compressed(*bytes));
  if (packed.size() > options_.bytes_max) {
    return too_large(folder, "compressed it has " + std::to_string(packed.size()),
                     options_.bytes_max);
  }
  return PackedFolder{.bundle = bundle,
                      .bytes = std::make_shared<const std::string>(std::move(packed)),
                      .dag_file = {}};
}

}  // namespace aiflow::uplink
