// SPDX-License-Identifier: Apache-2.0
// Topics of texts: fitting them, the topics of a text, and scores.
//
//     TopicFinder topics = TopicFinder::make(*model_preset("lda"), texts, {}, 1);
//     TopicsTask task(topics, texts, {}, 1);
//     fit_model(task.fitted(), {}, run);
//     topics.of("The bank has cut its rates")[0].topic …
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/base/number_range.h"
#include "hodhod/tasks/labelled_texts.h"
#include "hodhod/tasks/task_tokenizer.h"
#include "hodhod/tasks/text_model.h"
#include "hodhod/tasks/topic_fitters.h"
#include "hodhod/train/fitting.h"
#include "hodhod/train/metrics/clusters.h"
#include "hodhod/train/metrics/coherence.h"
#include "hodhod/train/text_words.h"

namespace hodhod {

// Which words topics are made of.
struct TopicWords {
  int64_t min_letters = 3;
  int64_t min_texts = 3;
  double max_share = 0.4;
  bool stop_words = false;

  template <class Visitor>
  void visit(Visitor&& v) {
    v("min_letters", min_letters, "Letters of the shortest word", at_least(1));
    v("min_texts", min_texts, "Least number of texts that a word must occur in", at_least(1));
    v("max_share", max_share, "Leave out words that occur in more than this share of the texts",
      above(0).at_most(1));
    v("stop_words", stop_words, "Keep words such as articles and pronouns, of English and Persian");
  }
};

// A tokenizer that knows the words of these texts that topics are made of. Words are in lower case, made of
// letters alone; a zero-width non-joiner is inside a word. Error if no word is left.
text::Tokenizer topic_tokenizer(std::span<const std::string> texts, const TopicWords& words,
                                const TaskTokenizerOptions& options);

struct TopicShare {
  int64_t topic = 0;
  double share = 0;
};

struct TopicWord {
  int64_t token = 0;
  std::string word;
  double probability = 0;  // p(word | topic)
};

// The likeliest words of a topic; `phi` are the probabilities of words, [K, V] f64
// (Topics::word_probabilities).
std::vector<TopicWord> likeliest_words(const text::Tokenizer& tokenizer, const Tensor& phi, int64_t topic,
                                       int64_t words);

struct TopicFinder {
  TextModel model;  // with the role Topics

  // A model of these options whose vocabulary is the tokenizer's.
  static TopicFinder make(const ModelConfig& config, std::unique_ptr<text::Tokenizer> tokenizer);
  static TopicFinder load(const ModelPath& path);
  void save(const std::string& directory) const;

  const Topics& topics() const;
  int64_t count() const { return model.config().width(); }
  // The numbers of a text's words; those that are not known are left out.
  std::vector<int64_t> words_of(std::string_view text) const;
  // The shares of all topics in a text, the greatest first.
  std::vector<TopicShare> of(std::string_view text) const;
  // The likeliest words of each topic.
  std::vector<std::vector<TopicWord>> likeliest(int64_t words) const;
};

// Fits the topics of a new model, of any kind that tasks/topic_fitters.h knows. The finder must outlive the
// task.
class TopicsTask {
 public:
  TopicsTask(TopicFinder& finder, std::span<const std::string> texts, const TopicTraining& training,
             uint64_t seed);

  FittedTask fitted();
  int64_t words() const { return std::ssize(words_.words); }

 private:
  TopicFinder& finder_;
  TextWords words_;
  TopicFitter fitter_;
};

struct TopicScores {
  int64_t texts = 0, words = 0;
  // Of every second word of a text, given the topics of the others ("document completion").
  double perplexity = 0;
  std::vector<metrics::Coherence> coherence;  // of each topic, on these texts, by its 20 likeliest words
  metrics::ClusterScore clusters = {};        // the likeliest topic of each text against its label
  bool has_labels = false;
};

// Labels are compared if all texts have one.
TopicScores evaluate(const TopicFinder& finder, std::span<const LabelledText> texts);

}  // namespace hodhod
