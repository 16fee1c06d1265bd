// SPDX-License-Identifier: Apache-2.0
#include "app/cli/listeners/listen_options.h"

#include <algorithm>
#include <charconv>

#include "app/cli/serve.h"
#include "os/environment.h"
#include "os/file.h"
#include "os/host/address.h"

namespace aiflow::app {
namespace {

constexpr std::size_t kTlsFileBytesMax = 1U << 20;

bool parse_port(std::string_view text, std::uint16_t& port) {
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, port);
  return !text.empty() && parsed.ec == std::errc{} && parsed.ptr == end;
}

/// "auto" = 8080 or any free one; a number = just that (0: any free one).
Status read_port(const std::string& text, ServeOptions& options) {
  options.port_auto = text == "auto";
  if (options.port_auto || parse_port(text, options.port)) return {};
  return fail(ErrorCode::invalid_argument,
              "--port is 'auto' or a number up to 65535, not '" + text + "'");
}

Status read_tls(const Invocation& in, ServeOptions& options) {
  const bool is_own = in.given("--tls");
  const bool has_files = in.given("--tls-cert") || in.given("--tls-key");
  if (is_own && (in.text("--tls") != "self" || has_files)) {
    return fail(ErrorCode::invalid_argument,
                "HTTPS: either --tls self, or --tls-cert FILE with --tls-key FILE");
  }
  options.own_certificate = is_own;
  if (!has_files) return {};
  if (!in.given("--tls-cert") || !in.given("--tls-key")) {
    return fail(ErrorCode::invalid_argument, "--tls-cert and --tls-key go together");
  }
  for (const char* option : {"--tls-cert", "--tls-key"}) {
    const auto readable = os::read_file(in.text(option), kTlsFileBytesMax);
    if (!readable)
      return fail(ErrorCode::invalid_argument, option + (": " + readable.error().message));
  }
  options.tls = net::TlsFiles{.certificate = in.text("--tls-cert"), .key = in.text("--tls-key")};
  return {};
}

}  // namespace

Result<ListenAt> parse_listen_at(const std::string& text) {
  const auto bad = [&] {
    return fail(ErrorCode::invalid_argument,
                "an address to listen on is HOST:PORT, such as 0.0.0.0:8081 or [::]:8081, not '" +
                    text + "'");
  };
  const auto colon = text.rfind(':');
  if (colon == std::string::npos) return bad();
  ListenAt at{.host = text.substr(0, colon)};
  if (!parse_port(std::string_view(text).substr(colon + 1), at.port)) return bad();
  const bool has_brackets = at.host.starts_with('[') && at.host.ends_with(']');
  if (has_brackets) at.host = at.host.substr(1, at.host.size() - 2);
  const bool is_v6 = at.host.find(':') != std::string::npos;
  if (at.host.empty() || is_v6 != has_brackets) return bad();
  return at;
}

std::vector<Parameter> listen_parameters() {
  return {{.name = "--port", .help = "port, or auto: 8080 or a free one", .otherwise = "auto"},
          {.name = "--host", .help = "address to listen on", .otherwise = "127.0.0.1"},
          {.name = "--workers-listen",
           .help = "HOST:PORT for workers elsewhere and their tasks alone, so that browsers never "
                   "slow them down; the first address then refuses them"},
          {.name = "--tls", .help = "self: HTTPS with a certificate that the server makes in HOME"},
          {.name = "--tls-cert", .help = "HTTPS with this certificate (PEM)"},
          {.name = "--tls-key", .help = "and this key (PEM)"}};
}

Status read_listen(const Invocation& in, ServeOptions& options) {
  options.host = in.text("--host");
  AIFLOW_TRY(read_port(in.text("--port"), options));
  if (in.given("--workers-listen")) {
    auto at = parse_listen_at(in.text("--workers-listen"));
    if (!at) return fail(std::move(at).error().with_context("--workers-listen"));
    options.workers_listen = *std::move(at);
  }
  return read_tls(in, options);
}

std::vector<std::string> names_to_certify(const ServeOptions& options) {
  std::vector<std::string> names = {os::host_name(), "localhost", "127.0.0.1", "::1"};
  std::vector<std::string> more = os::addresses();
  more.push_back(options.host);
  if (options.workers_listen) more.push_back(options.workers_listen->host);
  for (const std::string& name : more) {
    const bool is_any = name == "0.0.0.0" || name == "::";  // that is all, and the name of none
    if (!is_any && std::ranges::find(names, name) == names.end()) names.push_back(name);
  }
  return names;
}

}  // namespace aiflow::app
