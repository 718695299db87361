// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/task_tokenizer.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "hodhod/base/error.h"
#include "hodhod/base/names.h"
#include "hodhod/text/after/template_processing.h"
#include "hodhod/text/languages/language.h"
#include "hodhod/text/models/word_level.h"
#include "hodhod/text/normalizers/characters.h"
#include "hodhod/text/normalizers/persian.h"
#include "hodhod/text/normalizers/replace.h"
#include "hodhod/text/normalizers/unicode_forms.h"
#include "hodhod/text/pre_tokenizers/characters.h"
#include "hodhod/text/pre_tokenizers/metaspace.h"
#include "hodhod/text/pre_tokenizers/split.h"

namespace hodhod {
namespace {

// Size of the sample that is examined before training and again after it.
constexpr size_t kSampleBytes = size_t{32} << 20;
// How much of the sample is encoded to count unknown tokens.
constexpr size_t kEncodedBytes = size_t{1} << 20;
constexpr double kMostUnknown = 0.05;

// Patterns for normalisers and pre-tokenisers, in Oniguruma's syntax. White space, the zero-width space and
// the byte order mark; a zero-width joiner or non-joiner is part of a word.
constexpr std::string_view kBlankRuns =
    R"([\s\x{200B}\x{FEFF}&&[^ ]][\s\x{200B}\x{FEFF}]*| [\s\x{200B}\x{FEFF}]+)";
constexpr std::string_view kOtherBlanks =
    R"([\x{A0}\x{1680}\x{2000}-\x{200B}\x{202F}\x{205F}\x{3000}\x{FEFF}])";
// A character of a script without blanks between words, with its marks.
constexpr std::string_view kUnspaced =
    R"([\p{Han}\p{Hiragana}\p{Katakana}\x{30FC}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]\p{M}*)";

// A word: letters, digits, marks and joiners, with apostrophes between. Any other character that is no blank,
// and a line feed, is one by itself.
constexpr std::string_view kWords =
    R"([\p{L}\p{M}\p{N}\x{200C}\x{200D}]+(?:['\x{2019}][\p{L}\p{M}\p{N}\x{200C}\x{200D}]+)*|[^\s\p{L}\p{M}\p{N}\x{200C}\x{200D}]|\n)";

text::AddedToken special(std::string_view content) {
  return {.content = std::string(content), .normalized = false, .special = true};
}

// The parts around the model: how text is split, and how pieces become text again.
void put_pieces_together(const TaskTokenizerOptions& options, text::TokenizerParts& parts,
                         text::TokenizerTraining& trainer) {
  std::vector<text::DecoderPtr> decoders;
  const auto room =
      static_cast<int32_t>(options.vocabulary) - static_cast<int32_t>(trainer.special_tokens.size());
  switch (options.kind) {
    case TokenizerKind::character:
      trainer.kind = text::ModelKind::character;
      trainer.limit_alphabet = room;
      decoders.push_back(text::make_fuse_decoder());
      break;
    case TokenizerKind::wordpiece: {
      trainer.kind = text::ModelKind::wordpiece;
      trainer.continuing_subword_prefix = "##";
      // A character may need two entries, at the beginning of a word and inside; half the room for each keeps
      // the vocabulary in bounds.
      trainer.limit_alphabet = room / 2;
      std::vector<text::PreTokenizerPtr> cuts;
      cuts.push_back(text::make_split_pattern(kUnspaced, text::SplitBehavior::isolated));
      cuts.push_back(text::make_bert_pre_tokenizer());
      parts.pre_tokenizer = text::make_pre_tokenizer_sequence(std::move(cuts));
      decoders.push_back(text::make_word_piece_decoder());
      break;
    }
    case TokenizerKind::word:
      trainer.kind = text::ModelKind::word;
      trainer.min_frequency = options.min_count;
      parts.pre_tokenizer = options.word_ends == WordEnds::blanks
                                ? text::make_blank_split()
                                : text::make_split_pattern(kWords, text::SplitBehavior::removed, true);
      return;  // decoding joins words with blanks
    default:
      trainer.kind = options.kind == TokenizerKind::bpe ? text::ModelKind::bpe : text::ModelKind::unigram;
      // Line ends, and rare or unseen characters, become bytes rather than unknown tokens: no text is lost.
      trainer.byte_fallback = true;
      trainer.limit_alphabet = std::max(room - 256, 1);
      parts.pre_tokenizer = text::make_metaspace();
      decoders.push_back(text::make_byte_fallback_decoder());
      decoders.push_back(text::make_metaspace_decoder());
  }
  parts.decoder = text::make_decoder_sequence(std::move(decoders));
}

void put_special_tokens(const TaskTokenizerOptions& options, text::TokenizerParts& parts,
                        text::TokenizerTraining& trainer) {
  if (options.special == SpecialTokens::none) return;
  if (options.special != SpecialTokens::encoder) {
    trainer.special_tokens = {special("<pad>"), special("</s>"), special("<unk>")};
    if (options.special == SpecialTokens::translation) {
      parts.post_processor = text::make_template_processing("$A </s>", "$A $B </s>", {{"</s>", kEnd}});
    }
    return;
  }
  trainer.special_tokens = {special("[PAD]"), special("[UNK]"), special("[CLS]"), special("[SEP]"),
                            special("[MASK]")};
  trainer.unknown_token = "[UNK]";
  parts.post_processor = text::make_template_processing("[CLS] $A [SEP]", "[CLS] $A [SEP] $B:1 [SEP]:1",
                                                        {{"[CLS]", 2}, {"[SEP]", 3}});
}

text::NormalizerPtr make_task_normalizer(const TaskTokenizerOptions& options, bool folds_persian) {
  std::vector<text::NormalizerPtr> parts;
  parts.push_back(text::make_unicode_normalizer(text::UnicodeForm::nfc));
  const bool takes_blanks_as_they_are =
      options.kind == TokenizerKind::character ||
      (options.kind == TokenizerKind::word && options.word_ends == WordEnds::blanks);
  if (!takes_blanks_as_they_are) {
    const bool joined = options.blanks == Blanks::joined;
    parts.push_back(text::make_replace_pattern(joined ? kBlankRuns : kOtherBlanks, " "));
    if (joined) parts.push_back(text::make_strip());
  }
  if (folds_persian) parts.push_back(text::make_persian_normalizer());
  if (options.lowercase) parts.push_back(text::make_lowercase());
  return text::make_normalizer_sequence(std::move(parts));
}

// Samples the first lines of a source; `all` reads them again together with the rest.
class SampledLines {
 public:
  explicit SampledLines(const text::LineSource& lines) : lines_(lines) {
    size_t bytes = 0;
    for (std::string line; bytes < kSampleBytes && lines(line);) {
      bytes += line.size();
      sample_.push_back(line);
    }
  }

