// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/training/segments.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "hodhod/base/error.h"
#include "hodhod/base/utf8.h"

namespace hodhod::text {

std::vector<char32_t> choose_alphabet(const std::vector<WordCount>& words, double coverage, int32_t limit,
                                      const std::vector<std::string>& always) {
  std::vector<int64_t> frequent(0x800, 0);
  std::unordered_map<char32_t, int64_t> rare;
  int64_t total = 0;
  for (const WordCount& word : words) {
    for (size_t at = 0; at < word.word.size();) {
      const Character c = read_character(word.word, at);
      at += c.size;
      if (c.code == kIllFormed || c.code == 0) continue;
      total += word.count;
      (c.code < 0x800 ? frequent[c.code] : rare[c.code]) += word.count;
    }
  }
  std::vector<std::pair<int64_t, char32_t>> order(0);
  for (char32_t code = 0; code < 0x800; ++code) {
    if (frequent[code] > 0) order.emplace_back(-frequent[code], code);
  }
  for (const auto& [code, count] : rare) order.emplace_back(-count, code);
  std::sort(order.begin(), order.end());

  std::vector<char32_t> alphabet;
  std::unordered_set<char32_t> taken;
  for (const std::string& text : always) {
    check(!text.empty(), "train: an empty character in the initial alphabet");
    const Character c = read_character(text);
    if (c.code != kIllFormed && taken.insert(c.code).second) alphabet.push_back(c.code);
  }
  int64_t covered = 0;
  size_t chosen = 0;
  for (const auto& [count, code] : order) {
    if (static_cast<double>(covered) >= coverage * static_cast<double>(total)) break;
    if (limit > 0 && chosen == static_cast<size_t>(limit)) break;
    covered -= count;
    ++chosen;
    if (taken.insert(code).second) alphabet.push_back(code);
  }
  return alphabet;
}

Segments make_segments(const std::vector<WordCount>& words, std::vector<char32_t> alphabet, size_t longest) {
  check(alphabet.size() < 0xFFFF,
        "train: an alphabet of {} characters is too big; lower `character_coverage`", alphabet.size());
  std::unordered_map<char32_t, uint16_t> code_of;
  for (size_t i = 0; i < alphabet.size(); ++i) code_of.emplace(alphabet[i], static_cast<uint16_t>(i + 1));
  std::vector<uint16_t> small(0x800, 0);
  for (const auto& [character, code] : code_of) {
    if (character < 0x800) small[character] = code;
  }

  Segments raw;
  const auto close = [&](uint32_t& begin, int64_t count) {
    if (raw.codes.size() > begin) {
      raw.codes.push_back(0);
      raw.begins.push_back(begin);
      raw.counts.push_back(count);
      check(raw.codes.size() < UINT32_MAX / 2, "train: the corpus has too many different words; sample it");
    }
    begin = static_cast<uint32_t>(raw.codes.size());
  };
  for (const WordCount& word : words) {
    auto begin = static_cast<uint32_t>(raw.codes.size());
    for (size_t at = 0; at < word.word.size();) {
      const Character c = read_character(word.word, at);
      at += c.size;
      uint16_t code = 0;
      if (c.code < 0x800) {
        code = small[c.code];
      } else if (const auto found = code_of.find(c.code); found != code_of.end()) {
        code = found->second;
      }
      if (code == 0 || raw.codes.size() - begin == longest) close(begin, word.count);
      if (code != 0) raw.codes.push_back(code);
    }
    close(begin, word.count);
  }
  raw.begins.push_back(static_cast<uint32_t>(raw.codes.size()));
  raw.alphabet = std::move(alphabet);
  return raw;
}

}  // namespace hodhod::text
