// SPDX-License-Identifier: Apache-2.0
#include "uplink/join.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <mutex>
#include <optional>

#include "digest/sha256.h"
#include "json/value.h"
#include "log/log.h"
#include "os/environment.h"
#include "os/file.h"
#include "wire/engine.h"

namespace aiflow::uplink {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t kFileBytesMax = 64U << 10;
constexpr std::string_view kTokenPrefix = "aiflow-join.";
constexpr std::string_view kCredentialPrefix = "aiflow-worker.";
constexpr auto kCallTime = std::chrono::seconds(15);
constexpr auto kPauseMax = std::chrono::seconds(5);

/// HOME/worker.json. `joined`: the server has said yes.
struct Kept {
  std::string worker_id;
  std::string servers;  ///< addresses, a space between them
  std::string credential;
  std::string pin{};  ///< of the server's key; may be empty
  bool joined = false;
};

/// What a token file holds: "aiflow-join.SECRET" or "aiflow-join.SECRET.PIN".
struct Token {
  Secret text;
  std::string pin;
};

std::string address_of(const net::Endpoint& server) {
  return (server.tls ? "https://" : "http://") + server.host + ":" + std::to_string(server.port);
}

std::string addresses_of(const std::vector<net::Endpoint>& servers) {
  std::string all;
  for (const auto& server : servers) all += (all.empty() ? "" : " ") + address_of(server);
  return all;
}

/// Servers that share an address share a database.
bool knows_one_of(const Kept& kept, const std::vector<net::Endpoint>& servers) {
  return std::ranges::any_of(servers, [&](const net::Endpoint& server) {
    return (" " + kept.servers + " ").contains(" " + address_of(server) + " ");
  });
}

Result<std::optional<Kept>> read_kept(const fs::path& file) {
  const auto text = os::read_file(file, kFileBytesMax);
  if (!text && text.error().code == ErrorCode::not_found) return std::optional<Kept>();
  if (!text) return fail(text.error());
  AIFLOW_ASSIGN(const json::Value value, json::parse(*text));
  Kept kept;
  AIFLOW_ASSIGN(kept.worker_id, json::get_string(value, "worker_id"));
  AIFLOW_ASSIGN(kept.servers, json::get_string(value, "server"));
  AIFLOW_ASSIGN(kept.credential, json::get_string(value, "credential"));
  AIFLOW_ASSIGN(kept.pin, json::get_string(value, "pin"));
  AIFLOW_ASSIGN(kept.joined, json::get_bool(value, "joined"));
  return std::optional(std::move(kept));
}

Status write_kept(const fs::path& file, const Kept& kept) {
  return os::write_atomic(file, json::write(json::object({{"worker_id", kept.worker_id},
                                                          {"server", kept.servers},
                                                          {"credential", kept.credential},
                                                          {"pin", kept.pin},
                                                          {"joined", kept.joined}})));
}

std::string make_credential() {
  std::array<unsigned char, 32> bytes{};
  randombytes_buf(bytes.data(), bytes.size());
  std::string text(
      sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(),
                    sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  text.pop_back();  // its NUL
  return std::string(kCredentialPrefix) + text;
}

Result<Token> read_token(const fs::path& file) {
  if (file.empty()) {
    return fail(ErrorCode::invalid_argument,
                "this worker has not joined the server yet: make a token there with "
                "'aiflow workers token' and give its file: --token-file FILE");
  }
  auto text = os::read_file(file, kFileBytesMax);
  if (!text) return fail(std::move(text).error().with_context("--token-file"));
  const auto end = text->find_last_not_of(" \t\r\n");
  text->resize(end == std::string::npos ? 0 : end + 1);
  if (!text->starts_with(kTokenPrefix)) {
    return fail(ErrorCode::invalid_argument,
                "--token-file: '" + file.string() +
                    "' holds no join token; make one on the server with 'aiflow workers token'");
  }
  const auto dot = text->find('.', kTokenPrefix.size());
  std::string pin = dot == std::string::npos ? "" : text->substr(dot + 1);
  return Token{.text = Secret(*std::move(text)), .pin = std::move(pin)};
}

/// The server's own words.
Error refusal(const net::ClientResponse& answer) {
  const auto body = json::parse(answer.body);
  const json::Value* error = body ? body->find("error") : nullptr;
  const auto message =
      error != nullptr ? json::get_string(*error, "message") : fail(ErrorCode::internal, "");
  const std::string words =
      message ? *message : "the server answered " + std::to_string(answer.status);
  switch (answer.status) {
    case 400: return {ErrorCode::invalid_argument, words};
    case 401:
    case 403: return {ErrorCode::denied, words};
    case 409: return {ErrorCode::conflict, words};
    default: return {ErrorCode::unavailable, words};
  }
}

Status register_once(const Clock& clock, const net::Endpoint& server, const json::Value& request) {
  net::Client client(clock, server);
  AIFLOW_ASSIGN(const auto answer, client.send({.method = "POST",
                                                .target = "/api/v2/workers/join",
                                                .headers = {{"Content-Type", "application/json"}},
                                                .body = json::write(request)},
                                               Deadline::after(clock, kCallTime)));
  return answer.status == 200 ? Status{} : Status(fail(refusal(answer)));
}

/// False when it was stopped meanwhile.
bool pause(std::chrono::milliseconds time, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, stop, time, [] { return false; });
  return !stop.stop_requested();
}

Status register_worker(const Clock& clock, const JoinOptions& options, Kept& kept,
                       const std::stop_token& stop) {
  AIFLOW_ASSIGN(const Token token, read_token(options.token_file));
  const bool all_tls = std::ranges::all_of(options.servers, &net::Endpoint::tls);
  if (!token.pin.empty() && !all_tls) {
    return fail(ErrorCode::invalid_argument,
                "the join token is of a server with HTTPS, so --server begins with https://");
  }
  kept.pin = token.pin;
  const wire::WorkerJoin request{.token = std::string(token.text.reveal()),
                                 .worker_id = kept.worker_id,
                                 .credential_sha256 = digest::sha256_of(kept.credential)};
  std::chrono::milliseconds wait{200};
  bool told = false;
  for (std::size_t turn = 0;; ++turn) {
    net::Endpoint server = options.servers[turn % options.servers.size()];
    server.pin = kept.pin;
    const auto joined = register_once(clock, server, wire::to_json(request));
    if (joined) return {};
    const ErrorCode code = joined.error().code;
    if (code != ErrorCode::unavailable && code != ErrorCode::timeout) return joined;
    if (!std::exchange(told, true)) {
      log::warn("the server is not there, trying again", {{"reason", joined.error()}});
    }
    if ((turn + 1) % options.servers.size() != 0) continue;  // another one may lead
    if (!pause(wait, stop)) return fail(ErrorCode::cancelled, "stopped before it had joined");
    wait = std::min<std::chrono::milliseconds>(wait * 2, kPauseMax);
  }
}

/// A credential that no server has taken yet is asked for again: its answer may have been lost.
bool is_for(const Kept& kept, const JoinOptions& options) {
  return knows_one_of(kept, options.servers) &&
         (options.worker_id.empty() || options.worker_id == kept.worker_id);
}

/// Without a token nothing could be gained by giving up what the directory has.
Status check_same(const Kept& kept, const JoinOptions& options) {
  const std::string has =
      "this data directory has joined " + kept.servers + " as '" + kept.worker_id + "'";
  if (kept.joined && !options.worker_id.empty() && options.worker_id != kept.worker_id) {
    return fail(ErrorCode::conflict, has + ", not as '" + options.worker_id +
                                         "': leave --id away; or give the other worker a directory"
                                         " of its own and a token (--home, --token-file)");
  }
  if (kept.joined && !knows_one_of(kept, options.servers)) {
    return fail(ErrorCode::conflict,
                has + ", not " + addresses_of(options.servers) +
                    ": if that is the same server, name the address of before too (--server twice);"
                    " to join another one, give its token: --token-file FILE");
  }
  return {};
}

}  // namespace

