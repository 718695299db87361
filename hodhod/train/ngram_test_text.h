// SPDX-License-Identifier: Apache-2.0
// For tests: small texts of words between blanks, and models counted from them.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "hodhod/base/file.h"
#include "hodhod/base/rng.h"
#include "hodhod/data/lines.h"
#include "hodhod/data/token_stream.h"
#include "hodhod/models/ngram.h"
#include "hodhod/models/ngram_arpa.h"
#include "hodhod/text/models/word_level.h"
#include "hodhod/text/pre_tokenizers/split.h"
#include "hodhod/train/language_fitters.h"

namespace hodhod::testing_ngram {

inline constexpr int64_t kUnknown = 0, kLineEnd = 1;

// The ids of a text's words: 0 <unk>, 1 </s> (and <s>), then the words in their order.
struct WordText {
  explicit WordText(const std::string& text) : words{"<unk>", "</s>"} {
    std::istringstream stream(text);
    std::set<std::string> known;
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    std::istringstream all(text);
    for (std::string word; all >> word;) known.insert(word);
    known.erase("<unk>");
    words.insert(words.end(), known.begin(), known.end());
    text::TokenizerParts parts;
    parts.pre_tokenizer = text::make_blank_split();
    parts.model = text::make_word_level(words);
    tokenizer = std::make_unique<text::Tokenizer>(std::move(parts));
  }

  std::vector<std::string> lines, words;
  std::unique_ptr<text::Tokenizer> tokenizer;
};

// Lines of words with the unevenness of language: the next word depends on the last two.
inline WordText made_text(int64_t lines, uint64_t vocabulary, uint64_t seed = 1) {
  std::string text;
  Rng rng(seed);
  for (int64_t line = 0; line < lines; ++line) {
    uint64_t last = 0, before = 0;
    for (uint64_t length = rng.below(12); length > 0; --length) {
      const uint64_t bound = 1 + rng.below(1 + rng.below(vocabulary));
      const uint64_t word =
          rng.below(3) == 0 ? rng.below(bound) : (7 * last + 3 * before + rng.below(4)) % vocabulary;
      text += (length % 2 == 0 ? " w" : "\tw") + std::to_string(word);
      before = std::exchange(last, word);
    }
    text += '\n';
  }
  return WordText(text);
}

struct Counted {
  std::unique_ptr<NgramModel> model;
  std::vector<std::string> notes;
  int64_t units = 0;
};

inline NgramModelConfig config_for(const WordText& text, NgramConfig config) {
  config.vocabulary = std::ssize(text.words);
  config.special = {.pad = -1, .bos = kLineEnd, .eos = kLineEnd};
  return NgramModelConfig(config);
}

inline TokenStream stream_of(const WordText& text, const NgramConfig& config) {
  return {[&text] { return lines_in(text.lines); },
          *text.tokenizer,
          {.lines = config.reads_lines(), .block = 1 << 16}};
}

// The model of a text, counted in `directory`.
inline Counted count(const WordText& text, const NgramConfig& options, const std::string& directory,
                     uint64_t memory = 1 << 30) {
  Counted counted;
  counted.model = std::make_unique<NgramModel>(config_for(text, options));
  TokenStream stream = stream_of(text, options);
  const auto fitting = make_language_fitting(
      *counted.model, stream,
      {.directory = directory, .memory = memory, .unknown = kUnknown, .note = [&](const std::string& note) {
         counted.notes.push_back(note);
       }});
  for (; !fitting->finished(); ++counted.units) fitting->advance();
  return counted;
}

}  // namespace hodhod::testing_ngram
