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

// The position of the norm in "add & norm": x = norm(x + f(x)) as in the paper, x = x + f(norm(x)), or both,
// x = x + norm'(f(norm(x))) (Ding et al. 2021, "CogView", §2.4; Gemma 2).
enum class NormPlacement { post, pre, both };
constexpr std::array<std::string_view, 3> names_of(NormPlacement) { return {"post", "pre", "both"}; }

// What the feed-forward sub-layer reads: what attention has made of x, as in the paper; or x as attention
// does, so that y = x + attention(norm(x)) + feed_forward(norm'(x)) (Wang and Komatsuzaki 2021, "GPT-J"),
// with a norm of its own or with the same.
enum class SubLayerOrder { sequential, parallel, parallel_one_norm };
constexpr std::array<std::string_view, 3> names_of(SubLayerOrder) {
  return {"sequential", "parallel", "parallel-one-norm"};
}

struct TransformerBlockOptions {
  MultiHeadAttentionOptions attention;
  FeedForwardOptions feed_forward;
  NormOptions norm;
  NormPlacement placement = NormPlacement::post;
  SubLayerOrder order = SubLayerOrder::sequential;  // parallel: with NormPlacement::pre, without cross
  bool cross = false;  // a decoder's block, which also attends to the encoder's output
  double dropout = 0;  // of each sub-layer's output, in training
};

// "Attention Is All You Need", figure 1: (masked) self-attention, in a decoder cross-attention, feed-forward;
// each with a residual and a norm. Traces under the name of each sub-layer what that traces, its sum with the
// residual ("sum"), the norm ("norm", before the sub-layer or after the sum) and, if there are both, the
// second one ("output_norm"), and the output of the block.
struct TransformerBlock {
  TransformerBlockOptions options;
  MultiHeadAttention self_attention;
  Norm self_attention_norm;
  std::optional<MultiHeadAttention> cross_attention;
  std::optional<Norm> cross_attention_norm;
  FeedForward feed_forward;
  std::optional<Norm> feed_forward_norm;  // none with parallel_one_norm
  // With NormPlacement::both.
  std::optional<Norm> self_attention_output_norm, cross_attention_output_norm, feed_forward_output_norm;

  TransformerBlock() = default;
  // Uninitialised parameters. Error when the options do not fit together.
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
    v("self_attention_output_norm", self_attention_output_norm);
    v("cross_attention_output_norm", cross_attention_output_norm);
    v("feed_forward_output_norm", feed_forward_output_norm);
  }

 private:
  Tensor in_turn(const Tensor& x, const AttentionSetting& setting, Context& context, const CrossInput* cross,
                 CachedLayer cached) const;
  Tensor side_by_side(const Tensor& x, const AttentionSetting& setting, Context& context,
                      CachedLayer cached) const;
};

}  // namespace hodhod
