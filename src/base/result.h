// SPDX-License-Identifier: Apache-2.0
// Result<T>: a value or an Error. Status: Result<void>. Expected failures travel as values;
// bugs stop the program (assert.h).
#pragma once

#include <expected>
#include <string>
#include <utility>

#include "base/error.h"

namespace aiflow {

/// Prints the error and aborts.
[[noreturn]] void error_used_as_value(const Error& error);

/// To use the value of a Result that holds an error is a bug: it stops the program and names the
/// error, where std::expected alone reads garbage.
template <class T>
class [[nodiscard]] Result : public std::expected<T, Error> {
  using Base = std::expected<T, Error>;

 public:
  using Base::Base;

  const T* operator->() const { return need_value(), Base::operator->(); }
  T* operator->() { return need_value(), Base::operator->(); }
  const T& operator*() const& { return need_value(), Base::operator*(); }
  T& operator*() & { return need_value(), Base::operator*(); }
  T&& operator*() && { return need_value(), std::move(*this).Base::operator*(); }

 private:
  void need_value() const {
    if (!this->has_value()) error_used_as_value(this->error());
  }
};

template <>
class [[nodiscard]] Result<void> : public std::expected<void, Error> {
 public:
  using std::expected<void, Error>::expected;
};

using Status = Result<void>;

/// `return fail(ErrorCode::not_found, "dag 'x' does not exist");`
[[nodiscard]] inline std::unexpected<Error> fail(ErrorCode code, std::string message) {
  return std::unexpected<Error>(Error{code, std::move(message)});
}

/// Passes an error on unchanged, whatever the Result's value type.
[[nodiscard]] inline std::unexpected<Error> fail(Error error) {
  return std::unexpected<Error>(std::move(error));
}

}  // namespace aiflow

#define AIFLOW_CONCAT_INNER(a, b) a##b
#define AIFLOW_CONCAT(a, b) AIFLOW_CONCAT_INNER(a, b)

/// Returns the error of a Status or Result expression to the caller, else goes on.
#define AIFLOW_TRY(expr)                                                             \
  do {                                                                               \
    if (auto aiflow_try_result = (expr); !aiflow_try_result) {                       \
      return std::unexpected<::aiflow::Error>(std::move(aiflow_try_result).error()); \
    }                                                                                \
  } while (false)

/// `AIFLOW_ASSIGN(auto x, make_x());` binds the value, or returns the error to the caller.
#define AIFLOW_ASSIGN(decl, expr) \
  AIFLOW_ASSIGN_INNER(AIFLOW_CONCAT(aiflow_assign_, __LINE__), decl, expr)
#define AIFLOW_ASSIGN_INNER(tmp, decl, expr)                                 \
  auto tmp = (expr);                                                         \
  if (!tmp) return std::unexpected<::aiflow::Error>(std::move(tmp).error()); \
  decl = *std::move(tmp)
