// SPDX-License-Identifier: Apache-2.0
// Beam search as Hugging Face Transformers does it, so that the same model gives the same translations.
//
// The score of a beam is the sum of log-softmax values after the token rules. Each step takes the best
// 2·num_beams continuations of a prompt's beams together (more where several tokens end a sequence). One that
// ends the sequence is finished only if it is among the first num_beams; its score is sum / (generated
// length, end included)^length_penalty. A prompt is done when it has num_beams finished hypotheses and no
// open one can still beat the worst of them at the present length (early_stopping: at once;
// never_stop_early: at whichever length serves it best). At the length limit the open beams count as
// hypotheses. The first step has one beam.
#pragma once

#include <span>
#include <vector>

#include "hodhod/decode/generator.h"

namespace hodhod {

std::vector<Hypotheses> beam_search(const LanguageModel& model, std::span<const Prompt> prompts,
                                    const DecodeOptions& options, Context& context, const DecodeHooks& hooks);

}  // namespace hodhod
