// SPDX-License-Identifier: Apache-2.0
// hodhod fill-mask DIR: predicts the tokens at [MASK] in a text. `evaluate` measures how well the model
// predicts masked tokens of a text.
#include <fmt/core.h>

#include <algorithm>
#include <memory>

#include "cli/evaluate.h"
#include "cli/input.h"
#include "cli/models.h"
#include "cli/output.h"
#include "cli/task.h"
#include "hodhod/base/error.h"
#include "hodhod/base/json.h"
#include "hodhod/tasks/fill_mask.h"

namespace hodhod::cli {
namespace {

struct FillMaskFlags {
  ModelArguments model;
  TextInput input;
  int64_t top_k = 5;
  bool json = false;
};

std::string filled_text(const std::string& text, const FilledText& filled, bool as_json) {
  Json json = {{"text", text}, {"masks", Json::array()}};
  std::string lines;
  for (const auto& fillings : filled.masks) {
    Json list = Json::array();
    for (const Filling& filling : fillings) {
      list.push_back(
          {{"token", filling.token}, {"probability", filling.probability}, {"text", filling.text}});
      lines +=
          one_line(fmt::format("{:.4f}\t{}\t{}", filling.probability, filling.token, filling.text)) + "\n";
    }
    json["masks"].push_back(list);
  }
  if (as_json) return json_line(json);
  return lines.empty() ? "\n" : lines;
}

int run_fill_mask(const FillMaskFlags& flags, const Session& session) {
  const MaskFiller filler = warned(MaskFiller::load(flags.model));
  Context context;
  LongTexts long_texts(length_limit(filler.encoder));
  for_each_block(flags.input, "Filling", session.quiet, [&](const std::vector<std::string>& lines) {
    const auto found = fill_mask(filler, lines, flags.top_k, context);
    std::string out;
    for (size_t i = 0; i < lines.size(); ++i) out += filled_text(lines[i], found[i], flags.json);
    print_text(out);
    for (const FilledText& filled : found) long_texts.add(filled.tokens);
  });
  tell(long_texts.notes(kCutOff));
  return 0;
}

void declare_fill_mask(Command& command) {
  auto flags = std::make_shared<FillMaskFlags>();
  add_model_arguments(command, flags->model);
  add_text_input(command, flags->input, "Texts with [MASK]");
  command.add("--top-k", flags->top_k, "Number of guesses for each hidden word", in(1, 1000));
  command.add("--json", flags->json, "Print a JSON object for each text");
  command.on_run([flags](const Session& session) { return run_fill_mask(*flags, session); });
}

int evaluate_fill_mask(const EvaluateFlags& flags, const Session& session) {
  const MaskFiller filler = warned(MaskFiller::load(flags.model));
  const int64_t length = std::min<int64_t>(MaskTraining().length, filler.encoder.config().max_length());
  const WindowedText text(filler.encoder, read_lines(flags.data, session.quiet), MaskWindows::packed, length);
  Context context;
  const MaskScores scores = score_masks(filler, text, context);
  check(scores.masked > 0, "evaluate: there is no text to score; give --data a file of text");
  report(flags,
         {{"loss", scores.loss()},
          {"perplexity", scores.perplexity()},
          {"accuracy", scores.accuracy()},
          {"hidden_tokens", scores.masked}},
         fmt::format("loss {:.4f}   perplexity {:.3f}   accuracy {:.2f}   hidden tokens {}", scores.loss(),
                     scores.perplexity(), 100 * scores.accuracy(), scores.masked));
  return 0;
}

void declare_evaluate_fill_mask(Command& command) {
  auto flags = std::make_shared<EvaluateFlags>();
  add_evaluate_flags(command, *flags, "Files of text");
  command.on_run([flags](const Session& session) { return evaluate_fill_mask(*flags, session); });
}

}  // namespace

void declare_train_fill_mask(Command& command);  // train_fill_mask.cc

Task fill_mask_task() {
  return {.name = "fill-mask",
          .model = "a model that fills masks",
          .is_for =
              [](const ModelConfig& config) {
                return config.head.kind == HeadKind::masked_language_model ||
                       (config.head.kind == HeadKind::none && config.vocabulary() > 0);
              },
          .train = {"Train an encoder on raw text to guess hidden words: pre-training for the other tasks",
                    declare_train_fill_mask},
          .predict = {"Predict hidden words with a model", declare_fill_mask},
          .declare_evaluate = declare_evaluate_fill_mask};
}

}  // namespace hodhod::cli
