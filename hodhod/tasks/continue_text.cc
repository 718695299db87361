// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/continue_text.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <span>
#include <utility>

#include "hodhod/base/error.h"
#include "hodhod/decode/generator.h"
#include "hodhod/tasks/distinct.h"
#include "hodhod/tasks/stop_strings.h"
#include "hodhod/text/text_stream.h"

namespace hodhod {
namespace {

// The first token of a text without a prompt.
int64_t start_token(const TextGenerator& generator, const DecodeOptions& options) {
  std::vector<int64_t> tokens{options.bos, generator.config().special().bos};
  tokens.insert(tokens.end(), options.eos.begin(), options.eos.end());
  for (const int64_t token : tokens) {
    if (token >= 0 && token < generator.config().vocabulary()) return token;
  }
  fail("{}: this model has no token that a text begins with; give a prompt", generator.model->name());
}

Prompt prompt_of(const TextGenerator& generator, const std::string& text, const DecodeOptions& options) {
  const text::Frame frame = generator.tokenizer->frame();
  Prompt prompt{.target = {frame.before.begin(), frame.before.end()}};
  prompt.fixed = static_cast<int64_t>(prompt.target.size());
  const auto ids = generator.tokenizer->encode_ids(text);
  prompt.target.insert(prompt.target.end(), ids.begin(), ids.end());
  if (prompt.target.empty()) prompt.target = {start_token(generator, options)};
  return prompt;
}

// The options with the model's ends of a sequence, unless they name some.
DecodeOptions with_ends(const TextGenerator& generator, DecodeOptions options) {
  if (options.eos.empty()) options.eos = generator.config().special().ends();
  return options;
}

// The text of a continuation, token by token, up to the first stop string.
class GrowingText {
 public:
  GrowingText(const text::Tokenizer& tokenizer, std::span<const int64_t> before, const StopStrings& stops)
      : stream_(tokenizer, before), stops_(stops) {}

  // The new text that certainly belongs to the result.
  std::string add(int64_t token) { return take(stream_.add(token), false); }
  std::string finish() { return take(stream_.finish(), true); }

 private:
  // Holds back text that may be the beginning of a stop string.
  std::string take(const std::string& grown, bool all) {
    if (stopped_) return {};
    held_ += grown;
    const size_t stop = stops_.find(held_);
    stopped_ = stop != std::string::npos;
    const size_t keep = stopped_ || all ? 0 : stops_.begun(held_);
    std::string certain = held_.substr(0, stopped_ ? stop : held_.size() - keep);
    held_.erase(0, held_.size() - keep);
    return certain;
  }

  text::TextStream stream_;
  const StopStrings& stops_;
  std::string held_;
  bool stopped_ = false;
};

std::vector<int64_t> without_ends(const std::vector<int64_t>& tokens, const DecodeOptions& options) {
  std::vector<int64_t> kept;
  std::copy_if(tokens.begin(), tokens.end(), std::back_inserter(kept),
               [&](int64_t token) { return !options.ends(token); });
  return kept;
}

}  // namespace

std::vector<std::vector<Continuation>> continue_text(const TextGenerator& generator,
                                                     const std::vector<std::string>& prompts,
                                                     const DecodeOptions& wanted, Context& context,
                                                     uint64_t first,
                                                     const std::function<void(std::string_view)>& on_text) {
  const DecodeOptions options = with_ends(generator, wanted);
  std::vector<Prompt> rows;
  for (const std::string& prompt : prompts) rows.push_back(prompt_of(generator, prompt, options));
  return continue_prompts(generator, rows, options, context, first, on_text);
}

std::vector<std::vector<Continuation>> continue_prompts(
    const TextGenerator& generator, const std::vector<Prompt>& rows, const DecodeOptions& wanted,
    Context& context, uint64_t first, const std::function<void(std::string_view)>& on_text) {
  DecodeOptions options = with_ends(generator, wanted);
  options.slide_window = options.num_beams == 1;
  const text::Tokenizer& tokenizer = *generator.tokenizer;
  std::vector<uint64_t> streams(rows.size());
  std::iota(streams.begin(), streams.end(), first);

  const StopStrings stops(options.stop_strings, tokenizer);
  DecodeHooks hooks;
  if (!stops.empty()) hooks.ends = std::bind_front(&StopStrings::reached, &stops);
  GrowingText shown(tokenizer, rows.empty() ? std::span<const int64_t>() : rows[0].target, stops);
  if (on_text) {
    hooks.on_token = [&](int64_t row, int64_t token) {
      if (row != 0 || options.ends(token)) return;
      if (const std::string grown = shown.add(token); !grown.empty()) on_text(grown);
    };
  }
  const auto found = generate(*generator.model->language_model(), rows, options, context, hooks, streams);
  if (on_text) on_text(shown.finish());

  std::vector<std::vector<Continuation>> results(rows.size());
  for (size_t i = 0; i < found.size(); ++i) {
    for (const Hypothesis& hypothesis : found[i]) {
      GrowingText text(tokenizer, rows[i].target, stops);
      Continuation& result = results[i].emplace_back(Continuation{"", hypothesis.score, hypothesis.tokens});
      result.prompt_tokens = static_cast<int64_t>(rows[i].target.size());
      for (const int64_t token : without_ends(hypothesis.tokens, options)) result.text += text.add(token);
      result.text += text.finish();
    }
    if (options.num_beams > 1) keep_distinct(results[i]);
  }
  return results;
}

std::string TextGenerator::generate(const std::string& prompt, const GenerateOptions& options) const {
  Context context;
  const auto found = continue_text(*this, {prompt}, options.applied_to(decoding), context);
  return found[0].empty() ? "" : found[0][0].text;
}

}  // namespace hodhod