Result<Membership> join(const Clock& clock, const JoinOptions& options,
                        const std::stop_token& stop) {
  AIFLOW_TRY(os::make_dirs(options.home));
  const fs::path file = options.home / "worker.json";
  const fs::path pending_file = options.home / "worker.joining.json";
  AIFLOW_ASSIGN(auto known, read_kept(file));
  Kept kept = known.value_or(Kept{});
  if (known && options.token_file.empty()) AIFLOW_TRY(check_same(kept, options));
  const bool has_joined = kept.joined;
  if (!known || !is_for(kept, options)) {
    AIFLOW_ASSIGN(const auto pending, read_kept(pending_file));
    if (pending && is_for(*pending, options)) {
      kept = *pending;
    } else {
      kept = {.worker_id = options.worker_id.empty() ? os::host_name() : options.worker_id,
              .servers = addresses_of(options.servers),
              .credential = make_credential()};
      // What the directory has stays good until the other server has said yes.
      AIFLOW_TRY(write_kept(has_joined ? pending_file : file, kept));
    }
  }
  const bool is_known = kept.joined && kept.servers == addresses_of(options.servers);
  if (!kept.joined) AIFLOW_TRY(register_worker(clock, options, kept, stop));
  if (!is_known) {
    kept.joined = true;
    kept.servers = addresses_of(options.servers);
    AIFLOW_TRY(write_kept(file, kept));
    AIFLOW_TRY(os::remove_file(pending_file));
  }
  std::vector<net::Endpoint> servers = options.servers;
  for (net::Endpoint& server : servers) server.pin = kept.pin;
  return Membership{.worker_id = kept.worker_id,
                    .credential = Secret(std::move(kept.credential)),
                    .servers = std::move(servers)};
}

Status leave(const fs::path& home) {
  const fs::path file = home / "worker.json";
  AIFLOW_ASSIGN(auto known, read_kept(file));
  if (!known) return {};
  known->joined = false;
  return write_kept(file, *known);
}

}  // namespace aiflow::uplink
