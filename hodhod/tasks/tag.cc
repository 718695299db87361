// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/tag.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "hodhod/base/error.h"
#include "hodhod/base/json.h"
#include "hodhod/base/threads.h"
#include "hodhod/data/lines.h"
#include "hodhod/models/finite.h"
#include "hodhod/models/registry.h"
#include "hodhod/nn/module.h"
#include "hodhod/ops/loss.h"
#include "hodhod/tasks/saved_model.h"
#include "hodhod/tasks/word_labels.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {
namespace {

void append(std::vector<double>& to, const std::vector<double>& more) {
  to.insert(to.end(), more.begin(), more.end());
}

// What the model says of a sentence's words, [words · labels] each.
struct WordScores {
  std::vector<double> logits;
  std::vector<double> log_probabilities;
  int64_t tokens = 0;  // of the sentence as one piece
};

const TaggingHead& tagging_head(const Tagger& tagger) {
  const auto* head = head_as<TaggingHead>(*tagger.encoder.model);
  check(head != nullptr, "{}: this model does not tag tokens", tagger.encoder.model->name());
  return *head;
}

std::vector<WordScores> scores_of(const Tagger& tagger, std::span<const Words> sentences, Context& context,
                                  int64_t batch_tokens) {
  const NoGrad off;
  const Model& model = *tagger.encoder.model;
  const WordEncoder encode(tagger.encoder);
  std::vector<std::vector<EncodedWords>> encoded(sentences.size());
  parallel_for(static_cast<int64_t>(sentences.size()), 8, [&](int64_t begin, int64_t end) {
    for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
      encoded[i] = encode(sentences[i]);
    }
  });
  std::vector<const EncodedWords*> pieces;
  std::vector<int64_t> lengths;
  for (const auto& sentence : encoded) {
    for (const EncodedWords& piece : sentence) {
      pieces.push_back(&piece);
      lengths.push_back(piece.text.length());
    }
  }
  std::vector<WordScores> of_piece(pieces.size());
  for (const auto& rows : batches_by_length(lengths, batch_tokens)) {
    std::vector<const EncodedWords*> in_batch;
    std::vector<std::vector<int64_t>> positions;
    for (int64_t row : rows) {
      in_batch.push_back(pieces[static_cast<size_t>(row)]);
      positions.push_back(in_batch.back()->first);
    }
    const TokenBatch batch = batch_of(in_batch, model.config().special().filler());
    const WordLogits words =
        logits_at(check_finite(model, tag(model, batch, context), "tag scores"), positions);
    const std::vector<double> logits = words.logits.values(),
                              probabilities = log_probabilities(tagging_head(tagger), words).values();
    const int64_t row_size = words.logits.dim(1) * words.logits.dim(2);
    for (size_t r = 0; r < rows.size(); ++r) {
      const int64_t begin = static_cast<int64_t>(r) * row_size;
      const int64_t end = begin + std::ssize(positions[r]) * words.logits.dim(2);
      of_piece[static_cast<size_t>(rows[r])] = {{logits.begin() + begin, logits.begin() + end},
                                                {probabilities.begin() + begin, probabilities.begin() + end}};
    }
  }
  std::vector<WordScores> scores(sentences.size());
  size_t next = 0;
  for (size_t i = 0; i < sentences.size(); ++i) {
    scores[i].tokens = encoded[i].empty() ? 0 : encode.frame_size();
    for (const EncodedWords& piece : encoded[i]) {
      const WordScores& part = of_piece[next++];
      append(scores[i].logits, part.logits);
      append(scores[i].log_probabilities, part.log_probabilities);
      scores[i].tokens += piece.text.tokens;
    }
  }
  return scores;
}

std::vector<Words> words_of(std::span<const TaggedWords> sentences) {
  std::vector<Words> words;
  for (const TaggedWords& sentence : sentences) words.push_back(sentence.words);
  return words;
}

// The gold tags in the form of the labels: entities in IOB2.
std::vector<std::string> gold_tags(const TaggedWords& sentence, bool entities) {
  return entities ? metrics::to_iob2(sentence.tags) : sentence.tags;
}

std::vector<Tagging> taggings_of(const Tagger& tagger, const std::vector<WordScores>& scores) {
  const bool entities = tagger.has_entities();
  const LabelRule rule = label_rule(tagger.labels, entities);
  const TaggingHead& head = tagging_head(tagger);
  const CrfWeights* crf = head.crf ? &head.crf->weights : nullptr;
  const int64_t labels = tagger.labels.size();
  std::vector<Tagging> taggings;
  for (const WordScores& sentence : scores) {
    Tagging& tagging =
        taggings.emplace_back(Tagging{.tags = {}, .probabilities = {}, .tokens = sentence.tokens});
    // Without a random field, probabilities compare what words of different pieces say.
    const std::vector<double>& values = crf ? sentence.logits : sentence.log_probabilities;
    const int64_t words = std::ssize(values) / labels;
    if (words == 0) continue;
    const std::vector<int64_t> path = best_labels(Tensor::from(values, {words, labels}), crf, rule);
    for (size_t w = 0; w < path.size(); ++w) {
      const auto label = static_cast<size_t>(path[w]);
      tagging.tags.push_back(tagger.labels.names()[label]);
      tagging.probabilities.push_back(
          std::exp(sentence.log_probabilities[w * static_cast<size_t>(labels) + label]));
    }
    if (entities) tagging.tags = metrics::to_iob2(tagging.tags);
  }
  return taggings;
}

}  // namespace

