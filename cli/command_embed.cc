// SPDX-License-Identifier: Apache-2.0
// hodhod embed DIR: embeds texts from arguments, files or standard input, one per line. `evaluate
// --similarity` correlates the similarity of vectors with scores that people gave to the pairs of texts.
#include <fmt/core.h>
#include <fmt/ranges.h>

#include <cmath>
#include <memory>

#include "cli/evaluate_vectors.h"
#include "cli/input.h"
#include "cli/models.h"
#include "cli/output.h"
#include "cli/task.h"
#include "hodhod/base/error.h"
#include "hodhod/base/json.h"
#include "hodhod/tasks/embed.h"

namespace hodhod::cli {
namespace {

struct EmbedFlags {
  ModelArguments model;
  TextInput input;
  EmbedOptions options;
  bool words = false;
  bool tsv = false;
};

// A text's words with their vectors: an object of JSON for each text, or a line for each word.
std::string words_text(const std::string& text, const std::vector<WordInText>& words, bool tsv) {
  std::string out;
  for (const WordInText& word : words) {
    out += tsv ? fmt::format("{}\t{}\n", word.word, fmt::join(word.vector, "\t"))
               : fmt::format("{}{{\"word\":{},\"embedding\":[{}]}}", out.empty() ? "" : ",",
                             format_json(Json(word.word), -1), fmt::join(word.vector, ","));
  }
  return tsv ? out : fmt::format("{{\"text\":{},\"words\":[{}]}}\n", format_json(Json(text), -1), out);
}

int run_embed(const Command& command, const EmbedFlags& flags, const Session& session) {
  check(!flags.words || !command.was_given("--pooling"),
        "--pooling: makes one vector of a text, and --words gives one for each word; leave it out");
  const TextModel embedder = warned(load_embedder(flags.model));
  const SentenceSettings settings = sentence_settings_in(flags.model.directory);
  print_warnings(settings.warnings);
  EmbedOptions options = settings.options;
  command.keep_given(options, flags.options);
  Context context;
  if (flags.words) {
    for_each_block(flags.input, "Embedding", session.quiet, [&](const std::vector<std::string>& lines) {
      const auto found = embed_words(embedder, lines, options, context);
      for (size_t i = 0; i < lines.size(); ++i) print_text(words_text(lines[i], found[i], flags.tsv));
    });
    return 0;
  }
  LongTexts long_texts(length_limit(embedder));
  for_each_block(flags.input, "Embedding", session.quiet, [&](const std::vector<std::string>& lines) {
    const auto found = embed(embedder, lines, options, context);
    std::string out;
    for (size_t i = 0; i < lines.size(); ++i) {
      const auto& vector = found[i].vector;
      out += flags.tsv ? fmt::format("{}\n", fmt::join(vector, "\t"))
                       : fmt::format("{{\"text\":{},\"embedding\":[{}]}}\n", format_json(Json(lines[i]), -1),
                                     fmt::join(vector, ","));
    }
    print_text(out);
    for (const TextEmbedding& embedding : found) long_texts.add(embedding.tokens);
  });
  tell(long_texts.notes(kCutOff));
  return 0;
}

void declare_embed(Command& command) {
  auto flags = std::make_shared<EmbedFlags>();
  add_model_arguments(command, flags->model);
  add_text_input(command, flags->input, "Texts to embed");
  command.add("--words", flags->words, "Give a vector for each word of a text rather than one for the text");
  command.add("--tsv", flags->tsv, "Print vectors as numbers with tabs between, rather than as JSON");
  command.add_config(flags->options, "Vectors");
  command.on_run([flags, &command](const Session& session) { return run_embed(command, *flags, session); });
}

bool has_word_vectors(const ModelConfig& config) { return config.make_shapes()->vectors() != nullptr; }

struct EvaluateEmbedFlags : EvaluateFlags {
  bool similarity = false;
  VectorEvaluateFlags vectors;
  LabelledColumns columns;
};

// Pairs of words come with the score first, as SemEval has them, unless the columns are chosen.
LabelledColumns columns_of_pairs(LabelledColumns columns) {
  if (!columns.texts.empty()) return columns;
  columns.texts = {"2", "3"};
  if (columns.label.empty()) columns.label = "1";
  return columns;
}

int evaluate_embed(const EvaluateEmbedFlags& flags) {
  if (has_word_vectors(*ModelDirectory::open(flags.model).config)) {
    if (flags.similarity) check_data(flags);
    return evaluate_vectors(flags.vectors, flags,
                            flags.similarity ? std::optional(columns_of_pairs(flags.columns)) : std::nullopt);
  }
  check(flags.vectors.analogies.empty() && flags.vectors.categories.empty(),
        "evaluate: the model of {} has no vectors of single words to ask such questions of",
        flags.model.directory);
  const TextModel embedder = warned(load_embedder(flags.model));
  check_data(flags);
  Context context;
  const auto scores = score_similarity(embedder, told(read_labelled(flags.data, flags.columns)).examples,
                                       sentence_settings_in(flags.model.directory).options, context);
  check(
      std::isfinite(scores.pearson) && std::isfinite(scores.spearman),
      "evaluate: the model finds all {} pairs of {} equally similar, so that no correlation is defined; give "
      "other pairs",
      scores.pairs, flags.data[0]);
  report(flags, {{"pearson", scores.pearson}, {"spearman", scores.spearman}, {"pairs", scores.pairs}},
         fmt::format("Pearson {:.4f}   Spearman {:.4f}   pairs {}", scores.pearson, scores.spearman,
                     scores.pairs));
  return 0;
}

void declare_evaluate_embed(Command& command) {
  auto flags = std::make_shared<EvaluateEmbedFlags>();
  add_evaluate_flags(command, *flags, "Pairs of texts with scores, for --similarity");
  command.add("--similarity", flags->similarity,
              "Correlate the cosine similarity of the model's vectors with each pair's score");
  add_vector_flags(command, flags->vectors);
  command.add_config(flags->columns, kLabelledGroup);
  command.on_run([flags](const Session&) { return evaluate_embed(*flags); });
}

}  // namespace

void declare_train_embed(Command& command);  // train_embed.cc

Task embed_task() {
  return {.name = "embed",
          .model = "vectors of texts and words",
          .is_for = has_word_vectors,
          .asked_by = "--similarity",
          .train = {"Train vectors of words: word2vec, fastText, GloVe, ELMo", declare_train_embed},
          .predict = {"Turn texts into vectors", declare_embed},
          .declare_evaluate = declare_evaluate_embed};
}

}  // namespace hodhod::cli
