// SPDX-License-Identifier: Apache-2.0
#include "service/worker_access.h"

#include <algorithm>

#include "conductor/log_path.h"
#include "digest/sha256.h"
#include "service/task_log.h"
#include "store/admin/worker_store.h"
#include "store/notice_store.h"
#include "store/run_store.h"

namespace aiflow::service {
namespace {

constexpr std::string_view kTokenPrefix = "aiflow-join.";
constexpr std::string_view kCredentialPrefix = "aiflow-worker.";
constexpr std::int64_t kMinutes = 60;
constexpr std::int64_t kMinutesMax = 7 * 24 * 60;
constexpr std::int64_t kUsesMax = 1000;

Status check_worker_id(std::string_view id) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  };
  if (id.empty() || id.size() > 128 || !std::ranges::all_of(id, fits)) {
    return fail(ErrorCode::invalid_argument,
                "a worker's name has 1 to 128 characters: letters, digits, '.', '_', '-'");
  }
  return {};
}

bool is_hash(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// A DAG's callback: see conductor/detail/jobs.h.
bool is_notice(const wire::AttemptRef& attempt) { return attempt.key.task_id.starts_with('@'); }

std::unexpected<Error> not_its_attempt() {
  return fail(ErrorCode::denied, "this attempt is not the worker's, or not any more");
}

}  // namespace

Result<wire::JoinToken> WorkerAccess::make_token(const wire::JoinTokenCreate& wanted) {
  const std::int64_t minutes = wanted.minutes.value_or(kMinutes);
  const std::int64_t uses = wanted.uses.value_or(1);
  if (minutes < 1 || minutes > kMinutesMax) {
    return fail(ErrorCode::invalid_argument, "a join token lives for 1 minute to 7 days");
  }
  if (uses < 1 || uses > kUsesMax) {
    return fail(ErrorCode::invalid_argument, "a join token is for 1 to 1000 workers");
  }
  const WallTime now = parts_.clock.now();
  const std::string pin = parts_.pin.empty() ? "" : "." + parts_.pin;
  wire::JoinToken made{.token = std::string(kTokenPrefix) + base64url(random_bytes(32)) + pin,
                       .expires_at = now + std::chrono::minutes(minutes),
                       .uses = uses};
  AIFLOW_TRY(parts_.store.transact([&](db::Connection& db) {
    return store::WorkerStore(db).add_token({.token_hash = digest::sha256_of(made.token),
                                             .created_at = now,
                                             .expires_at = made.expires_at,
                                             .uses_left = uses});
  }));
  return made;
}

Result<wire::WorkerJoined> WorkerAccess::join(const wire::WorkerJoin& request,
                                              const std::string& address) {
  AIFLOW_TRY(check_worker_id(request.worker_id));
  if (request.worker_id == parts_.own_worker) {
    return fail(ErrorCode::conflict, "the server's own worker is called '" + request.worker_id +
                                         "'; give this one another name (--id)");
  }
  if (!is_hash(request.credential_sha256)) {
    return fail(ErrorCode::invalid_argument, "credential_sha256 has 64 hex digits");
  }
  const WallTime now = parts_.clock.now();
  AIFLOW_TRY(parts_.store.transact([&](db::Connection& db) -> Status {
    store::WorkerStore workers(db);
    AIFLOW_ASSIGN(const auto known, workers.find(request.worker_id));
    // The answer to its first request was lost: the credential proves that it is the same.
    if (known && known->credential_hash == request.credential_sha256) return {};
    AIFLOW_ASSIGN(const bool good, workers.use_token(digest::sha256_of(request.token), now));
    if (!good) {
      return fail(ErrorCode::denied,
                  "the join token is unknown, used up or over; make a new one on the server with "
                  "'aiflow workers token'");
    }
    if (known) {
      return fail(ErrorCode::conflict,
                  "another worker has joined as '" + request.worker_id +
                      "'; give this one another name (--id), or end the other's credential on the "
                      "server with 'aiflow workers revoke " +
                      request.worker_id + "'");
    }
    return workers.add({.worker = {.worker_id = request.worker_id,
                                   .joined_at = now,
                                   .last_seen_at = {},
                                   .joined_from = address},
                        .credential_hash = request.credential_sha256});
  }));
  return wire::WorkerJoined{.worker_id = request.worker_id};
}

bool WorkerAccess::is_credential(std::string_view token) {
  return token.starts_with(kCredentialPrefix);
}

Result<Principal> WorkerAccess::worker(std::string_view credential) {
  const auto hash = digest::sha256_of(credential);
  AIFLOW_ASSIGN(const auto row, parts_.store.read([&](db::Connection& db) {
    return store::WorkerStore(db).by_credential(hash);
  }));
  if (!row) {
    return fail(ErrorCode::denied, "this worker's credential is unknown or revoked");
  }
  if (row->worker.worker_id == parts_.own_worker) {
    return fail(ErrorCode::denied, "the server's own worker is called '" + parts_.own_worker +
                                       "' now; join again with another name (--id)");
  }
  Principal who;
  who.kind = Principal::Kind::worker;
  who.worker_id = row->worker.worker_id;
  return who;
}

bool WorkerAccess::is_joined(const std::string& worker_id) {
  const auto row =
      parts_.store.read([&](db::Connection& db) { return store::WorkerStore(db).find(worker_id); });
  return row && row->has_value();
}

Status WorkerAccess::seen(const std::string& worker_id) {
  return parts_.store.transact([&](db::Connection& db) {
    return store::WorkerStore(db).seen(worker_id, parts_.clock.now());
  });
}

Result<std::vector<wire::WorkerCredential>> WorkerAccess::list() {
  return parts_.store.read([](db::Connection& db) { return store::WorkerStore(db).list(); });
}

Status WorkerAccess::revoke(const std::string& worker_id) {
  return parts_.store.transact(
      [&](db::Connection& db) { return store::WorkerStore(db).remove(worker_id); });
}

Result<std::filesystem::path> WorkerAccess::log_of(const std::string& worker_id,
                                                   const wire::AttemptRef& attempt) {
  if (is_notice(attempt)) {
    const store::RunKey run{DagId{attempt.key.dag_id}, RunId{attempt.key.run_id}};
    const std::string name = attempt.key.task_id.substr(1);
    AIFLOW_ASSIGN(const auto notice, parts_.store.read([&](db::Connection& db) {
      return store::NoticeStore(db).find(run, name);
    }));
    if (!notice || notice->attempts != attempt.epoch) return not_its_attempt();
    return conductor::notice_log_path(parts_.logs, run, name, static_cast<int>(attempt.epoch));
  }
  const auto key = store::from_wire(attempt.key);
  const auto row =
      parts_.store.read([&](db::Connection& db) { return store::RunStore(db).task(key); });
  if (!row && row.error().code != ErrorCode::not_found) return fail(row.error());
  // Its Started is on the way, after a restart even behind its log.
  const bool is_queued = row && row->epoch == attempt.epoch && row->state == TaskState::queued;
  if (is_queued) return fail(ErrorCode::unavailable, "the attempt has not begun yet");
  const bool is_its = row && row->epoch == attempt.epoch && row->worker_id == worker_id &&
                      row->try_number == attempt.try_number;
  if (!is_its) return not_its_attempt();
  return log_path(parts_.logs, {.task = key, .try_number = static_cast<int>(attempt.try_number)});
}

}  // namespace aiflow::service
