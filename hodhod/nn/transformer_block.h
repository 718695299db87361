// SPDX-License-Identifier: Apache-2.0
// One layer of a Transformer's encoder or decoder.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "hodhod/nn/attention.h"
#include "hodhod/nn/context.h"
#include "hodhod/nn/feed_forward.h"
#include "hodhod/nn/norm.h"

namespace hodhod {

// The position of the norm in "add & norm": x = norm(x + f(x)) as in the paper, or x = x + f(norm(x)).
enum class NormPlacement { post, pre };
constexpr std::array<std::string_view, 2> names_of(NormPlacement) { return {"post", "pre"}; }

struct TransformerBlockOptions {
  MultiHeadAttentionOptions attention;
  FeedForwardOptions feed_forward;
  NormOptions norm;
  NormPlacement placement = NormPlacement::post;
  bool cross = false;  // a decoder's block, which also attends to the encoder's output
  double dropout = 0;  // of each sub-layer's output, in training
};

// "Attention Is All You Need", figure 1: (masked) self-attention, in a decoder cross-attention, feed-forward;
// each with a residual and a norm. Traces under the name of each sub-layer what that traces, its sum with the
// residual ("sum") and the norm ("norm", before the sub-layer or after the sum), and the output of the block.
struct TransformerBlock {
  TransformerBlockOptions options;
  MultiHeadAttention self_attention;
  Norm self_attention_norm;
  std::optional<MultiHeadAttention> cross_attention;
  std::optional<Norm> cross_attention_norm;
  FeedForward feed_forward;
  Norm feed_forward_norm;

  TransformerBlock() = default;
  // Uninitialised parameters.
  explicit TransformerBlock(const TransformerBlockOptions& options, DType dtype = DType::f32);

  // What the cross-attention of a block attends to: the keys and values it made of the encoder's output.
  struct CrossInput {
    KeyValues memory;
    AttentionSetting setting;
  };

  // x [B, T, C] → [B, T, C].
  Tensor operator()(const Tensor& x, const AttentionSetting& setting, Context& context,
                    const CrossInput* cross = nullptr, CachedLayer cached = {}) const;

  template <class V>
  void visit(V& v) {
    v("self_attention", self_attention);
    v("self_attention_norm", self_attention_norm);
    v("cross_attention", cross_attention);
    v("cross_attention_norm", cross_attention_norm);
    v("feed_forward", feed_forward);
    v("feed_forward_norm", feed_forward_norm);
  }
};

}  // namespace hodhod
