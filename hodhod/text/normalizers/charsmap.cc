// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/normalizers/charsmap.h"

#include <algorithm>

#include "hodhod/base/error.h"
#include "hodhod/base/utf8.h"

namespace hodhod::text {
namespace {

// A unit of Darts-clone: a label, whether a key ends here, and where the children are; or, at the place of
// the zero child, a value.
bool has_leaf(uint32_t unit) { return (unit >> 8 & 1) != 0; }
uint32_t label(uint32_t unit) { return unit & (1u << 31 | 0xFF); }
uint32_t offset(uint32_t unit) { return unit >> 10 << ((unit & 1u << 9) >> 6); }
uint32_t leaf_value(uint32_t unit) { return unit & ~(1u << 31); }

uint32_t read_u32(std::string_view bytes, size_t at) {
  uint32_t value = 0;
  for (size_t i = 4; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

constexpr size_t kDeepestKey = 256;

}  // namespace

Charsmap::Charsmap(std::string_view blob, std::string_view name) : blob_(blob) {
  if (blob.empty()) return;
  check(blob.size() > 4, "{}: precompiled charsmap: it has only {} bytes; the file is damaged", name,
        blob.size());
  const uint32_t trie_bytes = read_u32(blob, 0);
  check(trie_bytes >= 4 && trie_bytes % 4 == 0 && trie_bytes < blob.size() - 4,
        "{}: precompiled charsmap: a trie of {} bytes does not fit into {} bytes; the file is damaged", name,
        trie_bytes, blob.size());
  units_.resize(trie_bytes / 4);
  for (size_t i = 0; i < units_.size(); ++i) units_[i] = read_u32(blob, 4 + 4 * i);
  replacements_begin_ = 4 + size_t{trie_bytes};
  check(blob.back() == '\0', "{}: precompiled charsmap: the last replacement has no end; the file is damaged",
        name);
  check_trie(name);
  find_untouched();
}

template <class Hit>
void Charsmap::walk(std::string_view text, Hit hit) const {
  if (units_.empty()) return;
  size_t node = offset(units_[0]);
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    node ^= byte;
    if (byte == 0 || node >= units_.size()) return;
    const uint32_t unit = units_[node];
    if (label(unit) != byte) return;
    node ^= offset(unit);
    if (has_leaf(unit) && !hit(i + 1, leaf_value(units_[node]))) return;
  }
}

Charsmap::Match Charsmap::longest(std::string_view text) const {
  size_t length = 0;
  uint32_t value = 0;
  walk(text, [&](size_t end, uint32_t at) {
    length = end;
    value = at;
    return true;
  });
  if (length == 0) return {};
  return {length, replacement(value)};
}

Charsmap::Match Charsmap::shortest(std::string_view text) const {
  Match match;
  walk(text, [&](size_t end, uint32_t at) {
    match = {end, replacement(at)};
    return false;
  });
  return match;
}

size_t Charsmap::untouched(std::string_view text) const {
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  const size_t size = text.size();
  size_t i = 0;
  while (i < size) {
    if (bytes[i] < 0x80) {
      // The next character matters too: a letter and a combining mark may be one key.
      if (!plain_ascii_[bytes[i]] || (i + 1 < size && bytes[i + 1] >= 0x80)) return i;
      ++i;
    } else if (const Character next = read_character(text, i); next.code < 0x10000 && plain_[next.code]) {
      i += next.size;
    } else {
      return i;
    }
  }
  return i;
}

std::string_view Charsmap::replacement(uint32_t at) const {
  const std::string_view all = replacements();
  return std::string_view(all.data() + at);  // ends at a zero byte, as the constructor checks
}

void Charsmap::check_trie(std::string_view name) {
  // Darts-clone shares equal subtrees, so a node may have several parents; but no node may be its own
  // descendant. Each node is visited once, and its height is stored.
  enum : uint8_t { kNew, kOpen, kDone };
  std::vector<uint8_t> state(units_.size(), kNew);
  struct OpenNode {
    uint32_t node;
    uint32_t next;  // the child byte to look at
  };
  std::vector<OpenNode> path{{0, 1}};
  state[0] = kOpen;
  const auto check_leaf = [&](uint32_t node) {
    const uint32_t at = offset(units_[node]) ^ node;
    check(at < units_.size(), "{}: precompiled charsmap: unit {} points outside the trie", name, node);
    const uint32_t value = leaf_value(units_[at]);
    check(value < replacements().size(),
          "{}: precompiled charsmap: unit {} has its replacement at {} of {} bytes", name, node, value,
          replacements().size());
  };
  while (!path.empty()) {
    OpenNode& top = path.back();
    const uint32_t base = top.node == 0 ? offset(units_[0]) : top.node ^ offset(units_[top.node]);
    if (top.next == 256) {
      state[top.node] = kDone;
      path.pop_back();
      continue;
    }
    const uint32_t byte = top.next++;
    const uint32_t child = base ^ byte;
    if (child >= units_.size() || label(units_[child]) != byte) continue;
    if (byte == ' ' && path.size() > 1) crosses_space_ = true;
    check(state[child] != kOpen, "{}: precompiled charsmap: the trie has a cycle through unit {}", name,
          child);
    if (state[child] == kDone) continue;
    check(path.size() < kDeepestKey, "{}: precompiled charsmap: a key is longer than {} bytes", name,
          kDeepestKey);
    if (has_leaf(units_[child])) check_leaf(child);
    state[child] = kOpen;
    path.push_back({child, 1});
  }
}

uint32_t Charsmap::node_after(std::string_view text, bool& leaf) const {
  size_t node = offset(units_[0]);
  leaf = false;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    node ^= byte;
    if (node >= units_.size() || label(units_[node]) != byte) {
      leaf = false;
      return 0;
    }
    leaf = has_leaf(units_[node]);
    node ^= offset(units_[node]);
  }
  return static_cast<uint32_t>(node);
}

void Charsmap::find_untouched() {
  const auto any_child = [&](uint32_t base, uint32_t from, uint32_t to) {
    for (uint32_t byte = from; byte < to; ++byte) {
      const uint32_t child = base ^ byte;
      if (child < units_.size() && label(units_[child]) == byte) return true;
    }
    return false;
  };
  for (uint32_t c = 1; c < 128; ++c) {
    const char text[] = {static_cast<char>(c)};
    bool leaf = false;
    const uint32_t base = node_after({text, 1}, leaf);
    plain_ascii_[c] = !leaf && (base == 0 || !any_child(base, 1, 128));
    if (c == ' ' && base != 0 && any_child(base, 1, 256)) crosses_space_ = true;
  }
  plain_.assign(0x10000, false);
  for (char32_t c = 0x80; c < 0x10000; ++c) {
    if (c >= 0xD800 && c < 0xE000) continue;
    bool leaf = false;
    const uint32_t base = node_after(to_utf8(c), leaf);
    plain_[c] = !leaf && (base == 0 || !any_child(base, 1, 256));
  }
}

}  // namespace hodhod::text
