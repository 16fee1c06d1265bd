// SPDX-License-Identifier: Apache-2.0
#include "kubernetes/cluster.h"

#include <doctest/doctest.h>

#include "kubernetes/yaml.h"
#include "os/file.h"
#include "os/temp_dir.h"

namespace aiflow::kubernetes {
namespace {

constexpr const char* kConfig = R"(
apiVersion: v1
kind: Config
current-context: site-a
clusters:
- name: a
  cluster: {server: "https://10.0.0.1:6443/", certificate-authority-data: Y2EtcGVt}
- name: b
  cluster: {server: https://b.example, insecure-skip-tls-verify: true}
users:
- name: certified
  user:
    client-certificate: me.crt
    client-key-data: a2V5
- name: bearer
  user: {token: "0123"}
- name: helped
  user: {exec: {command: aws}}
contexts:
- {name: site-a, context: {cluster: a, user: certified, namespace: jobs}}
- {name: site-b, context: {cluster: b, user: bearer}}
- {name: cloud, context: {cluster: b, user: helped}}
- {name: lost, context: {cluster: c, user: bearer}}
)";

TEST_CASE("a kubeconfig's current context names server, authority and client certificate") {
  const auto folder = os::TempDir::create("kubeconfig").value();
  REQUIRE(os::write_atomic(folder.path() / "me.crt", "certificate"));
  const auto cluster = parse_kubeconfig(kConfig, "", folder.path());
  REQUIRE(cluster);
  CHECK(cluster->server == "https://10.0.0.1:6443");
  CHECK(cluster->ca_pem == "ca-pem");
  CHECK(cluster->certificate_pem == "certificate");
  CHECK(cluster->key_pem.reveal() == "key");
  CHECK(cluster->space == "jobs");
  CHECK(cluster->checks_certificate);
}

TEST_CASE("another context has a token, which stays text") {
  const auto cluster = parse_kubeconfig(kConfig, "site-b", "/");
  REQUIRE(cluster);
  CHECK(cluster->token.reveal() == "0123");
  CHECK_FALSE(cluster->checks_certificate);
  CHECK(cluster->space == "default");
}

TEST_CASE("what a kubeconfig lacks is named") {
  CHECK(parse_kubeconfig(kConfig, "nowhere", "/").error().message == "it has no context 'nowhere'");
  CHECK(parse_kubeconfig(kConfig, "lost", "/").error().message == "it has no cluster 'c'");
  CHECK(parse_kubeconfig(kConfig, "cloud", "/").error().message.contains("helper program (exec)"));
  CHECK(parse_kubeconfig(kConfig, "", "/none").error().code == ErrorCode::not_found);
  CHECK_FALSE(parse_kubeconfig("a: [", "", "/"));
  CHECK_FALSE(read_kubeconfig("/none/config", ""));
}

TEST_CASE("a pod finds its cluster and its namespace") {
  const auto folder = os::TempDir::create("account").value();
  REQUIRE(os::write_atomic(folder.path() / "ca.crt", "ca"));
  REQUIRE(os::write_atomic(folder.path() / "token", "t"));
  REQUIRE(os::write_atomic(folder.path() / "namespace", "aiflow\n"));
  const auto environment = [](const std::string& name) -> std::optional<std::string> {
    if (name == "KUBERNETES_SERVICE_HOST") return "fd00::1";
    if (name == "KUBERNETES_SERVICE_PORT") return "443";
    return std::nullopt;
  };
  const auto cluster = in_cluster(environment, folder.path());
  REQUIRE(cluster);
  CHECK(cluster->server == "https://[fd00::1]:443");
  CHECK(cluster->space == "aiflow");
  CHECK(cluster->token_file == folder.path() / "token");
  CHECK_FALSE(in_cluster([](auto&) { return std::optional<std::string>(); }, folder.path()));
}

TEST_CASE("YAML is read as JSON by the core schema") {
  const auto value = parse_yaml("a: 1\nb: '1'\nc: [true, ~, 1.5, yes]\nd: &x {e: text}\nf: *x\n");
  REQUIRE(value);
  CHECK(json::write(*value) ==
        R"({"a":1,"b":"1","c":[true,null,1.5,"yes"],"d":{"e":"text"},"f":{"e":"text"}})");
}

TEST_CASE("hostile YAML is refused in time") {
  std::string bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string name = "a" + std::to_string(i);
    const std::string before = "*a" + std::to_string(i - 1);
    bomb += name + ": &" + name + " [" + before;
    for (int k = 0; k < 9; ++k) bomb += "," + before;
    bomb += "]\n";
  }
  CHECK(parse_yaml(bomb).error().message.contains("too large"));
  CHECK_FALSE(parse_yaml(std::string(100'000, '[')));
  CHECK_FALSE(parse_yaml(std::string(2 << 20, ' ')));
  CHECK_FALSE(parse_yaml("{[a]: b}"));
}

}  // namespace
}  // namespace aiflow::kubernetes
