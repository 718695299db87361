// SPDX-License-Identifier: Apache-2.0
#include "hodhod/decode/generator.h"

#include <fmt/format.h>

#include <exception>
#include <utility>

#include "hodhod/base/error.h"
#include "hodhod/decode/decoding.h"

namespace hodhod {

std::vector<Hypotheses> generate(const LanguageModel& model, std::span<const Prompt> prompts,
                                 const DecodeOptions& options, Context& context, const DecodeHooks& hooks,
                                 std::span<const uint64_t> streams) {
  options.validate(model.vocabulary());
  check(streams.empty() || streams.size() == prompts.size(), "decoding: {} streams for {} prompts",
        streams.size(), prompts.size());
  Decoding decoding(model, context);
  for (size_t i = 0; i < prompts.size(); ++i) {
    decoding.add({prompts[i], options, streams.empty() ? i : streams[i], hooks.ends},
                 fmt::format("prompt {}", i));
  }
  std::vector<Hypotheses> results(prompts.size());
  while (!decoding.empty()) {
    DecodeEvents events = decoding.step();
    for (const TokenEvent& event : events.tokens) {
      if (hooks.on_token)
        hooks.on_token(event.request * options.num_return_sequences + event.sequence, event.token);
    }
    for (FinishedEvent& event : events.finished) {
      if (event.error) std::rethrow_exception(event.error);
      results[static_cast<size_t>(event.request)] = std::move(event.results);
    }
  }
  return results;
}

}  // namespace hodhod
