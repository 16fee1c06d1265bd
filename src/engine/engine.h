// SPDX-License-Identifier: Apache-2.0
// An inference engine as C++: Engine (a loaded plug-in) opens a model and gives a Session, a
// Session runs tensors. The plug-in itself is a shared object behind engine_abi.h; loader.h loads
// it. Threads: an Engine may be used from many, a Session by one at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "tensor/tensor.h"

namespace aiflow::engine {

struct AbiVersion {
  int major = 0;
  int minor = 0;
  friend bool operator==(const AbiVersion&, const AbiVersion&) = default;
};

/// The version of engine_abi.h this program was built with.
[[nodiscard]] AbiVersion host_abi();

struct EngineInfo {
  std::string name;     ///< "onnxruntime"
  std::string version;  ///< of the engine; "" when its library could not be loaded
  AbiVersion abi;
};

enum class GraphOptimization { none, basic, all };

struct OpenOptions {
  int threads = 1;  ///< 1 to 256
  GraphOptimization graph_optimization = GraphOptimization::all;
};

/// Name, type and extent of a model's input or output; -1 = any extent.
struct TensorSpec {
  std::string name;
  tensor::DType dtype = tensor::DType::f32;
  std::vector<std::int64_t> shape;
  friend bool operator==(const TensorSpec&, const TensorSpec&) = default;
};

/// An input: borrows its elements for the time of the call.
struct Input {
  std::string name;
  tensor::TensorView view;
};

struct Output {
  std::string name;
  tensor::Tensor tensor;
};

class Engine;

class Session {
 public:
  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;
  ~Session();

  [[nodiscard]] const std::vector<TensorSpec>& inputs() const;
  [[nodiscard]] const std::vector<TensorSpec>& outputs() const;

  /// Runs the model once; the outputs are in the order of outputs().
  /// Errors: invalid_argument when an input is missing, unknown, given twice, or its type or shape
  /// does not fit; internal when the engine fails.
  [[nodiscard]] Result<std::vector<Output>> run(std::span<const Input> inputs);

 private:
  friend class Engine;
  struct Impl;
  explicit Session(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

class Engine {
 public:
  Engine(Engine&&) noexcept;
  Engine& operator=(Engine&&) noexcept;
  ~Engine();

  [[nodiscard]] const EngineInfo& info() const;

  /// Loads a model's bytes, which may go afterwards. The session keeps the plug-in loaded.
  /// Errors: corrupt (bytes can't be read), invalid_argument (well formed, but this engine can't
  /// run it: an unknown operator, say), unavailable (the engine's library can't be loaded).
  [[nodiscard]] Result<Session> open(std::span<const std::byte> model,
                                     const OpenOptions& options = {}) const;

 private:
  friend Result<Engine> load_engine(const std::filesystem::path& plugin);
  struct Plugin;
  friend class Session;
  explicit Engine(std::shared_ptr<const Plugin> plugin);
  std::shared_ptr<const Plugin> plugin_;
};

}  // namespace aiflow::engine
