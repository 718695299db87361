// SPDX-License-Identifier: Apache-2.0
#include "hodhod/look/answers.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "hodhod/base/names.h"
#include "hodhod/base/threads.h"
#include "hodhod/look/page.h"
#include "hodhod/models/transformer_model.h"
#include "hodhod/ops/shape.h"
#include "hodhod/tasks/word_labels.h"
#include "hodhod/tensor/tape.h"
#include "hodhod/train/metrics/entities.h"

namespace hodhod::look {
namespace {

constexpr int64_t kBest = 20, kBestOfLayer = 5;

std::span<const float> row_of(const Tensor& logits, int64_t row) {
  const int64_t width = logits.dim(-1);
  return {logits.data<float>() + row * width, static_cast<size_t>(width)};
}

std::vector<int64_t> last_places(const std::vector<int64_t>& places, int64_t most) {
  return {places.end() - std::min(most, std::ssize(places)), places.end()};
}

Json candidate(std::span<const float> logits, int64_t id, double log_sum) {
  const float logit = logits[static_cast<size_t>(id)];
  return {
      {"id", id}, {"logit", number(logit)}, {"p", number(std::exp(static_cast<double>(logit) - log_sum))}};
}

// Tokens that the tokenizer knows come before padding of the vocabulary only by their logits.
Json candidates(std::span<const float> logits, const Distribution& found, std::set<int64_t>& mentioned) {
  Json list = Json::array();
  for (const int64_t id : found.best) {
    list.push_back(candidate(logits, id, found.log_sum));
    mentioned.insert(id);
  }
  return list;
}

std::vector<Distribution> distributions(const Tensor& logits, const std::vector<int64_t>& rows,
                                        int64_t best) {
  std::vector<Distribution> all(rows.size());
  parallel_for(std::ssize(rows), 1, [&](int64_t begin, int64_t end) {
    for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i)
      all[i] = distribution_of(row_of(logits, rows[i]), best);
  });
  return all;
}

// Logits for hidden states [N, C], by the head that answers with tokens.
Tensor token_logits(const Model& model, const Tensor& states, Context& context) {
  if (const auto* head = head_as<LanguageHead>(model))
    return head->logits(states, model.embedding_table(), context);
  return head_as<MaskedLanguageHead>(model)->logits(states, model.embedding_table(), context);
}

std::vector<double> shares(std::vector<double> values, ProblemKind problem) {
  if (problem == ProblemKind::regression) return values;
  if (problem == ProblemKind::multi_label) {
    for (double& value : values) value = 1 / (1 + std::exp(-value));
    return values;
  }
  const double most = *std::max_element(values.begin(), values.end());
  double sum = 0;
  for (double& value : values) sum += value = std::exp(value - most);
  for (double& value : values) value /= sum;
  return values;
}

Json numbers_json(std::span<const float> values) {
  Json list = Json::array();
  for (const float value : values) list.push_back(number(value));
  return list;
}
Json numbers_json(const std::vector<double>& values) {
  Json list = Json::array();
  for (const double value : values) list.push_back(number(value));
  return list;
}

WordLogits logits_of_words(const Reading& reading, const Tensor& logits) {
  return logits_at(logits, {reading.places});
}

// The lens reads so many layers at once: 64 places of each are then some 50 MB of logits of GPT-2.
constexpr size_t kLevelsAtOnce = 4;

}  // namespace

Distribution distribution_of(std::span<const float> logits, int64_t best) {
  Distribution found;
  const float most = *std::max_element(logits.begin(), logits.end());
  double sum = 0, weighted = 0;
  for (const float logit : logits) {
    const double p = std::exp(static_cast<double>(logit) - most);
    sum += p;
    if (p > 0) weighted += p * (static_cast<double>(logit) - most);
  }
  found.log_sum = most + std::log(sum);
  found.entropy_bits = (std::log(sum) - weighted / sum) / std::numbers::ln2;
  if (!std::isfinite(found.entropy_bits)) found.entropy_bits = 0;
  // The best so far, in order: nearly all others are below its last, and end at one comparison.
  const auto count = std::min(logits.size(), static_cast<size_t>(best));
  std::vector<std::pair<float, int64_t>> leaders;
  float bar = -std::numeric_limits<float>::infinity();
  for (int64_t i = 0; i < std::ssize(logits) && count > 0; ++i) {
    const float own = logits[static_cast<size_t>(i)];
    if (leaders.size() == count && !(own > bar)) continue;
    const float value = std::isnan(own) ? -std::numeric_limits<float>::infinity() : own;
    if (leaders.size() == count) leaders.pop_back();
    // Behind its equals, whose ids are smaller.
    const auto place = std::upper_bound(leaders.begin(), leaders.end(), value,
                                        [](float x, const auto& leader) { return x > leader.first; });
    leaders.emplace(place, value, i);
    bar = leaders.back().first;
  }
  for (const auto& [value, id] : leaders) found.best.push_back(id);
  return found;
}

