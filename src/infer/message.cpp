// SPDX-License-Identifier: Apache-2.0
#include "infer/message.h"

#include "os/socket.h"

namespace aiflow::infer {
namespace {

constexpr std::size_t kHeaderBytes = 8;

void put_u32(std::string& out, std::size_t n) {
  for (const int shift : {24, 16, 8, 0}) out += static_cast<char>((n >> shift) & 0xff);
}

std::size_t get_u32(std::string_view bytes) {
  std::size_t n = 0;
  for (const char c : bytes.substr(0, 4)) n = (n << 8) | static_cast<unsigned char>(c);
  return n;
}

}  // namespace

Status send_message(int fd, Outgoing message, Deadline deadline) {
  message.body.set("type", message.type);
  const std::string text = json::write(message.body);
  const auto payload = message.payload;
  if (text.size() > kJsonBytesMax || payload.size() > kPayloadBytesMax) {
    return fail(ErrorCode::invalid_argument, "the message is too large: at most " +
                                                 std::to_string(kPayloadBytesMax >> 20) +
                                                 " MiB of tensors and 1 MiB of JSON");
  }
  std::string head;
  head.reserve(kHeaderBytes + text.size());
  put_u32(head, text.size());
  put_u32(head, payload.size());
  head += text;
  AIFLOW_TRY(os::send_all(fd, head, deadline));
  if (payload.empty()) return {};
  return os::send_all(fd, {reinterpret_cast<const char*>(payload.data()), payload.size()},
                      deadline);
}

Result<Message> recv_message(int fd, Deadline deadline) {
  AIFLOW_ASSIGN(const auto head, os::recv_exact(fd, kHeaderBytes, deadline));
  const std::size_t json_bytes = get_u32(head);
  const std::size_t payload_bytes = get_u32(std::string_view(head).substr(4));
  if (json_bytes > kJsonBytesMax || payload_bytes > kPayloadBytesMax) {
    return fail(ErrorCode::corrupt, "a message's length is over the limit");
  }
  AIFLOW_ASSIGN(const auto text, os::recv_exact(fd, json_bytes, deadline));
  Message out;
  auto body = json::parse(text, {.depth_max = 64, .bytes_max = kJsonBytesMax});
  if (!body) return fail(ErrorCode::corrupt, "a message's JSON: " + body.error().message);
  out.body = *std::move(body);
  auto type = json::get_string(out.body, "type");
  if (!type) return fail(ErrorCode::corrupt, "a message's JSON: " + type.error().message);
  out.type = *std::move(type);
  if (payload_bytes > 0) {
    AIFLOW_ASSIGN(out.payload, os::recv_exact(fd, payload_bytes, deadline));
  }
  return out;
}

}  // namespace aiflow::infer
