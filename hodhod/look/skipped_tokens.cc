// SPDX-License-Identifier: Apache-2.0
#include "hodhod/look/skipped_tokens.h"

#include <algorithm>

#include "hodhod/ops/shape.h"
#include "hodhod/tensor/tape.h"

namespace hodhod::look {
namespace {

// Tokens of a batch.
constexpr int64_t kSkippingTokens = 8192;

// x [1, T] → [N, T − 1]: a row without each of the tokens.
Tensor without_tokens(const Tensor& x, std::span<const int64_t> tokens) {
  if (!x.defined()) return x;
  const int64_t time = x.dim(1);
  std::vector<Tensor> rows;
  for (const int64_t token : tokens) {
    std::vector<int64_t> kept;
    for (int64_t t = 0; t < time; ++t) {
      if (t != token) kept.push_back(t);
    }
    rows.push_back(index_select(x, 1, Tensor::from(kept, {time - 1})));
  }
  return concat(rows, 0);
}

TokenBatch without_tokens(const TokenBatch& batch, std::span<const int64_t> tokens) {
  TokenBatch made = batch;
  made.ids = without_tokens(batch.ids, tokens);
  made.token_types = without_tokens(batch.token_types, tokens);
  made.weights = without_tokens(batch.weights, tokens);
  if (batch.letters) made.letters->of_tokens = without_tokens(batch.letters->of_tokens, tokens);
  return made;
}

// The target's place when a token is not there.
int64_t place_without(const Target& target, bool in_decoder, bool answered_in_decoder, int64_t token) {
  return in_decoder == answered_in_decoder && token <= target.at ? target.at - 1 : target.at;
}

}  // namespace

bool can_skip(const Subject& subject, const Reading& reading, const Target& target, bool in_decoder,
              int64_t token) {
  const Sequence& answered = reading.answered();
  for (const Sequence& sequence : reading.sequences) {
    if (sequence.decoder == in_decoder && sequence.tokens.size() < 2) return false;
  }
  if (target.at < 0 || in_decoder != answered.decoder) return true;
  if (subject.config().head.kind == HeadKind::tagger) return token != target.at;
  return place_without(target, in_decoder, answered.decoder, token) >= 0;
}

std::vector<Outcome> outcomes_without(const Subject& subject, const Reading& reading, const Target& target,
                                      bool in_decoder, std::span<const int64_t> tokens) {
  const NoGrad off;
  const bool answered = reading.answered().decoder;
  const int64_t time = std::ssize(reading.answered().tokens) - (in_decoder == answered ? 1 : 0);
  const auto most = static_cast<size_t>(std::max<int64_t>(1, kSkippingTokens / std::max<int64_t>(1, time)));
  // What a writer is given is its target, whether it reads a source or not.
  const bool of_target =
      reading.batch.target.ids.defined() && (in_decoder || !reading.batch.source.ids.defined());
  std::vector<Outcome> outcomes;
  for (size_t at = 0; at < tokens.size(); at += most) {
    const auto some = tokens.subspan(at, std::min(most, tokens.size() - at));
    SequenceBatch batch;
    if (of_target) {
      if (reading.batch.source.ids.defined())
        batch.source = repeated({.source = reading.batch.source, .target = {}}, std::ssize(some)).source;
      batch.target = without_tokens(reading.batch.target, some);
    } else {
      batch.source = without_tokens(reading.batch.source, some);
      if (reading.batch.target.ids.defined())
        batch.target = repeated({.source = {}, .target = reading.batch.target}, std::ssize(some)).target;
    }
    Context context;
    const Tensor logits = answer_of(subject.model(), batch, context);
    for (size_t row = 0; row < some.size(); ++row) {
      Target moved = target;
      if (target.at >= 0) moved.at = place_without(target, in_decoder, answered, some[row]);
      outcomes.push_back(outcome_of(moved, logits, static_cast<int64_t>(row), time));
    }
  }
  return outcomes;
}

}  // namespace hodhod::look
