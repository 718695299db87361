// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/tokenizer.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <mutex>

#include "hodhod/base/error.h"
#include "hodhod/base/threads.h"
#include "hodhod/base/utf8.h"
#include "hodhod/text/after/clean_up.h"
#include "hodhod/text/formats/tokenizer_directory.h"
#include "hodhod/text/formats/tokenizer_json.h"
#include "hodhod/text/models/word_level.h"
#include "hodhod/text/token_roles.h"
#include "hodhod/text/unicode/byte_alphabet.h"
#include "hodhod/text/unicode/byte_tokens.h"
#include "hodhod/text/unicode/json_text.h"
#include "hodhod/text/unicode/metaspace.h"

namespace hodhod::text {
namespace {

// Whether tokens are spelt in the byte alphabet, tested on a text.
bool spells_bytes(const TokenizerParts& parts) {
  const std::string text = "\u00E9";
  if (parts.normalizer && normalize(*parts.normalizer, text) == to_byte_alphabet(text)) return true;
  if (!parts.pre_tokenizer) return false;
  SplitText probe{NormalizedText(text, false)};
  parts.pre_tokenizer->apply(probe);
  return probe.bytes;
}

std::string without_metaspaces(std::string_view text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const size_t space = std::min(text.find(kMetaspace, at), text.size());
    out.append(text.substr(at, space - at));
    if (space < text.size()) out.push_back(' ');
    at = space + kMetaspace.size();
  }
  return out;
}

}  // namespace

struct Tokenizer::Work {
  std::unique_ptr<TokenizerModel::Scratch> scratch;
  std::vector<Token> tokens;
  std::vector<std::string_view> pieces;
};

struct Tokenizer::WorkPool {
  std::mutex mutex;
  std::vector<std::unique_ptr<Work>> free;
};

// A Work taken from the pool for as long as the object lives.
class Tokenizer::Borrowed {
 public:
  explicit Borrowed(const Tokenizer& tokenizer) : pool_(*tokenizer.pool_) {
    {
      const std::lock_guard lock(pool_.mutex);
      if (!pool_.free.empty()) {
        work_ = std::move(pool_.free.back());
        pool_.free.pop_back();
      }
    }
    if (!work_) {
      work_ = std::make_unique<Work>();
      work_->scratch = tokenizer.parts_.model->make_scratch();
    }
  }
  ~Borrowed() {
    const std::lock_guard lock(pool_.mutex);
    pool_.free.push_back(std::move(work_));
  }
  Borrowed(const Borrowed&) = delete;
  Borrowed& operator=(const Borrowed&) = delete;

  Work& operator*() { return *work_; }

 private:
  WorkPool& pool_;
  std::unique_ptr<Work> work_;
};

Tokenizer::Tokenizer(TokenizerParts parts, const std::string& where)
    : parts_(std::move(parts)), pool_(std::make_unique<WorkPool>()) {
  check(parts_.model != nullptr, "{}: there is no model", where);
  added_ = AddedTokens(number_added_tokens(parts_.added_tokens, where), parts_.normalizer.get(), where);
  parts_.added_tokens = added_.all();
  bytes_ = spells_bytes(parts_);
  unknown_ = role("unk_token").value_or(-1);
}

Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;
Tokenizer& Tokenizer::operator=(Tokenizer&&) noexcept = default;
Tokenizer::~Tokenizer() = default;

void Tokenizer::set_model(ModelPtr model, std::vector<AddedToken> added_tokens) {
  parts_.model = std::move(model);
  parts_.added_tokens = std::move(added_tokens);
  *this = Tokenizer(std::move(parts_));
}

// Tokens that the model has keep its ids; new ones follow.
std::vector<AddedToken> Tokenizer::number_added_tokens(std::vector<AddedToken> tokens,
                                                       const std::string& where) const {
  int64_t next = parts_.model->vocab_size();
  for (const AddedToken& token : tokens) next = std::max<int64_t>(next, int64_t{token.id} + 1);
  const auto limit =
      parts_.model->vocab_size() * int64_t{8} + static_cast<int64_t>(tokens.size()) * 8 + 65536;
  for (AddedToken& token : tokens) {
    const std::string shown = quote_json(std::string_view(token.content).substr(0, 60));
    const auto known = parts_.model->token_to_id(token.content);
    if (token.id < 0) token.id = known ? *known : static_cast<int32_t>(next++);
    check(token.id < limit, "{}: the added token {} has the id {}, too high for this vocabulary", where,
          shown, token.id);
    check(!known || *known == token.id, "{}: the added token {} has the id {}, but the model's is {}", where,
          shown, token.id, known.value_or(-1));
    const std::string_view other = parts_.model->id_to_token(token.id);
    check(other.empty() || other == token.content, "{}: the added token {} has the id {} of the model's {}",
          where, shown, token.id, quote_json(other.substr(0, 60)));
  }
  return tokens;
}

