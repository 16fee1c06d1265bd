// SPDX-License-Identifier: Apache-2.0
// For tests only: writes a TFLite file of one 1x1 convolution with ReLU6.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace aiflow::app {

/// A FlatBuffer written from front to back: whatever holds an offset comes before its target.
class FlatWriter {
 public:
  FlatWriter() : bytes_(std::string(4, '\0') + "TFL3") {}
  [[nodiscard]] const std::string& bytes() const { return bytes_; }

  void root(std::size_t table) { set(0, static_cast<std::uint32_t>(table)); }

  /// A table whose `present` fields have four bytes each, all zero; gives its position.
  std::size_t table(const std::vector<std::size_t>& present) {
    const std::size_t fields = present.empty() ? 0 : present.back() + 1;
    const std::size_t vtable = aligned();
    put(static_cast<std::uint16_t>(4 + 2 * fields));
    put(static_cast<std::uint16_t>(4 + 4 * fields));
    for (std::size_t i = 0; i < fields; ++i) put(std::uint16_t{0});
    for (const std::size_t field : present) {
      set(vtable + 4 + 2 * field, static_cast<std::uint16_t>(4 + 4 * field));
    }
    const std::size_t at = aligned();
    put(static_cast<std::int32_t>(at - vtable));
    for (std::size_t i = 0; i < fields; ++i) put(std::int32_t{0});
    return at;
  }
  static std::size_t field(std::size_t table, std::size_t number) { return table + 4 + 4 * number; }

  template <class T>
  void set(std::size_t at, T value) {
    std::memcpy(bytes_.data() + at, &value, sizeof value);
  }
  void link(std::size_t at, std::size_t target) {
    set(at, static_cast<std::uint32_t>(target - at));
  }

  /// A vector whose elements count `unit` bytes each (floats may be stored as bytes).
  template <class T>
  std::size_t vector(const std::vector<T>& values, std::size_t unit = sizeof(T)) {
    const std::size_t at = aligned();
    put(static_cast<std::uint32_t>(values.size() * sizeof(T) / unit));
    for (const T value : values) put(value);
    return at;
  }

 private:
  template <class T>
  void put(T value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  std::size_t aligned() {
    bytes_.resize((bytes_.size() + 3) / 4 * 4);
    return bytes_.size();
  }

  std::string bytes_;
};

class TfliteWriter {
 public:
  /// y [1,2,2,3] = clip(x [1,2,2,2] * weights [3,2] + bias [3], 0, 6).
  static std::string convolution(const std::vector<float>& weights,
                                 const std::vector<float>& bias) {
    TfliteWriter writer;
    writer.write(weights, bias);
    return writer.out_.bytes();
  }

 private:
  using Ints = std::vector<std::int32_t>;
  using Bytes = std::vector<char>;

  void write(const std::vector<float>& weights, const std::vector<float>& bias) {
    const std::size_t model = out_.table({1, 2, 4});
    out_.root(model);
    const auto codes = tables(FlatWriter::field(model, 1), 1);
    const std::size_t code = out_.table({3});
    out_.set(FlatWriter::field(code, 3), std::int32_t{3});  // CONV_2D
    out_.link(codes[0], code);
    const auto subgraphs = tables(FlatWriter::field(model, 2), 1);
    const std::size_t subgraph = out_.table({0, 1, 2, 3});
    out_.link(subgraphs[0], subgraph);
    const auto tensors = tables(FlatWriter::field(subgraph, 0), 4);
    tensor(tensors[0], {1, 2, 2, 2}, {0, "x"});
    tensor(tensors[1], {3, 1, 1, 2}, {1, "w"});
    tensor(tensors[2], {3}, {2, "b"});
    tensor(tensors[3], {1, 2, 2, 3}, {0, "y"});
    out_.link(FlatWriter::field(subgraph, 1), out_.vector(Ints{0}));
    out_.link(FlatWriter::field(subgraph, 2), out_.vector(Ints{3}));
    const auto operators = tables(FlatWriter::field(subgraph, 3), 1);
    add_operator(operators[0]);
    const auto buffers = tables(FlatWriter::field(model, 4), 3);
    out_.link(buffers[0], out_.table({}));
    buffer(buffers[1], weights);
    buffer(buffers[2], bias);
  }

  /// A vector of `count` tables under `at`; gives where each one's offset goes.
  std::vector<std::size_t> tables(std::size_t at, std::size_t count) {
    const std::size_t list = out_.vector(std::vector<std::uint32_t>(count, 0));
    out_.link(at, list);
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < count; ++i) out.push_back(list + 4 + 4 * i);
    return out;
  }

  struct Source {
    std::int32_t buffer;
    std::string name;
  };
  void tensor(std::size_t at, const Ints& shape, const Source& source) {
    const std::size_t table = out_.table({0, 2, 3});
    out_.link(at, table);
    out_.set(FlatWriter::field(table, 2), source.buffer);
    out_.link(FlatWriter::field(table, 0), out_.vector(shape));
    out_.link(FlatWriter::field(table, 3),
              out_.vector(Bytes(source.name.begin(), source.name.end())));
  }

  void add_operator(std::size_t at) {
    const std::size_t table = out_.table({0, 1, 2, 4});
    out_.link(at, table);
    out_.link(FlatWriter::field(table, 1), out_.vector(Ints{0, 1, 2}));
    out_.link(FlatWriter::field(table, 2), out_.vector(Ints{3}));
    const std::size_t options = out_.table({0, 1, 2, 3});
    out_.link(FlatWriter::field(table, 4), options);
    out_.set(FlatWriter::field(options, 1), std::int32_t{1});  // strides
    out_.set(FlatWriter::field(options, 2), std::int32_t{1});
    out_.set(FlatWriter::field(options, 3), std::int32_t{3});  // RELU6
  }

  void buffer(std::size_t at, const std::vector<float>& values) {
    const std::size_t table = out_.table({0});
    out_.link(at, table);
    out_.link(FlatWriter::field(table, 0), out_.vector(values, 1));
  }

  FlatWriter out_;
};

}  // namespace aiflow::app