  const std::vector<std::string>& sample() const { return sample_; }

  text::LineSource all() const {
    return [this, next = size_t{0}](std::string& line) mutable {
      if (next == sample_.size()) return lines_(line);
      line = sample_[next++];
      return true;
    };
  }

 private:
  const text::LineSource& lines_;
  std::vector<std::string> sample_;
};

PersianChoice choose_about_persian(PersianFolding asked, const std::vector<std::string>& sample) {
  text::LanguageCount count;
  for (const std::string& line : sample) count.add(line);
  const bool automatic = asked == PersianFolding::automatic;
  const bool folds = automatic ? count.is_persian() : asked == PersianFolding::yes;
  return {folds, fmt::format("Persian letters and digits are {}: {}",
                             folds ? "written in one way" : "left as they are",
                             automatic ? count.describe() : "so it was asked for")};
}

}  // namespace

TaskTokenizer train_task_tokenizer(const TaskTokenizerOptions& options, const text::LineSource& lines) {
  check(options.vocabulary >= 8 && options.vocabulary <= 10'000'000,
        "tokenizer: a vocabulary of {} tokens; give a number from 8 to 10 million", options.vocabulary);
  text::TokenizerParts parts;
  parts.model = text::make_word_level({});  // until training replaces it
  const SampledLines sampled(lines);
  PersianChoice persian = choose_about_persian(options.persian, sampled.sample());
  parts.normalizer = make_task_normalizer(options, persian.folds);

  text::TokenizerTraining trainer;
  trainer.vocabulary = static_cast<int32_t>(options.vocabulary);
  put_special_tokens(options, parts, trainer);
  put_pieces_together(options, parts, trainer);
  text::Tokenizer tokenizer(std::move(parts));
  text::train_tokenizer(tokenizer, sampled.all(), trainer);
  tokenizer.set_setting("persian_folding",
                        {{"asked", name_of(options.persian)}, {"on", persian.folds}, {"why", persian.note}});
  // Texts of a batch go on from their ends.
  if (options.special == SpecialTokens::sequence) tokenizer.set_setting("padding_side", "left");
  TaskTokenizer result{std::move(tokenizer), std::move(persian), {}};
  if (std::string warning = unknown_warning(result.tokenizer, sampled.sample()); !warning.empty()) {
    result.warnings.push_back(std::move(warning));
  }
  return result;
}

std::string unknown_warning(const text::Tokenizer& tokenizer, const std::vector<std::string>& texts) {
  const auto unknown_id = tokenizer.role("unk_token");
  if (!unknown_id) return "";
  int64_t tokens = 0, unknown = 0;
  size_t bytes = 0;
  std::vector<int32_t> ids;
  for (size_t i = 0; i < texts.size() && bytes < kEncodedBytes; ++i) {
    ids.clear();
    tokenizer.encode_ids(texts[i], ids);
    bytes += texts[i].size();
    tokens += static_cast<int64_t>(ids.size());
    unknown += std::count(ids.begin(), ids.end(), *unknown_id);
  }
  if (static_cast<double>(unknown) <= kMostUnknown * static_cast<double>(tokens)) return "";
  return fmt::format(
      "{:.1f} % of the tokens of this text are unknown to the tokenizer ({}); what they say is "
      "lost. A larger vocabulary, or the kind bpe or unigram, knows more of it",
      100.0 * static_cast<double>(unknown) / static_cast<double>(tokens), tokenizer.id_to_token(*unknown_id));
}

}  // namespace hodhod
