// SPDX-License-Identifier: Apache-2.0
// The cook of example_cook as a model on disk: a recurrent tagger whose weights are written down. It reads
// the dish of the day before, then the weather of each day; the tag of a day is its dish. With a directory as
// its argument the model is written there, for `hodhod tag` and `hodhod look`.
// آشپز به‌صورت مدلی روی دیسک که وزن‌هایش را خودمان
// نوشته‌ایم.
#include <fmt/core.h>

#include <array>

#include "hodhod/base/file.h"
#include "hodhod/base/rng.h"
#include "hodhod/hodhod.h"
#include "hodhod/tasks/task_tokenizer.h"
#include "hodhod/tasks/text_model.h"
#include "hodhod/tensor/tape.h"

using namespace hodhod;
using Matrix = std::vector<float>;

const std::vector<std::string> kDishes = {"chicken", "pizza", "sandwich"};
const std::vector<std::string> kWords = {"sunny", "rainy", "chicken", "pizza", "sandwich"};

// A week's words and the dish of each: sunny, the same as yesterday; rainy, the next one. After pizza comes
// chicken, after chicken sandwich, after sandwich pizza.
TaggedWords week(uint64_t seed) {
  Rng rng(seed);
  size_t dish = rng.below(3);
  TaggedWords days{.words = {kDishes[dish]}, .tags = {kDishes[dish]}, .place = {}};
  for (int day = 0; day < 7; ++day) {
    const bool rainy = rng.below(2) == 1;
    if (rainy) dish = (dish + 2) % 3;
    days.words.emplace_back(rainy ? "rainy" : "sunny");
    days.tags.push_back(kDishes[dish]);
  }
  return days;
}

// Six units h = max(0, F M h + G w − 1): unit i keeps dish i when it is sunny, unit 3 + i goes on to dish i
// when it is rainy; the dish of yesterday is M h, the sum of both halves. A dish that is read sets its unit.
// The reverse direction, which a tagger also has, is switched off by zeros.
Tagger written_cook() {
  size_t next = 0;
  TaskTokenizer words =
      train_task_tokenizer({.kind = TokenizerKind::word, .vocabulary = 100}, [&](std::string& line) {
        if (next == kWords.size()) return false;
        line = kWords[next++];
        return true;
      });
  const auto config = config_for(*model_preset("rnn-tiny"), HeadKind::tagger, false, "rnn-tiny");
  for (const char* option : {"cell=relu", "layers=1", "width=12", "dropout=0"}) config->change(option);
  config->set_vocabulary(words.tokenizer.vocab_size());
  auto tokenizer = std::make_unique<text::Tokenizer>(std::move(words.tokenizer));
  Matrix embedding(static_cast<size_t>(tokenizer->vocab_size()) * 12, 0);  // one-hot
  for (size_t i = 0; i < kWords.size(); ++i)
    embedding[static_cast<size_t>(tokenizer->encode_ids(kWords[i]).at(0)) * 12 + i] = 1;
  Tagger cook = Tagger::make(*config, std::move(tokenizer), Labels(kDishes), 1);

  const std::array<size_t, 3> yesterday = {1, 2, 0};  // what was eaten before dish i, when it is rainy
  Matrix recurrent(36, 0), input(72, 0), output(36, 0);
  for (size_t i = 0; i < 3; ++i) {
    for (const size_t half : {size_t{0}, size_t{3}}) {
      recurrent[i * 6 + half + i] = 1;                   // keep: yesterday's dish was i
      recurrent[(3 + i) * 6 + half + yesterday[i]] = 1;  // go on: it was the one before i
      output[i * 12 + half + i] = 10;
    }
    input[i * 12] = input[(3 + i) * 12 + 1] = 1;  // sunny lets the first half through, rainy the second
    input[i * 12 + 2 + i] = 2;
  }
  const NoGrad off;
  cook.encoder.model->for_each_parameter([&](const std::string& name, Tensor& parameter) {
    const auto set = [&](const Matrix& values) { copy(Tensor::from(values, parameter.shape()), parameter); };
    fill(parameter, name.ends_with("bias_ih_l0") ? -1 : 0);
    if (name.ends_with("embedding.weight")) set(embedding);
    if (name.ends_with("weight_hh_l0")) set(recurrent);
    if (name.ends_with("weight_ih_l0")) set(input);
    if (name.ends_with("classifier.weight")) set(output);
  });
  return cook;
}

int main(int argc, char** argv) {
  const Tagger cook = written_cook();
  int right = 0, days = 0;
  for (uint64_t seed = 0; seed < 200; ++seed) {
    const TaggedWords truth = week(seed);
    const std::vector<std::string> dishes = cook.tags_of(truth.words);
    for (size_t i = 0; i < dishes.size(); ++i) right += dishes[i] == truth.tags[i] ? 1 : 0;
    days += static_cast<int>(dishes.size());
  }
  fmt::print("the written cook is right on {} of {} days\n", right, days);
  if (argc > 1) cook.save(argv[1]);
  return right == days ? 0 : 1;
}
