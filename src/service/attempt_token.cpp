// SPDX-License-Identifier: Apache-2.0
#include "service/attempt_token.h"

#include <sodium.h>

#include <array>

#include "base/assert.h"
#include "json/value.h"

namespace aiflow::service {
namespace {

constexpr std::size_t kTokenBytesMax = 4096;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string mac_of(const Secret& key, std::string_view text) {
  std::array<unsigned char, crypto_auth_hmacsha256_BYTES> mac{};
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, bytes_of(key.reveal()), key.reveal().size());
  crypto_auth_hmacsha256_update(&state, bytes_of(text), text.size());
  crypto_auth_hmacsha256_final(&state, mac.data());
  return {reinterpret_cast<const char*>(mac.data()), mac.size()};
}

std::unexpected<Error> refused() {
  return fail(ErrorCode::denied, "the task's token is not valid");
}

Result<wire::AttemptRef> read_attempt(const json::Value& body) {
  wire::AttemptRef attempt;
  AIFLOW_ASSIGN(attempt.key.dag_id, json::get_string(body, "dag_id"));
  AIFLOW_ASSIGN(attempt.key.run_id, json::get_string(body, "run_id"));
  AIFLOW_ASSIGN(attempt.key.task_id, json::get_string(body, "task_id"));
  AIFLOW_ASSIGN(attempt.key.map_index, json::get_int(body, "map_index"));
  AIFLOW_ASSIGN(attempt.try_number, json::get_int(body, "try"));
  AIFLOW_ASSIGN(attempt.epoch, json::get_int(body, "epoch"));
  return attempt;
}

}  // namespace

AttemptTokens::AttemptTokens(Secret key) : key_(std::move(key)) {
  AIFLOW_ASSERT(sodium_init() >= 0);
  AIFLOW_ASSERT(key_.reveal().size() >= 32);
}

std::string AttemptTokens::sign(const wire::AttemptRef& attempt, WallTime expires_at) const {
  const auto body = json::object({{"dag_id", attempt.key.dag_id},
                                  {"run_id", attempt.key.run_id},
                                  {"task_id", attempt.key.task_id},
                                  {"map_index", attempt.key.map_index},
                                  {"try", attempt.try_number},
                                  {"epoch", attempt.epoch},
                                  {"exp", format_time(expires_at)}});
  const auto text = base64url(json::write(body));
  return text + "." + base64url(mac_of(key_, text));
}

Result<wire::AttemptRef> AttemptTokens::verify(std::string_view token, WallTime now) const {
  const auto dot = token.find('.');
  if (token.size() > kTokenBytesMax || dot == std::string_view::npos) return refused();
  const auto mac = base64url_decode(token.substr(dot + 1));
  if (!mac || !equal_in_constant_time(*mac, mac_of(key_, token.substr(0, dot)))) return refused();
  const auto text = base64url_decode(token.substr(0, dot));
  if (!text) return refused();
  const auto body = json::parse(*text);
  if (!body) return refused();
  const auto expires_text = json::get_string(*body, "exp");
  const auto expires = expires_text ? parse_time(*expires_text) : Result<WallTime>(WallTime{});
  if (!expires || *expires <= now) return refused();
  auto attempt = read_attempt(*body);
  if (!attempt) return refused();
  return attempt;
}

std::string random_bytes(std::size_t count) {
  AIFLOW_ASSERT(sodium_init() >= 0);
  std::string out(count, '\0');
  randombytes_buf(out.data(), out.size());
  return out;
}

std::string to_hex(std::string_view bytes) {
  std::string out(bytes.size() * 2 + 1, '\0');
  sodium_bin2hex(out.data(), out.size(), bytes_of(bytes), bytes.size());
  out.pop_back();
  return out;
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace aiflow::service
