// SPDX-License-Identifier: Apache-2.0
// What a model is made of, step by step as data flows through it: shapes, parameters, operations and memory.
//
// All of it comes from runs of the model itself on the device `shapes`, so it is known at once for a model of
// any size, and nothing of its size is allocated: a forward pass with a trace gives the steps, a training
// step without one the memory.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/models/model_config.h"

namespace hodhod {

// A step of the data's way: what a trace of the forward pass shows (docs/trace.md), with the work from the
// steps before it to this one.
struct LayerDescription {
  std::string_view component;    // names_of(Component), or "constant" for parameters that are not learned
  std::string stack;             // "encoder", "decoder", or empty before and after their layers
  int64_t layer = -1;            // number of the block in its stack, −1 outside
  std::string name;              // within the block: "self_attention.queries"
  std::vector<int64_t> in, out;  // shapes, as with the batch and length that were asked for
  int64_t parameters = 0;
  double flops = 0;     // of the forward pass over the whole batch
  int64_t kept = 0;     // bytes by which the memory in use grows
  bool shared = false;  // it works with parameters of another step (tied embeddings)
};

struct DescribeOptions {
  int64_t batch = 1;   // B
  int64_t length = 0;  // T, and S of the source; 0: the model's greatest
};

struct Description {
  int64_t batch = 0, length = 0;
  std::vector<LayerDescription> layers;
  int64_t parameters = 0;
  bool writes = false;  // it has a decoder that writes text

  // Operations, a multiply-add counting as two: of products and attention, causal attention only with the
  // keys that are seen. Elementwise work, below a percent in models of use, is not counted.
  double forward_flops = 0;  // of the batch
  int64_t tokens = 0;  // of the batch: those that a loss is over (target tokens of an encoder–decoder)
  double forward_flops_per_token() const { return forward_flops / static_cast<double>(tokens); }
  // The backward pass does each product twice.
  double training_flops_per_token() const { return 3 * forward_flops_per_token(); }

  // Bytes, in f32.
  int64_t weights = 0;
  int64_t gradients = 0;
  int64_t optimizer = 0;    // Adam's two moments
  int64_t activations = 0;  // the most that a training step holds besides, forward and backward
  int64_t cache = 0;        // keys and values while the batch is decoded to its full length
  int64_t to_train() const { return weights + gradients + optimizer + activations; }
  int64_t to_run() const { return weights + cache; }
};

// Error if the options do not fit the model.
Description describe(const ModelConfig& config, const DescribeOptions& options = {});

}  // namespace hodhod
