// SPDX-License-Identifier: Apache-2.0
// hodhod evaluate for models that fill masks: how well they predict hidden tokens of a text.
#include <fmt/core.h>

#include <algorithm>
#include <memory>

#include "cli/evaluate.h"
#include "cli/input.h"
#include "cli/models.h"
#include "hodhod/base/error.h"
#include "hodhod/tasks/fill_mask.h"

namespace hodhod::cli {
namespace {

int evaluate_fill_mask(const EvaluateFlags& flags, const Session& session) {
  const MaskFiller filler = warned(MaskFiller::load(flags.directory));
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

}  // namespace

void declare_evaluate_fill_mask(Command& command) {
  auto flags = std::make_shared<EvaluateFlags>();
  add_evaluate_flags(command, *flags, "text for a model that fills masks");
  command.on_run([flags](const Session& session) { return evaluate_fill_mask(*flags, session); });
}

}  // namespace hodhod::cli
