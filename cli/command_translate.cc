// SPDX-License-Identifier: Apache-2.0
// hodhod translate DIR: translates sentences from arguments, files or standard input, one per line.
#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "cli/decoding.h"
#include "cli/input.h"
#include "cli/languages.h"
#include "cli/models.h"
#include "cli/output.h"
#include "cli/task.h"
#include "hodhod/base/json.h"
#include "hodhod/tasks/alignment.h"
#include "hodhod/tasks/translate.h"

namespace hodhod::cli {
namespace {

struct TranslateFlags {
  ModelArguments model;
  TextInput input;
  bool json = false, alignments = false, document = false;
  std::optional<int64_t> alignment_layer;
  LanguageChoice languages;
  DecodeOptions decode;
};

Json alignment_to_json(const Alignment& alignment) {
  Json pairs = Json::array(), rows = Json::array();
  for (const auto& [source, target] : alignment.words) pairs.push_back({source, target});
  const auto columns = static_cast<int64_t>(alignment.source_tokens.size());
  for (size_t t = 0; t < alignment.target_tokens.size(); ++t) {
    const float* row = alignment.attention.data<float>() + static_cast<int64_t>(t) * columns;
    rows.push_back(std::vector<double>(row, row + columns));
  }
  return {{"alignment", pairs},
          {"source_tokens", alignment.source_tokens},
          {"tokens", alignment.target_tokens},
          {"attention", rows}};
}

Json translation_to_json(const Translation& translation) {
  Json json = {{"text", translation.text}, {"score", translation.score}};
  if (translation.parts.empty()) return json;
  json["parts"] = Json::array();
  for (const Translation& part : translation.parts) {
    json["parts"].push_back({{"source", part.source}, {"text", part.text}});
  }
  return json;
}

// The output for a line: one line for each translation, or one line of JSON.
std::string translated_line(const Translator& translator, const std::string& source,
                            const std::vector<Translation>& found, const TranslateFlags& flags) {
  Json results = Json::array();
  std::string lines;
  for (const Translation& translation : found) {
    Alignment alignment;
    if (flags.alignments) alignment = align(translator, source, translation, flags.alignment_layer);
    if (flags.json) {
      Json result = translation_to_json(translation);
      if (flags.alignments) result.update(alignment_to_json(alignment));
      results.push_back(result);
      continue;
    }
    if (found.size() > 1) lines += fmt::format("{:.4f}\t", translation.score);
    lines += one_line(translation.text);
    if (flags.alignments) lines += "\t" + pharaoh(alignment);
    lines += "\n";
  }
  if (flags.json) return json_line({{"source", source}, {"translations", results}});
  return lines;
}

int run_translate(const TranslateFlags& flags, const Session& session) {
  Translator translator = warned(Translator::load(flags.model));
  TranslateOptions options{.decode = flags.decode,
                           .unit = flags.document ? TranslationUnit::sentence : TranslationUnit::text};
  use_languages(flags.languages, translator, options.decode);
  Context context;
  SplitTexts split(translator.model->sequence_to_sequence()->max_source_length());
  for_each_block(flags.input, "Translating", session.quiet, [&](const std::vector<std::string>& block) {
    const auto found = translate(translator, block, options, context);
    std::string out;
    for (size_t i = 0; i < block.size(); ++i) {
      out += translated_line(translator, block[i], found[i].best, flags);
    }
    print_text(out);
    options.first += block.size();
    for (const Translated& translated : found) split.add(translated);
  });
  tell(split.notes());
  return 0;
}

void declare_translate(Command& command) {
  auto flags = std::make_shared<TranslateFlags>();
  flags->decode.num_beams = 5;
  add_model_arguments(command, flags->model);
  add_text_input(command, flags->input, "Sentences to translate", "sentence");
  command.add("--document", flags->document,
              "Translate a document: each line is a paragraph, translated sentence by sentence");
  command.add("--batch-lines", flags->input.block, "Number of lines that are translated together",
              in(1, 1000000));
  command.add("--json", flags->json, "Print a JSON object for each line");
  command.add("--alignments", flags->alignments,
              "Print word alignments after a tab: pairs i-j, counted from 0; with --json the attention too");
  command
      .add("--alignment-layer", flags->alignment_layer,
           "Decoder layer whose attention gives the alignments: its number from 0, or -1 for the last; "
           "without "
           "it the last one of a decoder of up to 3 layers, and the last but one of a deeper decoder",
           in(-1, 1000))
      .needs("--alignments");
  add_languages(command, flags->languages);
  add_decoding(command, flags->decode);
  command.on_prepare(
      [flags, &command] { read_decoding(command, flags->model, flags->languages, flags->decode); });
  command.on_run([flags](const Session& session) { return run_translate(*flags, session); });
}

}  // namespace

void declare_train_translate(Command& command);     // train_translate.cc
void declare_evaluate_translate(Command& command);  // evaluate_translate.cc

Task translate_task() {
  return {.name = "translate",
          .model = "a translation model",
          .is_for =
              [](const ModelConfig& config) {
                return config.head.kind == HeadKind::language_model && config.reads_source();
              },
          .train = {"Train a model that translates, from pairs of texts", declare_train_translate},
          .predict = {"Translate text with a model", declare_translate},
          .declare_evaluate = declare_evaluate_translate};
}

}  // namespace hodhod::cli
