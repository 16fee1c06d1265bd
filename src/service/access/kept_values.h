// SPDX-License-Identifier: Apache-2.0
// Variables and connections that the server keeps for tasks: encrypted in the database, written by
// operators, and given in full to running tasks of the same project alone. A connection is a text
// as in the environment (AIRFLOW_CONN_...): a URI, or a JSON object. Thread-safe.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"
#include "service/access/vault.h"
#include "store/admin/kept_value_store.h"
#include "store/admin/project_store.h"
#include "store/store.h"
#include "wire/values.h"

namespace aiflow::service {

/// Which one of a kind.
struct ValueId {
  std::string project = std::string(store::kDefaultProject);
  std::string name{};
};

class KeptValues {
 public:
  struct Parts {
    const Clock& clock;
    store::Store& store;
    Vault& vault;
  };
  explicit KeptValues(Parts parts) : parts_(parts) {}

  [[nodiscard]] Result<std::vector<wire::Variable>> variables(const store::Sight& sight = {});
  /// Errors: not_found (the project), invalid_argument (its name, too long).
  [[nodiscard]] Result<wire::Variable> set_variable(const ValueId& id,
                                                    const wire::VariableSet& wanted,
                                                    const std::string& who);
  [[nodiscard]] Result<std::vector<wire::Connection>> connections(const store::Sight& sight = {});
  /// Errors: not_found (the project), invalid_argument (its name, neither a URI nor JSON, too
  /// long); never repeats the text.
  [[nodiscard]] Result<wire::Connection> set_connection(const ValueId& id,
                                                        const wire::ConnectionSet& wanted,
                                                        const std::string& who);
  /// `kind`: variable or connection. Errors: not_found.
  Status remove(const std::string& kind, const ValueId& id);
  /// For a task that runs, of its own project. Errors: not_found.
  [[nodiscard]] Result<wire::TaskValue> for_task(const std::string& kind, const ValueId& id);

  /// All in plain text, for an export that an admin of this machine has asked for.
  [[nodiscard]] Result<wire::OpenValues> open_all();
  /// Errors: conflict, when values are sealed with a key that the vault has not: then none is set
  /// either, since a second key would part what one backup of the file has to open.
  [[nodiscard]] Status check_keys() const;

  /// A new key, all values sealed with it, and the old keys forgotten. After a crash in between
  /// both keys are there; the next call makes an end of it.
  [[nodiscard]] Result<wire::KeyRotated> rotate();

 private:
  struct Value {
    std::string kind;
    ValueId id;
    bool is_secret = true;
    std::string description;
    std::string_view text;
    std::string who;
  };
  [[nodiscard]] Result<WallTime> put(const Value& value);
  [[nodiscard]] Result<Secret> open(const store::KeptValueRow& row) const;
  [[nodiscard]] Status check_keys(store::KeptValueStore& values) const;
  const Parts parts_;
  std::mutex sealing_;  ///< nothing is sealed with an old key while it is replaced
};

}  // namespace aiflow::service
