// SPDX-License-Identifier: Apache-2.0
// Counting's second problem: length. In «پسری که … آمد» and «پسرانی که … آمدند» the verb agrees with a
// subject that may stand far before it. An n-gram knows which verb is right as long as the subject is in its
// window, and is right by chance behind it. A recurrent network carries the subject along.
// مطابقت فعل با نهاد: ان‌گرام تا نهاد در
// پنجره‌اش است درست انتخاب می‌کند؛
// LSTM آن را با خود می‌برد.
#include <fmt/core.h>

#include <array>

#include "hodhod/hodhod.h"
#include "hodhod/tasks/new_model.h"
#include "hodhod/tasks/score_tokens.h"
#include "hodhod/train/trainer.h"

using namespace hodhod;
constexpr size_t kFarthest = 6, kOrder = 4;  // words between «که» and the verb; tokens of an n-gram
constexpr int kPairs = 60;                   // of sentences to judge, for each distance
const std::array<std::string, 2> kSubjects = {"پسری", "پسرانی"}, kVerbs = {"آمد", "آمدند"};

std::string words_between(size_t count, Rng& rng) {
  constexpr std::array<const char*, 10> kWords = {"دیروز", "امروز", "باز",    "آنجا",  "تنها",
                                                  "خندان", "آرام",  "ناگهان", "همیشه", "پیاده"};
  std::string text;
  for (size_t i = 0; i < count; ++i) text += std::string(kWords.at(rng.below(kWords.size()))) + " ";
  return text;
}

// ln p of the verb that ends a sentence.
double of_verb(const TextGenerator& model, const std::string& sentence) {
  double found = 0;
  Context context;
  score_tokens(model, sentence, context, [&](const std::vector<ScoredToken>& tokens) {
    found = tokens.at(tokens.size() - 2).score.log_probability;  // before the end of the line
  });
  return found;
}

// The share of sentences with so many words between, in which the right verb is the likelier one. Each
// sentence is judged with both subjects; equal probabilities are half right.
double share_right(const TextGenerator& model, size_t distance) {
  double right = 0;
  for (int pair = 0; pair < kPairs; ++pair) {
    Rng rng(7, static_cast<uint64_t>(pair));
    const std::string between = words_between(distance, rng);
    for (const size_t number : {0, 1}) {
      const std::string begin = kSubjects.at(number) + " که " + between;
      const double own = of_verb(model, begin + kVerbs.at(number)),
                   other = of_verb(model, begin + kVerbs.at(1 - number));
      right += own > other ? 1 : own == other ? 0.5 : 0;
    }
  }
  return right / (2 * kPairs);
}

int main() {
  std::string text;
  for (uint64_t i = 0; i < 4000; ++i) {
    Rng rng(1, i);
    const size_t number = rng.below(2), distance = rng.below(kFarthest + 1);
    text += kSubjects.at(number) + " که " + words_between(distance, rng) + kVerbs.at(number) + "\n";
  }
  const TemporaryDirectory directory;
  const std::string file = directory.put("sentences.txt", text);
  const MakeOptions words{.tokenizer = usual_language_tokenizer(*model_preset("ngram"))};
  MakeOptions counting = words, learning = words;
  counting.model = {fmt::format("order={}", kOrder), "discount_fallback=yes"};
  TextGenerator counted = TextGenerator::make("ngram", lines_of(file), counting);
  fit(counted, file, {.dev_share = 0}, directory / "counted");

  learning.model = {"width=32"};
  TextGenerator lstm = TextGenerator::make("lstm-tiny", lines_of(file), learning);
  LanguageTrainee trainee(lstm, text, "", {.length = 16, .batch = 64, .windows = TrainingWindows::lines}, 1);
  train(trainee, {.steps = 1500, .validate_every = 0, .schedule = {.rate = 5e-3, .warmup = 20}},
        directory / "lstm");

  fmt::print("words between   {}-gram    LSTM\n", kOrder);
  bool as_told = true;
  for (size_t distance = 0; distance <= kFarthest; ++distance) {
    const double counts = share_right(counted, distance);
    fmt::print("{:13} {:7.1f}% {:6.1f}%\n", distance, 100 * counts, 100 * share_right(lstm, distance));
    // The window has kOrder − 1 words before the verb: the subject, «که», and what is between.
    const bool sees_subject = distance + 2 <= kOrder - 1;
    as_told = as_told && (sees_subject ? counts > 0.99 : counts == 0.5);
  }
  return as_told ? 0 : 1;
}
