// SPDX-License-Identifier: Apache-2.0
// Continuation of texts with a language model.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/decode/options.h"
#include "hodhod/tasks/generate.h"

namespace hodhod {

struct Continuation {
  std::string text;  // what follows the prompt, up to the first stop string
  double score = 0;
  std::vector<int64_t> tokens = {};  // all generated tokens, with the end of sequence or stop string
  int64_t prompt_tokens = 0;         // only the last ones are read if the model takes fewer
};

// The continuations of each prompt, best first: options.num_return_sequences of them, or fewer if a beam
// search finds the same text twice.
//
// A prompt begins with the tokens that the tokenizer's post-processor puts before a text (Llama's <s>). Those
// that it puts after a text are left out, since the text continues. A prompt without tokens begins with the
// start token of the options or the model, or, if there is none, with an end of sequence. If a text is longer
// than the model takes, the model sees the post-processor's first tokens and the last part of the text,
// between half a window and a whole one. Beam search ends with the first window.
//
// The continuation of a prompt does not depend on the others. A sampled one depends on the prompt's number,
// counted from `first`. `on_text` is called with each new piece of the first prompt's first result.
std::vector<std::vector<Continuation>> continue_text(
    const TextGenerator& generator, const std::vector<std::string>& prompts, const DecodeOptions& options,
    Context& context, uint64_t first = 0, const std::function<void(std::string_view)>& on_text = {});

// The same of prompts that are tokens already. The text of a continuation has no special tokens.
std::vector<std::vector<Continuation>> continue_prompts(
    const TextGenerator& generator, const std::vector<Prompt>& prompts, const DecodeOptions& options,
    Context& context, uint64_t first = 0, const std::function<void(std::string_view)>& on_text = {});

}  // namespace hodhod
