// SPDX-License-Identifier: Apache-2.0
// A language model of one's own text in four lines: make, fit, load, generate.
//   poet [FILE [DIRECTORY]]
#include <fmt/core.h>

#include "hodhod/hodhod.h"

using namespace hodhod;

int main(int count, char** arguments) {
  const std::string text = count > 1 ? arguments[1] : "examples/data/en-fa/dev.en";
  const TemporaryDirectory temporary;
  const std::string directory = count > 2 ? arguments[2] : temporary.path();

  auto poet = TextGenerator::make("gpt-tiny", lines_of(text), {.seed = 1});
  fit(poet, text, {.steps = 120}, directory);
  auto gpt = TextGenerator::load(directory);
  fmt::print("Once{}\n", gpt.generate("Once", {.max_new_tokens = 40, .do_sample = false}));
}
