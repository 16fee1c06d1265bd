// SPDX-License-Identifier: Apache-2.0
#include "log/mask.h"

#include <algorithm>
#include <array>

namespace aiflow::log {
namespace {

constexpr std::string_view kMask = "***";
/// What a name of a secret ends in, after '-' became '_' and capitals small letters.
constexpr std::array<std::string_view, 16> kNames = {
    "password", "passwd",     "passphrase",    "pwd",        "secret",      "token",
    "api_key",  "apikey",     "access_key",    "secret_key", "private_key", "privatekey",
    "cookie",   "credential", "authorization", "credentials"};
/// Beginnings of tokens: AIflow's, JSON web tokens, GitHub, GitLab, Slack, AWS, OpenAI, Hugging
/// Face.
constexpr std::array<std::string_view, 14> kBeginnings = {
    "aiflow_", "aiflow-join.", "aiflow-worker.", "eyJ",  "ghp_", "gho_", "ghs_",
    "glpat-",  "xoxb-",        "xoxp-",          "AKIA", "ASIA", "sk-",  "hf_"};
/// A token has at least so many characters; shorter ones are words that begin the same.
constexpr std::size_t kTokenMin = 20;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) {
  return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z') || c == '_' || c == '-';
}
bool is_token_part(char c) {
  return is_word(c) || c == '.' || c == '~' || c == '+' || c == '/' || c == '=';
}
bool ends_url(char c) {
  return c == ' ' || c == '"' || c == '\'' || c == '<' || c == '>' || c == '\\' || c == '`';
}

bool is_secret_name(std::string_view word) {
  std::string name(word);
  std::ranges::transform(name, name.begin(), [](char c) { return c == '-' ? '_' : lower(c); });
  return std::ranges::any_of(kNames, [&](std::string_view end) { return name.ends_with(end); });
}

/// Reads on from a place of the line.
class Masker {
 public:
  explicit Masker(std::string_view line) : line_(line) { out_.reserve(line.size()); }

  std::string run() {
    while (at_ < line_.size()) {
      if (mask_url() || mask_key()) continue;
      const bool begins = at_ == 0 || !is_word(line_[at_ - 1]);
      if (!begins || !is_word(line_[at_])) {
        keep(1);
        continue;
      }
      if (mask_beginning()) continue;
      word();
    }
    return std::move(out_);
  }

 private:
  [[nodiscard]] std::string_view rest() const { return line_.substr(at_); }
  [[nodiscard]] bool is_at(std::string_view text) const { return rest().starts_with(text); }
  void keep(std::size_t n) {
    out_ += line_.substr(at_, n);
    at_ += n;
  }
  /// The n characters that come become ***.
  void mask(std::size_t n) {
    out_ += kMask;
    at_ += n;
  }
  template <class Fits>
  [[nodiscard]] std::size_t run_of(Fits fits, std::size_t from = 0) const {
    std::size_t n = from;
    while (at_ + n < line_.size() && fits(line_[at_ + n])) ++n;
    return n - from;
  }

  bool mask_url() {
    if (!is_at("://")) return false;
    keep(3);
    const auto whole = line_.substr(at_, run_of([](char c) { return !ends_url(c); }));
    auto authority = whole.substr(0, whole.find_first_of("/?#"));
    auto at_sign = authority.rfind('@');
    const auto colon = authority.find(':');
    // A password that is not encoded may hold what ends an authority: no port is no number.
    const bool is_port = colon == std::string_view::npos || colon + 1 >= authority.size() ||
                         is_digit(authority[colon + 1]) || authority[colon + 1] == ':';
    if (at_sign == std::string_view::npos && !is_port) at_sign = whole.rfind('@');
    if (at_sign == std::string_view::npos) return true;
    const auto user = whole.substr(0, at_sign).find(':');
    const std::size_t begin = user == std::string_view::npos ? 0 : user + 1;
    keep(begin);
    mask(at_sign - begin);
    return true;
  }

  bool mask_key() {
    if (!is_at("-----BEGIN ") || rest().find("PRIVATE KEY") == std::string_view::npos) return false;
    mask(rest().size());
    return true;
  }

  bool mask_beginning() {
    const bool is_known = std::ranges::any_of(kBeginnings, [&](auto one) { return is_at(one); });
    if (!is_known) return false;
    const auto length = run_of([](char c) { return is_word(c) || c == '.'; });
    if (length < kTokenMin) return false;
    mask(length);
    return true;
  }

  /// A word, and what follows it when that is secret.
  void word() {
    const auto length = run_of(is_word);
    const auto name = line_.substr(at_, length);
    keep(length);
    const bool is_scheme = name == "Bearer" || name == "bearer" || name == "Basic";
    if (is_scheme && is_at(" ") && run_of(is_token_part, 1) >= 8) {
      keep(1);
      mask(run_of(is_token_part));
      return;
    }
    if (is_secret_name(name)) value();
  }

  /// After a secret's name.
  void value() {
    // The quote that ends the name, in JSON; escaped when the text is a field of the line.
    std::size_t n = run_of([](char c) { return c == '\\'; });
    n += run_of([](char c) { return c == '"' || c == '\''; }, n);
    n += run_of([](char c) { return c == ' '; }, n);
    if (at_ + n >= line_.size() || (line_[at_ + n] != '=' && line_[at_ + n] != ':')) return;
    const bool is_equals = line_[at_ + n] == '=';
    ++n;
    const auto spaces = run_of([](char c) { return c == ' '; }, n);
    keep(n + spaces);
    const auto backslashes = run_of([](char c) { return c == '\\'; });
    const auto quote = line_.substr(std::min(at_ + backslashes, line_.size()), 1);
    if (quote == "\"" || quote == "'") {
      keep(backslashes + 1);
      mask(quoted(quote[0], backslashes));
      return;
    }
    for (const std::string_view scheme : {"Bearer ", "bearer ", "Basic "}) {
      if (is_at(scheme)) keep(scheme.size());
    }
    const auto length = run_of([](char c) {
      return c != ' ' && c != '"' && c != '\'' && c != '&' && c != ',' && c != ';' && c != ')' &&
             c != '}' && c != '\\';
    });
    const auto text = line_.substr(at_, length);
    // "the token: it is too old" is prose.
    const bool is_prose = !is_equals && spaces > 0 && std::ranges::none_of(text, is_digit);
    if (length == 0 || is_prose) return;
    mask(length);
  }

  /// How long what is quoted is: up to a quote with as many backslashes before it.
  [[nodiscard]] std::size_t quoted(char quote, std::size_t backslashes) const {
    std::size_t slashes = 0;
    for (std::size_t n = 0; at_ + n < line_.size(); ++n) {
      const char c = line_[at_ + n];
      if (c == quote && slashes <= backslashes) return n - slashes;
      slashes = c == '\\' ? slashes + 1 : 0;
    }
    return line_.size() - at_;
  }

  const std::string_view line_;
  std::size_t at_ = 0;
  std::string out_;
};

}  // namespace

std::string mask_secrets(std::string_view line) { return Masker(line).run(); }

}  // namespace aiflow::log
