// SPDX-License-Identifier: Apache-2.0
#include "http_api/detail/gunzip.h"

#include <zlib.h>

#include "base/assert.h"

namespace aiflow::http_api::detail {
namespace {

/// Of gzip itself, not of a bare zlib stream.
constexpr int kWindowOfGzip = MAX_WBITS + 16;
constexpr std::size_t kPieceBytes = 64U << 10;

}  // namespace

std::string gunzip(std::string_view bytes) {
  z_stream stream{};
  AIFLOW_ASSERT(::inflateInit2(&stream, kWindowOfGzip) == Z_OK);
  std::string packed(bytes);
  stream.next_in = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_in = static_cast<uInt>(packed.size());
  std::string out;
  int state = Z_OK;
  while (state == Z_OK) {
    const std::size_t have = out.size();
    out.resize(have + kPieceBytes);
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + have);
    stream.avail_out = static_cast<uInt>(kPieceBytes);
    state = ::inflate(&stream, Z_NO_FLUSH);
    out.resize(out.size() - stream.avail_out);
  }
  ::inflateEnd(&stream);
  AIFLOW_ASSERT(state == Z_STREAM_END);
  return out;
}

}  // namespace aiflow::http_api::detail
