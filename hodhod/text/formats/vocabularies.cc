// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/formats/vocabularies.h"

#include <algorithm>
#include <set>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/base/utf8.h"
#include "hodhod/text/formats/tokenizer_class.h"
#include "hodhod/text/models/bpe.h"
#include "hodhod/text/models/word_piece.h"
#include "hodhod/text/normalizers/characters.h"
#include "hodhod/text/normalizers/unicode_forms.h"
#include "hodhod/text/pre_tokenizers/byte_level.h"
#include "hodhod/text/pre_tokenizers/characters.h"
#include "hodhod/text/pre_tokenizers/split.h"
#include "hodhod/text/unicode/json_text.h"

namespace hodhod::text {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

// "left right" on each line after the first, which may name the version.
Pairs read_merges(const std::vector<std::string>& lines, const std::string& path) {
  Pairs merges;
  for (size_t i = 0; i < lines.size(); ++i) {
    const std::string& line = lines[i];
    if (line.empty() || (i == 0 && line.starts_with("#version"))) continue;
    const size_t blank = line.find(' ');
    check(
        blank != line.npos && blank > 0 && blank + 1 < line.size() && line.find(' ', blank + 1) == line.npos,
        "{}:{}: expected two tokens with a blank between them, found {}", path, i + 1,
        quote_json(std::string_view(line).substr(0, 60)));
    merges.emplace_back(line.substr(0, blank), line.substr(blank + 1));
  }
  return merges;
}

void add_special(TokenizerParts& parts, std::string_view content) {
  if (!parts.model->token_to_id(content)) return;
  parts.added_tokens.push_back({.content = std::string(content), .normalized = false, .special = true});
}

// How Qwen2 splits texts before their words are joined from bytes: digits alone, contractions in any case.
constexpr std::string_view kQwen2Pattern =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";

// <s> a </s>, and of two texts <s> a </s></s> b </s>.
void put_roberta_tokens(TokenizerParts& parts, const TokenizerConfig& config, const std::string& where) {
  const std::string bos = config.role("cls_token", "<s>"), eos = config.role("sep_token", "</s>");
  const auto cls = parts.model->token_to_id(bos), sep = parts.model->token_to_id(eos);
  check(cls && sep, "{}: there are no {} and {} in it, which {} puts around texts", where, bos, eos,
        config.names_class() ? config.tokenizer_class() : "RoBERTa");
  parts.post_processor = make_roberta_processing({eos, *sep}, {bos, *cls}, /*trim_offsets=*/true,
                                                 config.flag("add_prefix_space", false));
  // RoBERTa's mask covers the space before it.
  for (AddedToken& token : parts.added_tokens) token.lstrip = token.lstrip || token.content == "<mask>";
}

}  // namespace

std::vector<std::pair<std::string, int64_t>> read_vocab_json(const std::string& path) {
  const Json json = read_json(path);
  check(json.is_object(), "{}: expected an object of tokens and ids", path);
  std::vector<std::pair<std::string, int64_t>> tokens;
  for (const auto& [token, id] : json.items()) {
    const std::string where = path + ": " + quote_json(std::string_view(token).substr(0, 60));
    tokens.emplace_back(token, json_as<int64_t>(id, where));
  }
  return tokens;
}

std::vector<std::string> read_vocabulary_lines(const std::string& path) {
  const std::string text = read_file(path);
  const size_t good = well_formed_prefix(text);
  const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(good), '\n');
  check(good == text.size(), "{}:{}: not UTF-8 at byte {}", path, line, good);
  std::vector<std::string> lines;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    if (!lines.back().empty() && lines.back().back() == '\r') lines.back().pop_back();
    at = end + 1;
  }
  return lines;
}

TokenizerParts gpt2_parts(const std::string& vocab_path, const std::string& merges_path,
                          const TokenizerConfig& config) {
  TokenizerParts parts;
  parts.model = make_bpe(read_vocab_json(vocab_path),
                         read_merges(read_vocabulary_lines(merges_path), merges_path), {}, merges_path);
  const bool prefix = config.flag("add_prefix_space", false);
  if (config.family() == TokenizerFamily::qwen2) {
    std::vector<PreTokenizerPtr> steps;
    steps.push_back(make_split_pattern(kQwen2Pattern, SplitBehavior::isolated));
    steps.push_back(make_byte_level({.add_prefix_space = false, .use_regex = false}));
    parts.normalizer = make_unicode_normalizer(UnicodeForm::nfc);
    parts.pre_tokenizer = make_pre_tokenizer_sequence(std::move(steps));
  } else {
    parts.pre_tokenizer = make_byte_level({.add_prefix_space = prefix});
  }
  parts.post_processor = make_byte_level_processing(/*trim_offsets=*/false, prefix);
  parts.decoder = make_byte_level_decoder();
  for (const char* token : {"<|endoftext|>", "<s>", "</s>", "<pad>", "<unk>", "<mask>"})
    add_special(parts, token);
  if (config.family() == TokenizerFamily::roberta) {
    put_roberta_tokens(parts, config, vocab_path);
  } else if (config.family() == TokenizerFamily::gpt_neox) {
    put_llama_tokens(parts, config, /*bos=*/false, /*eos=*/false);
  } else if (config.flag("add_bos_token", false)) {
    put_around(parts, config.role("bos_token", "<|endoftext|>"), "", config.path());
  }
  return parts;
}

