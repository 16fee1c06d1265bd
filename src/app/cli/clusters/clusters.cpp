// SPDX-License-Identifier: Apache-2.0
#include "app/cli/clusters/clusters.h"

#include <algorithm>
#include <set>

#include "conductor/log_path.h"
#include "os/environment.h"
#include "os/file.h"
#include "os/process.h"
#include "store/run_store.h"
#include "store/user_store.h"
#include "uplink/packed_folders.h"

namespace aiflow::app {
namespace {

constexpr const char* kKind = "kubernetes";
constexpr const char* kOwnerSetting = "executor_owner";
constexpr std::size_t kUuidBytesMax = 64;
constexpr std::size_t kNameBytesMax = 40;
constexpr std::size_t kCertificateBytesMax = 64U << 10;
constexpr std::size_t kBundleDigits = 20;
constexpr auto kPackTime = std::chrono::seconds(30);
/// As base64 it has to fit into a config map of 1 MiB.
constexpr std::size_t kSdkBytesMax = 700U << 10;

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// It becomes a part of a label's value, at its end.
bool is_name(const std::string& text) {
  return !text.empty() && text.size() <= kNameBytesMax && is_letter(text.back()) &&
         std::ranges::all_of(
             text, [](char c) { return is_letter(c) || c == '-' || c == '_' || c == '.'; });
}

/// Tells pods of this AIflow apart from those of others in the same cluster; kept in the database,
/// so that it is the same after a restart and for a server that takes over.
Result<std::string> owner_of(store::Store& store) {
  AIFLOW_ASSIGN(const auto known, store.read([](db::Connection& db) {
    return store::UserStore(db).setting(kOwnerSetting);
  }));
  if (known) return *known;
  AIFLOW_ASSIGN(const auto uuid, os::read_file("/proc/sys/kernel/random/uuid", kUuidBytesMax));
  const std::string made = uuid.substr(0, 18);
  AIFLOW_TRY(store.transact(
      [&](db::Connection& db) { return store::UserStore(db).set_setting(kOwnerSetting, made); }));
  return made;
}

/// The Python packages as one archive, some 200 KB.
Result<std::string> packed_sdk(const ClusterParts& parts) {
  const auto file = parts.scratch / "sdk.zip";
  os::ProcessOptions pack;
  pack.argv = {parts.python, "-m", "aiflow.pack_sdk", file.string()};
  pack.env = os::environment();
  (*pack.env)["PYTHONPATH"] = parts.sdk.string();
  pack.fds = {{2, 2}};
  AIFLOW_ASSIGN(auto process, os::Process::start(pack));
  const auto status = process.wait(Deadline::after(parts.clock, kPackTime));
  if (!status || !status->success()) {
    return fail(ErrorCode::unavailable, "the SDK cannot be packed for tasks in a cluster");
  }
  return os::read_file(file, kSdkBytesMax);
}

Result<executor::DagFiles> files_for(uplink::PackedFolders& folders, const std::string& dag_file) {
  AIFLOW_ASSIGN(const auto packed, folders.of(dag_file));
  return executor::DagFiles{.name = "aiflow-dags-" + packed.bundle.substr(0, kBundleDigits),
                            .packed = packed.bytes,
                            .dag_file = packed.dag_file};
}

Result<kubernetes::Cluster> read(const ClusterOption& option) {
  if (option.config.empty()) return kubernetes::in_cluster(os::get_env);
  return kubernetes::read_kubeconfig(option.config, option.context);
}

}  // namespace

Result<ClusterOption> parse_cluster_option(const std::string& text) {
  ClusterOption option;
  std::string file = text;
  if (const std::size_t at = text.find('='); at != text.npos && !text.starts_with('/')) {
    option.name = text.substr(0, at);
    file = text.substr(at + 1);
    if (!is_name(option.name)) {
      return fail(ErrorCode::invalid_argument,
                  "--kubernetes: '" + option.name + "' is not a name of letters and digits");
    }
  }
  if (const std::size_t at = file.rfind('#'); at != file.npos) {
    option.context = file.substr(at + 1);
    file.resize(at);
  }
  if (file.empty()) {
    return fail(ErrorCode::invalid_argument,
                "--kubernetes is [NAME=]FILE[#CONTEXT], not '" + text + "'");
  }
  option.config = std::filesystem::absolute(file);
  return option;
}

Result<std::vector<ClusterOption>> cluster_options(const std::vector<std::string>& texts) {
  std::vector<ClusterOption> all;
  std::set<std::string> names;
  for (const std::string& text : texts) {
    AIFLOW_ASSIGN(ClusterOption option, parse_cluster_option(text));
    const bool is_new = names.insert(option.name).second;
    if (!is_new || (option.name.empty() && !all.empty())) {
      return fail(ErrorCode::invalid_argument,
                  "--kubernetes: each of several clusters needs a name of its own");
    }
    all.push_back(std::move(option));
  }
  if (all.empty() && kubernetes::in_cluster(os::get_env)) all.push_back({});
  return all;
}

Result<std::vector<const executor::KubernetesExecutor*>> add_clusters(
    executor::ExecutorSet& executors, const std::vector<ClusterOption>& clusters,
    const ClusterParts& parts) {
  std::vector<const executor::KubernetesExecutor*> all;
  std::string sdk;
  std::string certificate;
  if (!clusters.empty()) {
    AIFLOW_ASSIGN(sdk, packed_sdk(parts));
  }
  if (!clusters.empty() && !parts.own_certificate.empty()) {
    AIFLOW_ASSIGN(certificate, os::read_file(parts.own_certificate, kCertificateBytesMax));
  }
  const auto folders = std::make_shared<uplink::PackedFolders>(
      parts.clock, uplink::PackedFolders::Options{.scratch = parts.scratch / "pod-files",
                                                  .dag_folders = parts.dag_folders,
                                                  .bytes_max = executor::kDagFilesBytesMax});
  for (const ClusterOption& option : clusters) {
    executor::KubernetesExecutorOptions made;
    made.sdk_zip = sdk;
    made.server_url = parts.own_url;
    made.server_certificate = certificate;
    made.dag_files = [folders](const std::string& dag_file) {
      return files_for(*folders, dag_file);
    };
    AIFLOW_ASSIGN(made.cluster, read(option));
    AIFLOW_ASSIGN(made.owner, owner_of(parts.store));
    // Two names may lead to one cluster; each sees its own pods only.
    if (!option.name.empty()) made.owner += "-" + option.name;
    made.image = parts.image;
    made.log_file = [logs = parts.logs](const executor::Attempt& attempt) {
      return conductor::log_path(logs, store::from_wire(attempt.key),
                                 static_cast<int>(attempt.try_number));
    };
    const std::string own = option.name.empty() ? kKind : std::string(kKind) + ":" + option.name;
    made.names = {own};
    const bool is_default = all.empty() && own != kKind;
    if (is_default) made.names.emplace_back(kKind);
    auto cluster = std::make_unique<executor::KubernetesExecutor>(parts.clock, std::move(made));
    all.push_back(cluster.get());
    executors.add(own, std::move(cluster));
    if (is_default) executors.add_name(kKind, own);
  }
  return all;
}

}  // namespace aiflow::app
