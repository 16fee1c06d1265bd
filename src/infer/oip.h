// SPDX-License-Identifier: Apache-2.0
// The Open Inference Protocol v2 (KServe, Triton), REST form: bodies <-> tensors, with the binary
// tensor extension. Pure; the HTTP routes are in src/http_api.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/engine.h"
#include "json/value.h"
#include "tensor/tensor.h"
#include "wire/inference.h"

namespace aiflow::infer {

/// The header that says how many of the body's first bytes are JSON.
inline constexpr std::string_view kOipHeaderLength = "Inference-Header-Content-Length";

struct OipLimits {
  std::size_t tensors_max = 256;
  std::size_t tensor_bytes_max = 256U << 20;
};

struct OipTensor {
  std::string name;
  tensor::Tensor tensor;
};

struct OipRequestedOutput {
  std::string name;
  bool binary = false;
};

struct OipRequest {
  std::string id;
  std::vector<OipTensor> inputs;
  std::vector<OipRequestedOutput> outputs;  ///< empty = all
  bool binary_outputs = false;              ///< for outputs that are not listed
};

/// `json_bytes` = the value of kOipHeaderLength, nullopt = the body is JSON only.
/// Errors: invalid_argument naming the tensor: unknown datatype, negative or overflowing shape, too
/// few or too many elements, numbers that do not fit the type, binary sizes that do not add up.
[[nodiscard]] Result<OipRequest> parse_oip_request(std::string_view body,
                                                   std::optional<std::size_t> json_bytes,
                                                   const OipLimits& limits = {});

struct OipReply {
  std::string body;
  std::optional<std::size_t> json_bytes;  ///< set = send kOipHeaderLength and octet-stream
};

struct OipModel {
  std::string name;
  std::string version;
};

/// Errors: invalid_argument when a requested output does not exist.
[[nodiscard]] Result<OipReply> write_oip_response(const OipRequest& request, const OipModel& model,
                                                  std::span<const engine::Output> outputs);

/// GET /v2/models/{name}: {name, versions, platform, inputs, outputs}.
[[nodiscard]] json::Value oip_model_metadata(const wire::Description& description);

/// GET /v2: {name, version, extensions}.
[[nodiscard]] json::Value oip_server_metadata(std::string_view version);

/// The inputs as the engine's; they borrow the request's tensors.
[[nodiscard]] std::vector<engine::Input> oip_inputs(const OipRequest& request);

}  // namespace aiflow::infer
