// SPDX-License-Identifier: Apache-2.0
// Where the parts of a service task stand in the cluster's API. Private to the Kubernetes executor.
#pragma once

#include <string>

#include "base/utf8.h"
#include "executor/kubernetes/service_plan.h"

namespace aiflow::executor::detail {

inline constexpr int kNotFound = 404;

inline std::string deployments(const PodName& of) {
  return "/apis/apps/v1/namespaces/" + of.space + "/deployments";
}
inline std::string services(const PodName& of) {
  return "/api/v1/namespaces/" + of.space + "/services";
}
inline std::string pods(const PodName& of) {
  return "/api/v1/namespaces/" + of.space + "/pods?labelSelector=" + kServiceLabel + "%3D" +
         of.name;
}

/// A node's words can be long; not inside of a character.
inline void cut(std::string& text) {
  constexpr std::size_t kMost = 500;
  text.resize(whole_characters(text, kMost).size());
}

}  // namespace aiflow::executor::detail
