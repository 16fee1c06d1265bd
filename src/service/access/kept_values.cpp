// SPDX-License-Identifier: Apache-2.0
#include "service/access/kept_values.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

#include "store/admin/kept_value_store.h"

namespace aiflow::service {
namespace {

constexpr std::size_t kTextBytesMax = 64 << 10;
constexpr std::size_t kDescriptionBytesMax = 1000;
constexpr std::size_t kNameBytesMax = 200;

/// As in the SDK's environment/log_mask.py.
constexpr std::array<std::string_view, 10> kSecretNames = {
    "access_token", "api_key",  "apikey",      "authorization", "passphrase",
    "passwd",       "password", "private_key", "secret",        "token"};

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '.';
}

Status check(std::string_view name, std::string_view text, std::string_view description) {
  if (name.empty() || name.size() > kNameBytesMax || !std::ranges::all_of(name, is_name_char)) {
    return fail(ErrorCode::invalid_argument,
                "a name has 1 to 200 characters: letters, digits, '_', '-', '.'");
  }
  if (text.size() > kTextBytesMax) {
    return fail(ErrorCode::invalid_argument, "a value has at most 65536 bytes");
  }
  if (description.size() <= kDescriptionBytesMax) return {};
  return fail(ErrorCode::invalid_argument, "a description has at most 1000 bytes");
}

bool has_secret_name(std::string name) {
  std::ranges::transform(name, name.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return std::ranges::any_of(
      kSecretNames, [&](std::string_view part) { return name.find(part) != std::string::npos; });
}

Status check_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), port);
  if (read.ec == std::errc{} && read.ptr == text.data() + text.size() && port > 0) return {};
  return fail(ErrorCode::invalid_argument,
              "the connection's port is not a number between 1 and 65535");
}

/// What may be shown of a connection.
struct Shown {
  std::string conn_type;
  std::string host;
};

Result<Shown> shown_of_json(std::string_view text) {
  const auto value = json::parse(text);
  if (!value || !value->is_object()) {
    return fail(ErrorCode::invalid_argument, "the connection is no JSON object");
  }
  const auto type = json::get_string(*value, "conn_type");
  if (!type) return fail(ErrorCode::invalid_argument, "the connection has no conn_type");
  const auto host = json::get_string(*value, "host");
  Shown shown{.conn_type = *type, .host = host ? *host : ""};
  const auto* port = value->find("port");  // a number, or its text
  const std::string port_text = port == nullptr     ? ""
                                : port->is_int()    ? std::to_string(port->as_int())
                                : port->is_string() ? std::string(port->as_string())
                                                    : "";
  if (port_text.empty()) return shown;
  AIFLOW_TRY(check_port(port_text));
  shown.host += ":" + port_text;
  return shown;
}

/// Errors do not repeat the text, which holds a password.
Result<Shown> shown_of(std::string_view text) {
  if (text.starts_with('{')) return shown_of_json(text);
  const auto scheme = text.find("://");
  const bool is_uri = scheme != std::string_view::npos && scheme > 0 &&
                      std::ranges::all_of(text.substr(0, scheme),
                                          [](char c) { return is_name_char(c) || c == '+'; });
  if (!is_uri) {
    return fail(ErrorCode::invalid_argument,
                "a connection is a URI (type://login:password@host:port/schema) or a JSON object");
  }
  auto place = text.substr(scheme + 3);
  place = place.substr(0, place.find_first_of("/?#"));
  if (const auto at = place.rfind('@'); at != std::string_view::npos) place = place.substr(at + 1);
  // Behind the last colon, unless that is one of an IPv6 address, which stand in brackets.
  const auto colon = place.rfind(':');
  const bool has_port = colon != std::string_view::npos && colon + 1 < place.size() &&
                        place.find(']', colon) == std::string_view::npos;
  if (has_port) AIFLOW_TRY(check_port(place.substr(colon + 1)));
  return Shown{.conn_type = std::string(text.substr(0, scheme)), .host = std::string(place)};
}

