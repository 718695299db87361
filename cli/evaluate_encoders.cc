// SPDX-License-Identifier: Apache-2.0
// hodhod evaluate for models that label.
#include <fmt/core.h>

#include <algorithm>

#include "cli/evaluate.h"
#include "cli/input.h"
#include "cli/models.h"
#include "hodhod/base/error.h"
#include "hodhod/tasks/classify.h"
#include "hodhod/tasks/embed.h"
#include "hodhod/tasks/fill_mask.h"
#include "hodhod/tasks/tag.h"

namespace hodhod::cli {
namespace {

void check_data(const EvaluateFlags& flags) {
  check(!flags.data.empty(), "evaluate: name the file with --data");
}

// A row for each label, under its name.
struct ByLabel {
  Json json = Json::object();
  std::string table;

  void add(const std::string& label, const metrics::PrecisionRecall& part) {
    json[label] = {{"precision", part.precision()}, {"recall", part.recall()}, {"f1", part.f1()}};
    table += fmt::format("\n{}   precision {:.2f}   recall {:.2f}   F1 {:.2f}   examples {}", label,
                         100 * part.precision(), 100 * part.recall(), 100 * part.f1(), part.gold);
  }
};

}  // namespace

int evaluate_classifier(const EvaluateFlags& flags) {
  const Classifier classifier = warned(Classifier::load(flags.directory));
  check_data(flags);
  const auto scores = evaluate(classifier, read_labelled(flags.data, flags.columns).examples);
  if (classifier.is_regression()) {
    report(flags,
           {{"pearson", scores.pearson},
            {"spearman", scores.spearman},
            {"mse", scores.loss},
            {"mae", scores.mean_absolute_error},
            {"examples", scores.examples}},
           fmt::format("Pearson {:.4f}   Spearman {:.4f}   mean squared error {:.4f}   examples {}",
                       scores.pearson, scores.spearman, scores.loss, scores.examples));
    return 0;
  }
  const auto& classes = scores.classes;
  ByLabel labels;
  for (const auto& [label, part] : classes.by_label) labels.add(label, part);
  report(
      flags,
      {{"accuracy", classes.accuracy},
       {"macro_f1", classes.macro_f1},
       {"loss", scores.loss},
       {"examples", scores.examples},
       {"labels", labels.json}},
      fmt::format("accuracy {:.2f}   macro F1 {:.2f}   loss {:.4f}   examples {}{}", 100 * classes.accuracy,
                  100 * classes.macro_f1, scores.loss, scores.examples, labels.table));
  return 0;
}

int evaluate_tagger(const EvaluateFlags& flags) {
  const Tagger tagger = warned(Tagger::load(flags.directory));
  check_data(flags);
  const CorpusOptions corpus{.format = flags.columns.format,
                             .columns = flags.tag_columns,
                             .header = flags.columns.header,
                             .skip_bad = flags.columns.skip_bad};
  const auto scores = evaluate(tagger, read_tagged(flags.data, corpus).sentences);
  Json values = {{"accuracy", scores.accuracy},
                 {"macro_f1", scores.macro_f1},
                 {"loss", scores.loss},
                 {"words", scores.words},
                 {"sentences", scores.sentences}};
  std::string text =
      fmt::format("accuracy {:.2f}   macro F1 {:.2f}   loss {:.4f}   words {}   sentences {}",
                  100 * scores.accuracy, 100 * scores.macro_f1, scores.loss, scores.words, scores.sentences);
  if (tagger.has_entities()) {
    const auto& all = scores.entities.overall();
    ByLabel types;
    for (const auto& [type, part] : scores.entities.by_type()) types.add(type, part);
    values["entity_f1"] = all.f1();
    values["entity_precision"] = all.precision();
    values["entity_recall"] = all.recall();
    values["entities"] = types.json;
    text =
        fmt::format("entity F1 {:.2f}   precision {:.2f}   recall {:.2f}   entities {}\n{}{}", 100 * all.f1(),
                    100 * all.precision(), 100 * all.recall(), all.gold, text, types.table);
  }
  report(flags, values, text);
  return 0;
}

int evaluate_masks(const EvaluateFlags& flags, bool quiet) {
  const MaskFiller filler = warned(MaskFiller::load(flags.directory));
  const int64_t length = std::min<int64_t>(MaskTraining().length, filler.encoder.model->config().max_length);
  const WindowedText text(filler.encoder, read_lines(flags.data, quiet), MaskWindows::packed, length);
  const MaskScores scores = score_masks(filler, text);
  report(flags,
         {{"loss", scores.loss()},
          {"perplexity", scores.perplexity()},
          {"accuracy", scores.accuracy()},
          {"hidden_tokens", scores.masked}},
         fmt::format("loss {:.4f}   perplexity {:.3f}   accuracy {:.2f}   hidden tokens {}", scores.loss(),
                     scores.perplexity(), 100 * scores.accuracy(), scores.masked));
  return 0;
}

int evaluate_similarity(const EvaluateFlags& flags) {
  const TextModel embedder = warned(load_embedder(flags.directory));
  const auto scores = score_similarity(embedder, read_labelled(flags.data, flags.columns).examples);
  report(flags, {{"pearson", scores.pearson}, {"spearman", scores.spearman}, {"pairs", scores.pairs}},
         fmt::format("Pearson {:.4f}   Spearman {:.4f}   pairs {}", scores.pearson, scores.spearman,
                     scores.pairs));
  return 0;
}

}  // namespace hodhod::cli