template <class Visit>
void Tokenizer::for_each_split(std::string_view text, bool track, Visit&& visit) const {
  const auto visit_added = [&](Range range, int32_t id) {
    SplitText split{NormalizedText(text.substr(range.begin, range.size()), track, range.begin)};
    split.pieces = {{{0, range.size()}, id}};
    visit(split);
  };
  const auto visit_plain = [&](size_t begin, size_t end) {
    if (begin == end) return;
    NormalizedText normalized(text.substr(begin, end - begin), track, begin);
    if (parts_.normalizer) parts_.normalizer->apply(normalized);
    SplitText split(std::move(normalized));
    if (added_.has(true)) cut_added(split);
    if (parts_.pre_tokenizer) parts_.pre_tokenizer->apply(split);
    visit(split);
  };
  size_t at = 0;
  while (const auto match = added_.next(text, at, false)) {
    visit_plain(at, match->range.begin);
    visit_added(match->range, match->id);
    at = match->range.end;
  }
  visit_plain(at, text.size());
}

void Tokenizer::cut_added(SplitText& split) const {
  const std::string_view text = split.text.view();
  std::vector<Piece> pieces;
  uint32_t at = 0;
  while (const auto match = added_.next(text, at, true)) {
    if (match->range.begin > at) pieces.push_back({{at, match->range.begin}});
    pieces.push_back({match->range, match->id});
    at = match->range.end;
  }
  if (at == 0) return;
  if (at < text.size()) pieces.push_back({{at, static_cast<uint32_t>(text.size())}});
  split.pieces = std::move(pieces);
}

Encoding Tokenizer::encode_one(std::string_view text, int32_t sequence, Work& work, uint64_t seed) const {
  Encoding encoding;
  encoding.reserve(text.size() / 4 + 4);
  CharacterRanges characters(text);
  work.scratch->rng = Rng(seed).fork(static_cast<uint64_t>(sequence));
  int32_t word = 0;
  for_each_split(text, true, [&](const SplitText& split) {
    const auto push = [&](int32_t id, uint32_t begin, uint32_t end) {
      const Range bytes = split.text.original_range(begin, end);
      encoding.push(id, sequence, bytes, characters(bytes), word);
    };
    for (size_t i = 0; i < split.pieces.size(); ++i, ++word) {
      const Piece& piece = split.pieces[i];
      if (piece.token >= 0) {
        push(piece.token, piece.range.begin, piece.range.end);
        continue;
      }
      work.tokens.clear();
      if (split.bytes) {
        parts_.model->encode_bytes(split.piece(i), *work.scratch, work.tokens);
      } else {
        parts_.model->encode(split.piece(i), *work.scratch, work.tokens);
      }
      for (const Token& token : work.tokens) {
        push(token.id, piece.range.begin + token.begin, piece.range.begin + token.end);
      }
    }
  });
  std::fill(encoding.sequences.begin(), encoding.sequences.end(), sequence);
  return encoding;
}

