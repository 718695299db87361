// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/score_tokens.h"

#include <algorithm>
#include <optional>
#include <span>

#include "hodhod/tasks/fit_language.h"
#include "hodhod/tasks/language_text.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {
namespace {

// Tokens of a text, each with the part that it stands for.
std::vector<ScoredToken> tokens_of(const text::Tokenizer& tokenizer, std::string_view text) {
  const text::Encoding encoding = tokenizer.encode(text, {.add_special_tokens = false});
  const int64_t unknown = tokenizer.role("unk_token").value_or(-1);
  std::vector<ScoredToken> tokens;
  for (size_t i = 0; i < encoding.size(); ++i) {
    const auto range = encoding.bytes[i];
    const int64_t id = encoding.ids[i];
    tokens.push_back({std::string(text.substr(range.begin, range.size())), id, id == unknown});
    if (tokens.back().text.empty()) tokens.back().text = tokenizer.readable_token(encoding.ids[i]);
  }
  return tokens;
}

// The predictions of the labels. A model that carries a state goes on from `state`, which becomes what it is
// after the tokens.
std::vector<TokenScore> predicted_from(const LanguageModel& model, const std::vector<int64_t>& tokens,
                                       const std::vector<int64_t>& labels, CarriedState& state,
                                       Context& context) {
  if (state.empty()) return model.score(tokens, labels, context);
  const NoGrad off;
  const Shape shape{1, std::ssize(tokens)};
  CarriedLoss found = model.loss_from(state, {.target = {.ids = Tensor::from(tokens, shape)}},
                                      Tensor::from(labels, shape), {.reduction = Reduction::none}, context);
  state = std::move(found.state);
  std::vector<TokenScore> scores;
  for (const double loss : found.loss.values()) scores.push_back({.log_probability = -loss});
  return scores;
}

// Scores the tokens, the first of them after `before`; without that, the first is only read, and is left out.
std::vector<ScoredToken> scored(const TextGenerator& generator, std::vector<int64_t> read,
                                std::vector<ScoredToken> tokens, CarriedState& state, Context& context) {
  if (read.empty()) {
    read.push_back(tokens[0].id);
    tokens.erase(tokens.begin());
  }
  std::vector<int64_t> labels(read.size() - 1, kIgnoreIndex);
  for (const ScoredToken& token : tokens) {
    labels.push_back(token.id);
    read.push_back(token.id);
  }
  read.pop_back();
  const auto scores = predicted_from(*generator.model->language_model(), read, labels, state, context);
  for (size_t i = 0; i < tokens.size(); ++i) {
    tokens[i].score = scores[scores.size() - tokens.size() + i];
    check_log_probability(*generator.model, tokens[i].score.log_probability);
  }
  return tokens;
}

}  // namespace

void score_tokens(const TextGenerator& generator, std::string_view whole, Context& context,
                  const std::function<void(const std::vector<ScoredToken>&)>& visit) {
  const std::optional<std::string> kept = without_symbols(generator, whole);
  const std::string_view text = kept ? *kept : whole;
  const text::Tokenizer& tokenizer = *generator.tokenizer;
  CarriedState state;
  if (generator.reads_lines()) {
    const SpecialIds& special = generator.config().special();
    const std::vector<int64_t> begin = before_lines(generator);
    for (const std::string_view line : lines_of_text(text)) {
      std::vector<ScoredToken> tokens = tokens_of(tokenizer, line);
      tokens.push_back({std::string(tokenizer.id_to_token(static_cast<int32_t>(special.eos))), special.eos});
      visit(scored(generator, begin, std::move(tokens), state, context));
    }
    return;
  }
  const std::vector<ScoredToken> tokens = tokens_of(tokenizer, text);
  state = generator.model->language_model()->first_state(1);
  const bool reads_on = !state.empty();
  const std::vector<int32_t> frame = tokenizer.frame().before;
  const std::vector<int64_t> before(frame.begin(), frame.end()), nothing;
  // Without tokens before it, a text begins with a token that is only read.
  const int64_t read = before.empty() ? 1 : 0;
  const int64_t length = generator.config().max_length() - std::max<int64_t>(0, std::ssize(before) - 1);
  const int64_t predictions = std::ssize(tokens) - read;
  for (const ScoringWindow& one :
       reads_on ? consecutive_windows(predictions, length) : scoring_windows(predictions, length)) {
    const std::vector<int64_t>& ahead = reads_on && one.window.begin > 0 ? nothing : before;
    const auto first = tokens.begin() + one.window.begin + read;
    auto found = scored(generator, ahead, {first - (ahead.empty() ? 1 : 0), first + one.window.length}, state,
                        context);
    found.erase(found.begin(), found.begin() + one.context);
    visit(found);
  }
}

}  // namespace hodhod
