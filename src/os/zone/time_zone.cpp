// SPDX-License-Identifier: Apache-2.0
#include "os/zone/time_zone.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "os/file.h"

namespace aiflow::os {
namespace {

constexpr std::size_t kFileBytesMax = 1U << 20;
constexpr std::size_t kHeaderBytes = 44;

/// Reads big-endian numbers; past the end it gives zeros and remembers it.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  std::int64_t number(std::size_t count) {
    if (bytes_.size() < count) {
      is_short_ = true;
      return 0;
    }
    std::uint64_t value = (static_cast<unsigned char>(bytes_[0]) & 0x80U) != 0 ? ~0ULL : 0ULL;
    for (std::size_t i = 0; i < count; ++i) {
      value = value << 8U | static_cast<unsigned char>(bytes_[i]);
    }
    bytes_.remove_prefix(count);
    return static_cast<std::int64_t>(value);
  }
  void skip(std::size_t count) {
    is_short_ = is_short_ || count > bytes_.size();
    bytes_.remove_prefix(std::min(count, bytes_.size()));
  }
  [[nodiscard]] bool is_short() const { return is_short_; }
  [[nodiscard]] std::string_view rest() const { return bytes_; }

 private:
  std::string_view bytes_;
  bool is_short_ = false;
};

struct Counts {
  std::size_t utc_flags, standard_flags, leaps, times, types, letters;
};

Counts read_counts(Reader& reader) {
  const auto next = [&] {
    return static_cast<std::size_t>(std::clamp<std::int64_t>(reader.number(4), 0, 1 << 20));
  };
  Counts counts{};
  counts.utc_flags = next();
  counts.standard_flags = next();
  counts.leaps = next();
  counts.times = next();
  counts.types = next();
  counts.letters = next();
  return counts;
}

struct Zone {
  std::vector<std::int64_t> times;      ///< seconds since 1970, rising
  std::vector<std::int64_t> offsets_s;  ///< from the time of the same index on
  std::int64_t first_offset_s = 0;
  ZoneOffset later;  ///< after the last of `times`; empty: stays as it was
};

std::unexpected<Error> damaged() { return fail(ErrorCode::corrupt, "damaged time zone file"); }

/// The rule behind the file's tables, between two line ends; empty if there is none.
Result<ZoneOffset> footer(std::string_view rest) {
  if (!rest.starts_with('\n')) return damaged();
  const auto end = rest.find('\n', 1);
  if (end == std::string_view::npos) return damaged();
  if (end == 1) return ZoneOffset{};
  return parse_zone_rule(rest.substr(1, end - 1));
}

Duration offset_in(const Zone& zone, WallTime time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
  const auto after = std::ranges::upper_bound(zone.times, seconds);
  if (after == zone.times.end() && zone.later) return zone.later(time);
  if (after == zone.times.begin()) return std::chrono::seconds(zone.first_offset_s);
  const auto at = static_cast<std::size_t>(after - zone.times.begin()) - 1;
  return std::chrono::seconds(zone.offsets_s[at]);
}

/// "+09:00", "-03:30".
bool is_fixed(std::string_view name) { return !name.empty() && (name[0] == '+' || name[0] == '-'); }

Result<ZoneOffset> fixed_zone(std::string_view name) {
  // The rule's sign is the other way round.
  const std::string sign(1, name[0] == '+' ? '-' : '+');
  return parse_zone_rule("<x>" + sign + std::string(name.substr(1)));
}

}  // namespace

Result<ZoneOffset> parse_zone_file(std::string_view bytes) {
  if (!bytes.starts_with("TZif") || bytes.size() < kHeaderBytes || bytes[4] < '2') return damaged();
  Reader reader(bytes);
  reader.skip(20);
  const auto old = read_counts(reader);  // the first block has 32-bit times: skipped
  reader.skip(old.times * 5 + old.types * 6 + old.letters + old.leaps * 8 + old.standard_flags +
              old.utc_flags + 20);
  const auto counts = read_counts(reader);
  auto zone = std::make_shared<Zone>();
  std::vector<std::size_t> indexes;
  for (std::size_t i = 0; i < counts.times && !reader.is_short(); ++i) {
    zone->times.push_back(reader.number(8));
  }
  for (std::size_t i = 0; i < counts.times && !reader.is_short(); ++i) {
    indexes.push_back(static_cast<std::size_t>(reader.number(1) & 0xFF));
  }
  std::vector<std::int64_t> types;
  for (std::size_t i = 0; i < counts.types && !reader.is_short(); ++i) {
    types.push_back(reader.number(4));
    reader.skip(2);
  }
  reader.skip(counts.letters + counts.leaps * 12 + counts.standard_flags + counts.utc_flags);
  const auto is_known = [&](std::size_t index) { return index < types.size(); };
  if (reader.is_short() || types.empty() || !std::ranges::all_of(indexes, is_known) ||
      !std::ranges::is_sorted(zone->times)) {
    return damaged();
  }
  zone->first_offset_s = types[0];
  for (const auto index : indexes) zone->offsets_s.push_back(types[index]);
  AIFLOW_ASSIGN(zone->later, footer(reader.rest()));
  return ZoneOffset([zone](WallTime time) { return offset_in(*zone, time); });
}

Result<ZoneOffset> read_zone(std::string_view name) {
  if (is_fixed(name)) return fixed_zone(name);
  AIFLOW_ASSIGN(const auto path, join_inside("/usr/share/zoneinfo", name));
  AIFLOW_ASSIGN(const std::string bytes, read_file(path, kFileBytesMax));
  return parse_zone_file(bytes);
}

}  // namespace aiflow::os