/// What a value is sealed about: none can be put in another's place.
std::string about(const store::KeptValueRow& row) {
  return row.project + "\n" + row.kind + "\n" + row.name;
}

}  // namespace

Status KeptValues::check_keys(store::KeptValueStore& values) const {
  AIFLOW_ASSIGN(const auto ids, values.key_ids());
  for (const auto& id : ids) {
    if (parts_.vault.has(id)) continue;
    return fail(ErrorCode::conflict, "values in the database are sealed with the key '" + id +
                                         "', which is not in secrets.key: put back its backup, or "
                                         "delete these values");
  }
  return {};
}

Status KeptValues::check_keys() const {
  return parts_.store.read([&](db::Connection& db) -> Status {
    store::KeptValueStore values(db);
    return check_keys(values);
  });
}

Result<Secret> KeptValues::open(const store::KeptValueRow& row) const {
  return parts_.vault.unseal({row.key_id, row.sealed}, about(row));
}

Result<WallTime> KeptValues::put(const Value& value) {
  AIFLOW_TRY(check(value.id.name, value.text, value.description));
  const std::scoped_lock lock(sealing_);
  store::KeptValueRow row{.project = value.id.project,
                          .kind = value.kind,
                          .name = value.id.name,
                          .is_secret = value.is_secret,
                          .description = value.description,
                          .key_id = {},
                          .sealed = {},
                          .updated_at = parts_.clock.now(),
                          .updated_by = value.who};
  auto sealed = parts_.vault.seal(value.text, about(row));
  row.key_id = std::move(sealed.key_id);
  row.sealed = std::move(sealed.text);
  const Status kept = parts_.store.transact([&](db::Connection& db) -> Status {
    AIFLOW_ASSIGN(const auto project, store::ProjectStore(db).find(row.project));
    if (!project) {
      return fail(ErrorCode::not_found, "there is no project '" + row.project + "'");
    }
    store::KeptValueStore values(db);
    AIFLOW_TRY(check_keys(values));
    return values.put(row);
  });
  AIFLOW_TRY(kept);
  return row.updated_at;
}

Result<std::vector<wire::Variable>> KeptValues::variables(const store::Sight& sight) {
  AIFLOW_ASSIGN(const auto rows, parts_.store.read([&](db::Connection& db) {
    return store::KeptValueStore(db).list("variable", sight);
  }));
  std::vector<wire::Variable> out;
  for (const auto& row : rows) {
    wire::Variable one{.project = row.project,
                       .key = row.name,
                       .value = std::nullopt,
                       .is_secret = row.is_secret,
                       .description = row.description,
                       .updated_at = row.updated_at,
                       .updated_by = row.updated_by,
                       .problem = std::nullopt};
    const auto plain = open(row);
    if (!plain) one.problem = plain.error().message;
    if (plain && !row.is_secret) one.value = std::string(plain->reveal());
    out.push_back(std::move(one));
  }
  return out;
}

Result<wire::Variable> KeptValues::set_variable(const ValueId& id, const wire::VariableSet& wanted,
                                                const std::string& who) {
  const Value value{.kind = "variable",
                    .id = id,
                    .is_secret = wanted.is_secret.value_or(has_secret_name(id.name)),
                    .description = wanted.description.value_or(""),
                    .text = wanted.value,
                    .who = who};
  AIFLOW_ASSIGN(const auto at, put(value));
  wire::Variable out{.project = id.project,
                     .key = id.name,
                     .value = std::nullopt,
                     .is_secret = value.is_secret,
                     .description = value.description,
                     .updated_at = at,
                     .updated_by = who,
                     .problem = std::nullopt};
  if (!value.is_secret) out.value = wanted.value;
  return out;
}

