// SPDX-License-Identifier: Apache-2.0
// Tagging: a label for each word of a sentence (named entities, parts of speech), from an encoder with a head
// on the state of each word's first piece.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/base/number_range.h"
#include "hodhod/data/batching.h"
#include "hodhod/data/corpus.h"
#include "hodhod/tasks/encoded_texts.h"
#include "hodhod/tasks/labels.h"
#include "hodhod/tasks/new_model.h"
#include "hodhod/tasks/text_model.h"
#include "hodhod/train/metrics/classification.h"
#include "hodhod/train/metrics/entities.h"
#include "hodhod/train/trainer.h"

namespace hodhod {

using Words = std::vector<std::string>;

struct TaggedWords {
  Words words, tags;               // of one length; no tags where none were asked for
  std::vector<std::string> place;  // "FILE:LINE" of each word
};

struct TaggedSentences {
  std::vector<TaggedWords> sentences;
  BadLines bad{false};
  std::vector<std::string> notes = {};  // what was taken for granted, a sentence each
};

// Columns as TaggedReader takes them: by default the words and their tags. Where the tags mark entities, a
// note names those that mark none.
TaggedSentences read_tagged(const std::vector<std::string>& files, const CorpusOptions& options);
// The words alone: the first of `columns`, by default as TaggedReader takes it.
TaggedSentences read_words(const std::vector<std::string>& files, CorpusOptions options);

// The labels that a tagger of these sentences needs: their tags, or, where these mark entities by whatever
// scheme, the tags of the same entities in IOB2. Those that only the validation has are among them.
Labels tag_labels(std::span<const TaggedWords> train, std::span<const TaggedWords> dev);

// The words of a running text: what stands between blanks, with punctuation at its ends as words of their
// own.
Words split_words(std::string_view text);
// What stands between blanks.
Words words_between_blanks(std::string_view text);

// An encoder with a tagging head, and the names of its tags.
//
//     auto tagger = Tagger::make("bert-tiny", read_tagged({"train.conll"}, {}).sentences);
//     fit(tagger, "train.conll", {.steps = 2000}, "names");
//     for (const auto& tag : Tagger::load("names").tags_of({"Sara", "lives", "in", "Shiraz"})) …
struct Tagger {
  TextModel encoder;
  Labels labels;

  // The labels say where entities begin and go on (B-PER, I-PER, O), rather than a class for each word.
  bool has_entities() const;

  // A new one of a preset's size for the tags of these sentences, with a tokenizer of their words.
  static Tagger make(std::string_view preset, std::span<const TaggedWords> sentences,
                     const MakeOptions& options = {});
  static Tagger make(const ModelConfig& config, std::unique_ptr<text::Tokenizer> tokenizer, Labels labels,
                     uint64_t seed);
  static Tagger load(const std::string& directory);
  // From a directory of any encoder. The head that is there stays where it knows all the labels; otherwise
  // it is new.
  static Tagger from(const std::string& directory, Labels labels, const FineTuning& options = {});
  void save(const std::string& directory) const;
  // The tag of each word of a sentence. (tag() below takes many, and tells more.)
  std::vector<std::string> tags_of(const Words& sentence) const;
};

// What becomes of sentences that are longer than the model takes.
inline constexpr std::string_view kTaggedInPieces =
    "they are tagged in pieces, each without the others in sight";

struct Tagging {
  std::vector<std::string> tags;      // of each word; proper IOB2 where they mark entities
  std::vector<double> probabilities;  // of that tag at that word
  int64_t tokens = 0;                 // of the sentence as one piece
};

// The likeliest tags of each sentence; of entity tags the likeliest sequence in which no entity goes on that
// has not begun. The result for a sentence does not depend on the others. A sentence that is longer than the
// model takes is tagged in pieces.
std::vector<Tagging> tag(const Tagger& tagger, std::span<const Words> sentences, Context& context,
                         int64_t batch_tokens = 8192);

struct TaggerScores {
  int64_t sentences = 0, words = 0;
  double loss = 0;                       // mean cross-entropy of a word whose tag the model knows
  metrics::ClassificationScore classes;  // of words
  metrics::EntityScorer entities;        // where the labels mark them
  std::vector<std::string> notes = {};   // what there is to know of the scores, a sentence each
};

// Tags that the tagger does not know count as missed, and a note says so. Error where it knows none.
TaggerScores evaluate(const Tagger& tagger, std::span<const TaggedWords> sentences, Context& context,
                      int64_t batch_tokens = 8192);

struct TaggerTraining {
  BatchOptions batches{.max_tokens = 4096, .max_examples = 32};
  int64_t max_length = 0;
  double label_smoothing = 0;
  double word_dropout = 0;

  template <class Visitor>
  void visit(Visitor&& v) {
    v("batches", batches);
    v("max_length", max_length, "Tokens of a piece of a long sentence; 0 for what the model takes",
      at_least(0));
    v("label_smoothing", label_smoothing, "Share of the tag's probability that is spread over all tags",
      at_least(0).below(1));
    v("word_dropout", word_dropout, "Probability that a token is hidden behind [MASK] in training",
      at_least(0).below(1));
  }
};

// A sentence, or a piece of one, as the encoder takes it.
struct EncodedWords {
  EncodedText text;
  std::vector<int64_t> first;  // where the first piece of each word stands
};

// Trains `tagger` on sentences; `dev` is for validation. Refers to the tagger.
class TaggerTrainee final : public Trainee {
 public:
  TaggerTrainee(Tagger& tagger, std::span<const TaggedWords> train, std::vector<TaggedWords> dev,
                const TaggerTraining& options);

  int64_t batches_in_epoch() const { return sampler_->batches_in_epoch(); }

  NamedParameters parameters() override;
  BatchPosition position() const override { return sampler_->position(); }
  void seek(BatchPosition position) override { sampler_->seek(position); }
  void next_batch() override;
  LossSum loss(Context& context) override;
  Scores validate() override;
  void save(const std::string& directory) override { tagger_.save(directory); }

 private:
  Tagger& tagger_;
  TaggerTraining options_;
  std::vector<EncodedText> texts_;
  std::vector<std::vector<int64_t>> targets_;  // of each token; kIgnoreIndex but at the first piece of a word
  std::vector<TaggedWords> dev_;
  std::unique_ptr<BatchSampler> sampler_;
  WordDropout dropout_;
  TokenBatch batch_;
  Tensor batch_targets_;  // [B, T]
  double items_ = 0;
};

}  // namespace hodhod
