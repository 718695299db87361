// SPDX-License-Identifier: Apache-2.0
#include "hodhod/nn/transformer_block.h"

#include <gtest/gtest.h>

#include <vector>

#include "hodhod/nn/initialisers.h"
#include "hodhod/nn/module.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {
namespace {

Tensor block_values(const Shape& shape, uint64_t stream) {
  Tensor x = Tensor::empty(shape);
  init_normal(x, 0, 1, Rng(4, stream));
  return x;
}

struct Decoder {
  std::vector<TransformerBlock> layer;
  template <class V>
  void visit(V& v) {
    v("layer", layer);
  }
};

// The output, the gradients of inputs and parameters of three decoder blocks in training.
std::vector<std::vector<float>> run(bool checkpointed, NormPlacement placement) {
  const TransformerBlockOptions options{
      .attention = {.width = 24, .heads = 2, .causal = true, .dropout = 0.1},
      .feed_forward = {.width = 24, .hidden = 37, .activation = kernels::Activation::gelu, .dropout = 0.1},
      .norm = {},
      .placement = placement,
      .cross = true,
      .dropout = 0.1};
  Decoder decoder;
  for (int i = 0; i < 3; ++i) decoder.layer.emplace_back(options);
  uint64_t stream = 10;
  for_each_parameter(decoder, [&](const std::string&, Tensor& p) {
    init_normal(p, 0, 0.3, Rng(4, ++stream));
    p.set_requires_grad();
  });
  const Tensor input = block_values({3, 7, 24}, 1).set_requires_grad();
  const Tensor states = block_values({3, 5, 24}, 2).set_requires_grad();
  const AttentionSetting setting{.key_end = Tensor::from<int64_t>({7, 1, 4}, {3})};
  Context context{.training = true, .rng = Rng(9)};
  Tensor x = input;
  for (const TransformerBlock& block : decoder.layer) {
    const auto body = [&block, setting, context](std::span<const Tensor> in) {
      Context own = context;  // the same streams each time
      const TransformerBlock::CrossInput cross{block.cross_attention->keys_values(in[1], own), {}};
      return block(in[0], setting, own, &cross);
    };
    x = checkpointed ? checkpoint(body, {x, states}) : body(std::vector<Tensor>{x, states});
    context.streams += 10;
  }
  backward(x, {.gradient = block_values(x.shape(), 3)});
  std::vector<std::vector<float>> all{x.values<float>(), input.grad().values<float>(),
                                      states.grad().values<float>()};
  for (const auto& [name, parameter] : parameters_of(decoder))
    all.push_back(parameter.grad().values<float>());
  return all;
}

TEST(TransformerBlock, ParallelSubLayersNeedNormsBeforeThem) {
  TransformerBlockOptions options{.attention = {.width = 8, .heads = 2},
                                  .feed_forward = {.width = 8, .hidden = 9},
                                  .norm = {},
                                  .order = SubLayerOrder::parallel};
  EXPECT_THROW(TransformerBlock{options}, Error);
  options.placement = NormPlacement::pre;
  EXPECT_NO_THROW(TransformerBlock{options});
  options.cross = true;
  EXPECT_THROW(TransformerBlock{options}, Error);
}

TEST(TransformerBlock, CheckpointedBlocksGiveTheSameBits) {
  for (NormPlacement placement : {NormPlacement::post, NormPlacement::pre, NormPlacement::both}) {
    const auto once = run(false, placement), twice = run(true, placement);
    ASSERT_EQ(once.size(), twice.size());
    for (size_t i = 0; i < once.size(); ++i) EXPECT_EQ(once[i], twice[i]) << "number " << i;
  }
}

}  // namespace
}  // namespace hodhod
