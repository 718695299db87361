// SPDX-License-Identifier: Apache-2.0
// A Transformer learns to translate English to Persian, and translates sentences that it has not seen. Run it
// in the project's directory: example_translate [STEPS [DIR]]; what it learns stays in DIR, and can be taken
// up there again.
#include <fmt/core.h>

#include <cstdlib>

#include "hodhod/base/file.h"
#include "hodhod/data/record_reader.h"
#include "hodhod/tasks/task_tokenizer.h"
#include "hodhod/tasks/translate.h"

using namespace hodhod;

std::vector<TextPair> read_pairs(const std::string& name) {
  const std::string path = "examples/data/en-fa/" + name;
  ParallelReader reader({{path + ".en"}, {path + ".fa"}});
  std::vector<TextPair> pairs;
  while (const auto record = reader.next()) pairs.push_back({record->fields[0], record->fields[1]});
  return pairs;
}

int main(int count, char** arguments) {
  const auto train_pairs = read_pairs("train"), dev_pairs = read_pairs("dev");

  // Words are cut into pieces that both languages share.
  size_t next = 0;
  const auto lines = [&](std::string& line) {
    if (next == 2 * train_pairs.size()) return false;
    line = next % 2 ? train_pairs[next / 2].target : train_pairs[next / 2].source;
    return ++next > 0;
  };
  auto tokenizer =
      std::make_unique<text::Tokenizer>(train_task_tokenizer({.vocabulary = 2000}, lines).tokenizer);

  const auto config = model_preset("tiny");  // 2 + 2 layers, width 128, 4 heads
  config->set_vocabulary(tokenizer->vocab_size());
  config->set_special({.pad = kPad, .eos = kEnd, .decoder_start = kPad});
  Translator translator = Translator::make(*config, std::move(tokenizer), 1);

  TrainerOptions options;
  options.steps = count > 1 ? std::atoll(arguments[1]) : 700;
  options.validate_every = 350;
  options.schedule = {.kind = ScheduleKind::inverse_sqrt, .rate = 2e-3, .warmup = 300};
  const TemporaryDirectory temporary;
  const std::string directory = count > 2 ? arguments[2] : temporary.path();
  TranslationTrainee trainee(translator, train_pairs, dev_pairs, {});
  const TrainingReport report =
      train(trainee, options, directory, {.message = [](const auto& line) { fmt::print("{}\n", line); }});

  Context context;
  const auto translations =
      translate(translator, {"Transformers learn from data.", "The teacher reads a book."},
                {.decode = {.num_beams = 5}}, context);
  for (const auto& found : translations) fmt::print("{}\n", found.best[0].text);
  return report.steps == options.steps && translations.size() == 2 ? 0 : 1;
}
