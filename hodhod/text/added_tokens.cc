// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/added_tokens.h"

#include <algorithm>
#include <numeric>

#include "hodhod/base/error.h"
#include "hodhod/text/unicode/character_classes.h"
#include "hodhod/text/unicode/json_text.h"

namespace hodhod::text {
namespace {

bool ends_with_word(std::string_view text, size_t at) {
  return at > 0 && CharacterClasses().is(read_character_before(text, at).code, kWord);
}

bool starts_with_word(std::string_view text, size_t at) {
  return at < text.size() && CharacterClasses().is(read_character(text, at).code, kWord);
}

size_t blanks_before(std::string_view text, size_t at, size_t from) {
  while (at > from) {
    const Character c = read_character_before(text, at);
    if (!CharacterClasses().is(c.code, kSpace)) break;
    at -= c.size;
  }
  return std::max(at, from);
}

size_t blanks_after(std::string_view text, size_t at) {
  while (at < text.size()) {
    const Character c = read_character(text, at);
    if (!CharacterClasses().is(c.code, kSpace)) break;
    at += c.size;
  }
  return at;
}

}  // namespace

AddedTokens::AddedTokens(std::vector<AddedToken> tokens, const Normalizer* normalizer,
                         const std::string& where)
    : tokens_(std::move(tokens)), by_content_(tokens_.size()) {
  const auto shown = [](const AddedToken& token) { return quote_json(token.content.substr(0, 60)); };
  std::sort(tokens_.begin(), tokens_.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  std::iota(by_content_.begin(), by_content_.end(), 0u);
  std::sort(by_content_.begin(), by_content_.end(),
            [&](uint32_t a, uint32_t b) { return tokens_[a].content < tokens_[b].content; });
  for (size_t i = 0; i < tokens_.size(); ++i) {
    check(!tokens_[i].content.empty(), "{}: the added token with id {} is empty", where, tokens_[i].id);
    if (i == 0) continue;
    check(tokens_[i].id != tokens_[i - 1].id, "{}: the id {} belongs to {} and to {}", where, tokens_[i].id,
          shown(tokens_[i - 1]), shown(tokens_[i]));
    const AddedToken& token = tokens_[by_content_[i]];
    check(token.content != tokens_[by_content_[i - 1]].content, "{}: the added token {} occurs twice", where,
          shown(token));
  }
  std::vector<Spelling> spellings[2];
  for (size_t i = 0; i < tokens_.size(); ++i) {
    const AddedToken& token = tokens_[i];
    if (!token.in_text) continue;
    std::string content = token.content;
    if (token.normalized && normalizer != nullptr) content = normalize(*normalizer, content);
    if (!content.empty())
      spellings[token.normalized].emplace_back(std::move(content), static_cast<int32_t>(i));
  }
  for (int i = 0; i < 2; ++i) tries_[i] = build_trie(std::move(spellings[i]));
}

AddedTokens::Trie AddedTokens::build_trie(std::vector<Spelling> spellings) {
  Trie trie;
  if (spellings.empty()) return trie;
  std::sort(spellings.begin(), spellings.end());
  // The spellings [begin, end) share their first `depth` bytes.
  struct Group {
    uint32_t node;
    size_t begin, end, depth;
  };
  std::vector<Group> groups = {{0, 0, spellings.size(), 0}};
  trie.nodes.emplace_back();
  while (!groups.empty()) {
    Group group = groups.back();
    groups.pop_back();
    while (group.begin < group.end && spellings[group.begin].first.size() == group.depth) {
      int32_t& token = trie.nodes[group.node].token;
      if (token < 0) token = spellings[group.begin].second;
      ++group.begin;
    }
    trie.nodes[group.node].first = static_cast<uint32_t>(trie.edges.size());
    for (size_t i = group.begin; i < group.end;) {
      const auto byte = static_cast<uint8_t>(spellings[i].first[group.depth]);
      size_t end = i;
      while (end < group.end && static_cast<uint8_t>(spellings[end].first[group.depth]) == byte) ++end;
      const auto child = static_cast<uint32_t>(trie.nodes.size());
      trie.nodes.emplace_back();
      trie.edges.push_back({byte, child});
      ++trie.nodes[group.node].count;
      groups.push_back({child, i, end, group.depth + 1});
      if (group.depth == 0) trie.starts[byte] = true;
      i = end;
    }
  }
  if (trie.nodes[0].count == 1) trie.only_start = trie.edges[trie.nodes[0].first].byte;
  return trie;
}

size_t AddedTokens::Trie::next_start(std::string_view text, size_t at) const {
  if (only_start >= 0) return std::min(text.find(static_cast<char>(only_start), at), text.size());
  while (at < text.size() && !starts[static_cast<uint8_t>(text[at])]) ++at;
  return at;
}

std::pair<int32_t, size_t> AddedTokens::Trie::match(std::string_view text, size_t at) const {
  std::pair<int32_t, size_t> longest = {-1, 0};
  uint32_t node = 0;
  for (size_t i = at; i < text.size(); ++i) {
    const auto begin = edges.begin() + nodes[node].first, end = begin + nodes[node].count;
    const auto byte = static_cast<uint8_t>(text[i]);
    const auto edge = std::lower_bound(begin, end, byte, [](const Edge& e, uint8_t b) { return e.byte < b; });
    if (edge == end || edge->byte != byte) break;
    node = edge->node;
    if (nodes[node].token >= 0) longest = {nodes[node].token, i + 1 - at};
  }
  return longest;
}

std::optional<AddedTokens::Match> AddedTokens::next(std::string_view text, size_t from,
                                                    bool normalized) const {
  const Trie& trie = tries_[normalized];
  if (trie.nodes.empty()) return std::nullopt;
  for (size_t at = from; (at = trie.next_start(text, at)) < text.size();) {
    const auto [index, size] = trie.match(text, at);
    if (index < 0) {
      ++at;
      continue;
    }
    const AddedToken& token = tokens_[static_cast<size_t>(index)];
    size_t begin = at, end = at + size;
    at = end;
    if (token.single_word && (ends_with_word(text, begin) || starts_with_word(text, end))) continue;
    if (token.lstrip) begin = blanks_before(text, begin, from);
    if (token.rstrip) end = blanks_after(text, end);
    return Match{{static_cast<uint32_t>(begin), static_cast<uint32_t>(end)}, token.id};
  }
  return std::nullopt;
}

const AddedToken* AddedTokens::find(std::string_view content) const {
  const auto found = std::lower_bound(by_content_.begin(), by_content_.end(), content,
                                      [&](uint32_t i, std::string_view c) { return tokens_[i].content < c; });
  return found != by_content_.end() && tokens_[*found].content == content ? &tokens_[*found] : nullptr;
}

const AddedToken* AddedTokens::find(int32_t id) const {
  const auto found = std::lower_bound(tokens_.begin(), tokens_.end(), id,
                                      [](const AddedToken& token, int32_t i) { return token.id < i; });
  return found != tokens_.end() && found->id == id ? &*found : nullptr;
}

}  // namespace hodhod::text
