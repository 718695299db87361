// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/tag.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "hodhod/base/error.h"
#include "hodhod/base/json.h"
#include "hodhod/base/threads.h"
#include "hodhod/data/lines.h"
#include "hodhod/models/finite.h"
#include "hodhod/nn/module.h"
#include "hodhod/ops/loss.h"
#include "hodhod/ops/softmax.h"
#include "hodhod/tasks/saved_model.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {
namespace {

// Splits a sentence into pieces within the length limit, each framed by special tokens.
std::vector<EncodedWords> encode_words(const TextModel& encoder, const Words& words, const Frame& frame) {
  const text::Tokenizer& tokenizer = *encoder.tokenizer;
  const int64_t room = length_limit(encoder) - frame.size();
  check(room > 0, "a length of {} tokens has no room for a word; raise max_length", length_limit(encoder));
  const auto unknown = static_cast<int64_t>(tokenizer.role("unk_token").value_or(0));
  std::vector<EncodedWords> pieces;
  int64_t used = 0;
  for (const std::string& word : words) {
    // In byte-level tokenizers, a word's first piece begins with a blank.
    const auto ids = tokenizer.encode_ids(tokenizer.is_byte_level() ? " " + word : word);
    std::vector<int64_t> tokens(ids.begin(), ids.end());
    if (tokens.empty()) tokens = {unknown};
    const auto whole = std::ssize(tokens);
    tokens.resize(std::min(tokens.size(), static_cast<size_t>(room)));
    if (pieces.empty() || used + static_cast<int64_t>(tokens.size()) > room) {
      pieces.push_back({{.ids = frame.before, .types = {}}, {}});
      used = 0;
    }
    EncodedWords& piece = pieces.back();
    piece.first.push_back(piece.text.length());
    piece.text.ids.insert(piece.text.ids.end(), tokens.begin(), tokens.end());
    piece.text.tokens += whole;
    used += static_cast<int64_t>(tokens.size());
  }
  for (EncodedWords& piece : pieces) {
    piece.text.ids.insert(piece.text.ids.end(), frame.after.begin(), frame.after.end());
    piece.text.types.assign(piece.text.ids.size(), 0);
  }
  return pieces;
}

// A sentence's log p of every label at each word.
struct WordScores {
  std::vector<std::vector<double>> words;
  int64_t tokens = 0;  // of the sentence as one piece
};

std::vector<WordScores> scores_of(const Tagger& tagger, std::span<const Words> sentences, Context& context,
                                  int64_t batch_tokens) {
  const NoGrad off;
  const Model& model = *tagger.encoder.model;
  const Frame frame = frame_of(*tagger.encoder.tokenizer);
  std::vector<std::vector<EncodedWords>> encoded(sentences.size());
  parallel_for(static_cast<int64_t>(sentences.size()), 8, [&](int64_t begin, int64_t end) {
    for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
      encoded[i] = encode_words(tagger.encoder, sentences[i], frame);
    }
  });
  std::vector<EncodedText> texts;
  std::vector<const EncodedWords*> pieces;
  for (const auto& sentence : encoded) {
    for (const EncodedWords& piece : sentence) {
      texts.push_back(piece.text);
      pieces.push_back(&piece);
    }
  }
  std::vector<std::vector<std::vector<double>>> of_piece(texts.size());
  for (const auto& rows : batches_by_length(lengths_of(texts), batch_tokens)) {
    const TokenBatch batch = batch_of(texts, rows, model.config().special().filler());
    const Tensor scores = log_softmax(check_finite(model, tag(model, batch, context), "tag scores"));
    const std::vector<double> values = scores.values();
    const int64_t time = scores.dim(1), labels = scores.dim(2);
    for (size_t r = 0; r < rows.size(); ++r) {
      const auto piece = static_cast<size_t>(rows[r]);
      for (int64_t place : pieces[piece]->first) {
        const auto begin = values.begin() + (static_cast<int64_t>(r) * time + place) * labels;
        of_piece[piece].emplace_back(begin, begin + labels);
      }
    }
  }
  std::vector<WordScores> scores(sentences.size());
  size_t next = 0;
  for (size_t i = 0; i < sentences.size(); ++i) {
    scores[i].tokens = encoded[i].empty() ? 0 : frame.size();
    for (const EncodedWords& piece : encoded[i]) {
      scores[i].words.insert(scores[i].words.end(), of_piece[next].begin(), of_piece[next].end());
      scores[i].tokens += piece.text.tokens;
      ++next;
    }
  }
  return scores;
}

// may_follow[b][a]: whether label b may follow label a, where a = size() is the beginning. In IOB2, I-X may
// follow only B-X or I-X, and I only B or I.
std::vector<std::vector<bool>> followers(const Labels& labels) {
  const auto count = static_cast<size_t>(labels.size());
  std::vector<std::vector<bool>> may_follow(count, std::vector<bool>(count + 1, true));
  for (size_t b = 0; b < count; ++b) {
    const std::string& name = labels.names()[b];
    // Labels of other schemes are not constrained.
    const std::string beginning = "B" + name.substr(std::min<size_t>(name.size(), 1));
    const bool goes_on = name == "I" || name.starts_with("I-");
    if (!goes_on || labels.find(beginning) < 0) continue;
    for (size_t a = 0; a <= count; ++a) {
      may_follow[b][a] = a < count && (labels.names()[a] == name || labels.names()[a] == beginning);
    }
  }
  return may_follow;
}

