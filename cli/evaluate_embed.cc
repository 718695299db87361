// SPDX-License-Identifier: Apache-2.0
// hodhod evaluate --similarity: whether the vectors of two texts are as similar as people say.
#include <fmt/core.h>

#include <cmath>
#include <memory>

#include "cli/evaluate.h"
#include "cli/models.h"
#include "cli/output.h"
#include "hodhod/base/error.h"
#include "hodhod/tasks/embed.h"

namespace hodhod::cli {
namespace {

struct EvaluateEmbedFlags : EvaluateFlags {
  bool similarity = false;
  LabelledColumns columns;
};

int evaluate_embed(const EvaluateEmbedFlags& flags) {
  const TextModel embedder = warned(load_embedder(flags.directory));
  check_data(flags);
  Context context;
  const auto scores =
      score_similarity(embedder, told(read_labelled(flags.data, flags.columns)).examples, {}, context);
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

}  // namespace

void declare_evaluate_embed(Command& command) {
  auto flags = std::make_shared<EvaluateEmbedFlags>();
  add_evaluate_flags(command, *flags, "pairs of texts with scores for --similarity");
  command.add("--similarity", flags->similarity,
              "Correlate the cosine similarity of the model's vectors with each pair's score");
  command.add_config(flags->columns, kLabelledGroup);
  command.on_run([flags](const Session&) { return evaluate_embed(*flags); });
}

}  // namespace hodhod::cli
