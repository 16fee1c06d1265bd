// SPDX-License-Identifier: Apache-2.0
#include "kubernetes/cluster.h"

#include <array>

#include "kubernetes/yaml.h"
#include "os/file.h"

namespace aiflow::kubernetes {
namespace {

constexpr std::size_t kFileBytesMax = 1U << 20;

Result<std::string> decode_base64(std::string_view text) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string bytes;
  unsigned buffer = 0;
  int bits = 0;
  for (const char c : text) {
    if (c == '=' || c == '\n' || c == '\r') continue;
    const std::size_t digit = kDigits.find(c);
    if (digit == kDigits.npos) return fail(ErrorCode::invalid_argument, "it is not base64");
    buffer = (buffer << 6U) | static_cast<unsigned>(digit);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push_back(static_cast<char>((buffer >> static_cast<unsigned>(bits)) & 0xFFU));
  }
  return bytes;
}

/// The named entry of a list like clusters: [{name, cluster: {...}}].
Result<const json::Value*> entry(const json::Value& config, const std::string& kind,
                                 const std::string& name) {
  AIFLOW_ASSIGN(const json::Array* list, json::get_array(config, kind + "s"));
  for (const json::Value& one : *list) {
    AIFLOW_ASSIGN(const std::string its_name, json::get_string_or(one, "name", ""));
    if (its_name == name) return json::get_object(one, kind);
  }
  return fail(ErrorCode::not_found, "it has no " + kind + " '" + name + "'");
}

/// PEM text that stands inside as NAME-data, or in the file that NAME names.
Result<std::string> pem(const json::Value& from, const std::string& name,
                        const std::filesystem::path& folder) {
  AIFLOW_ASSIGN(const std::string inside, json::get_string_or(from, name + "-data", ""));
  if (!inside.empty()) {
    auto decoded = decode_base64(inside);
    if (!decoded) return fail(std::move(decoded).error().with_context(name + "-data"));
    return decoded;
  }
  AIFLOW_ASSIGN(const std::string file, json::get_string_or(from, name, ""));
  if (file.empty()) return std::string();
  return os::read_file(folder / file, kFileBytesMax);
}

Status read_server(Cluster& cluster, const json::Value& from, const std::filesystem::path& folder) {
  AIFLOW_ASSIGN(cluster.server, json::get_string(from, "server"));
  while (cluster.server.ends_with('/')) cluster.server.pop_back();
  if (!cluster.server.starts_with("https://") && !cluster.server.starts_with("http://")) {
    return fail(ErrorCode::invalid_argument, "its server is not an http or https URL");
  }
  if (from.find("tls-server-name") != nullptr) {
    return fail(ErrorCode::invalid_argument, "tls-server-name is not available");
  }
  AIFLOW_ASSIGN(cluster.ca_pem, pem(from, "certificate-authority", folder));
  AIFLOW_ASSIGN(const bool skips, json::get_bool_or(from, "insecure-skip-tls-verify", false));
  cluster.checks_certificate = !skips;
  return {};
}

Status read_user(Cluster& cluster, const json::Value& from, const std::filesystem::path& folder) {
  for (const char* helper : {"exec", "auth-provider"}) {
    if (from.find(helper) == nullptr) continue;
    return fail(ErrorCode::invalid_argument,
                std::string("its user signs in by a helper program (") + helper +
                    "), which is not available; use a token of a service account");
  }
  AIFLOW_ASSIGN(cluster.certificate_pem, pem(from, "client-certificate", folder));
  AIFLOW_ASSIGN(std::string key, pem(from, "client-key", folder));
  cluster.key_pem = Secret(std::move(key));
  AIFLOW_ASSIGN(std::string token, json::get_string_or(from, "token", ""));
  cluster.token = Secret(std::move(token));
  AIFLOW_ASSIGN(const std::string file, json::get_string_or(from, "tokenFile", ""));
  if (!file.empty()) cluster.token_file = folder / file;
  if (cluster.certificate_pem.empty() != cluster.key_pem.empty()) {
    return fail(ErrorCode::invalid_argument,
                "its user has only one of client-certificate and client-key");
  }
  return {};
}

std::string trimmed(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return text;
}

}  // namespace

Result<Cluster> parse_kubeconfig(std::string_view text, const std::string& context,
                                 const std::filesystem::path& folder) {
  AIFLOW_ASSIGN(const json::Value config, parse_yaml(text));
  AIFLOW_ASSIGN(const std::string current, json::get_string_or(config, "current-context", ""));
  const std::string& wanted = context.empty() ? current : context;
  if (wanted.empty()) {
    return fail(ErrorCode::invalid_argument, "it has no current-context; name one after '#'");
  }
  AIFLOW_ASSIGN(const json::Value* chosen, entry(config, "context", wanted));
  AIFLOW_ASSIGN(const std::string cluster_name, json::get_string(*chosen, "cluster"));
  AIFLOW_ASSIGN(const std::string user_name, json::get_string_or(*chosen, "user", ""));
  Cluster cluster;
  AIFLOW_ASSIGN(cluster.space, json::get_string_or(*chosen, "namespace", "default"));
  AIFLOW_ASSIGN(const json::Value* server, entry(config, "cluster", cluster_name));
  AIFLOW_TRY(read_server(cluster, *server, folder));
  if (user_name.empty()) return cluster;
  AIFLOW_ASSIGN(const json::Value* user, entry(config, "user", user_name));
  AIFLOW_TRY(read_user(cluster, *user, folder));
  return cluster;
}

Result<Cluster> read_kubeconfig(const std::filesystem::path& file, const std::string& context) {
  AIFLOW_ASSIGN(const std::string text, os::read_file(file, kFileBytesMax));
  auto cluster = parse_kubeconfig(text, context, file.parent_path());
  if (!cluster) {
    return fail(std::move(cluster).error().with_context("kubeconfig '" + file.string() + "'"));
  }
  return cluster;
}

Result<Cluster> in_cluster(const Environment& environment, const std::filesystem::path& account) {
  const auto host = environment("KUBERNETES_SERVICE_HOST");
  const auto port = environment("KUBERNETES_SERVICE_PORT");
  if (!host || !port) return fail(ErrorCode::not_found, "this process runs in no pod");
  const bool is_v6 = host->find(':') != host->npos;
  Cluster cluster;
  cluster.server = "https://" + (is_v6 ? "[" + *host + "]" : *host) + ":" + *port;
  AIFLOW_ASSIGN(cluster.ca_pem, os::read_file(account / "ca.crt", kFileBytesMax));
  cluster.token_file = account / "token";
  if (auto space = os::read_file(account / "namespace", kFileBytesMax)) {
    cluster.space = trimmed(*std::move(space));
  }
  return cluster;
}

}  // namespace aiflow::kubernetes
