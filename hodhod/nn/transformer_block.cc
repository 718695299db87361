// SPDX-License-Identifier: Apache-2.0
#include "hodhod/nn/transformer_block.h"

#include "hodhod/base/error.h"
#include "hodhod/nn/traced_norm.h"
#include "hodhod/ops/elementwise.h"

namespace hodhod {
namespace {

// One sub-layer f with its residual and norms. f(x, residual) gives residual + dropout(f(x)), or the second
// alone if the residual is undefined; `output_norm` is for NormPlacement::both.
template <class SubLayer>
Tensor add_and_norm(NormPlacement placement, const Norm& norm, const std::optional<Norm>& output_norm,
                    const Tensor& x, Context& context, SubLayer&& f) {
  if (placement == NormPlacement::post) {
    const Tensor sum = f(x, x);
    trace(context, "sum", Component::add_and_norm, "BTC", sum);
    return traced_norm(norm, "norm", sum, context);
  }
  const Tensor in = traced_norm(norm, "norm", x, context);
  const Tensor sum = placement == NormPlacement::pre
                         ? f(in, x)
                         : x + traced_norm(*output_norm, "output_norm", f(in, Tensor()), context);
  trace(context, "sum", Component::add_and_norm, "BTC", sum);
  return sum;
}

}  // namespace

TransformerBlock::TransformerBlock(const TransformerBlockOptions& given, DType dtype)
    : options(given),
      self_attention(given.attention, dtype),
      self_attention_norm(given.attention.width, given.norm, dtype),
      feed_forward(given.feed_forward, dtype) {
  const int64_t width = given.attention.width;
  const bool sequential = given.order == SubLayerOrder::sequential;
  check(sequential || (given.placement == NormPlacement::pre && !given.cross),
        "transformer block: parallel sub-layers need norms before them (pre), and no cross-attention");
  if (given.order != SubLayerOrder::parallel_one_norm) feed_forward_norm.emplace(width, given.norm, dtype);
  if (given.placement == NormPlacement::both) {
    self_attention_output_norm.emplace(width, given.norm, dtype);
    feed_forward_output_norm.emplace(width, given.norm, dtype);
    if (given.cross) cross_attention_output_norm.emplace(width, given.norm, dtype);
  }
  if (!given.cross) return;
  MultiHeadAttentionOptions cross = given.attention;
  cross.causal = false;
  cross.left = cross.right = -1;
  cross_attention.emplace(cross, dtype);
  cross_attention_norm.emplace(width, given.norm, dtype);
}

Tensor TransformerBlock::operator()(const Tensor& x, const AttentionSetting& setting, Context& context,
                                    const CrossInput* cross, CachedLayer cached) const {
  check((cross != nullptr) == cross_attention.has_value(),
        "transformer block: it has {} cross-attention and was given {} encoder output",
        cross_attention ? "a" : "no", cross ? "an" : "no");
  const Tensor y = options.order == SubLayerOrder::sequential ? in_turn(x, setting, context, cross, cached)
                                                              : side_by_side(x, setting, context, cached);
  trace(context, "output", Component::add_and_norm, "BTC", y);
  return y;
}

Tensor TransformerBlock::in_turn(const Tensor& x, const AttentionSetting& setting, Context& context,
                                 const CrossInput* cross, CachedLayer cached) const {
  const double dropout = options.dropout;
  const auto sub_layer = [&](const char* name, const Norm& norm, const std::optional<Norm>& output_norm,
                             const Tensor& in, const auto& f) {
    const Trace::Scope scope(context.trace, name);
    return add_and_norm(options.placement, norm, output_norm, in, context, f);
  };
  Tensor y = sub_layer("self_attention", self_attention_norm, self_attention_output_norm, x,
                       [&](const Tensor& in, const Tensor& residual) {
                         return self_attention(in, setting, context, residual, dropout, cached);
                       });
  if (cross) {
    y = sub_layer("cross_attention", *cross_attention_norm, cross_attention_output_norm, y,
                  [&](const Tensor& in, const Tensor& residual) {
                    return cross_attention->cross(in, cross->memory, cross->setting, context, residual,
                                                  dropout);
                  });
  }
  return sub_layer(
      "feed_forward", *feed_forward_norm, feed_forward_output_norm, y,
      [&](const Tensor& in, const Tensor& residual) { return feed_forward(in, context, residual, dropout); });
}

// x + attention(norm(x)) + feed_forward(norm'(x)), added from left to right.
Tensor TransformerBlock::side_by_side(const Tensor& x, const AttentionSetting& setting, Context& context,
                                      CachedLayer cached) const {
  Tensor in, sum;
  {
    const Trace::Scope scope(context.trace, "self_attention");
    in = traced_norm(self_attention_norm, "norm", x, context);
    sum = self_attention(in, setting, context, x, options.dropout, cached);
    trace(context, "sum", Component::add_and_norm, "BTC", sum);
  }
  const Trace::Scope scope(context.trace, "feed_forward");
  if (feed_forward_norm) in = traced_norm(*feed_forward_norm, "norm", x, context);
  sum = feed_forward(in, context, sum, options.dropout);
  trace(context, "sum", Component::add_and_norm, "BTC", sum);
  return sum;
}

}  // namespace hodhod
