// SPDX-License-Identifier: Apache-2.0
#include "hodhod/look/sequence.h"

#include <utf8proc.h>

#include "hodhod/base/utf8.h"
#include "hodhod/text/text_stream.h"

namespace hodhod::look {
namespace {

// Marks tokens that stand for parts of one character: neighbours with the same range of characters, of
// size 1.
void mark_parts(Sequence& sequence, const text::Encoding& encoding, size_t first) {
  const auto is_part = [&](size_t i) {
    return encoding.characters[i].size() == 1 && !encoding.special_tokens_mask[i];
  };
  for (size_t i = 0; i < encoding.size();) {
    size_t end = i + 1;
    while (end < encoding.size() && is_part(i) && is_part(end) &&
           encoding.characters[end] == encoding.characters[i])
      ++end;
    for (size_t j = i; end - i > 1 && j < end; ++j)
      sequence.tokens[first + j].part = {static_cast<int64_t>(j - i) + 1, static_cast<int64_t>(end - i)};
    i = end;
  }
}

}  // namespace

std::vector<int64_t> Sequence::ids() const {
  std::vector<int64_t> all;
  for (const SequenceToken& token : tokens) all.push_back(token.id);
  return all;
}

void add_tokens(Sequence& sequence, const text::Tokenizer& tokenizer, const text::Encoding& encoding,
                size_t offset, size_t second) {
  const size_t first = sequence.tokens.size();
  const auto unknown = tokenizer.role("unk_token");
  for (size_t i = 0; i < encoding.size(); ++i) {
    SequenceToken token{.id = encoding.ids[i]};
    token.special = encoding.special_tokens_mask[i] != 0 || tokenizer.is_special(encoding.ids[i]);
    token.unknown = unknown && encoding.ids[i] == *unknown;
    if (encoding.special_tokens_mask[i] == 0) {
      const size_t at = offset + (encoding.sequences[i] == 1 ? second : 0);
      if (encoding.bytes[i].end > encoding.bytes[i].begin)
        token.bytes = {at + encoding.bytes[i].begin, at + encoding.bytes[i].end};
    }
    if (token.unknown) token.special = false;
    sequence.tokens.push_back(token);
  }
  mark_parts(sequence, encoding, first);
}

void add_written(Sequence& sequence, const text::Tokenizer& tokenizer, std::span<const int64_t> ids) {
  const std::vector<int64_t> before = sequence.ids();
  text::TextStream stream(tokenizer, before);
  size_t waiting = sequence.tokens.size();  // the first token whose character is not finished
  for (const int64_t id : ids) {
    SequenceToken token{.id = id, .special = tokenizer.is_special(static_cast<int32_t>(id))};
    const std::string grown = stream.add(id);
    const size_t begin = sequence.text.size();
    sequence.text += grown;
    if (!grown.empty()) token.bytes = {begin, begin + grown.size()};
    sequence.tokens.push_back(token);
    if (grown.empty() && !token.special) continue;
    const auto parts = static_cast<int64_t>(sequence.tokens.size() - waiting);
    for (int64_t i = 0; i < parts && parts > 1 && !grown.empty(); ++i) {
      SequenceToken& one = sequence.tokens[waiting + static_cast<size_t>(i)];
      const size_t size = read_character(grown).size;
      if (!one.bytes) one.bytes = {begin, begin + size};
      if (grown.size() == size) one.part = {i + 1, parts};
    }
    waiting = sequence.tokens.size();
  }
  sequence.text += stream.finish();
}

void add_ids(Sequence& sequence, std::span<const int64_t> ids) {
  for (const int64_t id : ids) sequence.tokens.push_back({.id = id});
}

bool is_right_to_left(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const Character character = read_character(text, at);
    at += character.size;
    if (character.code == kIllFormed) continue;
    const auto kind = utf8proc_get_property(static_cast<utf8proc_int32_t>(character.code))->bidi_class;
    if (kind == UTF8PROC_BIDI_CLASS_L) return false;
    if (kind == UTF8PROC_BIDI_CLASS_R || kind == UTF8PROC_BIDI_CLASS_AL) return true;
  }
  return false;
}

std::vector<int64_t> utf16_offsets(std::string_view text) {
  std::vector<int64_t> offsets(text.size() + 1);
  int64_t units = 0;
  for (size_t at = 0; at < text.size();) {
    const Character character = read_character(text, at);
    for (size_t i = 0; i < character.size; ++i) offsets[at + i] = units;
    units += character.code != kIllFormed && character.code >= 0x10000 ? 2 : 1;
    at += character.size;
  }
  offsets[text.size()] = units;
  return offsets;
}

Json to_json(const Sequence& sequence) {
  const std::vector<int64_t> units = utf16_offsets(sequence.text);
  Json tokens = Json::array();
  for (const SequenceToken& token : sequence.tokens) {
    Json json = {{"id", token.id}};
    if (token.bytes) {
      int64_t begin = units.at(token.bytes->first), end = units.at(token.bytes->second);
      // A token for part of a character shows the whole of it.
      if (end == begin && token.bytes->second > token.bytes->first) {
        size_t at = token.bytes->second;
        while (at < sequence.text.size() && units[at] == begin) ++at;
        end = units[at];
      }
      json["begin"] = begin;
      json["end"] = end;
    }
    if (token.special) json["special"] = true;
    if (token.unknown) json["unknown"] = true;
    if (token.part) json["part"] = Json::array({token.part->first, token.part->second});
    tokens.push_back(std::move(json));
  }
  Json json = {{"stack", sequence.decoder ? "decoder" : "encoder"},
               {"role", sequence.role},
               {"text", sequence.text},
               {"direction", is_right_to_left(sequence.text) ? "rtl" : "ltr"}};
  if (!sequence.normalized.empty()) json["normalized"] = sequence.normalized;
  if (sequence.cut) {
    json["cut"] = {{"kept", sequence.cut->kept},
                   {"total", sequence.cut->total},
                   {"side", sequence.cut->at_start ? "start" : "end"}};
  }
  if (sequence.own_from) json["own_from"] = *sequence.own_from;
  if (sequence.forced) json["forced"] = true;
  json["tokens"] = std::move(tokens);
  return json;
}

}  // namespace hodhod::look