Result<std::vector<wire::Connection>> KeptValues::connections(const store::Sight& sight) {
  AIFLOW_ASSIGN(const auto rows, parts_.store.read([&](db::Connection& db) {
    return store::KeptValueStore(db).list("connection", sight);
  }));
  std::vector<wire::Connection> out;
  for (const auto& row : rows) {
    wire::Connection one{.project = row.project,
                         .conn_id = row.name,
                         .conn_type = {},
                         .host = {},
                         .description = row.description,
                         .updated_at = row.updated_at,
                         .updated_by = row.updated_by,
                         .problem = std::nullopt};
    const auto plain = open(row);
    auto shown = plain ? shown_of(plain->reveal()) : fail(plain.error());
    if (shown) {
      one.conn_type = std::move(shown->conn_type);
      one.host = std::move(shown->host);
    } else {
      one.problem = std::move(shown).error().message;
    }
    out.push_back(std::move(one));
  }
  return out;
}

Result<wire::Connection> KeptValues::set_connection(const ValueId& id,
                                                    const wire::ConnectionSet& wanted,
                                                    const std::string& who) {
  AIFLOW_ASSIGN(auto shown, shown_of(wanted.text));
  const auto description = wanted.description.value_or("");
  AIFLOW_ASSIGN(const auto at, put({.kind = "connection",
                                    .id = id,
                                    .is_secret = true,
                                    .description = description,
                                    .text = wanted.text,
                                    .who = who}));
  return wire::Connection{.project = id.project,
                          .conn_id = id.name,
                          .conn_type = std::move(shown.conn_type),
                          .host = std::move(shown.host),
                          .description = description,
                          .updated_at = at,
                          .updated_by = who,
                          .problem = std::nullopt};
}

Status KeptValues::remove(const std::string& kind, const ValueId& id) {
  return parts_.store.transact([&](db::Connection& db) {
    return store::KeptValueStore(db).remove({id.project, kind, id.name});
  });
}

Result<wire::TaskValue> KeptValues::for_task(const std::string& kind, const ValueId& id) {
  AIFLOW_ASSIGN(const auto row, parts_.store.read([&](db::Connection& db) {
    return store::KeptValueStore(db).find({id.project, kind, id.name});
  }));
  if (!row) {
    return fail(ErrorCode::not_found,
                "there is no " + kind + " '" + id.name + "' in the project '" + id.project + "'");
  }
  AIFLOW_ASSIGN(const auto plain, open(*row));
  return wire::TaskValue{.text = std::string(plain.reveal()), .is_secret = row->is_secret};
}

Result<wire::OpenValues> KeptValues::open_all() {
  AIFLOW_ASSIGN(const auto rows, parts_.store.read([](db::Connection& db) {
    return store::KeptValueStore(db).list("");
  }));
  wire::OpenValues out;
  for (const auto& row : rows) {
    AIFLOW_ASSIGN(const auto plain, open(row));
    out.items.push_back({.project = row.project,
                         .kind = row.kind,
                         .name = row.name,
                         .text = std::string(plain.reveal()),
                         .is_secret = row.is_secret,
                         .description = row.description});
  }
  return out;
}

Result<wire::KeyRotated> KeptValues::rotate() {
  const std::scoped_lock lock(sealing_);
  AIFLOW_TRY(check_keys());
  AIFLOW_TRY(parts_.vault.add_key());
  std::int64_t count = 0;
  const Status sealed_anew = parts_.store.transact([&](db::Connection& db) -> Status {
    count = 0;
    store::KeptValueStore values(db);
    AIFLOW_ASSIGN(const auto rows, values.list(""));
    for (auto row : rows) {
      AIFLOW_ASSIGN(const auto plain, open(row));
      auto sealed = parts_.vault.seal(plain.reveal(), about(row));
      row.key_id = std::move(sealed.key_id);
      row.sealed = std::move(sealed.text);
      AIFLOW_TRY(values.put(row));
      ++count;
    }
    return {};
  });
  AIFLOW_TRY(sealed_anew);
  AIFLOW_TRY(parts_.vault.drop_old_keys());
  return wire::KeyRotated{.key_id = parts_.vault.key_id(), .count = count};
}

}  // namespace aiflow::service
