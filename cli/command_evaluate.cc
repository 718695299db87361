// SPDX-License-Identifier: Apache-2.0
// hodhod evaluate DIR: scores a model on text it has not seen.
#include <fmt/core.h>

#include <algorithm>
#include <memory>

#include "cli/commands.h"
#include "cli/decoding.h"
#include "cli/evaluate.h"
#include "cli/input.h"
#include "cli/models.h"
#include "hodhod/base/error.h"
#include "hodhod/base/json.h"
#include "hodhod/models/directory.h"
#include "hodhod/tasks/classify.h"
#include "hodhod/tasks/generate.h"

namespace hodhod::cli {
void report(const EvaluateFlags& flags, const Json& values, const std::string& text) {
  print_text(flags.json ? json_line(values) : text + "\n");
}

namespace {

constexpr const char* kLabelledGroup = "Labelled texts";
constexpr const char* kDecodingGroup = "Decoding";
constexpr const char* kBleuGroup = "BLEU";

int evaluate_language(const EvaluateFlags& flags, const Session& session) {
  const TextGenerator generator = warned(TextGenerator::load(flags.directory));
  Lines lines(flags.data, "Reading", session.quiet);
  std::string text, line;
  while (lines.next(line)) text.append(line).push_back('\n');
  lines.finish();
  Context context;
  const auto score = score_text(generator, text, context);
  check(score.tokens > 0, "evaluate: there is no text to score; give --data a file with at least two tokens");
  report(flags,
         {{"loss", score.loss()},
          {"perplexity", score.perplexity()},
          {"bits_per_character", score.bits_per_character()},
          {"bits_per_byte", score.bits_per_byte()},
          {"tokens", score.tokens}},
         fmt::format("loss {:.4f}   perplexity {:.3f}   bits per character {:.4f}   tokens {}", score.loss(),
                     score.perplexity(), score.bits_per_character(), score.tokens));
  return 0;
}

struct Evaluation {
  std::string_view model;                 // "a translation model"
  std::vector<std::string_view> options;  // those that it takes, besides those of its groups
  std::vector<std::string_view> groups;   // of the help
};

Evaluation evaluation_of(const EvaluateFlags& flags, const ModelConfig& config) {
  if (flags.similarity) return {"the similarity of texts", {"--similarity", "--data"}, {kLabelledGroup}};
  if (config.head.kind == HeadKind::classifier)
    return {"a classifier", {"--data", "--threshold"}, {kLabelledGroup}};
  if (config.head.kind == HeadKind::tagger) {
    return {"a tagger", {"--data", "--columns", "--format", "--header", "--skip-bad"}, {}};
  }
  if (config.head.kind != HeadKind::language_model) return {"a model that fills masks", {"--data"}, {}};
  if (!config.reads_source()) return {"a language model", {"--data"}, {}};
  return {"a translation model", {"--source", "--target", "--skip-bad"}, {kDecodingGroup, kBleuGroup}};
}

// An option that has no effect is an Error.
void check_options(const Command& command, const Evaluation& evaluation) {
  const auto among = [](const auto& list, const std::string& name) {
    return std::find(list.begin(), list.end(), name) != list.end();
  };
  for (const Argument& argument : command.arguments()) {
    const bool heeded = among(evaluation.options, argument.names()) ||
                        among(evaluation.groups, argument.group()) || argument.names() == "--json" ||
                        !argument.names().starts_with("--");
    check(!argument.was_given() || heeded, "evaluate: {} has no meaning for {}; leave it out",
          argument.names(), evaluation.model);
  }
}

// By the model's head.
int evaluate_model(const EvaluateFlags& flags, const Session& session, const Command& command) {
  const ModelDirectory directory = ModelDirectory::open(flags.directory);
  const ModelConfig& config = *directory.config;
  check_options(command, evaluation_of(flags, config));
  if (flags.similarity) return evaluate_similarity(flags);
  if (config.head.kind == HeadKind::classifier) return evaluate_classifier(flags);
  if (config.head.kind == HeadKind::tagger) return evaluate_tagger(flags);
  if (config.head.kind != HeadKind::language_model) return evaluate_masks(flags, session.quiet);
  return config.reads_source() ? evaluate_translation(flags) : evaluate_language(flags, session);
}

}  // namespace

void add_evaluate(Command& program) {
  Command& command = program.add_command("evaluate", "Score a model on text that it has not seen");
  auto flags = std::make_shared<EvaluateFlags>();
  flags->decode.num_beams = 5;
  command.add("DIR", flags->directory, "The model's directory").required();
  command
      .add("--data", flags->data,
           "Text for a language model, labelled texts for a classifier, sentences for a tagger")
      .called("FILE");
  command.add_fields(
      {field_of("columns", flags->tag_columns,
                "For a tagger: columns of the words and of their tags; default: the first and the last"),
       field_of("threshold", flags->thresholds, kThresholdHelp)},
      "Options");
  command.add("--source", flags->source, "For a translation model: text to translate").called("FILE");
  command.add("--target", flags->target, "For a translation model: reference translations of --source")
      .called("FILE");
  command.add("--similarity", flags->similarity,
              "Correlate the cosine similarity of the model's vectors with each pair's score");
  command.add("--json", flags->json, "Print a JSON object");
  command.add_config(flags->columns, kLabelledGroup);
  add_decoding(command, flags->decode);
  command.add_config(flags->bleu, kBleuGroup, "bleu");
  command.on_prepare([flags, &command] { read_decoding(command, flags->directory, flags->decode); });
  command.on_run(
      [flags, &command](const Session& session) { return evaluate_model(*flags, session, command); });
}

}  // namespace hodhod::cli
