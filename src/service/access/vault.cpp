// SPDX-License-Identifier: Apache-2.0
#include "service/access/vault.h"

#include <sodium.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstring>

#include "base/assert.h"
#include "os/file.h"
#include "service/attempt_token.h"

namespace aiflow::service {
namespace {

constexpr std::size_t kKeyBytes = crypto_aead_xchacha20poly1305_ietf_KEYBYTES;
constexpr std::size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::size_t kFileBytesMax = 4 << 10;
constexpr std::size_t kKeysMax = 16;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

std::unexpected<Error> damaged(const std::filesystem::path& file) {
  return fail(ErrorCode::corrupt, "'" + file.string() + "' holds no keys: put back its backup");
}

}  // namespace

Result<std::unique_ptr<Vault>> Vault::open(std::filesystem::path file) {
  AIFLOW_ASSERT(sodium_init() >= 0);
  std::unique_ptr<Vault> vault(new Vault(std::move(file)));
  const std::scoped_lock lock(vault->mutex_);
  auto keys = vault->read();
  if (keys) {
    vault->keys_ = *std::move(keys);
    return vault;
  }
  if (keys.error().code != ErrorCode::not_found) return fail(std::move(keys).error());
  vault->keys_.push_back(make_key());
  AIFLOW_TRY(vault->write());
  return vault;
}

Vault::Bytes Vault::locked(std::string_view bytes) {
  // Of sodium_malloc: not in a core dump, not in the swap, zeroed when it goes.
  auto* memory = static_cast<unsigned char*>(sodium_malloc(kKeyBytes));
  AIFLOW_ASSERT(memory != nullptr && bytes.size() == kKeyBytes);
  std::memcpy(memory, bytes.data(), kKeyBytes);
  return {memory, &sodium_free};
}

Vault::Key Vault::make_key() {
  const Secret bytes(random_bytes(kKeyBytes));
  return {base64url(random_bytes(6)), locked(bytes.reveal())};
}

Result<std::vector<Vault::Key>> Vault::read() const {
  AIFLOW_ASSIGN(auto text, os::read_file(file_, kFileBytesMax));
  const Secret kept(std::move(text));
  struct ::stat about{};
  if (::stat(file_.c_str(), &about) == 0 && (about.st_mode & 077) != 0) {
    return fail(ErrorCode::denied, "others may read the keys in '" + file_.string() +
                                       "': chmod 600 it, then aiflow secrets rotate");
  }
  std::vector<Key> keys;
  std::string_view rest = kept.reveal();
  while (!rest.empty()) {
    const auto line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    const auto space = line.find(' ');
    if (space == 0 || space == std::string_view::npos) return damaged(file_);
    auto decoded = base64url_decode(line.substr(space + 1));
    if (!decoded || decoded->size() != kKeyBytes) return damaged(file_);
    const Secret bytes(*std::move(decoded));
    keys.push_back({std::string(line.substr(0, space)), locked(bytes.reveal())});
  }
  if (keys.empty()) return damaged(file_);
  return keys;
}

Status Vault::write() const {
  std::string text;
  text.reserve(kFileBytesMax);  // one buffer, so that no outgrown one stays behind
  for (const auto& key : keys_) {
    const Secret bytes(base64url({reinterpret_cast<const char*>(key.bytes.get()), kKeyBytes}));
    text.append(key.id).append(" ").append(bytes.reveal()).append("\n");
  }
  const Secret kept(std::move(text));
  return os::write_atomic(file_, kept.reveal(), 0600);
}

const Vault::Key* Vault::find(const std::string& key_id) const {
  auto key = std::ranges::find(keys_, key_id, &Key::id);
  if (key == keys_.end()) {
    if (auto again = read()) keys_ = *std::move(again);
    key = std::ranges::find(keys_, key_id, &Key::id);
  }
  return key == keys_.end() ? nullptr : &*key;
}

Sealed Vault::seal(std::string_view plain, std::string_view about) const {
  const std::scoped_lock lock(mutex_);
  const auto& key = keys_.front();
  std::string out = random_bytes(kNonceBytes);
  out.resize(kNonceBytes + plain.size() + kTagBytes);
  crypto_aead_xchacha20poly1305_ietf_encrypt(bytes_of(out) + kNonceBytes, nullptr, bytes_of(plain),
                                             plain.size(), bytes_of(about), about.size(), nullptr,
                                             bytes_of(std::string_view(out)), key.bytes.get());
  return {.key_id = key.id, .text = base64url(out)};
}

Result<Secret> Vault::unseal(const Sealed& sealed, std::string_view about) const {
  const std::scoped_lock lock(mutex_);
  const auto* key = find(sealed.key_id);
  if (key == nullptr) {
    return fail(ErrorCode::conflict, "it is sealed with the key '" + sealed.key_id +
                                         "', which is not in '" + file_.string() +
                                         "': put back its backup");
  }
  const auto bytes = base64url_decode(sealed.text);
  if (!bytes || bytes->size() < kNonceBytes + kTagBytes) {
    return fail(ErrorCode::corrupt, "a sealed value is damaged");
  }
  const std::string_view body = std::string_view(*bytes).substr(kNonceBytes);
  std::string plain(body.size() - kTagBytes, '\0');
  const int failed = crypto_aead_xchacha20poly1305_ietf_decrypt(
      bytes_of(plain), nullptr, nullptr, bytes_of(body), body.size(), bytes_of(about), about.size(),
      bytes_of(std::string_view(*bytes)), key->bytes.get());
  if (failed != 0) return fail(ErrorCode::corrupt, "a sealed value is damaged");
  return Secret(std::move(plain));
}

Status Vault::add_key() {
  const std::scoped_lock lock(mutex_);
  if (keys_.size() >= kKeysMax) {
    return fail(ErrorCode::conflict,
                "'" + file_.string() + "' holds too many keys: the log says why rotations fail");
  }
  keys_.insert(keys_.begin(), make_key());
  const Status written = write();
  if (!written) keys_.erase(keys_.begin());
  return written;
}

Status Vault::drop_old_keys() {
  const std::scoped_lock lock(mutex_);
  keys_.erase(keys_.begin() + 1, keys_.end());
  return write();
}

bool Vault::has(const std::string& key_id) const {
  const std::scoped_lock lock(mutex_);
  return find(key_id) != nullptr;
}

std::string Vault::key_id() const {
  const std::scoped_lock lock(mutex_);
  return keys_.front().id;
}

}  // namespace aiflow::service
