// SPDX-License-Identifier: Apache-2.0
// Text that a language model goes on with.
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
  std::vector<int64_t> tokens = {};  // all that was generated, with the end of sequence or stop string
  int64_t prompt_tokens = 0;         // of which no more than the model takes are read, the last ones
};

// The continuations of each prompt, best first: options.num_return_sequences of them, or fewer of a beam
// search two of whose results are the same text.
//
// A prompt begins with what the tokenizer's post-processor puts before a text (<s> of a Llama); what it puts
// after one is left out, as the text is not at its end. A prompt without any token begins with the options'
// or the model's start token, or an end of sequence where there is none. Of a text that is longer than the
// model takes, it sees the beginning that the post-processor puts there and the last part, between half a
// window and a whole one; beams end with the first window.
//
// The continuation of a prompt does not depend on the others; where it is sampled, on its number: they are
// counted from `first`. `on_text` hears the text of the first prompt's first result as it grows.
std::vector<std::vector<Continuation>> continue_text(
    const TextGenerator& generator, const std::vector<std::string>& prompts, const DecodeOptions& options,
    Context& context, uint64_t first = 0, const std::function<void(std::string_view)>& on_text = {});

}  // namespace hodhod
