// SPDX-License-Identifier: Apache-2.0
// An encoder without positions gives the words of a text the same vectors in whatever order they stand; with
// positions it does not. With a directory as its argument the two models are written to DIR/without and
// DIR/with, for `hodhod look`.
// رمزگذار بی‌موقعیت، ترتیب واژه‌ها را نمی‌بیند.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "hodhod/base/file.h"
#include "hodhod/hodhod.h"
#include "hodhod/tasks/task_tokenizer.h"
#include "hodhod/tasks/text_model.h"
#include "hodhod/tensor/tape.h"

using namespace hodhod;

MaskFiller untrained_encoder() {
  bool given = false;
  TaskTokenizer words =
      train_task_tokenizer({.kind = TokenizerKind::word, .vocabulary = 100}, [&](std::string& line) {
        line = "rosa eats pizza";
        return !std::exchange(given, true);
      });
  const auto config =
      config_for(*model_preset("bert-tiny"), HeadKind::masked_language_model, false, "bert-tiny");
  for (const char* option : {"width=32", "heads=2", "encoder_layers=2", "feed_forward=64"})
    config->change(option);
  config->set_vocabulary(words.tokenizer.vocab_size());
  return MaskFiller::make(*config, std::make_unique<text::Tokenizer>(std::move(words.tokenizer)), 3);
}

// Without positions: a table of zeros is added, which is nothing.
void forget_positions(const MaskFiller& filler) {
  const NoGrad off;
  filler.encoder.model->for_each_parameter([](const std::string& name, Tensor& parameter) {
    if (name.find("position") != std::string::npos) fill(parameter, 0);
  });
}

std::vector<double> states_of(const MaskFiller& filler, const std::string& text) {
  const NoGrad off;
  Context context;
  const auto ids = filler.encoder.tokenizer->encode_ids(text);
  const std::vector<std::vector<int64_t>> row = {{ids.begin(), ids.end()}};
  return filler.encoder.model->encoder()->encode(TokenBatch::of(row, 0), context).states.values();
}

// The largest difference between the vectors of the same word in both orders. Special tokens at both ends
// stay where they are.
double difference(const MaskFiller& filler) {
  const std::vector<double> one = states_of(filler, "rosa eats pizza"),
                            other = states_of(filler, "pizza eats rosa");
  const size_t width = 32, tokens = one.size() / width;
  double most = 0;
  for (size_t t = 1; t + 1 < tokens; ++t) {
    for (size_t c = 0; c < width; ++c)
      most = std::max(most, std::abs(one[t * width + c] - other[(tokens - 1 - t) * width + c]));
  }
  return most;
}

int main(int argc, char** argv) {
  const MaskFiller filler = untrained_encoder();
  const double with = difference(filler);
  if (argc > 1) filler.save(join_path(argv[1], "with"));
  forget_positions(filler);
  const double without = difference(filler);
  if (argc > 1) filler.save(join_path(argv[1], "without"));
  fmt::print(
      "words in another order: their vectors differ by {:.1e} without positions, by {:.2f} with them\n",
      without, with);
  return without < 1e-5 && with > 0.1 ? 0 : 1;
}
