// SPDX-License-Identifier: Apache-2.0
// Gradients of whole layers and stacks of them, with respect to inputs and every parameter: against finite
// differences in f64, and f32 against f64.
#include <gtest/gtest.h>

#include <cctype>
#include <string>
#include <vector>

#include "hodhod/base/names.h"
#include "hodhod/nn/convolution.h"
#include "hodhod/nn/embedding.h"
#include "hodhod/nn/module.h"
#include "hodhod/nn/positions.h"
#include "hodhod/nn/recurrent.h"
#include "hodhod/nn/transformer_block.h"
#include "hodhod/ops/elementwise.h"
#include "hodhod/ops/linear_cross_entropy.h"
#include "hodhod/ops/shape.h"
#include "hodhod/ops/test_tensors.h"

namespace hodhod {
namespace {

using kernels::Activation;

constexpr int64_t kBatch = 2, kTime = 4, kSource = 3, kWidth = 8, kHidden = 6;

Tensor scaled(const Tensor& x, double factor) {
  Tensor y = x.clone();
  for (int64_t i = 0; i < y.numel(); ++i) y.data<double>()[i] *= factor;
  return y;
}

Tensor lengths(std::initializer_list<int64_t> values) {
  return Tensor::from(values, {static_cast<int64_t>(values.size())});
}

// Checks y = run(layer, inputs) for the layer that make(dtype) gives, in all parameters and inputs.
template <class Make, class Run>
void expect_layer(const Make& make, const Run& run, std::vector<Tensor> inputs, const std::string& what) {
  const size_t count = inputs.size();
  auto model = make(DType::f64);
  uint64_t seed = 100;
  for_each_parameter(model, [&](const std::string&, Tensor& parameter) {
    inputs.push_back(scaled(random_tensor(parameter.shape(), ++seed), 0.25));
  });
  const Op op = [&](Inputs given) {
    DType dtype = DType::f64;
    for (const Tensor& input : given) {
      if (is_floating(input.dtype())) dtype = input.dtype();
    }
    auto layer = make(dtype);
    size_t next = count;
    for_each_parameter(layer, [&](const std::string&, Tensor& parameter) { parameter = given[next++]; });
    return run(layer, given.first(count));
  };
  expect_op(op, inputs, what);
}

// ---- blocks of a Transformer ----

struct BlockCase {
  std::string name;
  TransformerBlockOptions options = {};
  bool ragged = false;
  bool rotary = false;
  int64_t rotated = 0;  // channels of a head that turn; 0: all
  bool alibi = false;
  bool global = false;
  int layers = 1;
};
void PrintTo(const BlockCase& one, std::ostream* out) { *out << one.name; }

struct Stack {
  std::vector<TransformerBlock> layer;
  template <class V>
  void visit(V& v) {
    v("layer", layer);
  }
};

BlockCase block_case(std::string name) {
  BlockCase c{.name = std::move(name)};
  c.options.attention = {.width = kWidth, .heads = 2};
  c.options.feed_forward = {.width = kWidth, .hidden = kHidden, .activation = Activation::gelu};
  return c;
}

std::vector<BlockCase> block_cases() {
  std::vector<BlockCase> cases;
  const auto add = [&](std::string name, const auto& change) {
    cases.push_back(block_case(std::move(name)));
    change(cases.back());
  };
  for (NormPlacement placement : {NormPlacement::post, NormPlacement::pre}) {
    for (NormKind kind : {NormKind::layer, NormKind::rms}) {
      for (Activation activation : {Activation::relu, Activation::gelu, Activation::silu}) {
        const bool gated = activation == Activation::silu || kind == NormKind::rms;
        add(fmt::format("{} {} {}{}", placement == NormPlacement::pre ? "pre" : "post",
                        kind == NormKind::rms ? "rms" : "layer", kernels::name_of(activation),
                        gated ? " gated" : ""),
            [&](BlockCase& c) {
              c.options.placement = placement;
              c.options.norm.kind = kind;
              c.options.feed_forward.activation = activation;
              c.options.feed_forward.gated = gated;
            });
      }
    }
  }
  add("plain silu without biases", [](BlockCase& c) {
    c.options.feed_forward.activation = Activation::silu;
    c.options.feed_forward.bias = false;
    c.options.attention.biases = {false, false, false, false};
  });
  add("grouped heads, rotary, causal", [](BlockCase& c) {
    c.options.attention.heads = 4;
    c.options.attention.kv_heads = 2;
    c.options.attention.causal = true;
    c.options.placement = NormPlacement::pre;
    c.rotary = true;
  });
  add("alibi, ragged", [](BlockCase& c) {
    c.options.attention.causal = true;
    c.alibi = c.ragged = true;
  });
  add("sliding window, ragged", [](BlockCase& c) {
    c.options.attention.left = 1;
    c.options.attention.right = 1;
    c.ragged = true;
  });
  add("window beside global tokens, ragged", [](BlockCase& c) {
    c.options.attention.left = c.options.attention.right = 1;
    c.options.attention.global = c.global = c.ragged = true;
  });
  add("causal window, two layers", [](BlockCase& c) {
    c.options.attention.causal = true;
    c.options.attention.left = 1;
    c.options.placement = NormPlacement::pre;
    c.layers = 2;
  });
  add("cross-attention", [](BlockCase& c) {
    c.options.attention.causal = true;
    c.options.cross = true;
  });
  add("cross-attention, pre, ragged, two layers", [](BlockCase& c) {
    c.options.attention.causal = true;
    c.options.cross = c.ragged = true;
    c.options.placement = NormPlacement::pre;
    c.layers = 2;
  });
  for (const SubLayerOrder order : {SubLayerOrder::parallel, SubLayerOrder::parallel_one_norm}) {
    add(fmt::format("{}, rotary in part", name_of(order)), [&](BlockCase& c) {
      c.options.attention.causal = true;
      c.options.placement = NormPlacement::pre;
      c.options.order = order;
      c.options.dropout = 0.25;
      c.rotary = true;
      c.rotated = 2;
      c.layers = 2;
    });
  }
  for (const bool cross : {false, true}) {
    add(fmt::format("norms on both sides, capped scores{}", cross ? ", cross-attention" : ""),
        [&](BlockCase& c) {
          c.options.attention.causal = true;
          c.options.attention.scale = 1;
          c.options.attention.cap = 1.5;
          c.options.placement = NormPlacement::both;
          c.options.norm = {.kind = NormKind::rms, .plus_one = true};
          c.options.dropout = 0.25;
          c.options.cross = cross;
          c.ragged = true;
        });
    add(fmt::format("norms of queries and keys, rotary{}", cross ? ", cross-attention" : ""),
        [&](BlockCase& c) {
          c.options.attention.heads = 4;
          c.options.attention.kv_heads = 2;
          c.options.attention.causal = true;
          c.options.attention.head_norm = NormOptions{.kind = cross ? NormKind::layer : NormKind::rms};
          c.options.cross = cross;
          c.rotary = true;
        });
  }
  add("dropout everywhere", [](BlockCase& c) {
    c.options.attention.causal = true;
    c.options.attention.dropout = 0.25;
    c.options.feed_forward.dropout = 0.25;
    c.options.dropout = 0.25;
  });
  return cases;
}

Tensor run_blocks(const BlockCase& c, const Stack& stack, Inputs inputs) {
  Tensor x = inputs[0];
  const DType dtype = x.dtype();
  const RotaryTables tables =
      c.rotary ? RotaryTables(kTime, {.rotated = c.rotated ? c.rotated : kWidth / c.options.attention.heads},
                              dtype)
               : RotaryTables();
  AttentionSetting setting;
  if (c.rotary) setting.rotary = &tables;
  if (c.alibi) {
    setting.distance_bias = alibi(c.options.attention.heads, DistanceRange::of(0, kTime - 1, kTime), dtype);
  }
  // The first token of the first row and two of the second.
  const GlobalTokens global(Tensor::from<int64_t>({1, 0, 0, 0, 1, 1, 0, 0}, {kBatch, kTime}));
  if (c.global) setting.global = &global;
  if (c.ragged) setting.key_end = setting.query_length = lengths({kTime, 2});
  Context context{.training = true, .rng = Rng(3)};
  for (const TransformerBlock& block : stack.layer) {
    TransformerBlock::CrossInput cross;
    if (c.options.cross) {
      cross.memory = block.cross_attention->keys_values(inputs[1], context);
      if (c.ragged) cross.setting.key_end = lengths({1, kSource});
      cross.setting.query_length = setting.query_length;
    }
    x = block(x, setting, context, c.options.cross ? &cross : nullptr);
  }
  return x;
}

class BlockGradients : public testing::TestWithParam<BlockCase> {};

TEST_P(BlockGradients, AreThoseOfDifferences) {
  const BlockCase& c = GetParam();
  std::vector<Tensor> inputs{scaled(random_tensor({kBatch, kTime, kWidth}, 1), 0.5)};
  if (c.options.cross) inputs.push_back(scaled(random_tensor({kBatch, kSource, kWidth}, 2), 0.5));
  expect_layer(
      [&](DType dtype) {
        Stack stack;
        for (int i = 0; i < c.layers; ++i) stack.layer.emplace_back(c.options, dtype);
        return stack;
      },
      [&](const Stack& stack, Inputs given) { return run_blocks(c, stack, given); }, inputs, c.name);
}

INSTANTIATE_TEST_SUITE_P(Cases, BlockGradients, testing::ValuesIn(block_cases()),
                         [](const testing::TestParamInfo<BlockCase>& tested) {
                           std::string name;
                           for (char c : tested.param.name) name += std::isalnum(c) ? c : '_';
                           return name;
                         });

struct BlockWithRelative {
  TransformerBlock block;
  RelativePositions relative;
  template <class V>
  void visit(V& v) {
    v("block", block);
    v("relative", relative);
  }
};

TEST(StackGradients, RelativePositions) {
  BlockCase c = block_case("relative");
  expect_layer(
      [&](DType dtype) {
        return BlockWithRelative{TransformerBlock(c.options, dtype),
                                 RelativePositions(2, {.buckets = 8, .longest = 16}, dtype)};
      },
      [&](const BlockWithRelative& model, Inputs given) {
        Context context;
        const AttentionSetting setting{.distance_bias =
                                           model.relative(DistanceRange::of(0, kTime - 1, kTime))};
        return model.block(given[0], setting, context);
      },
      {random_tensor({kBatch, kTime, kWidth}, 1)}, "relative positions");
}

// ---- recurrent stacks ----

TEST(StackGradients, Recurrent) {
  for (Cell cell : {Cell::tanh, Cell::relu, Cell::lstm, Cell::gru}) {
    for (bool bidirectional : {false, true}) {
      for (bool ragged : {false, true}) {
        const RecurrentOptions options{.cell = cell,
                                       .input = 3,
                                       .hidden = 4,
                                       .layers = 2,
                                       .projection = cell == Cell::lstm && ragged ? 2 : 0,
                                       .bidirectional = bidirectional,
                                       .dropout = 0.25};
        expect_layer([&](DType dtype) { return Recurrent(options, dtype); },
                     [&](const Recurrent& layer, Inputs given) {
                       Context context{.training = true, .rng = Rng(5)};
                       RecurrentInput input;
                       if (ragged) input.lengths = lengths({4, 0, 2});
                       const RecurrentRun run = layer(given[0], context, input);
                       const Tensor last = reshape(run.last.output, {-1});
                       return concat({reshape(run.output, {-1}), last}, 0);
                     },
                     {random_tensor({3, 4, 3}, 1)},
                     fmt::format("cell {}, bidirectional {}, ragged {}", static_cast<int>(cell),
                                 bidirectional, ragged));
      }
    }
  }
}

struct RecurrentLanguageModel {
  Embedding embedding;
  Recurrent recurrent;
  template <class V>
  void visit(V& v) {
    v("embedding", embedding);
    v("recurrent", recurrent);
  }
};

TEST(StackGradients, RecurrentFromATableToItsLogits) {
  const Tensor ids = Tensor::from<int64_t>({1, 4, 0, 2, 2, 3, 1, 1}, {2, 4});
  const Tensor targets = Tensor::from<int64_t>({4, 0, 2, 2, 3, 1, 1, -100}, {2, 4});
  expect_layer(
      [&](DType dtype) {
        return RecurrentLanguageModel{
            Embedding(5, 4, dtype),
            Recurrent({.cell = Cell::gru, .input = 4, .hidden = 4, .layers = 2}, dtype)};
      },
      [&](const RecurrentLanguageModel& model, Inputs) {
        Context context;
        const Tensor hidden = model.recurrent(ids, model.embedding.weight, context).output;
        return linear_cross_entropy(hidden, model.embedding.weight, {}, targets);
      },
      {}, "recurrent language model");
}

// ---- the rest ----

struct PatchModel {
  PatchEmbedding patches;
  LearnedPositions positions;
  TransformerBlock block;
  template <class V>
  void visit(V& v) {
    v("patches", patches);
    v("positions", positions);
    v("block", block);
  }
};

TEST(StackGradients, PatchesThroughABlock) {
  BlockCase c = block_case("patches");
  expect_layer(
      [&](DType dtype) {
        return PatchModel{PatchEmbedding(2, kWidth, 2, 3, true, dtype), LearnedPositions(4, kWidth, 0, dtype),
                          TransformerBlock(c.options, dtype)};
      },
      [](const PatchModel& model, Inputs given) {
        Context context;
        return model.block(model.positions(model.patches(given[0])), {}, context);
      },
      {random_tensor({2, 2, 4, 6}, 1)}, "patches");
}

struct ConvolutionModel {
  Conv1d first, second;
  template <class V>
  void visit(V& v) {
    v("first", first);
    v("second", second);
  }
};

TEST(StackGradients, ConvolutionsInTurn) {
  expect_layer(
      [](DType dtype) {
        return ConvolutionModel{Conv1d(3, 4, 3, {.padding = 2, .dilation = 2}, true, dtype),
                                Conv1d(4, 2, 2, {.stride = 2}, true, dtype)};
      },
      [](const ConvolutionModel& model, Inputs given) { return model.second(gelu(model.first(given[0]))); },
      {random_tensor({2, 7, 3}, 1)}, "convolutions");
}

struct TiedModel {
  Embedding embedding;
  TransformerBlock block;
  Tensor bias;
  template <class V>
  void visit(V& v) {
    v("embedding", embedding);
    v("block", block);
    v("bias", bias);
  }
};

// The embedding gets its gradient from both ends.
TEST(StackGradients, TiedEmbedding) {
  BlockCase c = block_case("tied");
  c.options.attention.causal = true;
  const Tensor ids = Tensor::from<int64_t>({1, 4, 0, 2, 2, 3, 6, 1}, {2, 4});
  const Tensor targets = Tensor::from<int64_t>({4, 0, 2, 2, 3, 6, 1, -100}, {2, 4});
  expect_layer(
      [&](DType dtype) {
        return TiedModel{Embedding(7, kWidth, dtype), TransformerBlock(c.options, dtype),
                         Tensor::empty({7}, dtype)};
      },
      [&](const TiedModel& model, Inputs) {
        Context context;
        const Tensor hidden = model.block(model.embedding(ids, context, {.factor = 2}), {}, context);
        return linear_cross_entropy(hidden, model.embedding.weight, model.bias, targets,
                                    {.label_smoothing = 0.1});
      },
      {}, "tied embedding");
}

}  // namespace
}  // namespace hodhod
