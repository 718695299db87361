// SPDX-License-Identifier: Apache-2.0
#include "hodhod/look/counting_view.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>
#include <string>
#include <vector>

#include "hodhod/base/error.h"
#include "hodhod/base/names.h"
#include "hodhod/look/answers.h"
#include "hodhod/look/page.h"
#include "hodhod/models/ngram.h"

namespace hodhod::look {
namespace {

constexpr int64_t kContinuations = 20;

double from_log10(float value) {
  return value <= kNeverLog10 ? 0 : std::pow(10.0, static_cast<double>(value));
}

const NgramModel& ngram_model(const Subject& subject) {
  const auto* model = dynamic_cast<const NgramModel*>(&subject.model());
  check(model != nullptr, "{}: this model has no n-grams", subject.name);
  return *model;
}

// The last `count` tokens before `at`, as the model's n-grams have them: the end of a line is the beginning
// of the next. Nothing if there are not so many.
std::optional<std::vector<uint32_t>> context_of(const std::vector<int64_t>& ids, size_t at, size_t count,
                                                const SpecialIds& special) {
  if (count > at) return std::nullopt;
  std::vector<uint32_t> words;
  for (size_t i = at - count; i < at; ++i) {
    const bool line_start = ids[i] == special.eos && special.bos >= 0;
    words.push_back(static_cast<uint32_t>(line_start ? special.bos : ids[i]));
  }
  return words;
}

// What the n-grams of one order say of a token after its context.
Json order_json(const NgramTrie& trie, const std::vector<int64_t>& ids, size_t at, size_t order,
                const SpecialIds& special) {
  Json json = {{"order", order}, {"seen", false}};
  const auto context = context_of(ids, at, order - 1, special);
  if (!context) return json;
  const auto of_context = context->empty() ? std::nullopt : trie.find(*context);
  if (!context->empty() && !of_context) return json;
  json["seen"] = true;
  if (of_context) json["backoff"] = number(from_log10(of_context->log10_backoff));
  std::vector<uint32_t> words = *context;
  words.push_back(static_cast<uint32_t>(ids[at]));
  if (const auto found = trie.find(words)) json["probability"] = number(from_log10(found->log10_probability));
  return json;
}

Json continuations_json(const Tensor& logits, std::set<int64_t>& mentioned) {
  const std::span<const float> row(logits.data<float>(), static_cast<size_t>(logits.numel()));
  Json list = Json::array();
  for (const int64_t id : distribution_of(row, kContinuations).best) {
    list.push_back({{"id", id}, {"p", number(std::exp(static_cast<double>(row[static_cast<size_t>(id)])))}});
    mentioned.insert(id);
  }
  return list;
}

}  // namespace

Reading read_counted(const Subject& subject, const ReadingOptions& options) {
  check(subject.tokenizer() != nullptr && !options.texts.empty(), "look: give a text in words");
  const text::Tokenizer& tokenizer = *subject.tokenizer();
  const SpecialIds& special = subject.config().special();
  const bool lines = subject.config().reads_lines();
  Sequence sequence{.decoder = true, .text = options.texts[0]};
  if (lines) sequence.add_special(special.bos >= 0 ? special.bos : special.eos);
  for (const int32_t id : tokenizer.frame().before) {
    if (!lines) sequence.add_special(id);
  }
  add_tokens(sequence, tokenizer, tokenizer.encode(sequence.text, {.add_special_tokens = false}));
  if (lines && special.eos >= 0) sequence.add_special(special.eos);
  Reading reading;
  for (int64_t t = 1; t < std::ssize(sequence.tokens); ++t) reading.places.push_back(t);
  reading.sequences.push_back(std::move(sequence));
  return reading;
}

Json counting_json(const Subject& subject, const Reading& reading, std::set<int64_t>& mentioned) {
  const NgramModel& model = ngram_model(subject);
  const NgramTrie& trie = model.ngrams();
  const SpecialIds& special = subject.config().special();
  const std::vector<int64_t> ids = reading.answered().ids();
  const auto order = static_cast<size_t>(model.config().body.order);
  Context context;
  Json places = Json::array();
  if (ids.size() > 1) {
    const std::vector<int64_t> read(ids.begin(), ids.end() - 1), labels(ids.begin() + 1, ids.end());
    const std::vector<TokenScore> scores = model.score(read, labels, context);
    const Prompt prompt{.target = {ids[0]}};
    const auto state = model.start(std::span(&prompt, 1), context);
    for (size_t at = 1; at < ids.size(); ++at) {
      const Tensor next = model.step(*state, std::span(&ids[at - 1], 1), context);
      Json orders = Json::array();
      for (size_t n = std::min(order, at + 1); n >= 1; --n)
        orders.push_back(order_json(trie, ids, at, n, special));
      places.push_back({{"at", at},
                        {"probability", number(std::exp(scores[at - 1].log_probability))},
                        {"used", scores[at - 1].length},
                        {"orders", std::move(orders)},
                        {"best", continuations_json(next, mentioned)}});
    }
  }
  return {{"order", order},
          {"smoothing", std::string(name_of(model.config().body.smoothing))},
          {"places", std::move(places)}};
}

}  // namespace hodhod::look
