// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/task_tokenizer.h"

#include <utility>
#include <vector>

#include "hodhod/base/error.h"
#include "hodhod/text/persian.h"
#include "hodhod/text/word_level.h"

namespace hodhod {
namespace {

text::AddedToken special(std::string_view content) {
  return {.content = std::string(content), .normalized = false, .special = true};
}

}  // namespace

text::Tokenizer train_task_tokenizer(const TaskTokenizerOptions& options, const text::LineSource& lines) {
  check(options.vocabulary >= 8 && options.vocabulary <= 10'000'000,
        "tokenizer: a vocabulary of {} tokens; give a number from 8 to 10 million", options.vocabulary);
  text::TokenizerParts parts;
  parts.model = text::make_word_level({});  // until it has the one that is trained
  std::vector<text::NormalizerPtr> normalizers;
  normalizers.push_back(text::make_unicode_normalizer(text::UnicodeForm::kNfc));
  if (options.persian) normalizers.push_back(text::make_persian_normalizer());
  parts.normalizer = text::make_normalizer_sequence(std::move(normalizers));

  text::TrainerOptions trainer;
  trainer.vocab_size = static_cast<int32_t>(options.vocabulary);
  trainer.special_tokens = {special("<pad>"), special("</s>"), special("<unk>")};
  std::vector<text::DecoderPtr> decoders;
  if (options.kind == TokenizerKind::character) {
    trainer.kind = text::ModelKind::kChar;
    decoders.push_back(text::make_fuse_decoder());
  } else {
    trainer.kind = options.kind == TokenizerKind::bpe ? text::ModelKind::kBpe : text::ModelKind::kUnigram;
    trainer.byte_fallback = options.kind == TokenizerKind::bpe;
    parts.pre_tokenizer = text::make_metaspace();
    if (trainer.byte_fallback) decoders.push_back(text::make_byte_fallback_decoder());
    decoders.push_back(text::make_metaspace_decoder());
  }
  parts.decoder = text::make_decoder_sequence(std::move(decoders));
  text::Tokenizer tokenizer(std::move(parts));
  text::train_tokenizer(tokenizer, lines, trainer);
  return tokenizer;
}

}  // namespace hodhod
