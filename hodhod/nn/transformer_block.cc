// SPDX-License-Identifier: Apache-2.0
#include "hodhod/nn/transformer_block.h"

#include "hodhod/base/error.h"

namespace hodhod {
namespace {

// One sub-layer f with its residual and norm. f(x, residual) gives residual + dropout(f(x)).
template <class SubLayer>
Tensor add_and_norm(NormPlacement placement, const Norm& norm, const char* name, const Tensor& x,
                    Context& context, SubLayer&& f) {
  const Trace::Scope scope(context.trace, name);
  const auto normed = [&](const Tensor& y) {
    const Tensor z = norm(y);
    trace(context, "norm", Component::add_and_norm, "BTC", z);
    return z;
  };
  const Tensor sum = placement == NormPlacement::post ? f(x, x) : f(normed(x), x);
  trace(context, "sum", Component::add_and_norm, "BTC", sum);
  return placement == NormPlacement::post ? normed(sum) : sum;
}

}  // namespace

TransformerBlock::TransformerBlock(const TransformerBlockOptions& given, DType dtype)
    : options(given),
      self_attention(given.attention, dtype),
      self_attention_norm(given.attention.width, given.norm, dtype),
      feed_forward(given.feed_forward, dtype),
      feed_forward_norm(given.attention.width, given.norm, dtype) {
  if (!given.cross) return;
  MultiHeadAttentionOptions cross = given.attention;
  cross.causal = false;
  cross.left = cross.right = -1;
  cross_attention.emplace(cross, dtype);
  cross_attention_norm.emplace(given.attention.width, given.norm, dtype);
}

Tensor TransformerBlock::operator()(const Tensor& x, const AttentionSetting& setting, Context& context,
                                    const CrossInput* cross, CachedLayer cached) const {
  check((cross != nullptr) == cross_attention.has_value(),
        "transformer block: it has {} cross-attention and was given {} encoder output",
        cross_attention ? "a" : "no", cross ? "an" : "no");
  const double dropout = options.dropout;
  Tensor y = add_and_norm(options.placement, self_attention_norm, "self_attention", x, context,
                          [&](const Tensor& in, const Tensor& residual) {
                            return self_attention(in, setting, context, residual, dropout, cached);
                          });
  if (cross) {
    y = add_and_norm(options.placement, *cross_attention_norm, "cross_attention", y, context,
                     [&](const Tensor& in, const Tensor& residual) {
                       return cross_attention->cross(in, cross->memory, cross->setting, context, residual,
                                                     dropout);
                     });
  }
  y = add_and_norm(
      options.placement, feed_forward_norm, "feed_forward", y, context,
      [&](const Tensor& in, const Tensor& residual) { return feed_forward(in, context, residual, dropout); });
  trace(context, "output", Component::add_and_norm, "BTC", y);
  return y;
}

}  // namespace hodhod