bool Tagger::has_entities() const { return metrics::are_entity_tags(labels.names()); }

Tagger Tagger::make(const ModelConfig& config, std::unique_ptr<text::Tokenizer> tokenizer, Labels labels,
                    uint64_t seed) {
  const auto own = config_for(config, HeadKind::tagger, false, "tag");
  check(own->alphabet() == nullptr || !own->alphabet()->empty(),
        "tag: the model reads letters and knows none; let it learn those of its sentences first");
  own->head.labels = labels.size();
  Tagger tagger;
  tagger.encoder = TextModel::make(*own, std::move(tokenizer), seed);
  tagger.labels = std::move(labels);
  return tagger;
}

Tagger Tagger::make(std::string_view preset, std::span<const TaggedWords> sentences,
                    const MakeOptions& options) {
  std::vector<std::string> lines;
  for (const TaggedWords& sentence : sentences)
    lines.push_back(fmt::format("{}", fmt::join(sentence.words, " ")));
  NewModel made = new_model(preset, HeadKind::tagger, false, lines_in(std::move(lines)),
                            usual_encoding(*model_preset(preset)).tokenizer, options);
  learn_letters(*made.config, sentences);
  return make(*made.config, std::move(made.tokenizer), tag_labels(sentences, {}), options.seed);
}

std::vector<std::string> Tagger::tags_of(const Words& sentence) const {
  Context context;
  return tag(*this, std::span(&sentence, 1), context)[0].tags;
}

Tagger Tagger::load(const ModelPath& path) {
  const ModelDirectory directory = ModelDirectory::open(path);
  check_has_head(directory, HeadKind::tagger, "does not tag words", "tag");
  Tagger tagger;
  tagger.encoder = TextModel::load(directory);
  tagger.labels = Labels::of_config(directory.json, directory.path);
  const int64_t count = directory.config->head.labels;
  check(tagger.labels.size() == count, "{}: config.json names {} labels, and the model has {}",
        directory.path, tagger.labels.size(), count);
  return tagger;
}

Tagger Tagger::from(const std::string& path, Labels labels, const FineTuning& options) {
  ModelDirectory directory = ModelDirectory::open(path);
  bool keep = false;
  if (directory.config->head.kind == HeadKind::tagger) {
    const Labels theirs = Labels::of_config(directory.json, path);
    keep = theirs.has_all(labels);
    if (keep) labels = theirs;
  }
  const HeadOptions head{
      .kind = HeadKind::tagger, .labels = labels.size(), .crf = directory.config->head.crf};
  Tagger tagger;
  tagger.encoder = load_under_head(std::move(directory), head, keep, options);
  tagger.labels = std::move(labels);
  return tagger;
}

void Tagger::save(const std::string& directory) const {
  Json extra = Json::object();
  labels.write(extra);
  save_model(
      {.model = *encoder.model, .tokenizer = *encoder.tokenizer, .origin = encoder.origin, .task = extra},
      directory);
}

std::vector<Tagging> tag(const Tagger& tagger, std::span<const Words> sentences, Context& context,
                         int64_t batch_tokens) {
  return taggings_of(tagger, scores_of(tagger, sentences, context, batch_tokens));
}

TaggerScores evaluate(const Tagger& tagger, std::span<const TaggedWords> sentences, Context& context,
                      int64_t batch_tokens) {
  const auto scores = scores_of(tagger, words_of(sentences), context, batch_tokens);
  const auto taggings = taggings_of(tagger, scores);
  const bool entities = tagger.has_entities();
  const auto label_count = static_cast<size_t>(tagger.labels.size());
  TaggerScores result;
  metrics::ClassificationScorer classes;
  GoldLabels labels(tagger.labels);
  LongTexts long_texts(length_limit(tagger.encoder));
  double known = 0;
  for (size_t i = 0; i < sentences.size(); ++i) {
    const auto gold = gold_tags(sentences[i], entities);
    if (entities) result.entities.add(gold, taggings[i].tags);
    for (size_t t = 0; t < gold.size(); ++t) {
      const int64_t label = labels.find(gold[t], sentences[i].place[t]);
      if (label >= 0)
        result.loss -= scores[i].log_probabilities[t * label_count + static_cast<size_t>(label)];
      known += label >= 0 ? 1 : 0;
      classes.add(gold[t], taggings[i].tags[t]);
    }
    result.words += static_cast<int64_t>(gold.size());
    long_texts.add(scores[i].tokens);
  }
  result.sentences = static_cast<int64_t>(sentences.size());
  result.loss /= std::max(1.0, known);
  result.classes = classes.score();
  result.notes = labels.notes();
  for (std::string& note : long_texts.notes(kTaggedInPieces)) result.notes.push_back(std::move(note));
  return result;
}

