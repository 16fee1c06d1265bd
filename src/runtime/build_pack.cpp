// SPDX-License-Identifier: Apache-2.0
#include "runtime/build_pack.h"

#include <fcntl.h>
#include <sys/utsname.h>

#include <algorithm>

#include "digest/sha256.h"
#include "json/value.h"
#include "os/environment.h"
#include "os/file.h"
#include "os/process.h"
#include "os/temp_dir.h"
#include "runtime/detail/wheel.h"

namespace aiflow::runtime {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPackage = "onnxruntime";
constexpr std::int64_t kPhaseCount = 4;

/// The kernel's word for this machine: "x86_64", "aarch64".
std::string machine() {
  utsname names{};
  return ::uname(&names) == 0 ? names.machine : "x86_64";
}

std::string last_line(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
  return std::string(text.substr(text.rfind('\n') + 1));
}

class Builder {
 public:
  Builder(const BuildOptions& options, const Clock& clock) : options_(options), clock_(clock) {}

  Result<BuiltPack> run();

 private:
  Result<fs::path> fetch();
  Status download();
  Result<os::ExitStatus> run_pip(const fs::path& log, const fs::path& target);
  Status unpack(const fs::path& wheel);
  Status seal(const fs::path& wheel);
  Status write_profile() const;
  void begin(const std::string& phase, const std::string& what);
  void end();
  [[nodiscard]] WheelWanted wanted() const { return {kPackage, options_.version, machine()}; }
  [[nodiscard]] Error missing_wheel(const std::string& why) const;

