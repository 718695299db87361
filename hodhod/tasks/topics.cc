// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/topics.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "hodhod/base/error.h"
#include "hodhod/base/format.h"
#include "hodhod/base/threads.h"
#include "hodhod/base/utf8.h"
#include "hodhod/data/lines.h"
#include "hodhod/tasks/saved_model.h"
#include "hodhod/tasks/stop_words.h"
#include "hodhod/text/unicode/character_classes.h"

namespace hodhod {
namespace {

constexpr int64_t kLikeliest = 20;

// The number of letters of a word, or 0 if it holds anything but letters, marks and joiners.
int64_t letters_of(std::string_view word) {
  const text::CharacterClasses classes;
  int64_t letters = 0;
  for (size_t at = 0; at < word.size();) {
    const Character c = read_character(word, at);
    at += c.size;
    const bool joins = c.code == 0x200C || c.code == 0x200D;
    if (!joins && !classes.is(c.code, text::kLetter | text::kMark)) return 0;
    letters += classes.is(c.code, text::kLetter) ? 1 : 0;
  }
  return letters;
}

std::vector<std::vector<int32_t>> encoded(const text::Tokenizer& tokenizer,
                                          std::span<const std::string> texts) {
  std::vector<std::vector<int32_t>> ids(texts.size());
  parallel_for(std::ssize(texts), 8, [&](int64_t begin, int64_t end) {
    for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
      for (const int32_t id : tokenizer.encode_ids(texts[i])) {
        if (!tokenizer.is_special(id)) ids[i].push_back(id);
      }
    }
  });
  return ids;
}

// In how many of the texts each token occurs.
std::vector<int64_t> text_counts(const std::vector<std::vector<int32_t>>& texts, int64_t vocabulary) {
  std::vector<int64_t> counts(static_cast<size_t>(vocabulary));
  for (const auto& text : texts) {
    std::vector<int32_t> once = text;
    std::sort(once.begin(), once.end());
    once.erase(std::unique(once.begin(), once.end()), once.end());
    for (const int32_t id : once) ++counts[static_cast<size_t>(id)];
  }
  return counts;
}

}  // namespace

text::Tokenizer topic_tokenizer(std::span<const std::string> texts, const TopicWords& words,
                                const TaskTokenizerOptions& options) {
  TaskTokenizerOptions all = options;
  all.vocabulary = 1'000'000;
  all.min_count = 1;
  const text::Tokenizer every =
      train_task_tokenizer(all, lines_in(std::vector<std::string>(texts.begin(), texts.end()))).tokenizer;
  const auto ids = encoded(every, texts);
  const std::vector<int64_t> counts = text_counts(ids, every.vocab_size());
  const double most = words.max_share * static_cast<double>(texts.size());
  std::vector<std::string> spelling(counts.size());  // of words that are kept; empty otherwise
  for (int32_t id = 0; id < every.vocab_size(); ++id) {
    const int64_t count = counts[static_cast<size_t>(id)];
    if (every.is_special(id) || count < words.min_texts || static_cast<double>(count) > most) continue;
    const std::string word = every.readable_token(id);
    if (letters_of(word) < words.min_letters || (!words.stop_words && is_stop_word(word))) continue;
    spelling[static_cast<size_t>(id)] = word;
  }
  std::vector<std::string> kept;
  for (const auto& text : ids) {
    std::string line;
    for (const int32_t id : text) {
      const std::string& word = spelling[static_cast<size_t>(id)];
      if (!word.empty()) line += (line.empty() ? "" : " ") + word;
    }
    if (!line.empty()) kept.push_back(std::move(line));
  }
  check(!kept.empty(),
        "topics: no word of the {} is left to make topics of; give more texts, or a lower `min_texts`",
        count_of(std::ssize(texts), "text"));
  TaskTokenizerOptions chosen = options;
  chosen.min_count = 1;
  return train_task_tokenizer(chosen, lines_in(std::move(kept))).tokenizer;
}

TopicFinder TopicFinder::make(const ModelConfig& config, std::unique_ptr<text::Tokenizer> tokenizer) {
  const auto own = config.clone();
  own->set_vocabulary(tokenizer->vocab_size());
  TopicFinder finder{TextModel::make(*own, std::move(tokenizer), 1)};
  check(finder.model.model->topics() != nullptr,
        "topics: a model of type {} finds no topics in texts; give the preset lda or nmf",
        own->type().name());
  return finder;
}

TopicFinder TopicFinder::load(const ModelPath& path) {
  TopicFinder finder{TextModel::load(path)};
  finder.topics();
  return finder;
}

void TopicFinder::save(const std::string& directory) const {
  save_model({.model = *model.model, .tokenizer = *model.tokenizer, .origin = model.origin}, directory);
}

const Topics& TopicFinder::topics() const {
  const Topics* role = model.model->topics();
  check(role != nullptr, "{}: this model has no topics; `hodhod train topics` makes one that has",
        model.model->name());
  return *role;
}

std::vector<int64_t> TopicFinder::words_of(std::string_view text) const {
  std::vector<int64_t> words;
  for (const int32_t id : model.tokenizer->encode_ids(text)) {
    if (!model.tokenizer->is_special(id)) words.push_back(id);
  }
  return words;
}

