// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/arpa_directory.h"

#include <fmt/format.h>

#include <utility>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/io/arpa.h"
#include "hodhod/models/ngram.h"
#include "hodhod/models/ngram_arpa.h"
#include "hodhod/tasks/saved_model.h"
#include "hodhod/text/models/word_level.h"
#include "hodhod/text/pre_tokenizers/split.h"

namespace hodhod {
namespace {

text::Tokenizer tokenizer_of_words(const std::vector<std::string>& words) {
  text::TokenizerParts parts;
  parts.pre_tokenizer = text::make_blank_split();
  parts.model = text::make_word_level(words, std::string(kArpaUnknown));
  for (const std::string_view special : {kArpaUnknown, kArpaBegin, kArpaEnd})
    parts.added_tokens.push_back({.content = std::string(special), .normalized = false, .special = true});
  parts.roles = {{"unk_token", std::string(kArpaUnknown)},
                 {"bos_token", std::string(kArpaBegin)},
                 {"eos_token", std::string(kArpaEnd)}};
  return text::Tokenizer(std::move(parts));
}

// A token as one word.
std::string spelt(std::string_view token) {
  std::string word;
  for (const char c : token) {
    if (c == ' ') {
      word += "\xE2\x96\x81";
    } else if (c == '\t' || c == '\n' || c == '\r' || c == '\0') {
      word += fmt::format("<0x{:02X}>", static_cast<unsigned char>(c));
    } else {
      word += c;
    }
  }
  return word;
}

}  // namespace

std::vector<std::string> arpa_to_directory(const std::string& arpa, const std::string& directory,
                                           int64_t bits) {
  make_directories(directory);
  ArpaVocabulary vocabulary = write_ngrams_of_arpa(arpa, join_path(directory, kNgramFile), bits);
  NgramModelConfig config;
  const NgramTrie ngrams(join_path(directory, kNgramFile));
  config.body.order = static_cast<int64_t>(ngrams.order());
  config.body.bits = bits;
  config.body.vocabulary = std::ssize(vocabulary.words);
  config.body.special = {.pad = -1, .bos = kArpaBeginId, .eos = kArpaEndId};
  for (const uint64_t count : ngrams.counts()) config.counts.push_back(static_cast<int64_t>(count));
  NgramModel model(config);
  model.load_files(directory);
  const ModelOrigin origin;
  save_model({.model = model,
              .tokenizer = tokenizer_of_words(vocabulary.words),
              .origin = origin,
              .decoding = DecodeOptions{.do_sample = true, .temperature = 0.8}},
             directory);
  return std::move(vocabulary.warnings);
}

void write_arpa(const Model& model, const text::Tokenizer& tokenizer, const std::string& arpa) {
  const auto* ngram = dynamic_cast<const NgramModel*>(&model);
  check(ngram != nullptr,
        "{}: is not an n-gram model, and others have no ARPA file; give one that `hodhod train generate "
        "--preset ngram` "
        "counted",
        model.name());
  const SpecialIds& special = model.config().special();
  ArpaSpelling spelling{
      .begin = special.bos >= 0 ? special.bos : special.eos, .end = special.eos, .pad = special.pad};
  const auto unknown = tokenizer.role("unk_token");
  for (int64_t id = 0; id < model.config().vocabulary(); ++id) {
    const auto token = static_cast<int32_t>(id);
    spelling.words.push_back(unknown == token ? std::string(kArpaUnknown)
                                              : spelt(tokenizer.id_to_token(token)));
  }
  write_arpa(ngram->ngrams(), spelling, arpa);
}

}  // namespace hodhod