int64_t rank_of(std::span<const float> logits, int64_t id) {
  const float own = logits[static_cast<size_t>(id)];
  int64_t rank = 1;
  for (int64_t i = 0; i < std::ssize(logits); ++i) {
    const float other = logits[static_cast<size_t>(i)];
    if (other > own || (other == own && i < id)) ++rank;
  }
  return rank;
}

bool answers_tokens(const ModelConfig& config) {
  return config.head.kind == HeadKind::language_model || config.head.kind == HeadKind::masked_language_model;
}

int64_t mask_of(const Subject& subject) {
  if (subject.config().head.kind != HeadKind::masked_language_model || subject.tokenizer() == nullptr)
    return -1;
  return subject.tokenizer()->role("mask_token").value_or(-1);
}

int64_t truth_at(const Subject& subject, const Reading& reading, int64_t at) {
  const auto& tokens = reading.answered().tokens;
  if (subject.config().head.kind == HeadKind::masked_language_model) {
    const int64_t own = tokens[static_cast<size_t>(at)].id;
    return own == mask_of(subject) ? -1 : own;
  }
  if (at + 1 < std::ssize(tokens)) return tokens[static_cast<size_t>(at) + 1].id;
  // A target ends.
  const bool ends = subject.config().reads_source() && !reading.answered().cut;
  return ends ? subject.config().special().eos : -1;
}

Json predictions_json(const Subject& subject, const Reading& reading, const Tensor& logits,
                      std::set<int64_t>& mentioned) {
  const Tensor rows = logits.dense().reshaped({logits.numel() / logits.dim(-1), logits.dim(-1)});
  const std::vector<int64_t> places = last_places(reading.places, kMostPlaces);
  const std::vector<Distribution> found = distributions(rows, places, kBest);
  std::vector<int64_t> truths(places.size(), -1), ranks(places.size(), 0);
  parallel_for(std::ssize(places), 1, [&](int64_t begin, int64_t end) {
    for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
      const int64_t truth = truth_at(subject, reading, places[i]);
      if (truth < 0 || truth >= rows.dim(1)) continue;
      truths[i] = truth;
      ranks[i] = rank_of(row_of(rows, places[i]), truth);
    }
  });
  Json list = Json::array();
  for (size_t i = 0; i < places.size(); ++i) {
    const auto row = row_of(rows, places[i]);
    Json place = {{"stack", reading.answered().decoder ? "decoder" : "encoder"},
                  {"at", places[i]},
                  {"entropy", number(found[i].entropy_bits)},
                  {"log_sum", number(found[i].log_sum)},
                  {"best", candidates(row, found[i], mentioned)}};
    if (truths[i] >= 0) {
      place["truth"] = candidate(row, truths[i], found[i].log_sum);
      place["truth"]["rank"] = ranks[i];
      mentioned.insert(truths[i]);
    }
    list.push_back(std::move(place));
  }
  return {{"size", rows.dim(1)}, {"places", std::move(list)}};
}

