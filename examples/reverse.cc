// SPDX-License-Identifier: Apache-2.0
// What attention removes: a GRU encoder-decoder turns a string of joined names round, with one vector between
// encoder and decoder, and with attention. Run it as example_reverse [STEPS [LETTERS [FILE]]]: strings of up
// to LETTERS letters to learn from, of names from FILE, one a line, in place of made ones.
// توجه چه مشکلی را برطرف می‌کند: شبکه‌ای بازگشتی رشته‌ای
// از نام‌ها را وارونه می‌نویسد؛ یک بار تنها با یک بردار
// میان رمزگذار و رمزگشا، و یک بار با سازوکار توجه.
#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "hodhod/base/error.h"
#include "hodhod/models/registry.h"
#include "hodhod/nn/module.h"
#include "hodhod/ops/reduce.h"
#include "hodhod/tasks/alignment.h"
#include "hodhod/tensor/tape.h"
#include "hodhod/train/optimizer.h"

using namespace hodhod;
using Names = std::vector<std::string>;

// Two or three syllables of a consonant and a vowel.
Names made_names() {
  Names names(2000);
  Rng rng(3);
  for (std::string& name : names) {
    for (uint64_t n = 2 + rng.below(2); n > 0; --n)
      name.append(1, "bcdfghjklmnprstvz"[rng.below(17)]).append(1, "aeiou"[rng.below(5)]);
  }
  return names;
}

// Strings of joined names [B, T], what the decoder reads (the start, then the answer but for its end), and
// the answer. Letters are 1 to 26; the start is 0.
struct Strings {
  SequenceBatch read;
  Tensor answer;
};

Strings joined(const Names& names, int64_t rows, int64_t length, Rng rng) {
  Tensor source = Tensor::zeros({rows, length}, DType::i64), inputs = source.clone(), answer = source.clone();
  for (int64_t b = 0; b < rows; ++b) {
    std::string text;
    while (std::ssize(text) < length) text += names[rng.below(names.size())];
    for (int64_t t = 0, at = b * length; t < length; ++t) {
      const int64_t letter = text[static_cast<size_t>(t)] - 'a' + 1, mirror = length - 1 - t;
      source.data<int64_t>()[at + t] = answer.data<int64_t>()[at + mirror] = letter;
      if (t > 0) inputs.data<int64_t>()[at + mirror + 1] = letter;
    }
  }
  return {{.source = {.ids = source}, .target = {.ids = inputs}}, answer};
}

std::unique_ptr<Model> learned(const Names& names, const std::vector<std::string>& options, int steps,
                               uint64_t longest) {
  const auto config = model_preset("gru-tiny");  // one layer of 128 channels
  config->take_form(HeadKind::language_model, true);
  config->head.kind = HeadKind::language_model;
  config->set_vocabulary(27);
  for (const std::string& option : options) config->change(option);
  auto model = make_model(*config, Rng(1));
  set_requires_grad(*model);
  const auto optimizer = make_optimizer(parameters_of(*model), {.kind = OptimizerKind::adam, .beta2 = 0.999});
  for (int step = 0; step < steps; ++step) {
    Rng rng(7, static_cast<uint64_t>(step));
    const Strings strings = joined(names, 32, static_cast<int64_t>(2 + rng.below(longest - 1)), rng);
    Context context{.training = true, .rng = rng};
    backward(model->sequence_to_sequence()->loss(strings.read, strings.answer, {}, context));
    optimizer->step(2e-3 * (1 - step / (steps + 1.0)), 1 / std::max(1.0, optimizer->gradient_norm()));
  }
  return model;
}

struct Right {
  double letters = 0, strings = 0;  // in percent; a letter after the right ones before it
};

Right right(const Model& model, const Strings& strings) {
  const NoGrad off;
  Context context;
  const Tensor said = argmax(model.sequence_to_sequence()->logits(strings.read, context), 2);
  const int64_t rows = said.dim(0), length = said.dim(1);
  Right share;
  for (int64_t b = 0; b < rows; ++b) {
    int64_t letters = 0;
    for (int64_t t = b * length; t < (b + 1) * length; ++t)
      letters += said.data<int64_t>()[t] == strings.answer.data<int64_t>()[t] ? 1 : 0;
    share.letters += 100.0 * static_cast<double>(letters) / static_cast<double>(rows * length);
    share.strings += letters == length ? 100.0 / static_cast<double>(rows) : 0;
  }
  return share;
}

// Prints how much each letter of the answer attends to each of a string, and returns how many attend most to
// the letter that they are: the anti-diagonal.
int64_t show_attention(const Model& model, const Strings& one) {
  const Tensor weights =
      cross_attention(model, one.read.source.ids.values<int64_t>(), one.read.target.ids.values<int64_t>());
  const int64_t length = weights.dim(0);
  const auto letter = [](int64_t id) { return static_cast<char>('a' + id - 1); };
  fmt::print(" ");
  for (int64_t s = 0; s < length; ++s) fmt::print("   {}", letter(one.read.source.ids.data<int64_t>()[s]));
  int64_t mirrored = 0;
  for (int64_t t = 0; t < length; ++t) {
    const float* row = weights.data<float>() + t * length;
    fmt::print("\n{} ", letter(one.answer.data<int64_t>()[t]));
    for (int64_t s = 0; s < length; ++s) fmt::print(" {:3.0f}", 100 * row[s]);
    mirrored += std::max_element(row, row + length) - row == length - 1 - t ? 1 : 0;
  }
  fmt::print("\n{} of {} letters attend most to themselves\n", mirrored, length);
  return mirrored;
}

int main(int count, char** arguments) {
  const int steps = count > 1 ? std::atoi(arguments[1]) : 300;
  const uint64_t longest = count > 2 ? std::strtoull(arguments[2], nullptr, 10) : 12;
  Names names = count > 3 ? Names() : made_names();
  if (count > 3) {
    std::ifstream file(arguments[3]);
    for (std::string name; file >> name;) names.push_back(name);
    check(!names.empty(), "{}: there are no names in it", arguments[3]);
  }
  const auto vector = learned(names, {"attention=none", "dropout=0"}, steps, longest);
  const auto attention = learned(names, {"attention=dot", "input_feeding=yes", "dropout=0"}, steps, longest);
  fmt::print("letters right / strings right, in percent\nletters     one vector      attention\n");
  bool removed = true;
  for (const int64_t length : {5, 10, 15, 20, 30, 40}) {
    const Strings strings = joined(names, 200, length, Rng(8, static_cast<uint64_t>(length)));
    const Right one = right(*vector, strings), other = right(*attention, strings);
    fmt::print("{:7} {:7.0f} /{:4.0f} {:9.0f} /{:4.0f}\n", length, one.letters, one.strings, other.letters,
               other.strings);
    if (length == (longest < 20 ? 10 : 20)) removed = other.strings > 90 && one.strings < 20;
  }
  const int64_t mirrored = show_attention(*attention, joined(names, 1, 6, Rng(9)));
  return removed && mirrored == 6 ? 0 : 1;
}
