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
#include "hodhod/tasks/encoded_words.h"
#include "hodhod/tasks/labels.h"
#include "hodhod/tasks/new_model.h"
#include "hodhod/tasks/text_model.h"
#include "hodhod/tasks/token_dropout.h"
#include "hodhod/train/metrics/classification.h"
#include "hodhod/train/metrics/entities.h"
#include "hodhod/train/trainer.h"

namespace hodhod {

struct TaggedWords {
  Words words, tags;               // same length; no tags if not requested
  std::vector<std::string> place;  // "FILE:LINE" of each word
};

struct TaggedSentences {
  std::vector<TaggedWords> sentences;
  BadLines bad{false};
  std::vector<std::string> notes = {};  // assumptions made, a sentence each
};

// Reads the columns that TaggedReader takes: by default the words and their tags. If the tags mark entities,
// a note names tags that do not.
TaggedSentences read_tagged(const std::vector<std::string>& files, const CorpusOptions& options);
// The words alone: the first of `columns`, or TaggedReader's default.
TaggedSentences read_words(const std::vector<std::string>& files, CorpusOptions options);

// The labels that a tagger needs for these sentences: their tags, or, if the tags mark entities in any
// scheme, the tags of the same entities in IOB2. Labels that only `dev` has are included.
Labels tag_labels(std::span<const TaggedWords> train, std::span<const TaggedWords> dev);

// Gives a new model that reads letters those of the sentences that it is trained on. Does nothing for others.
void learn_letters(ModelConfig& config, std::span<const TaggedWords> sentences);

// Which sentences are held out for validation: a share of those with each set of tags.
std::vector<bool> held_out_sentences(std::span<const TaggedWords> sentences, double share);

// The words of a running text. Blanks separate them, and punctuation at their ends becomes words of its own.
Words split_words(std::string_view text);
// The words of a text, separated by blanks only.
Words words_between_blanks(std::string_view text);

// An encoder with a tagging head, and the names of its tags.
//
//     auto tagger = Tagger::make("bert-tiny", read_tagged({"train.conll"}, {}).sentences);
//     fit(tagger, "train.conll", {.steps = 2000}, "names");
//     for (const auto& tag : Tagger::load("names").tags_of({"Sara", "lives", "in", "Shiraz"})) …
struct Tagger {
  TextModel encoder;
  Labels labels;

  // Whether the labels mark the beginning and inside of entities (B-PER, I-PER, O), not classes of words.
  bool has_entities() const;

  // A new tagger of a preset's size for the tags of these sentences, with a tokenizer trained on their words.
  static Tagger make(std::string_view preset, std::span<const TaggedWords> sentences,
                     const MakeOptions& options = {});
  // Error if the model reads letters and has learned none (learn_letters).
  static Tagger make(const ModelConfig& config, std::unique_ptr<text::Tokenizer> tokenizer, Labels labels,
                     uint64_t seed);
  static Tagger load(const ModelPath& path);
  // Starts from the directory of any encoder. Its head is kept if it knows all the labels; otherwise the head
  // is new.
  static Tagger from(const std::string& directory, Labels labels, const FineTuning& options = {});
  void save(const std::string& directory) const;
  // The tag of each word of a sentence. (tag() below takes many sentences and returns more.)
  std::vector<std::string> tags_of(const Words& sentence) const;
};

// What happens to sentences that are longer than the model takes.
inline constexpr std::string_view kTaggedInPieces =
    "they are tagged in pieces, each without the others in sight";

struct Tagging {
  std::vector<std::string> tags;      // of each word; valid IOB2 for entities
  std::vector<double> probabilities;  // of each word's tag
  int64_t tokens = 0;                 // of the sentence as one piece
};

// The likeliest tags of each sentence; for entity tags, the likeliest sequence in which no entity continues
// before it begins. The result for a sentence does not depend on the others. A sentence longer than the model
// takes is tagged in pieces.
std::vector<Tagging> tag(const Tagger& tagger, std::span<const Words> sentences, Context& context,
                         int64_t batch_tokens = 8192);

struct TaggerScores {
  int64_t sentences = 0, words = 0;
  double loss = 0;                       // mean cross-entropy of words with known tags
  metrics::ClassificationScore classes;  // of words
  metrics::EntityScorer entities;        // if the labels mark them
  std::vector<std::string> notes = {};   // remarks on the scores, a sentence each
};

// Tags that the tagger does not know count as missed, and a note says so. Error if it knows none of them.
TaggerScores evaluate(const Tagger& tagger, std::span<const TaggedWords> sentences, Context& context,
                      int64_t batch_tokens = 8192);

struct TaggerTraining {
  BatchOptions batches{.max_tokens = 4096, .max_examples = 32};
  int64_t max_length = 0;
  double label_smoothing = 0;
  double word_dropout = 0;
  double singleton_dropout = 0;

  template <class Visitor>
  void visit(Visitor&& v) {
    v("batches", batches);
    v("max_length", max_length, "Tokens of a piece of a long sentence; 0 for what the model takes",
      at_least(0));
    v("label_smoothing", label_smoothing, "Share of the tag's probability that is spread over all tags",
      at_least(0).below(1));
    v("word_dropout", word_dropout, "Probability that a token is hidden behind [MASK] in training",
      at_least(0).below(1));
    v("singleton_dropout", singleton_dropout,
      "Probability that a token that occurs once in the data is read as unknown in training",
      at_least(0).below(1));
  }
};
// The usual settings for a new model of this kind.
TaggerTraining usual_tagging(const ModelConfig& config);

// Trains `tagger` on `train` and validates on `dev`. Keeps a reference to the tagger.
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
  std::vector<EncodedWords> pieces_;
  std::vector<std::vector<int64_t>> targets_;  // by token; kIgnoreIndex except at a word's first piece
  std::vector<TaggedWords> dev_;
  std::unique_ptr<BatchSampler> sampler_;
  std::vector<TokenDropout> dropouts_;
  TokenBatch batch_;
  Tensor batch_targets_;  // [B, T]
  double items_ = 0;
};

}  // namespace hodhod