Json lens_json(const Subject& subject, const Reading& reading,
               std::span<const std::pair<std::string, Tensor>> levels, std::set<int64_t>& mentioned) {
  const auto* model = dynamic_cast<const TransformerModel*>(&subject.model());
  if (model == nullptr || !answers_tokens(subject.config())) return nullptr;
  const bool decoder = reading.answered().decoder;
  const std::string stack = decoder ? "decoder." : "encoder.";
  const std::vector<int64_t> places = last_places(reading.places, kMostLensPlaces);
  const Tensor rows = Tensor::from(places, {std::ssize(places)});
  Json names = Json::array(), best = Json::array();
  const NoGrad off;
  std::vector<Tensor> waiting;
  // Of a few levels at once: the table of the vocabulary is read once for all of them.
  const auto answer_waiting = [&] {
    if (waiting.empty()) return;
    Context context;
    const Tensor logits = token_logits(*model, model->body().finished(concat(waiting, 0)), context).dense();
    std::vector<int64_t> numbers(static_cast<size_t>(logits.dim(0)));
    std::iota(numbers.begin(), numbers.end(), int64_t{0});
    const std::vector<Distribution> found = distributions(logits, numbers, kBestOfLayer);
    for (size_t i = 0; i < found.size();) {
      Json of_level = Json::array();
      for (size_t place = 0; place < places.size(); ++place, ++i)
        of_level.push_back(candidates(row_of(logits, numbers[i]), found[i], mentioned));
      best.push_back(std::move(of_level));
    }
    waiting.clear();
  };
  for (const auto& [name, states] : levels) {
    if (!name.starts_with(stack)) continue;
    waiting.push_back(index_select(states.dense().reshaped({states.dim(1), states.dim(2)}), 0, rows));
    names.push_back(name.substr(stack.size()));
    if (waiting.size() == kLevelsAtOnce) answer_waiting();
  }
  answer_waiting();
  return {{"stack", decoder ? "decoder" : "encoder"},
          {"levels", std::move(names)},
          {"places", places},
          {"best", std::move(best)}};
}

std::vector<int64_t> chosen_labels(const Subject& subject, const Reading& reading, const Tensor& logits) {
  if (subject.config().head.kind == HeadKind::tagger) {
    const bool entities = metrics::are_entity_tags(subject.labels.names());
    const auto& head = *head_as<TaggingHead>(subject.model());
    const WordLogits words = logits_of_words(reading, logits);
    const Tensor scores = head.crf ? words.logits : log_probabilities(head, words);
    return best_labels(select(scores, 0, 0), head.crf ? &head.crf->weights : nullptr,
                       label_rule(subject.labels, entities));
  }
  const auto row = row_of(logits.dense(), 0);
  return {std::max_element(row.begin(), row.end()) - row.begin()};
}

int64_t levels_of_lens(const ModelConfig& config) {
  const auto* const transformer = dynamic_cast<const TransformerModelConfig*>(&config);
  if (transformer == nullptr) return 0;
  const TransformerConfig& body = transformer->body;
  return 1 + (body.has_decoder() ? body.sizes_of_decoder() : body.sizes_of_encoder()).layers;
}

Json labels_json(const Subject& subject, const Reading& reading, const Tensor& given) {
  const NoGrad off;
  const Tensor logits = given.detach().dense();
  std::vector<std::string> names = subject.labels.names();
  for (int64_t i = std::ssize(names); i < logits.dim(-1); ++i) names.push_back(std::to_string(i));
  const bool tags = subject.config().head.kind == HeadKind::tagger;
  const ProblemKind problem = subject.config().head.problem;
  Json rows = Json::array();
  const std::vector<int64_t> chosen = chosen_labels(subject, reading, logits);
  if (tags) {
    const auto& head = *head_as<TaggingHead>(subject.model());
    const Tensor p = log_probabilities(head, logits_of_words(reading, logits)).dense();
    for (size_t word = 0; word < reading.places.size(); ++word) {
      std::vector<double> of_word;
      for (const float log_p : row_of(p, static_cast<int64_t>(word)))
        of_word.push_back(std::exp(static_cast<double>(log_p)));
      rows.push_back({{"at", reading.places[word]},
                      {"logits", numbers_json(row_of(logits, reading.places[word]))},
                      {"probabilities", numbers_json(of_word)},
                      {"chosen", Json::array({chosen[word]})}});
    }
  } else {
    const auto row = row_of(logits, 0);
    const std::vector<double> p = shares({row.begin(), row.end()}, problem);
    Json picked = Json::array();
    if (problem == ProblemKind::single_label) picked.push_back(chosen[0]);
    for (size_t i = 0; problem == ProblemKind::multi_label && i < p.size(); ++i) {
      if (p[i] >= (subject.thresholds.empty() ? 0.5 : subject.thresholds[i]))
        picked.push_back(static_cast<int64_t>(i));
    }
    rows.push_back({{"logits", numbers_json(row)}, {"probabilities", numbers_json(p)}, {"chosen", picked}});
  }
  return {{"names", names}, {"problem", tags ? "tags" : std::string(name_of(problem))}, {"rows", rows}};
}

}  // namespace hodhod::look
