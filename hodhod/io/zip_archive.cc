// SPDX-License-Identifier: Apache-2.0
#include "hodhod/io/zip_archive.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "hodhod/base/error.h"

namespace hodhod {
namespace {

static_assert(std::endian::native == std::endian::little, "the numbers of an archive are little-endian");

constexpr uint32_t kMember = 0x04034b50, kListed = 0x02014b50, kEnd = 0x06054b50, kEnd64 = 0x06064b50,
                   kLocator64 = 0x07064b50;
constexpr size_t kMemberSize = 30, kListedSize = 46, kEndSize = 22, kEnd64Size = 56, kLocatorSize = 20;
constexpr size_t kLongestComment = 65535;
constexpr uint16_t kWide = 1;  // the extra field with 64-bit numbers
constexpr uint32_t kElsewhere32 = 0xffffffff;
constexpr uint16_t kElsewhere16 = 0xffff;

class Archive {
 public:
  Archive(std::span<const std::byte> bytes, const std::string& path) : bytes_(bytes), path_(path) {}

  std::vector<ZipMember> members() const {
    const Table table = find_table();
    check(table.members <= bytes_.size() / kListedSize,
          "{}: the archive should have {} members, more than fit in it; it is damaged", path_, table.members);
    std::vector<ZipMember> members;
    members.reserve(table.members);
    uint64_t at = table.at;
    for (uint64_t i = 0; i < table.members; ++i) members.push_back(take_member(at));
    return members;
  }

 private:
  struct Table {
    uint64_t at = 0, members = 0;
  };

  // `count` bytes must lie at `at`.
  void need(uint64_t at, uint64_t count, const char* what) const {
    check(at <= bytes_.size() && count <= bytes_.size() - at,
          "{}: byte {}: the file ends inside of {}; it is cut off or damaged", path_, at, what);
  }
  template <class T>
  T number(uint64_t at) const {
    T value;
    std::memcpy(&value, bytes_.data() + at, sizeof value);
    return value;
  }
  std::string text(uint64_t at, size_t count) const {
    return {reinterpret_cast<const char*>(bytes_.data()) + at, count};
  }

  Table find_table() const {
    const size_t size = bytes_.size();
    check(size >= kEndSize, "{}: the archive ends before its table of contents; it is cut off", path_);
    const size_t last = size - kEndSize, first = last - std::min(last, kLongestComment);
    size_t end = last;
    while (number<uint32_t>(end) != kEnd) {
      check(end > first, "{}: the archive has no table of contents at its end; it is cut off", path_);
      --end;
    }
    Table table{.at = number<uint32_t>(end + 16), .members = number<uint16_t>(end + 10)};
    const bool wide = table.members == kElsewhere16 || table.at == kElsewhere32;
    if (end >= kLocatorSize && number<uint32_t>(end - kLocatorSize) == kLocator64) {
      const auto at = number<uint64_t>(end - kLocatorSize + 8);
      need(at, kEnd64Size, "the table of contents");
      check(number<uint32_t>(at) == kEnd64,
            "{}: byte {}: the table of contents is not here; the file is damaged", path_, at);
      table = {.at = number<uint64_t>(at + 48), .members = number<uint64_t>(at + 32)};
    } else {
      check(!wide, "{}: byte {}: the archive's 64-bit table of contents is missing; the file is damaged",
            path_, end);
    }
    return table;
  }

  // Reads the line of the table at `at` and moves on to the next.
  ZipMember take_member(uint64_t& at) const {
    need(at, kListedSize, "the table of contents");
    check(number<uint32_t>(at) == kListed, "{}: byte {}: the table of contents is damaged", path_, at);
    const auto flags = number<uint16_t>(at + 8), method = number<uint16_t>(at + 10);
    uint64_t packed = number<uint32_t>(at + 20), size = number<uint32_t>(at + 24),
             place = number<uint32_t>(at + 42);
    const size_t name_size = number<uint16_t>(at + 28), extra_size = number<uint16_t>(at + 30),
                 comment_size = number<uint16_t>(at + 32);
    need(at + kListedSize, name_size + extra_size + comment_size, "the table of contents");
    ZipMember member{.name = text(at + kListedSize, name_size), .bytes = {}};
    read_wide(at + kListedSize + name_size, extra_size, {&size, &packed, &place});
    check(method == 0 && (flags & 1) == 0,
          "{}: {}: is compressed or encrypted; only members that are stored as they are can be read", path_,
          member.name);
    check(size == packed, "{}: {}: has two sizes, {} and {}; the file is damaged", path_, member.name, size,
          packed);
    need(place, kMemberSize, "a member");
    check(number<uint32_t>(place) == kMember, "{}: byte {}: the member {} is not here; the file is damaged",
          path_, place, member.name);
    const uint64_t begin = place + kMemberSize + number<uint16_t>(place + 26) + number<uint16_t>(place + 28);
    need(begin, size, "a member");
    member.bytes = bytes_.subspan(begin, size);
    at += kListedSize + name_size + extra_size + comment_size;
    return member;
  }

  // The numbers that do not fit into 32 bits stand in an extra field, in this order.
  void read_wide(uint64_t at, size_t size, std::initializer_list<uint64_t*> numbers) const {
    uint64_t end = at + size;
    while (at + 4 <= end) {
      const auto kind = number<uint16_t>(at);
      const uint64_t field_end = at + 4 + number<uint16_t>(at + 2);
      at += 4;
      if (kind == kWide && field_end <= end) {
        for (uint64_t* one : numbers) {
          if (*one != kElsewhere32 || at + 8 > field_end) continue;
          *one = number<uint64_t>(at);
          at += 8;
        }
        return;
      }
      at = field_end;
    }
  }

  std::span<const std::byte> bytes_;
  const std::string& path_;
};

}  // namespace

bool is_zip_archive(std::span<const std::byte> bytes) {
  uint32_t magic = 0;
  if (bytes.size() < sizeof magic) return false;
  std::memcpy(&magic, bytes.data(), sizeof magic);
  return magic == kMember;
}

std::vector<ZipMember> zip_members(std::span<const std::byte> bytes, const std::string& path) {
  return Archive(bytes, path).members();
}

}  // namespace hodhod
