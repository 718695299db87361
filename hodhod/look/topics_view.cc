// SPDX-License-Identifier: Apache-2.0
#include "hodhod/look/topics_view.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include "hodhod/base/error.h"
#include "hodhod/look/page.h"
#include "hodhod/models/topics.h"
#include "hodhod/tasks/topics.h"

namespace hodhod::look {
namespace {

// The topics with the greatest shares, at most kShownTopics.
std::vector<int64_t> greatest(const std::vector<double>& shares) {
  std::vector<int64_t> order(shares.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
    return shares[static_cast<size_t>(a)] > shares[static_cast<size_t>(b)];
  });
  order.resize(std::min(order.size(), static_cast<size_t>(kShownTopics)));
  return order;
}

}  // namespace

Reading read_topics(const Subject& subject, const ReadingOptions& options) {
  check(subject.tokenizer() != nullptr && !options.texts.empty(), "look: give a text in words");
  Sequence sequence{.text = options.texts[0]};
  add_tokens(sequence, *subject.tokenizer(), subject.tokenizer()->encode(sequence.text));
  return {.sequences = {std::move(sequence)}, .batch = {}};
}

Json topics_json(const Subject& subject, const Reading& reading) {
  const Topics& model = *subject.model().topics();
  const text::Tokenizer& tokenizer = *subject.tokenizer();
  const std::vector<SequenceToken>& tokens = reading.sequences[0].tokens;
  std::vector<int64_t> places, words;
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (tokenizer.is_special(static_cast<int32_t>(tokens[i].id))) continue;
    places.push_back(static_cast<int64_t>(i));
    words.push_back(tokens[i].id);
  }
  const std::vector<double> shares = model.mixture(words);
  const Tensor phi = model.word_probabilities();
  const std::vector<int64_t> shown = greatest(shares);
  Json topics = Json::array();
  for (const int64_t k : shown) {
    Json list = Json::array();
    for (const TopicWord& word : likeliest_words(tokenizer, phi, k, kWordsOfTopic))
      list.push_back({{"word", word.word}, {"p", number(word.probability)}});
    topics.push_back(
        {{"topic", k}, {"share", number(shares[static_cast<size_t>(k)])}, {"words", std::move(list)}});
  }
  Json of_words = Json::array();
  for (size_t i = 0; i < words.size(); ++i) {
    std::vector<double> parts(shares.size());
    for (size_t k = 0; k < parts.size(); ++k)
      parts[k] = shares[k] * phi.data<double>()[static_cast<int64_t>(k) * phi.dim(1) + words[i]];
    const double sum = std::accumulate(parts.begin(), parts.end(), 0.0);
    Json list = Json::array();
    // No topic of the text has the word: nothing is known of it.
    for (const int64_t k : shown) list.push_back(number(sum > 0 ? parts[static_cast<size_t>(k)] / sum : 0.0));
    of_words.push_back({{"at", places[i]}, {"shares", std::move(list)}});
  }
  return {{"count", std::ssize(shares)}, {"shown", std::move(topics)}, {"words", std::move(of_words)}};
}

}  // namespace hodhod::look
