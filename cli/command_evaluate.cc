// SPDX-License-Identifier: Apache-2.0
// hodhod evaluate DIR: scores a model on text it has not seen.
#include <fmt/core.h>

#include <memory>

#include "cli/commands.h"
#include "cli/decoding.h"
#include "cli/evaluate.h"
#include "cli/input.h"
#include "cli/models.h"
#include "hodhod/base/error.h"
#include "hodhod/base/json.h"
#include "hodhod/data/record_reader.h"
#include "hodhod/models/directory.h"
#include "hodhod/tasks/generate.h"
#include "hodhod/tasks/translate.h"
#include "hodhod/train/metrics/bleu.h"
#include "hodhod/train/metrics/chrf.h"

namespace hodhod::cli {
void report(const EvaluateFlags& flags, const Json& values, const std::string& text) {
  print_text(flags.json ? format_json(values, -1) + "\n" : text + "\n");
}

namespace {

int evaluate_translation(const EvaluateFlags& flags) {
  check(!flags.source.empty() && !flags.target.empty(),
        "evaluate: give --source and --target for a translation model");
  const Translator translator = warned(Translator::load(flags.directory));
  ParallelReader reader({flags.source, flags.target});
  std::vector<std::string> sources, references;
  while (auto record = reader.next()) {
    sources.push_back(record->fields[0]);
    references.push_back(record->fields[1]);
  }
  const auto translations = translate(translator, sources, flags.decode);
  metrics::Bleu bleu(flags.bleu);
  metrics::Chrf chrf, chrf_words({.word_order = 2});
  for (size_t i = 0; i < sources.size(); ++i) {
    bleu.add(translations[i][0].text, references[i]);
    chrf.add(translations[i][0].text, references[i]);
    chrf_words.add(translations[i][0].text, references[i]);
  }
  report(flags, {{"bleu", bleu.score().score}, {"chrf", chrf.score()}, {"chrf++", chrf_words.score()}},
         fmt::format("{}\nchrF = {:.2f}   chrF++ = {:.2f}", metrics::to_string(bleu.score()), chrf.score(),
                     chrf_words.score()));
  return 0;
}

int evaluate_language(const EvaluateFlags& flags, const Session& session) {
  const Writer writer = warned(Writer::load(flags.directory));
  Lines lines(flags.data, "Reading", session.quiet);
  std::string text, line;
  while (lines.next(line)) text.append(line).push_back('\n');
  lines.finish();
  const auto score = score_text(writer, text);
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

// By what stands on the model.
int evaluate_model(const EvaluateFlags& flags, const Session& session) {
  const TransformerConfig config = load_transformer_config(flags.directory);
  if (flags.similarity) return evaluate_similarity(flags);
  if (config.head == HeadKind::classifier) return evaluate_classifier(flags);
  if (config.head == HeadKind::tagger) return evaluate_tagger(flags);
  if (config.shape == TransformerShape::encoder) return evaluate_masks(flags, session.quiet);
  return config.has_encoder() ? evaluate_translation(flags) : evaluate_language(flags, session);
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
  command.add_fields({field_of("columns", flags->tag_columns,
                               "For a tagger: the columns of the words and of their tags; the first and the "
                               "last where none are named")},
                     "Options");
  command.add("--source", flags->source, "Text to translate, for a translation model").called("FILE");
  command.add("--target", flags->target, "Its translation by people").called("FILE");
  command.add(
      "--similarity", flags->similarity,
      "Compare the cosine of the model's vectors with the number that stands beside each pair of texts");
  command.add("--json", flags->json, "Print a JSON object");
  command.add_config(flags->columns, "Labelled texts");
  add_decoding(command, flags->decode);
  command.add_config(flags->bleu, "BLEU", "bleu");
  command.on_prepare([flags, &command] { read_decoding(command, flags->directory, flags->decode); });
  command.on_run([flags](const Session& session) { return evaluate_model(*flags, session); });
}

}  // namespace hodhod::cli