void Tokenizer::encode_ids(std::string_view text, std::vector<int32_t>& out,
                           std::vector<std::string>* unknown) const {
  Borrowed work(*this);
  auto& tokens = (*work).tokens;
  auto& pieces = (*work).pieces;
  auto& scratch = *(*work).scratch;
  scratch.rng = Rng(0).fork(0);
  const bool plain = !added_.has(true) && !added_.next(text, 0, false);
  const size_t first = out.size();
  const int32_t none = unknown == nullptr ? -1 : unknown_;
  if (plain && parts_.model->encode_raw(text, scratch, out)) {
    if (none < 0 || std::find(out.begin() + static_cast<std::ptrdiff_t>(first), out.end(), none) == out.end())
      return;
    out.resize(first);  // this way does not tell where the unknown ones are
  }
  for_each_split(text, false, [&](const SplitText& split) {
    if (plain && !split.bytes) {
      pieces.clear();
      for (size_t i = 0; i < split.pieces.size(); ++i) pieces.push_back(split.piece(i));
      const size_t before = out.size();
      if (encode_whole_words(*parts_.model, pieces, out)) {
        const bool each_has_one = out.size() == before + pieces.size();
        for (size_t i = 0; none >= 0 && each_has_one && i < pieces.size(); ++i) {
          if (out[before + i] == none) unknown->push_back(without_metaspaces(pieces[i]));
        }
        return;
      }
    }
    for (size_t i = 0; i < split.pieces.size(); ++i) {
      if (split.pieces[i].token >= 0) {
        out.push_back(split.pieces[i].token);
        if (none >= 0 && out.back() == none) unknown->emplace_back(split.piece(i));
        continue;
      }
      tokens.clear();
      if (split.bytes) {
        parts_.model->encode_bytes(split.piece(i), scratch, tokens);
      } else {
        parts_.model->encode(split.piece(i), scratch, tokens);
      }
      for (const Token& token : tokens) {
        out.push_back(token.id);
        if (none >= 0 && token.id == none) {
          unknown->push_back(without_metaspaces(split.piece(i).substr(token.begin, token.end - token.begin)));
        }
      }
    }
  });
}

Frame Tokenizer::frame() const {
  Frame frame;
  if (!parts_.post_processor) return frame;
  // A post-processor needs whole encodings; one token stands for the text.
  constexpr int32_t kText = -1;
  std::vector<Encoding> encodings(1);
  encodings[0].push(kText, 0, {}, {}, 0);
  parts_.post_processor->apply(encodings, {std::string_view()}, true);
  bool behind = false;
  for (const Encoding& encoding : encodings) {
    for (const int32_t id : encoding.ids) {
      if (id != kText) (behind ? frame.after : frame.before).push_back(id);
      behind = behind || id == kText;
    }
  }
  return frame;
}

std::vector<int32_t> Tokenizer::encode_ids(std::string_view text, bool add_special_tokens) const {
  std::vector<int32_t> ids;
  if (!add_special_tokens) {
    encode_ids(text, ids);
    return ids;
  }
  const Frame around = frame();
  ids = around.before;
  encode_ids(text, ids);
  ids.insert(ids.end(), around.after.begin(), around.after.end());
  return ids;
}

Encoding Tokenizer::finish(std::vector<Encoding> encodings, const std::vector<std::string_view>& texts,
                           bool add_special_tokens) const {
  const bool special = add_special_tokens && parts_.post_processor != nullptr;
  if (parts_.truncation) {
    const int added = special ? parts_.post_processor->added_count(encodings.size() > 1) : 0;
    truncate_encodings(encodings, *parts_.truncation, added);
  }
  if (parts_.post_processor) parts_.post_processor->apply(encodings, texts, add_special_tokens);
  return join_encodings(std::move(encodings));
}

Encoding Tokenizer::encode(std::string_view text, EncodeOptions options) const {
  Borrowed work(*this);
  std::vector<Encoding> encodings;
  encodings.push_back(encode_one(text, 0, *work, options.seed));
  std::vector<Encoding> finished;
  finished.push_back(finish(std::move(encodings), {text}, options.add_special_tokens));
  if (parts_.padding) pad_encodings(finished, *parts_.padding);
  return std::move(finished[0]);
}

Encoding Tokenizer::encode_pair(std::string_view first, std::string_view second,
                                EncodeOptions options) const {
  Borrowed work(*this);
  std::vector<Encoding> encodings;
  encodings.push_back(encode_one(first, 0, *work, options.seed));
  encodings.push_back(encode_one(second, 1, *work, options.seed));
  std::vector<Encoding> finished;
  finished.push_back(finish(std::move(encodings), {first, second}, options.add_special_tokens));
  if (parts_.padding) pad_encodings(finished, *parts_.padding);
  return std::move(finished[0]);
}

std::vector<Encoding> Tokenizer::encode_batch(const std::vector<std::string_view>& texts,
                                              EncodeOptions options) const {
  std::vector<Encoding> finished(texts.size());
  parallel_for(static_cast<int64_t>(texts.size()), 4, [&](int64_t begin, int64_t end) {
    Borrowed work(*this);
    for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
      std::vector<Encoding> encodings;
      encodings.push_back(encode_one(texts[i], 0, *work, options.seed));
      finished[i] = finish(std::move(encodings), {texts[i]}, options.add_special_tokens);
    }
  });
  if (parts_.padding) pad_encodings(finished, *parts_.padding);
  return finished;
}

