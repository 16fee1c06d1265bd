// SPDX-License-Identifier: Apache-2.0
// A text that must not reach a log, an answer or a core dump's readable part: passwords, tokens,
// keys. It has no formatter, no stream operator and no comparison, so that it cannot leak by
// accident; its bytes are zeroed when it dies. Move-only, so that copies are visible.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace aiflow {

class Secret {
 public:
  Secret() = default;
  /// Takes the text; the caller's copy is zeroed.
  explicit Secret(std::string&& text) : text_(text) { wipe(text); }
  explicit Secret(std::string_view text) : text_(text) {}
  Secret(Secret&& other) noexcept { swap(other); }
  Secret& operator=(Secret&& other) noexcept {
    Secret moved(std::move(other));
    swap(moved);
    return *this;
  }
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret() { wipe(text_); }

  /// The one way out. Name it where a reader can see why the plain text is needed.
  [[nodiscard]] std::string_view reveal() const { return text_; }
  [[nodiscard]] bool empty() const { return text_.empty(); }

 private:
  void swap(Secret& other) noexcept { text_.swap(other.text_); }
  static void wipe(std::string& text) {
    // volatile: the compiler may not drop the writes although the string dies next.
    volatile char* bytes = text.data();
    for (std::size_t i = 0; i < text.size(); ++i) bytes[i] = '\0';
    text.clear();
  }

  std::string text_;
};

}  // namespace aiflow
