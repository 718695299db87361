// SPDX-License-Identifier: Apache-2.0
// Translation, and any other sequence-to-sequence task, on pairs of texts.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/base/json.h"
#include "hodhod/base/number_range.h"
#include "hodhod/data/batching.h"
#include "hodhod/decode/generator.h"
#include "hodhod/tasks/encoded_texts.h"
#include "hodhod/tasks/generate_options.h"
#include "hodhod/tasks/writing_model.h"
#include "hodhod/text/tokenizer.h"
#include "hodhod/train/trainer.h"

namespace hodhod {

struct TextPair {
  std::string source, target;
};

// A translation model and its tokenizer.
//
//     auto translator = Translator::make("tiny", lines_of({"train.en", "train.fa"}));
//     fit(translator, "train.en", "train.fa", {.steps = 700}, "en-fa");
//     fmt::print("{}", Translator::load("en-fa").translate("The teacher reads a book."));
struct Translator : WritingModel {
  // What is put before each text, such as T5's "translate English to German: ". From config.json, where it is
  // task_specific_params.translation.prefix, or from choose_languages().
  std::string prefix = {};

  // A new translator of a preset's size, with one tokenizer for both languages, trained on `lines`.
  static Translator make(std::string_view preset, const text::LineSource& lines,
                         const MakeOptions& options = {});
  static Translator make(const ModelConfig& config, std::unique_ptr<text::Tokenizer> tokenizer,
                         uint64_t seed);
  // Loads a model's directory. `tuning` overrides its configuration and tokenizer.
  static Translator load(const ModelPath& path, const FineTuning& tuning = {});

  // The best translation of a text. (translate() below translates many at once.)
  std::string translate(const std::string& text, const GenerateOptions& options = {}) const;
};

struct Translation {
  std::string text;
  double score = 0;
  std::vector<int64_t> tokens = {};  // with the end of sequence, if it was generated
  // If the text was translated in parts: `text` and `tokens` are joined from the parts, and `score` is the
  // mean of their scores, weighted by tokens.
  std::vector<Translation> parts = {};
  std::string source = {};  // of a part: its source text
};

// The n best translations of a text, best first, and how it was read. There are fewer if two of them are the
// same text, and one if there is nothing to translate.
struct Translated {
  std::vector<Translation> best;
  int64_t tokens = 0;           // of the text, with the end of sequence; 0 if there is nothing to translate
  bool whole_sentences = true;  // false: a sentence longer than the model takes was split
};

// Counts texts that were longer than the model takes.
class SplitTexts {
 public:
  explicit SplitTexts(int64_t limit) : long_texts_(limit) {}
  void add(const Translated& translated);
  // A sentence that says how many there were and how they were split; empty if there were none.
  std::vector<std::string> notes() const;

 private:
  LongTexts long_texts_;
  int64_t cut_sentences_ = 0;
};

// What is translated at a time: the text (in parts only if it is longer than the model takes), each sentence,
// or the text's first tokens that fit, while the rest is not read.
enum class TranslationUnit { text, sentence, beginning };

// Its name in task_specific_params. Those of T5 name languages: translation_en_to_de.
inline constexpr std::string_view kTranslation = "translation";

// A text as encoder input: its tokens, with what is put before it and the end of sequence, truncated to the
// model's maximum length.
std::vector<int64_t> source_tokens(const Translator& translator, const std::string& text);

// Maximum of source tokens times beams that are translated together.
inline constexpr int64_t kBatchTokens = 4096;

struct TranslateOptions {
  DecodeOptions decode = {};
  TranslationUnit unit = TranslationUnit::text;
  int64_t batch_tokens = kBatchTokens;
  uint64_t first = 0;      // number of the first text: what is sampled for a text depends on its number
  int64_t max_source = 0;  // tokens that are read at a time; 0: as many as the model takes
};

// Translates each text. The result for a text does not depend on the others. The translation of a blank text,
// or of one without tokens, is empty. A text longer than the model takes is translated in parts that fit
// (split_to_fit in hodhod/text/languages/sentences.h). Parts are joined by blanks, or by nothing in scripts
// without blanks.
std::vector<Translated> translate(const Translator& translator, const std::vector<std::string>& texts,
                                  const TranslateOptions& options, Context& context);

// A text as the tokenizer reads it: normalised, with blanks in place of the marks for blanks. A translator
// that normalises its data can be expected to write text of this form.
std::string normalized_text(const text::Tokenizer& tokenizer, const std::string& text);

// What validation compares texts with their references by: BLEU, or ROUGE-1, ROUGE-2 and ROUGE-L.
enum class PairMetric { bleu, rouge };

struct TranslationTraining {
  BatchOptions batches;
  double label_smoothing = 0.1;
  int64_t max_length = 256;        // pairs with a longer side are left out
  std::string token_cache = {};    // file that caches the encoded pairs; empty: none
  int64_t validation_pairs = 200;  // translated for BLEU at each validation; 0 for none
  // If not 0, a source of more tokens is cut to so many, and max_length is that of targets alone.
  int64_t max_source = 0;
  PairMetric metric = PairMetric::bleu;
  Json task = Json::object();  // members of config.json that the task decides

  template <class Visitor>
  void visit(Visitor&& v) {
    v("batches", batches);
    v("label_smoothing", label_smoothing, "Share of the target's probability that is spread over all tokens",
      at_least(0).below(1));
    v("max_length", max_length, "Leave out pairs with a side longer than this many tokens", at_least(1));
    v("validation_pairs", validation_pairs,
      "Number of pairs translated for BLEU at each validation; 0 for none", at_least(0));
  }
};

// Trains `translator` on `train` and validates on `dev`. Keeps a reference to the translator.
class TranslationTrainee final : public Trainee {
 public:
  TranslationTrainee(Translator& translator, const std::vector<TextPair>& train,
                     const std::vector<TextPair>& dev, const TranslationTraining& options);

  int64_t pairs() const { return static_cast<int64_t>(train_.source.size()); }
  int64_t left_out() const { return left_out_; }
  // Pairs to train on whose source has as many tokens as are read of it, or had more.
  int64_t full_sources() const;
  // Pairs that are short enough to validate on.
  int64_t dev_pairs() const { return static_cast<int64_t>(dev_.source.size()); }

  NamedParameters parameters() override;
  BatchPosition position() const override { return sampler_->position(); }
  void seek(BatchPosition position) override { sampler_->seek(position); }
  void next_batch() override;
  LossSum loss(Context& context) override;
  Scores validate() override;
  std::vector<Sample> samples() override { return samples_; }
  void save(const std::string& directory) override;

 private:
  struct Pairs {
    std::vector<std::vector<int64_t>> source, target;  // with the end of sequence
  };
  struct Batch {
    SequenceBatch tokens;
    Tensor labels;
    double items = 0;
  };
  Pairs encode(const std::vector<TextPair>& pairs, bool drop_long, const std::string& cache);
  Batch make_batch(const Pairs& pairs, std::span<const int64_t> rows) const;
  LossSum batch_loss(const Batch& batch, double smoothing, Context& context) const;

  Translator& translator_;
  TranslationTraining options_;
  Pairs train_, dev_;
  std::vector<TextPair> dev_texts_;
  std::vector<Sample> samples_;  // of the last validation
  std::unique_ptr<BatchSampler> sampler_;
  Batch batch_;
  int64_t left_out_ = 0;
};

}  // namespace hodhod
