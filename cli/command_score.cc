// SPDX-License-Identifier: Apache-2.0
// hodhod score: compares texts with references, as sacreBLEU does.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/input.h"
#include "hodhod/base/error.h"
#include "hodhod/base/format.h"
#include "hodhod/base/json.h"
#include "hodhod/tasks/labelled_texts.h"
#include "hodhod/train/metrics/text_scores.h"

namespace hodhod::cli {
namespace {

struct ScoreFlags {
  std::string hypotheses = "-";
  std::vector<std::string> references;
  std::vector<std::string> metrics = {"bleu", "chrf", "chrf++"};
  bool sentence = false, json = false;
  metrics::BleuOptions bleu;
};

using metrics::TextScores;

// The lines of the hypotheses and of each reference; all have the same number of lines.
struct ScoredText {
  std::vector<std::string> hypotheses;
  std::vector<std::vector<std::string>> references;  // by line
};

ScoredText read_scored_text(const ScoreFlags& flags, bool quiet) {
  const auto piped = std::count(flags.references.begin(), flags.references.end(), "-");
  check(piped + (flags.hypotheses == "-" ? 1 : 0) <= 1,
        "--references -: standard input is read already; name a file, or one for --hypotheses");
  ScoredText text{.hypotheses = read_lines({flags.hypotheses}, quiet), .references = {}};
  const size_t count = text.hypotheses.size();
  const std::string name = flags.hypotheses == "-" ? "standard input" : flags.hypotheses;
  check(count > 0, "{}: is empty; there is nothing to score", name);
  text.references.resize(count);
  for (const std::string& path : flags.references) {
    const std::vector<std::string> lines = read_lines({path}, quiet);
    check(lines.size() == count, "{} has {} and {} has {}; give files with the same number of lines", name,
          count_of(static_cast<int64_t>(count), "line"), path == "-" ? "standard input" : path, lines.size());
    for (size_t i = 0; i < count; ++i) text.references[i].push_back(lines[i]);
  }
  return text;
}

void add_line(TextScores& scores, const ScoredText& text, size_t line, const ScoreFlags& flags) {
  try {
    scores.add(text.hypotheses[line], metrics::given_references(text.references[line]));
  } catch (const Error& error) {
    fail("{}:{}: {}", fmt::join(flags.references, ", "), line + 1, error.what());
  }
}

std::string sentence_text(const TextScores& scores, size_t line, bool as_json) {
  if (as_json) {
    Json json = {{"line", line + 1}};
    for (const metrics::TextScore& score : scores.scores()) json[score.key] = score.value;
    return format_json(json, -1) + "\n";
  }
  std::string columns;
  for (const metrics::TextScore& score : scores.scores())
    columns += fmt::format("{}{:.2f}", columns.empty() ? "" : "\t", score.value);
  return columns + "\n";
}

std::string corpus_text(const TextScores& scores, bool as_json) {
  if (as_json) {
    Json json = {{"segments", scores.segments()}}, signatures = Json::object();
    for (const metrics::TextScore& score : scores.scores()) {
      json[score.key] = score.value;
      signatures[score.key] = score.signature;
    }
    json["signatures"] = signatures;
    return format_json(json, -1) + "\n";
  }
  std::string lines;
  for (const metrics::TextScore& score : scores.scores()) lines += metrics::to_string(score) + "\n";
  return lines;
}

// The names of metrics; one word may hold several, separated by commas.
std::vector<std::string> metric_names(const std::vector<std::string>& words) {
  std::vector<std::string> names;
  for (const std::string& word : words) {
    for (std::string& name : split_column(word, ",")) names.push_back(std::move(name));
  }
  return names;
}

// The options of BLEU alone, where it is not among the scores.
void refuse_options_of_bleu(const Command& command, const ScoreFlags& flags) {
  const std::vector<std::string> names = metric_names(flags.metrics);
  if (std::find(names.begin(), names.end(), "bleu") != names.end()) return;
  metrics::BleuOptions bleu;
  std::vector<Field> fields = fields_of(bleu);
  std::erase_if(fields, [](const Field& field) { return field.path == "lowercase"; });
  command.refuse(options_of(fields), "is for BLEU, and --metrics does not name bleu");
}

int score(const Command& command, const ScoreFlags& flags, const Session& session) {
  refuse_options_of_bleu(command, flags);
  metrics::BleuOptions options = flags.bleu;
  options.effective_order = flags.sentence;
  const auto make_scores = [&] {
    return TextScores(metric_names(flags.metrics),
                      {.bleu = options, .lowercase = options.lowercase, .version = "hodhod." HODHOD_VERSION});
  };
  TextScores all = make_scores();
  const ScoredText text = read_scored_text(flags, session.quiet);
  std::string sentences;
  for (size_t line = 0; line < text.hypotheses.size(); ++line) {
    if (!flags.sentence) {
      add_line(all, text, line, flags);
      continue;
    }
    TextScores one = make_scores();
    add_line(one, text, line, flags);
    sentences += sentence_text(one, line, flags.json);
  }
  print_text(flags.sentence ? sentences : corpus_text(all, flags.json));
  return 0;
}

}  // namespace

void add_score(Command& program) {
  Command& command =
      program.add_command("score", "Compare texts with references: BLEU, chrF, ROUGE, error rates");
  auto flags = std::make_shared<ScoreFlags>();
  command
      .add("--hypotheses", flags->hypotheses, "File with one text to score on each line; - is standard input")
      .called("FILE");
  command
      .add("--references", flags->references,
           "Files of reference texts, in the order of the hypotheses; an empty line means no reference")
      .called("FILE")
      .required();
  command.add("--metrics", flags->metrics,
              fmt::format("Scores to compute: {}", fmt::join(metrics::text_metric_names(), ", ")));
  command.add("--sentence", flags->sentence, "Print scores for each line, rather than for the whole");
  command.add("--json", flags->json, "Print a JSON object, or with --sentence one for each line");
  command.add_config(flags->bleu, "Text");
  command.on_run([flags, &command](const Session& session) { return score(command, *flags, session); });
}

}  // namespace hodhod::cli
