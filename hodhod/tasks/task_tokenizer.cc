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

// What stands around the model: how it cuts text, and how pieces become text again.
void put_pieces_together(const TaskTokenizerOptions& options, text::TokenizerParts& parts,
                         text::TrainerOptions& trainer) {
  std::vector<text::DecoderPtr> decoders;
  switch (options.kind) {
    case TokenizerKind::character:
      trainer.kind = text::ModelKind::kChar;
      decoders.push_back(text::make_fuse_decoder());
      break;
    case TokenizerKind::wordpiece:
      trainer.kind = text::ModelKind::kWordPiece;
      trainer.continuing_subword_prefix = "##";
      // A character may come twice, at the beginning of a word and within; so the vocabulary stays in bounds.
      trainer.limit_alphabet = static_cast<int32_t>((options.vocabulary - 5) / 2);
      parts.pre_tokenizer = text::make_bert_pre_tokenizer();
      decoders.push_back(text::make_word_piece_decoder());
      break;
    default:
      trainer.kind = options.kind == TokenizerKind::bpe ? text::ModelKind::kBpe : text::ModelKind::kUnigram;
      // The ends of lines, and characters never seen, are bytes rather than unknown: no text is lost.
      trainer.byte_fallback = true;
      parts.pre_tokenizer = text::make_metaspace();
      decoders.push_back(text::make_byte_fallback_decoder());
      decoders.push_back(text::make_metaspace_decoder());
  }
  parts.decoder = text::make_decoder_sequence(std::move(decoders));
}

void put_special_tokens(const TaskTokenizerOptions& options, text::TokenizerParts& parts,
                        text::TrainerOptions& trainer) {
  if (options.special == SpecialTokens::sequence) {
    trainer.special_tokens = {special("<pad>"), special("</s>"), special("<unk>")};
    return;
  }
  trainer.special_tokens = {special("[PAD]"), special("[UNK]"), special("[CLS]"), special("[SEP]"),
                            special("[MASK]")};
  trainer.unknown_token = "[UNK]";
  parts.post_processor = text::make_template_processing("[CLS] $A [SEP]", "[CLS] $A [SEP] $B:1 [SEP]:1",
                                                        {{"[CLS]", 2}, {"[SEP]", 3}});
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
  if (options.lowercase) normalizers.push_back(text::make_lowercase());
  parts.normalizer = text::make_normalizer_sequence(std::move(normalizers));

  text::TrainerOptions trainer;
  trainer.vocab_size = static_cast<int32_t>(options.vocabulary);
  put_special_tokens(options, parts, trainer);
  put_pieces_together(options, parts, trainer);
  text::Tokenizer tokenizer(std::move(parts));
  text::train_tokenizer(tokenizer, lines, trainer);
  return tokenizer;
}

}  // namespace hodhod
