// SPDX-License-Identifier: Apache-2.0
// hodhod evaluate for language models: how well they predict a text.
#include <fmt/core.h>

#include <memory>

#include "cli/evaluate.h"
#include "cli/input.h"
#include "cli/models.h"
#include "hodhod/base/error.h"
#include "hodhod/tasks/generate.h"

namespace hodhod::cli {
namespace {

int evaluate_generate(const EvaluateFlags& flags, const Session& session) {
  const TextGenerator generator = warned(TextGenerator::load(flags.directory));
  Context context;
  const auto score = score_text(generator, read_text(flags.data, session.quiet), context);
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

}  // namespace

void declare_evaluate_generate(Command& command) {
  auto flags = std::make_shared<EvaluateFlags>();
  add_evaluate_flags(command, *flags, "Text for a language model");
  command.on_run([flags](const Session& session) { return evaluate_generate(*flags, session); });
}

}  // namespace hodhod::cli