TaggerTraining usual_tagging(const ModelConfig& config) {
  TaggerTraining usual;
  if (config.alphabet() != nullptr) usual.singleton_dropout = 0.5;
  return usual;
}

TaggerTrainee::TaggerTrainee(Tagger& tagger, std::span<const TaggedWords> train, std::vector<TaggedWords> dev,
                             const TaggerTraining& options)
    : tagger_(tagger), options_(options), dev_(std::move(dev)) {
  check(!train.empty(), "training: there is no sentence");
  check(options.label_smoothing == 0 || !tagging_head(tagger).crf,
        "training: `label_smoothing` {} does not go with `model` crf=yes; leave one of them out",
        options.label_smoothing);
  set_requires_grad(*tagger_.encoder.model);
  limit_length(tagger_.encoder, options.max_length, text::Side::right);
  const WordEncoder encode(tagger_.encoder);
  const bool entities = tagger_.has_entities();
  GoldLabels known(tagger_.labels);
  for (const TaggedWords& sentence : dev_) {
    const auto gold = gold_tags(sentence, entities);
    for (size_t t = 0; t < gold.size(); ++t) known.find(gold[t], sentence.place[t]);
  }
  known.check_some_known();  // before training starts
  for (const TaggedWords& sentence : train) {
    std::vector<int64_t> targets;
    const auto gold = gold_tags(sentence, entities);
    for (size_t t = 0; t < gold.size(); ++t) {
      targets.push_back(tagger_.labels.get(gold[t], sentence.place[t]));
    }
    auto next = targets.begin();
    for (EncodedWords& piece : encode(sentence.words)) {
      auto& row = targets_.emplace_back(piece.text.ids.size(), kIgnoreIndex);
      for (int64_t place : piece.first) row[static_cast<size_t>(place)] = *next++;
      pieces_.push_back(std::move(piece));
    }
  }
  std::vector<int64_t> lengths;
  std::vector<const EncodedText*> texts;
  for (const EncodedWords& piece : pieces_) {
    lengths.push_back(piece.text.length());
    texts.push_back(&piece.text);
  }
  const text::Tokenizer& tokenizer = *tagger.encoder.tokenizer;
  const uint64_t seed = options.batches.seed;
  dropouts_ = {TokenDropout::of_singletons(options.singleton_dropout, seed, tokenizer, texts),
               TokenDropout::of_words(options.word_dropout, seed, tokenizer)};
  sampler_ = std::make_unique<BatchSampler>(std::move(lengths), options.batches);
}

NamedParameters TaggerTrainee::parameters() { return parameters_of(*tagger_.encoder.model); }

void TaggerTrainee::next_batch() {
  const BatchPosition at = sampler_->position();
  std::vector<EncodedWords> pieces;
  std::vector<std::vector<int64_t>> targets;
  items_ = 0;
  for (int64_t row : sampler_->next()) {
    EncodedWords& piece = pieces.emplace_back(pieces_[static_cast<size_t>(row)]);
    for (const TokenDropout& hide : dropouts_) hide(piece.text.ids, at.epoch, row);
    targets.push_back(targets_[static_cast<size_t>(row)]);
    items_ += static_cast<double>(std::count_if(targets.back().begin(), targets.back().end(),
                                                [](int64_t target) { return target != kIgnoreIndex; }));
  }
  std::vector<const EncodedWords*> in_batch;
  for (const EncodedWords& piece : pieces) in_batch.push_back(&piece);
  batch_ = batch_of(in_batch, tagger_.encoder.config().special().filler());
  batch_targets_ = TokenBatch::of(targets, kIgnoreIndex).ids;
}

LossSum TaggerTrainee::loss(Context& context) {
  const Tensor logits = tag(*tagger_.encoder.model, batch_, context);
  if (const auto& crf = tagging_head(tagger_).crf)
    return {crf_loss_of_words(*crf, logits, batch_targets_), items_};
  return {cross_entropy(logits, batch_targets_,
                        {.label_smoothing = options_.label_smoothing, .reduction = Reduction::sum}),
          items_};
}

Scores TaggerTrainee::validate() {
  if (dev_.empty()) return {};
  Context context;
  const TaggerScores scores = evaluate(tagger_, dev_, context);
  Scores named{.values = {{"accuracy", scores.classes.accuracy}}, .higher_is_better = true};
  if (tagger_.has_entities()) {
    named.values.insert(named.values.begin(), {"entity_f1", scores.entities.overall().f1()});
  } else {
    named.values.emplace_back("macro_f1", scores.classes.macro_f1);
  }
  named.values.emplace_back("loss", scores.loss);
  return named;
}

}  // namespace hodhod
