// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/transformer_lm.h"

#include <algorithm>
#include <utility>

#include "hodhod/models/finite.h"
#include "hodhod/ops/shape.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {
namespace {

struct CachedState final : LanguageModel::State {
  DecoderCache cache;
  void select(std::span<const int64_t> rows) override { cache.select(rows); }
};

// More room for keys and values, by half as much again.
void make_room(DecoderCache& cache, int64_t length, int64_t most) {
  if (cache.self.empty() || cache.self[0].capacity() >= length) return;
  const int64_t capacity = std::min(most, std::max(length, cache.self[0].capacity() * 3 / 2));
  for (KeyValueCache& layer : cache.self) {
    KeyValueCache larger(layer.keys.dim(0), capacity, layer.keys.dim(2));
    for (const auto& [from, to] : {std::pair{layer.keys, larger.keys}, {layer.values, larger.values}}) {
      copy(from, to.with_layout(from.shape(), to.strides()));
    }
    layer = larger;
  }
}

}  // namespace

TransformerLM::TransformerLM(const Transformer& model) : model_(model) {
  check(model.config().has_decoder() && model.config().head == HeadKind::language_model,
        "decoding: this model has no decoder with a head over the vocabulary; use a translation or language "
        "model");
}

int64_t TransformerLM::vocabulary() const { return model_.config().vocabulary; }
int64_t TransformerLM::max_length() const { return model_.config().max_length; }

std::unique_ptr<LanguageModel::State> TransformerLM::start(std::span<const Prompt> prompts) const {
  NoGrad off;
  Context context;
  const int64_t filler = model_.config().filler();
  std::vector<std::vector<int64_t>> sources, targets;
  int64_t longest = 0;
  for (const Prompt& prompt : prompts) {
    sources.push_back(prompt.source);
    targets.emplace_back(prompt.target.begin(), prompt.target.end() - 1);
    longest = std::max(longest, static_cast<int64_t>(targets.back().size()));
  }
  Memory memory;
  const bool has_encoder = model_.config().has_encoder();
  if (has_encoder) memory = model_.encode(TokenBatch::of(sources, filler), context);

  auto state = std::make_unique<CachedState>();
  const int64_t capacity = std::min(max_length(), longest + 32);
  state->cache =
      model_.make_cache(static_cast<int64_t>(prompts.size()), capacity, has_encoder ? &memory : nullptr);
  if (longest > 0) model_.decode_on(TokenBatch::of(targets, filler), state->cache, context);
  return state;
}

Tensor TransformerLM::step(State& state, std::span<const int64_t> tokens) const {
  NoGrad off;
  Context context;
  DecoderCache& cache = static_cast<CachedState&>(state).cache;
  const int64_t held = *std::max_element(cache.lengths.begin(), cache.lengths.end());
  make_room(cache, held + 1, max_length());
  const auto rows = static_cast<int64_t>(tokens.size());
  const Tensor hidden = model_.decode_on({.ids = Tensor::from(tokens, {rows, 1})}, cache, context);
  return check_finite(model_, model_.logits(select(hidden, 1, 0), context), "logits");
}

}  // namespace hodhod