  const BuildOptions& options_;
  const Clock& clock_;
  SteadyTime phase_start_{};
  BuiltPack out_;
};

Result<BuiltPack> Builder::run() {
  begin("fetch", "getting onnxruntime " + options_.version);
  AIFLOW_ASSIGN(const auto wheel, fetch());
  AIFLOW_ASSIGN(const auto name, parse_wheel_name(wheel.filename().string()));
  const std::string stem = std::string(kPackage) + "-" + name.version;
  out_.folder = options_.output_dir / stem;
  out_.archive = options_.output_dir / (stem + ".tar.zst");
  out_.manifest.version = name.version;
  end();
  begin("unpack", "taking the library out of " + wheel.filename().string());
  AIFLOW_TRY(unpack(wheel));
  end();
  begin("seal", "computing digests");
  AIFLOW_TRY(seal(wheel));
  end();
  begin("archive", "writing " + out_.archive.filename().string());
  AIFLOW_TRY(write_archive(out_.folder, out_.archive));
  end();
  AIFLOW_TRY(write_profile());
  return std::move(out_);
}

void Builder::begin(const std::string& phase, const std::string& what) {
  phase_start_ = clock_.steady_now();
  out_.phases.push_back({phase, {}});
  if (!options_.on_progress) return;
  const auto done = static_cast<std::int64_t>(out_.phases.size()) - 1;
  options_.on_progress({.done = done, .total = kPhaseCount, .unit = "steps", .what = what});
}

void Builder::end() {
  out_.phases.back().took = clock_.steady_now() - phase_start_;
  if (!options_.on_progress || out_.phases.size() < kPhaseCount) return;
  options_.on_progress(
      {.done = kPhaseCount, .total = kPhaseCount, .unit = "steps", .what = "pack is ready"});
}

Error Builder::missing_wheel(const std::string& why) const {
  const std::string version = options_.version.empty() ? "<version>" : options_.version;
  return {ErrorCode::unavailable,
          "the wheel of onnxruntime " + version + " could not be had (" + why +
              "). Put a file onnxruntime-" + version + "-cp3*-cp3*-manylinux*_" + machine() +
              ".whl from PyPI into '" + options_.wheel_dir.string() + "' and run this again"};
}

Result<fs::path> Builder::fetch() {
  if (auto there = find_wheel(options_.wheel_dir, wanted())) return there;
  if (options_.offline) return fail(missing_wheel("working offline"));
  AIFLOW_TRY(os::make_dirs(options_.wheel_dir));
  AIFLOW_TRY(download());
  auto wheel = find_wheel(options_.wheel_dir, wanted());
  if (!wheel) return fail(missing_wheel("pip brought no wheel for this machine"));
  return wheel;
}

Status Builder::download() {
  // Into a folder of its own first: a wheel that is cut short must never be found later.
  AIFLOW_ASSIGN(const auto staging, os::TempDir::create(".download-", options_.wheel_dir));
  const fs::path log = staging.path() / "pip.log";
  const auto ended = run_pip(log, staging.path());
  if (!ended) return fail(missing_wheel(ended.error().message));
  if (!ended->success()) {
    const auto text = os::read_file(log, 1U << 20);
    return fail(missing_wheel("pip: " + (text ? last_line(*text) : os::describe(*ended))));
  }
  auto wheel = find_wheel(staging.path(), wanted());
  if (!wheel) return fail(missing_wheel("pip brought no wheel for this machine"));
  std::error_code failed;
  fs::rename(*wheel, options_.wheel_dir / wheel->filename(), failed);
  if (failed) return fail(os::error_from_errno(failed.value(), "'" + wheel->string() + "'"));
  return {};
}

Result<os::ExitStatus> Builder::run_pip(const fs::path& log, const fs::path& target) {
  const os::Fd output(::open(log.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  if (!output.valid()) return fail(os::error_from_errno(errno, "'" + log.string() + "'"));
  const std::string what =
      options_.version.empty() ? kPackage : kPackage + ("==" + options_.version);
  os::ProcessOptions process;
  process.argv = {options_.python,
                  "-m",
                  "pip",
                  "download",
                  "--no-deps",
                  "--only-binary=:all:",
                  "--no-input",
                  "--disable-pip-version-check",
                  "--progress-bar=off",
                  "--retries=2",
                  "-d",
                  target.string(),
                  what};
  process.fds = {{output.get(), 1}, {output.get(), 2}};
  process.die_with_parent = true;
  AIFLOW_ASSIGN(auto pip, os::Process::start(process));
  auto ended = pip.wait(Deadline::after(clock_, options_.download_timeout));
  if (!ended) {
    pip.stop(std::chrono::seconds(1));
    return fail(ErrorCode::timeout, "pip took too long");
  }
  return ended;
}

Status Builder::unpack(const fs::path& wheel) {
  AIFLOW_TRY(os::remove_tree(out_.folder));
  const fs::path lib = out_.folder / "lib";
  AIFLOW_TRY(os::make_dirs(lib, 0755));
  AIFLOW_ASSIGN(const auto found,
                extract_wheel(wheel, {{"onnxruntime/capi/libonnxruntime.so", lib},
                                      {"onnxruntime/LICENSE", out_.folder},
                                      {"onnxruntime/ThirdPartyNotices.txt", out_.folder}}));
  const bool has_library = std::ranges::any_of(
      found, [](const std::string& name) { return name.find("libonnxruntime.so") != name.npos; });
  if (!has_library) {
    return fail(ErrorCode::corrupt, "'" + wheel.string() + "' holds no libonnxruntime.so");
  }
  std::error_code failed;
  fs::copy_file(options_.plugin, lib / options_.plugin.filename(), failed);
  if (!failed) return {};
  return fail(os::error_from_errno(failed.value(), "plug-in '" + options_.plugin.string() + "'"));
}

Status Builder::seal(const fs::path& wheel) {
  AIFLOW_ASSIGN(const auto digest, digest::sha256_of_file(wheel));
  PackManifest manifest{
      .name = kPackage,
      .version = out_.manifest.version,
      .engine = kPackage,
      .abi_major = options_.abi_major,
      .abi_minor = options_.abi_minor,
      .plugin = "lib/" + options_.plugin.filename().string(),
      .files = {},
      .source = {.registry = "pypi",
                 .package = kPackage,
                 .version = out_.manifest.version,
                 .file = wheel.filename().string(),
                 .sha256 = digest.sha256},
      .licence = "MIT",
      .created_by = "aiflow",
  };
  AIFLOW_ASSIGN(out_.manifest, seal_folder(out_.folder, std::move(manifest)));
  out_.digest = digest_of(out_.manifest);
  return {};
}

Status Builder::write_profile() const {
  json::Value phases{json::Array{}};
  for (const auto& phase : out_.phases) {
    const auto ms = std::chrono::duration<double, std::milli>(phase.took).count();
    phases.push_back(json::object({{"phase", phase.name}, {"ms", ms}}));
  }
  const auto profile = json::object({{"digest", out_.digest.value},
                                     {"unpacked_bytes", total_bytes(out_.manifest)},
                                     {"phases", std::move(phases)}});
  const std::string name = out_.folder.filename().string() + ".profile.json";
  return os::write_atomic(options_.output_dir / name, json::write_pretty(profile) + "\n", 0644);
}

}  // namespace

Result<fs::path> find_plugin(const fs::path& program, const std::string& name) {
  const fs::path prefix = program.parent_path().parent_path();
  const std::string file = "libaiflow_engine_" + name + ".so";
  for (const fs::path& folder : {prefix / "lib", prefix / "lib" / "aiflow"}) {
    std::error_code ignored;
    if (fs::exists(folder / file, ignored)) return folder / file;
  }
  return fail(ErrorCode::not_found, "the engine plug-in " + file + " is neither in '" +
                                        (prefix / "lib").string() + "' nor in '" +
                                        (prefix / "lib" / "aiflow").string() +
                                        "'; it is built with AIflow when tools/fetch_deps has run");
}

Result<BuiltPack> build_onnxruntime_pack(const BuildOptions& options, const Clock& clock) {
  if (options.abi_major <= 0) {
    return fail(ErrorCode::invalid_argument, "abi_major must be the engine interface's version");
  }
  AIFLOW_TRY(os::make_dirs(options.output_dir, 0755));
  return Builder(options, clock).run();
}

}  // namespace aiflow::runtime
