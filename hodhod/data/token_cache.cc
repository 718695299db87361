// SPDX-License-Identifier: Apache-2.0
#include "hodhod/data/token_cache.h"

#include <cstring>
#include <optional>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"

namespace hodhod {
namespace {

// The file: this head, a u32 length for each sequence, their ids as u32, and the XXH64 of all that.
struct Head {
  char magic[8];
  uint64_t key;
  uint64_t sequences;
  uint64_t tokens;
};

constexpr std::string_view kMagic = "hodhodT1";

template <class T>
void append(std::string& bytes, T value) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

std::string serialized(const TokenSequences& sequences, uint64_t key) {
  Head head{.magic = {}, .key = key, .sequences = sequences.size(), .tokens = 0};
  std::memcpy(head.magic, kMagic.data(), sizeof head.magic);
  for (const auto& sequence : sequences) head.tokens += sequence.size();
  std::string bytes;
  bytes.reserve(sizeof head + 4 * (head.sequences + head.tokens) + 8);
  append(bytes, head);
  for (const auto& sequence : sequences) append(bytes, static_cast<uint32_t>(sequence.size()));
  for (const auto& sequence : sequences) {
    for (int64_t token : sequence) append(bytes, static_cast<uint32_t>(token));
  }
  append(bytes, hash64(bytes));
  return bytes;
}

std::optional<TokenSequences> read(const std::string& path, uint64_t key) {
  if (!file_exists(path) || is_directory(path)) return std::nullopt;
  const MappedFile file(path);
  const auto* begin = reinterpret_cast<const char*>(file.bytes().data());
  const size_t size = file.bytes().size();
  Head head;
  if (size < sizeof head + 8) return std::nullopt;
  std::memcpy(&head, begin, sizeof head);
  if (std::string_view(head.magic, sizeof head.magic) != kMagic || head.key != key) return std::nullopt;
  uint64_t stored = 0;
  std::memcpy(&stored, begin + size - 8, 8);
  if (hash64({begin, size - 8}) != stored) return std::nullopt;
  const uint64_t words = (size - sizeof head - 8) / 4;
  if (head.sequences > words || head.tokens != words - head.sequences || (size - sizeof head) % 4 != 0)
    return std::nullopt;
  const char *lengths = begin + sizeof head, *ids = lengths + 4 * head.sequences, *end = begin + size - 8;
  TokenSequences sequences(head.sequences);
  for (auto& sequence : sequences) {
    uint32_t length = 0;
    std::memcpy(&length, lengths, 4);
    lengths += 4;
    if (length > static_cast<uint64_t>(end - ids) / 4) return std::nullopt;
    sequence.reserve(length);
    for (uint32_t i = 0; i < length; ++i, ids += 4) {
      uint32_t id = 0;
      std::memcpy(&id, ids, 4);
      sequence.push_back(id);
    }
  }
  return sequences;
}

}  // namespace

TokenKey::TokenKey(const text::Tokenizer& tokenizer) { add(tokenizer.to_json()); }

void TokenKey::add(std::string_view text) {
  const uint64_t size = text.size();  // so that moving a boundary between texts changes the key
  hasher_.update(&size, sizeof size);
  hasher_.update(text);
}

TokenSequences cached_tokens(const std::string& path, uint64_t key,
                             const std::function<TokenSequences()>& encode) {
  if (path.empty()) return encode();
  if (auto found = read(path, key)) return std::move(*found);
  TokenSequences sequences = encode();
  make_directories(parent_path(path));
  write_file_atomically(path, serialized(sequences, key));
  return sequences;
}

}  // namespace hodhod
