// SPDX-License-Identifier: Apache-2.0
// Seals texts with XChaCha20-Poly1305, under a key that is kept in a file (mode 0600) beside the
// database, never in it. In: plain text and what it is about; out: sealed text and the key's id.
// A sealed text opens only under what it was sealed about, so that none can be put in another's
// place. Thread-safe.
#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret.h"

namespace aiflow::service {

struct Sealed {
  std::string key_id;
  std::string text;
};

class Vault {
 public:
  /// Reads the file, or makes it with a new key. Errors: denied (others may read it), corrupt.
  [[nodiscard]] static Result<std::unique_ptr<Vault>> open(std::filesystem::path file);

  [[nodiscard]] Sealed seal(std::string_view plain, std::string_view about) const;
  /// Errors: conflict (the key is not in the file), corrupt (changed, or about another thing).
  [[nodiscard]] Result<Secret> unseal(const Sealed& sealed, std::string_view about) const;

  /// From now on a new key seals; the file has it before this returns. The old ones stay.
  /// Errors: conflict (16 are there).
  Status add_key();
  /// Forgets all keys but the one that seals: nothing may be sealed by them any more.
  Status drop_old_keys();
  /// Of the key that seals.
  [[nodiscard]] std::string key_id() const;
  [[nodiscard]] bool has(const std::string& key_id) const;

 private:
  using Bytes = std::unique_ptr<unsigned char, void (*)(void*)>;
  struct Key {
    std::string id;
    Bytes bytes;
  };
  explicit Vault(std::filesystem::path file) : file_(std::move(file)) {}
  static Bytes locked(std::string_view bytes);
  static Key make_key();
  /// Errors: not_found, denied, corrupt.
  [[nodiscard]] Result<std::vector<Key>> read() const;
  /// With mutex_ held. A key that is not known may be in the file by now: it is read again.
  [[nodiscard]] const Key* find(const std::string& key_id) const;
  /// With mutex_ held.
  Status write() const;

  const std::filesystem::path file_;
  mutable std::mutex mutex_;
  mutable std::vector<Key> keys_;  ///< guarded by mutex_; the first one seals
};

}  // namespace aiflow::service
