// SPDX-License-Identifier: Apache-2.0
// Multi-head attention against recordings of torch.nn.MultiheadAttention.
#include <limits>

#include "hodhod/nn/attention.h"
#include "hodhod/nn/module.h"
#include "hodhod/ops/attention.h"
#include "hodhod/ops/shape.h"
#include "hodhod/tensor/tape.h"
#include "tests/golden/golden.h"

namespace hodhod::golden {
namespace {

// One recorded case: its constructor's arguments and its tensors, whose names begin with its own.
struct Case {
  const Recording& recording;
  std::string name;
  Json about;

  std::string full(const std::string& tensor) const { return name + "." + tensor; }
  bool has(const std::string& tensor) const { return recording.contains(full(tensor)); }
  Tensor tensor(const std::string& tensor) const { return recording.tensor(full(tensor)); }
  int64_t number(const char* key, int64_t otherwise) const { return about["ctor"].value(key, otherwise); }
  bool flag(const char* key, bool otherwise = false) const { return about["ctor"].value(key, otherwise); }
  // [B, T, C] whatever order it was recorded in.
  Tensor batch_first(const std::string& tensor) const {
    Tensor x = this->tensor(tensor);
    return flag("batch_first") ? x : transpose(x, 0, 1).dense();
  }
  void expect(const std::string& tensor, const Tensor& got, double bound) const {
    recording.expect_close(full(tensor), got, bound);
  }
};

// The layer with the recorded parameters, all leaves.
MultiHeadAttention layer_of(const Case& c) {
  const int64_t width = c.number("embed_dim", 0);
  const bool bias = c.flag("bias", true);
  MultiHeadAttention layer({.width = width,
                            .heads = c.number("num_heads", 0),
                            .key_width = c.number("kdim", 0),
                            .value_width = c.number("vdim", 0),
                            .biases = {bias, bias, bias, bias}});
  Linear* projections[] = {&layer.query, &layer.key, &layer.value};
  const char* names[] = {"q_proj_weight", "k_proj_weight", "v_proj_weight"};
  for (int i = 0; i < 3; ++i) {
    projections[i]->weight = c.has("in_proj_weight")
                                 ? slice(c.tensor("in_proj_weight"), 0, i * width, (i + 1) * width).clone()
                                 : c.tensor(names[i]);
    if (bias) projections[i]->bias = slice(c.tensor("in_proj_bias"), 0, i * width, (i + 1) * width).clone();
  }
  layer.output.weight = c.tensor("out_proj.weight");
  if (bias) layer.output.bias = c.tensor("out_proj.bias");
  set_requires_grad(layer);
  return layer;
}

// What all masks of the case add to scores: [B, 1 or H, T, S].
Tensor bias_of(const Case& c, int64_t batch, int64_t heads, int64_t queries, int64_t keys) {
  const bool per_head = c.has("in.attn_mask") && c.tensor("in.attn_mask").rank() == 3;
  const Tensor bias = Tensor::zeros({batch, per_head ? heads : 1, queries, keys});
  const Tensor mask = c.has("in.attn_mask") ? c.tensor("in.attn_mask") : Tensor();
  const Tensor padding = c.has("in.key_padding_mask") ? c.tensor("in.key_padding_mask") : Tensor();
  const float hidden = -std::numeric_limits<float>::infinity();
  for (int64_t row = 0; row < bias.numel() / keys; ++row) {
    const int64_t b = row / queries / bias.dim(1);
    for (int64_t j = 0; j < keys; ++j) {
      float& to = bias.data<float>()[row * keys + j];
      if (mask.defined()) {
        // Keys added behind those of the input are never masked.
        const int64_t given = mask.dim(-1), at = (per_head ? row : row % queries) * given + j;
        if (j < given)
          to += mask.dtype() == DType::f32 ? mask.data<float>()[at] : mask.data<uint8_t>()[at] ? hidden : 0;
      }
      if (padding.defined() && j < padding.dim(1) && padding.data<uint8_t>()[b * padding.dim(1) + j])
        to = hidden;
    }
  }
  return bias;
}

// keys or values with the recorded extra row, and a row of zeros, behind them.
Tensor extended(const Case& c, const Tensor& x, const Tensor& extra) {
  Tensor longer = x;
  if (extra.defined()) longer = concat({longer, expand(extra, {x.dim(0), 1, x.dim(2)})}, 1);
  if (c.flag("add_zero_attn")) longer = pad(longer, 1, 0, 1);
  return longer;
}

void expect_parameter_gradients(const Case& c, const MultiHeadAttention& layer) {
  if (c.has("in_proj_weight")) {
    c.expect("grad.in_proj_weight",
             concat({layer.query.weight.grad(), layer.key.weight.grad(), layer.value.weight.grad()}, 0),
             1e-4);
  } else {
    c.expect("grad.q_proj_weight", layer.query.weight.grad(), 1e-4);
    c.expect("grad.k_proj_weight", layer.key.weight.grad(), 1e-4);
    c.expect("grad.v_proj_weight", layer.value.weight.grad(), 1e-4);
  }
  c.expect("grad.out_proj.weight", layer.output.weight.grad(), 1e-4);
  if (!layer.query.bias.defined()) return;
  c.expect("grad.in_proj_bias",
           concat({layer.query.bias.grad(), layer.key.bias.grad(), layer.value.bias.grad()}, 0), 1e-4);
  c.expect("grad.out_proj.bias", layer.output.bias.grad(), 1e-4);
}

void run(const Case& c) {
  const MultiHeadAttention layer = layer_of(c);
  const Tensor x = c.batch_first("in.query").set_requires_grad();
  const bool cross = c.has("in.key");
  const Tensor key = cross ? c.batch_first("in.key").set_requires_grad() : x;
  const Tensor value = cross ? c.batch_first("in.value").set_requires_grad() : x;
  const Tensor extra_key = c.has("bias_k") ? c.tensor("bias_k").set_requires_grad() : Tensor();
  const Tensor extra_value = c.has("bias_v") ? c.tensor("bias_v").set_requires_grad() : Tensor();
  const KeyValues plain = layer.keys_values(key, value, Context());
  const KeyValues memory{extended(c, plain.keys, extra_key), extended(c, plain.values, extra_value)};

  AttentionSetting setting;
  const int64_t heads = layer.options.heads;
  setting.bias = bias_of(c, x.dim(0), heads, x.dim(1), memory.keys.dim(1));
  Trace trace;
  Context context{.training = true, .trace = &trace};
  const Tensor y = layer.cross(x, memory, setting, context);
  c.expect("out.attn_weights", trace.at("probabilities").tensor, 5e-5);
  const auto as_recorded = [&](const Tensor& t) {
    return c.flag("batch_first") ? t : transpose(t, 0, 1).dense();
  };
  c.expect("out.attn_output", as_recorded(y), 3e-5);

  BackwardOptions from;
  from.gradient = c.batch_first("in.grad_out");
  backward(y, from);
  expect_parameter_gradients(c, layer);
  c.expect("grad_in.query", as_recorded(x.grad()), 1e-4);
  if (cross) {
    c.expect("grad_in.key", as_recorded(key.grad()), 1e-4);
    c.expect("grad_in.value", as_recorded(value.grad()), 1e-4);
  }
  if (extra_key.defined()) {
    c.expect("grad.bias_k", extra_key.grad(), 1e-4);
    c.expect("grad.bias_v", extra_value.grad(), 1e-4);
  }
}

TEST(GoldenAttention, EveryCase) {
  for_each_recording("torch_mha", [](const Recording& recording) {
    for (const Json& about : recording.about()["cases"]) {
      const auto name = about["name"].get<std::string>();
      SCOPED_TRACE(name);
      run({recording, name, about});
    }
  });
}

// Masks that are a property of the batch need no bias: lengths and causality give the same numbers.
TEST(GoldenAttention, LengthsAndCausalityInPlaceOfMasks) {
  for_each_recording("torch_mha", [](const Recording& recording) {
    for (const Json& about : recording.about()["cases"]) {
      const Case c{recording, about["name"].get<std::string>(), about};
      const bool causal = about["mask"] == "bool",
                 padded = about["mask"].is_null() && about["lens"].is_array();
      if (c.has("bias_k") || !(causal || padded)) continue;
      SCOPED_TRACE(c.name);
      MultiHeadAttention layer = layer_of(c);
      layer.options.causal = causal;
      const Tensor x = c.batch_first("in.query");
      AttentionSetting setting;
      if (padded) setting.key_end = Tensor::from(about["lens"].get<std::vector<int64_t>>(), {x.dim(0)});
      Context context;
      const KeyValues memory =
          c.has("in.key") ? layer.keys_values(c.batch_first("in.key"), c.batch_first("in.value"), context)
                          : layer.keys_values(x, context);
      const Tensor y = layer.cross(x, memory, setting, context);
      c.expect("out.attn_output", c.flag("batch_first") ? y : transpose(y, 0, 1).dense(), 3e-5);
    }
  });
}

}  // namespace
}  // namespace hodhod::golden
