// SPDX-License-Identifier: Apache-2.0
// Runs that a POST of another system starts.
#include <sodium.h>

#include <algorithm>

#include "digest/sha256.h"
#include "service/attempt_token.h"
#include "service/workflows.h"
#include "store/dag_store.h"
#include "store/run_store.h"
#include "trigger/trigger.h"

namespace aiflow::service {
namespace {

constexpr std::size_t kDeliveryIdMax = 500;

/// "sha256=" and the hexadecimal HMAC of the body, as GitHub and many others sign.
std::string signature_of(std::string_view secret, std::string_view body) {
  const auto bytes = [](std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
  };
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, bytes(secret), secret.size());
  crypto_auth_hmacsha256_update(&state, bytes(body), body.size());
  std::string code(crypto_auth_hmacsha256_BYTES, '\0');
  crypto_auth_hmacsha256_final(&state, reinterpret_cast<unsigned char*>(code.data()));
  return "sha256=" + to_hex(code);
}

/// The run of a delivery, the same for its repeats; none without an id.
std::optional<RunId> run_id_of(const Delivery& delivery) {
  if (delivery.id.empty()) return std::nullopt;
  std::string id = "webhook__" + delivery.name + "__" + delivery.id;
  if (!is_run_id(id) || id.size() > 200) {
    id = "webhook__" + digest::sha256_of(delivery.name + "\n" + delivery.id);
  }
  return RunId{id};
}

/// A JSON object as it is, anything else as its member "body".
json::Value conf_of(const std::string& body) {
  if (body.empty()) return json::object({});
  auto value = json::parse(body);
  if (value && value->is_object()) return *std::move(value);
  if (value) return json::object({{"body", *std::move(value)}});
  return json::object({{"body", body}});
}

const wire::WatcherSpec* find_hook(const wire::DagSpec& spec, const std::string& name) {
  if (!spec.watchers) return nullptr;
  const auto found = std::ranges::find(*spec.watchers, name, &wire::WatcherSpec::name);
  return found == spec.watchers->end() ? nullptr : &*found;
}

}  // namespace

/// Whether the sender knows the hook's secret.
bool Workflows::knows_secret(const Delivery& delivery, const std::string& conn_id) const {
  if (conn_id.empty()) return false;
  const auto connection = trigger::find_credentials(parts_.environment, conn_id);
  if (!connection || connection->password.empty()) return false;
  const std::string_view secret = connection->password.reveal();
  if (!delivery.signature.empty()) {
    return equal_in_constant_time(delivery.signature, signature_of(secret, delivery.body));
  }
  return equal_in_constant_time(delivery.token, secret);
}

Result<wire::DagRun> Workflows::receive(const Delivery& delivery, const Principal& who) {
  if (delivery.id.size() > kDeliveryIdMax) {
    return fail(ErrorCode::invalid_argument, "a delivery's id has at most 500 characters");
  }
  struct Found {
    store::DagRow row;
    wire::DagSpec spec;
  };
  const auto found = parts_.store.read([&](db::Connection& db) -> Result<Found> {
    store::DagStore dags(db);
    AIFLOW_ASSIGN(auto row, dags.get(delivery.dag_id));
    AIFLOW_ASSIGN(auto version, dags.version(delivery.dag_id));
    return Found{std::move(row), std::move(version.spec)};
  });
  const wire::WatcherSpec* hook = found ? find_hook(found->spec, delivery.name) : nullptr;
  const auto trigger = hook == nullptr ? Result<trigger::Trigger>(fail(ErrorCode::not_found, ""))
                                       : trigger::parse(hook->trigger);
  const auto* webhook = trigger ? std::get_if<trigger::WebhookTrigger>(&*trigger) : nullptr;
  const bool is_user = may(who, {.name = "run", .task_token = false});
  const bool may_send = is_user || (webhook && knows_secret(delivery, webhook->conn_id));
  // A stranger does not learn which hooks there are.
  if (!may_send) return fail(ErrorCode::denied, "the webhook's token or signature is not right");
  if (webhook == nullptr) {
    return fail(ErrorCode::not_found,
                "dag '" + delivery.dag_id.value + "' has no webhook '" + delivery.name + "'");
  }
  if (found->row.is_paused) {
    return fail(ErrorCode::conflict, "dag '" + delivery.dag_id.value + "' is paused");
  }
  const auto run_id = run_id_of(delivery);
  const auto run = conductor::wait_for<store::RunRow>([&](auto answer) {
    parts_.conductor.trigger({.dag_id = delivery.dag_id,
                              .run_id = run_id,
                              .conf = conf_of(delivery.body),
                              .user = "webhook '" + delivery.name + "'"},
                             answer);
  });
  if (run) return store::to_wire(*run);
  if (!run_id || run.error().code != ErrorCode::conflict) return fail(run.error());
  return this->run({delivery.dag_id, *run_id});  // a repeat of a delivery that was taken
}

}  // namespace aiflow::service