// The likeliest sequence of labels that `may_follow` allows (Viterbi).
std::vector<size_t> best_path(const std::vector<std::vector<double>>& scores,
                              const std::vector<std::vector<bool>>& may_follow) {
  const size_t labels = may_follow.size();
  const double none = -std::numeric_limits<double>::infinity();
  std::vector<double> best(labels);
  std::vector<std::vector<size_t>> from;
  for (size_t t = 0; t < scores.size(); ++t) {
    std::vector<double> next(labels, none);
    std::vector<size_t> before(labels, labels);
    for (size_t b = 0; b < labels; ++b) {
      if (t == 0) {
        if (may_follow[b][labels]) next[b] = scores[0][b];
        continue;
      }
      for (size_t a = 0; a < labels; ++a) {
        if (may_follow[b][a] && best[a] + scores[t][b] > next[b]) {
          next[b] = best[a] + scores[t][b];
          before[b] = a;
        }
      }
    }
    best = std::move(next);
    from.push_back(std::move(before));
  }
  std::vector<size_t> path(scores.size());
  auto label = static_cast<size_t>(std::max_element(best.begin(), best.end()) - best.begin());
  for (size_t t = scores.size(); t-- > 0;) {
    path[t] = label;
    label = std::min(from[t][label], labels - 1);
  }
  return path;
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

Tagging tagging_of(const WordScores& scores, const Labels& labels, bool entities,
                   const std::vector<std::vector<bool>>& may_follow) {
  Tagging tagging{.tags = {}, .probabilities = {}, .tokens = scores.tokens};
  if (scores.words.empty()) return tagging;
  const auto path = best_path(scores.words, may_follow);
  for (size_t t = 0; t < path.size(); ++t) {
    tagging.tags.push_back(labels.names()[path[t]]);
    tagging.probabilities.push_back(std::exp(scores.words[t][path[t]]));
  }
  if (entities) tagging.tags = metrics::to_iob2(tagging.tags);
  return tagging;
}

std::vector<Tagging> taggings_of(const Tagger& tagger, const std::vector<WordScores>& scores) {
  const bool entities = tagger.has_entities();
  auto may_follow = followers(tagger.labels);
  if (!entities) {
    for (auto& row : may_follow) row.assign(row.size(), true);
  }
  std::vector<Tagging> taggings;
  for (const WordScores& sentence : scores) {
    taggings.push_back(tagging_of(sentence, tagger.labels, entities, may_follow));
  }
  return taggings;
}

}  // namespace

bool Tagger::has_entities() const { return metrics::are_entity_tags(labels.names()); }

Tagger Tagger::make(const ModelConfig& config, std::unique_ptr<text::Tokenizer> tokenizer, Labels labels,
                    uint64_t seed) {
  const auto own = config_for(config, HeadKind::tagger, false, "tag");
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
                            usual_encoding().tokenizer, options);
  return make(*made.config, std::move(made.tokenizer), tag_labels(sentences, {}), options.seed);
}

std::vector<std::string> Tagger::tags_of(const Words& sentence) const {
  Context context;
  return tag(*this, std::span(&sentence, 1), context)[0].tags;
}

Tagger Tagger::load(const std::string& path) {
  const ModelDirectory directory = ModelDirectory::open(path);
  check_has_head(directory, HeadKind::tagger, "does not tag words", "tag");
  Tagger tagger;
  tagger.encoder = TextModel::load(directory);
  tagger.labels = Labels::of_config(directory.json, path);
  const int64_t count = directory.config->head.labels;
  check(tagger.labels.size() == count, "{}: config.json names {} labels, and the model has {}", path,
        tagger.labels.size(), count);
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
  const HeadOptions head{.kind = HeadKind::tagger, .labels = labels.size()};
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
      if (label >= 0) result.loss -= scores[i].words[t][static_cast<size_t>(label)];
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

TaggerTrainee::TaggerTrainee(Tagger& tagger, std::span<const TaggedWords> train, std::vector<TaggedWords> dev,
                             const TaggerTraining& options)
    : tagger_(tagger),
      options_(options),
      dev_(std::move(dev)),
      dropout_(options.word_dropout, options.batches.seed, *tagger.encoder.tokenizer) {
  check(!train.empty(), "training: there is no sentence");
  set_requires_grad(*tagger_.encoder.model);
  limit_length(tagger_.encoder, options.max_length, text::Side::right);
  const Frame frame = frame_of(*tagger_.encoder.tokenizer);
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
    for (EncodedWords& piece : encode_words(tagger_.encoder, sentence.words, frame)) {
      auto& row = targets_.emplace_back(piece.text.ids.size(), kIgnoreIndex);
      for (int64_t place : piece.first) row[static_cast<size_t>(place)] = *next++;
      texts_.push_back(std::move(piece.text));
    }
  }
  sampler_ = std::make_unique<BatchSampler>(lengths_of(texts_), options.batches);
}

NamedParameters TaggerTrainee::parameters() { return parameters_of(*tagger_.encoder.model); }

void TaggerTrainee::next_batch() {
  const BatchPosition at = sampler_->position();
  std::vector<EncodedText> texts;
  std::vector<std::vector<int64_t>> targets;
  items_ = 0;
  for (int64_t row : sampler_->next()) {
    dropout_(texts.emplace_back(texts_[static_cast<size_t>(row)]), at.epoch, row);
    targets.push_back(targets_[static_cast<size_t>(row)]);
    items_ += static_cast<double>(std::count_if(targets.back().begin(), targets.back().end(),
                                                [](int64_t target) { return target != kIgnoreIndex; }));
  }
  batch_ = batch_of(texts, tagger_.encoder.config().special().filler());
  batch_targets_ = TokenBatch::of(targets, kIgnoreIndex).ids;
}

LossSum TaggerTrainee::loss(Context& context) {
  const Tensor logits = tag(*tagger_.encoder.model, batch_, context);
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