void Tokenizer::for_each_piece(std::string_view text,
                               const std::function<void(std::string_view, bool)>& visit) const {
  for_each_split(text, false, [&](const SplitText& split) {
    for (size_t i = 0; i < split.pieces.size(); ++i) {
      if (split.pieces[i].token < 0) visit(split.piece(i), split.bytes);
    }
  });
}

Tokenizer Tokenizer::load(const std::string& path) { return load_tokenizer(path); }

Tokenizer Tokenizer::from_json(std::string_view json, const std::string& name) {
  return Tokenizer(parts_from_json(json, name), name);
}

std::string Tokenizer::to_json() const { return tokenizer_to_json(*this); }

void Tokenizer::save(const std::string& directory, std::optional<int64_t> longest) const {
  save_tokenizer(*this, directory, longest);
}

int32_t Tokenizer::vocab_size() const {
  int32_t size = parts_.model->vocab_size();
  if (!added_.empty()) size = std::max(size, added_.all().back().id + 1);
  return size;
}

std::optional<int32_t> Tokenizer::token_to_id(std::string_view token) const {
  if (const AddedToken* added = added_.find(token)) return added->id;
  return parts_.model->token_to_id(token);
}

std::string_view Tokenizer::id_to_token(int32_t id) const {
  if (const AddedToken* added = added_.find(id)) return added->content;
  return parts_.model->id_to_token(id);
}

bool Tokenizer::is_special(int32_t id) const {
  const AddedToken* added = added_.find(id);
  return added != nullptr && added->special;
}

std::optional<int32_t> Tokenizer::role(std::string_view name) const {
  for (const auto& [role, token] : parts_.roles) {
    if (role == name) return token_to_id(token);
  }
  for (const std::string_view token : common_spellings(name)) {
    if (const auto id = token_to_id(token)) return id;
  }
  return name == "unk_token" ? parts_.model->unknown_id() : std::nullopt;
}

void Tokenizer::set_role(std::string_view name, std::string_view token) {
  const auto known = std::find_if(parts_.roles.begin(), parts_.roles.end(),
                                  [&](const auto& role) { return role.first == name; });
  if (known == parts_.roles.end()) {
    parts_.roles.emplace_back(name, token);
  } else {
    known->second = token;
  }
  unknown_ = role("unk_token").value_or(-1);
}

std::string Tokenizer::readable_token(int32_t id) const {
  const std::string_view token = id_to_token(id);
  if (added_.find(id) != nullptr) return std::string(token);
  if (const int byte = byte_of_token(token); byte >= 0) return fmt::format("⟨{:02X}⟩", byte);
  return show_ill_formed(bytes_ ? from_byte_alphabet(token) : std::string(token));
}

std::string Tokenizer::decode(const std::vector<int32_t>& ids, bool skip_special_tokens) const {
  std::vector<std::string> tokens;
  tokens.reserve(ids.size());
  for (const int32_t id : ids) {
    const AddedToken* added = added_.find(id);
    if (added != nullptr && added->special && skip_special_tokens) continue;
    const std::string_view token = added != nullptr ? added->content : parts_.model->id_to_token(id);
    if (!token.empty()) tokens.emplace_back(token);
  }
  if (parts_.decoder) {
    parts_.decoder->apply(tokens);
  } else if (bytes_) {
    // The default decoder for a ByteLevel pre-tokeniser.
    make_byte_level_decoder()->apply(tokens);
  }
  std::string text;
  const bool joined = parts_.decoder || bytes_;
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (i > 0 && !joined) text += ' ';
    text += tokens[i];
  }
  if (parts_.cleans_up) clean_up(text);
  return text;
}

std::string Tokenizer::normalized(std::string_view text) const {
  if (!parts_.normalizer) return std::string(text);
  std::string out = normalize(*parts_.normalizer, text);
  if (text.find(kMetaspace) == text.npos) out = without_metaspaces(out);
  if (out.starts_with(' ') && !text.starts_with(' ')) out.erase(0, 1);
  return out;
}

}  // namespace hodhod::text