std::vector<TopicShare> TopicFinder::of(std::string_view text) const {
  const std::vector<double> mixture = topics().mixture(words_of(text));
  std::vector<TopicShare> shares;
  for (size_t k = 0; k < mixture.size(); ++k) shares.push_back({static_cast<int64_t>(k), mixture[k]});
  std::stable_sort(shares.begin(), shares.end(),
                   [](const TopicShare& a, const TopicShare& b) { return a.share > b.share; });
  return shares;
}

std::vector<TopicWord> likeliest_words(const text::Tokenizer& tokenizer, const Tensor& phi, int64_t topic,
                                       int64_t words) {
  const double* row = phi.data<double>() + topic * phi.dim(1);
  std::vector<int64_t> order;
  for (int32_t id = 0; id < tokenizer.vocab_size(); ++id) {
    if (!tokenizer.is_special(id)) order.push_back(id);
  }
  const auto count = std::min<size_t>(static_cast<size_t>(words), order.size());
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count), order.end(),
                    [&](int64_t a, int64_t b) { return row[a] != row[b] ? row[a] > row[b] : a < b; });
  std::vector<TopicWord> found;
  for (size_t i = 0; i < count; ++i)
    found.push_back({order[i], tokenizer.readable_token(static_cast<int32_t>(order[i])), row[order[i]]});
  return found;
}

std::vector<std::vector<TopicWord>> TopicFinder::likeliest(int64_t words) const {
  const Tensor phi = topics().word_probabilities();
  std::vector<std::vector<TopicWord>> found;
  for (int64_t k = 0; k < phi.dim(0); ++k) found.push_back(likeliest_words(*model.tokenizer, phi, k, words));
  return found;
}

TopicsTask::TopicsTask(TopicFinder& finder, std::span<const std::string> texts, const TopicTraining& training,
                       uint64_t seed)
    : finder_(finder) {
  for (const auto& text : encoded(*finder.model.tokenizer, texts)) {
    words_.words.insert(words_.words.end(), text.begin(), text.end());
    words_.begin.push_back(std::ssize(words_.words));
  }
  words_.vocabulary = finder.model.tokenizer->vocab_size();
  fitter_ = topic_fitter(*finder.model.model, words_, training, seed);
}

FittedTask TopicsTask::fitted() {
  return {.fitting = *fitter_.fitting, .validate = {}, .save = [this](const std::string& directory) {
            fitter_.hand_over();
            finder_.save(directory);
          }};
}

TopicScores evaluate(const TopicFinder& finder, std::span<const LabelledText> texts) {
  const Tensor phi = finder.topics().word_probabilities();
  const int64_t vocabulary = phi.dim(1);
  TopicScores scores{.texts = std::ssize(texts), .words = 0, .perplexity = 0, .coherence = {}};
  std::vector<std::vector<int64_t>> words(texts.size());
  std::vector<int64_t> topic(texts.size());
  std::vector<double> log_sums(texts.size());
  std::vector<int64_t> predicted(texts.size());
  parallel_for(std::ssize(texts), 1, [&](int64_t begin, int64_t end) {
    for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
      for (const std::string& text : texts[i].texts) {
        const auto more = finder.words_of(text);
        words[i].insert(words[i].end(), more.begin(), more.end());
      }
      const auto mixture = finder.topics().mixture(words[i]);
      topic[i] = std::max_element(mixture.begin(), mixture.end()) - mixture.begin();
      std::vector<int64_t> seen;
      for (size_t w = 0; w < words[i].size(); w += 2) seen.push_back(words[i][w]);
      const auto given = finder.topics().mixture(seen);
      for (size_t w = 1; w < words[i].size(); w += 2, ++predicted[i]) {
        double p = 0;
        for (size_t k = 0; k < given.size(); ++k)
          p += given[k] * phi.data<double>()[static_cast<int64_t>(k) * vocabulary + words[i][w]];
        log_sums[i] += std::log(p);
      }
    }
  });
  for (const auto& text : words) scores.words += std::ssize(text);
  const auto count = std::accumulate(predicted.begin(), predicted.end(), int64_t{0});
  check(count > 0, "evaluate: the texts have no words that the topics know");
  scores.perplexity =
      std::exp(-std::accumulate(log_sums.begin(), log_sums.end(), 0.0) / static_cast<double>(count));
  std::vector<std::vector<int64_t>> likeliest;
  for (const auto& of_topic : finder.likeliest(kLikeliest)) {
    auto& ids = likeliest.emplace_back();
    for (const TopicWord& word : of_topic) ids.push_back(word.token);
  }
  scores.coherence = metrics::coherence(likeliest, words);
  scores.has_labels =
      std::all_of(texts.begin(), texts.end(), [](const auto& text) { return !text.label.empty(); });
  if (scores.has_labels) {
    std::map<std::string, int64_t> numbers;
    std::vector<int64_t> classes;
    for (const LabelledText& text : texts)
      classes.push_back(numbers.try_emplace(text.label, std::ssize(numbers)).first->second);
    scores.clusters = metrics::score_clusters(topic, classes);
  }
  return scores;
}

}  // namespace hodhod
