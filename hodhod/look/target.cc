// SPDX-License-Identifier: Apache-2.0
#include "hodhod/look/target.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

#include "hodhod/base/error.h"
#include "hodhod/look/answers.h"
#include "hodhod/ops/shape.h"
#include "hodhod/ops/softmax.h"
#include "hodhod/tensor/tape.h"
#include "hodhod/train/metrics/characters.h"

namespace hodhod::look {
namespace {

// The number that is the whole of a text; −1: none.
int64_t whole_number(const std::string& text) {
  int64_t value = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && value >= 0 ? value : -1;
}

// The first words of a text, for a message.
std::string first_words_of(const std::string& text) {
  constexpr size_t kShown = 8;
  const auto words = metrics::words(text);
  const auto end = words.begin() + static_cast<ptrdiff_t>(std::min(kShown, words.size()));
  return fmt::format("{}{}", fmt::join(words.begin(), end, ", "), words.size() > kShown ? ", …" : "");
}

// The place of a word among the places with an answer: that of its last token, of a tagger that of its first.
int64_t place_of_word(const Subject& subject, const Reading& reading, const std::string& word) {
  const Sequence& sequence = reading.answered();
  const size_t begin = sequence.text.find(word), end = begin + word.size();
  check(begin != std::string::npos, "look: --at {}: there is no such word in {}; its words are {}", word,
        subject.config().reads_source() ? "the translation" : "the text", first_words_of(sequence.text));
  const bool tags = subject.config().head.kind == HeadKind::tagger;
  int64_t found = -1;
  for (const int64_t place : reading.places) {
    const auto& bytes = sequence.tokens[static_cast<size_t>(place)].bytes;
    if (!bytes || bytes->second <= begin || bytes->first >= end) continue;
    found = place;
    if (tags) break;
  }
  check(found >= 0, "look: --at {}: no token that the model reads stands for it", word);
  return found;
}

int64_t usual_place(const Subject& subject, const Reading& reading) {
  const auto& tokens = reading.answered().tokens;
  if (subject.config().head.kind == HeadKind::masked_language_model) {
    const int64_t mask = mask_of(subject);
    for (const int64_t place : reading.places) {
      if (tokens[static_cast<size_t>(place)].id == mask) return place;
    }
  }
  const int64_t last = reading.places.back();
  const bool ends = subject.config().reads_source() && last > reading.places.front();
  return ends ? last - 1 : last;
}

}  // namespace

Target target_of(const Subject& subject, const Reading& reading, const Tensor& logits,
                 const std::string& at) {
  const HeadOptions& head = subject.config().head;
  Target target{.token = answers_tokens(subject.config())};
  const NoGrad off;
  if (head.kind == HeadKind::classifier) {
    check(at.empty(), "look: --at {}: a classifier has one answer for the whole text; leave --at out", at);
    target.answer = chosen_labels(subject, reading, logits)[0];
    target.log_probability = head.problem == ProblemKind::single_label;
    return target;
  }
  const int64_t number = whole_number(at);
  target.at = at.empty()    ? usual_place(subject, reading)
              : number >= 0 ? number
                            : place_of_word(subject, reading, at);
  const auto found = std::find(reading.places.begin(), reading.places.end(), target.at);
  check(found != reading.places.end(),
        "look: --at {}: there is no answer at this place; the places are {} to {}", at,
        reading.places.front(), reading.places.back());
  if (head.kind == HeadKind::tagger) {
    target.answer =
        chosen_labels(subject, reading, logits)[static_cast<size_t>(found - reading.places.begin())];
    return target;
  }
  const Tensor row = logits_at_target(target, logits, 0, std::ssize(reading.answered().tokens)).dense();
  const int64_t truth = truth_at(subject, reading, target.at);
  target.answer =
      truth >= 0 ? truth : distribution_of({row.data<float>(), static_cast<size_t>(row.numel())}, 1).best[0];
  return target;
}

Tensor logits_at_target(const Target& target, const Tensor& logits, int64_t row, int64_t time) {
  if (target.at < 0) return select(logits, 0, row);
  if (logits.rank() == 2) return select(logits, 0, row * time + target.at);  // of a masked-language head
  return select(select(logits, 0, row), 0, target.at);
}

Outcome outcome_of(const Target& target, const Tensor& logits, int64_t row, int64_t time) {
  const Tensor values = logits_at_target(target, logits, row, time).dense();
  const std::span<const float> all(values.data<float>(), static_cast<size_t>(values.numel()));
  const Distribution found = distribution_of(all, 1);
  return {all[static_cast<size_t>(target.answer)] - found.log_sum, found.best[0]};
}

Tensor objective(const Target& target, const Tensor& row) {
  return select(target.log_probability ? log_softmax(row) : row, 0, target.answer);
}

Json to_json(const Target& target, const Reading& reading) {
  Json json = {{"stack", reading.answered().decoder ? "decoder" : "encoder"}, {"at", target.at}};
  json[target.token ? "id" : "label"] = target.answer;
  return json;
}

}  // namespace hodhod::look