TokenizerParts bert_parts(const std::string& path, const TokenizerConfig& config) {
  TokenizerParts parts;
  const std::string unk = config.role("unk_token", "[UNK]");
  parts.model = make_word_piece(read_vocabulary_lines(path), {.unk_token = unk}, path);
  check(parts.model->unknown_id().has_value(), "{}: there is no {} in it; is this a BERT vocabulary?", path,
        unk);
  if (config.flag("do_basic_tokenize", true)) {
    BertNormalizerOptions options;
    options.lowercase = config.flag("do_lower_case", true);
    options.handle_chinese_chars = config.flag("tokenize_chinese_chars", true);
    if (const auto strip = config.flag("strip_accents")) options.strip_accents = *strip ? 1 : 0;
    parts.normalizer = make_bert_normalizer(options);
    parts.pre_tokenizer = make_bert_pre_tokenizer();
  } else {
    parts.pre_tokenizer = make_whitespace_split();
  }
  parts.decoder = make_word_piece_decoder();
  const std::string first = config.role("cls_token", "[CLS]"), last = config.role("sep_token", "[SEP]");
  const auto cls = parts.model->token_to_id(first), sep = parts.model->token_to_id(last);
  if (cls && sep) parts.post_processor = make_bert_processing({last, *sep}, {first, *cls});
  for (const char* token : {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"}) add_special(parts, token);
  for (const std::string& token : config.strings("never_split")) {
    const auto same = [&](const AddedToken& other) { return other.content == token; };
    if (std::any_of(parts.added_tokens.begin(), parts.added_tokens.end(), same)) continue;
    check(parts.model->token_to_id(token).has_value(), "{}: never_split: {} is not in {}", config.path(),
          quote_json(token), path);
    parts.added_tokens.push_back({.content = token, .single_word = true, .normalized = false});
  }
  return parts;
}

TokenizerParts subword_nmt_parts(const std::string& path) {
  const std::vector<std::string> lines = read_vocabulary_lines(path);
  check(!lines.empty() && lines[0].starts_with("#version: 0.2"),
        "{}:1: not a tokenizer file that is known here (subword-nmt codes begin with \"#version: 0.2\")",
        path);
  const Pairs merges = read_merges(lines, path);
  constexpr std::string_view kEnd = "</w>";
  // The codes have no vocabulary: it consists of their characters, inside and at the end of words, and the
  // results of the merges.
  std::set<std::string> characters;
  const auto add_characters = [&](std::string_view symbol) {
    if (symbol.ends_with(kEnd)) symbol.remove_suffix(kEnd.size());
    for (size_t i = 0; i < symbol.size();) {
      const uint32_t size = read_character(symbol, i).size;
      characters.insert(std::string(symbol.substr(i, size)));
      i += size;
    }
  };
  for (char c = '!'; c <= '~'; ++c) characters.insert(std::string(1, c));
  for (const auto& [left, right] : merges) {
    add_characters(left);
    add_characters(right);
  }
  std::vector<std::string> tokens = {"<unk>"};
  std::set<std::string> known(tokens.begin(), tokens.end());
  const auto add = [&](std::string token) {
    if (known.insert(token).second) tokens.push_back(std::move(token));
  };
  for (const std::string& character : characters) add(character);
  for (const std::string& character : characters) add(character + std::string(kEnd));
  for (const auto& [left, right] : merges) add(left + right);
  TokenizerParts parts;
  parts.model =
      make_bpe(tokens, merges, {.unk_token = "<unk>", .end_of_word_suffix = std::string(kEnd)}, path);
  parts.pre_tokenizer = make_split_pattern("[ \\r\\n]+", SplitBehavior::removed);
  parts.decoder = make_bpe_decoder(kEnd);
  return parts;
}

}  // namespace hodhod::text
