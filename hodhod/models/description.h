// SPDX-License-Identifier: Apache-2.0
// What a Transformer is made of, layer by layer as data flows through it: shapes, parameters, operations and
// memory. Nothing of the model's size is allocated.
//
// The walk takes every parameter that the model's `visit` names, exactly once, so it cannot leave one out.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hodhod/models/transformer_config.h"

namespace hodhod {

// A step of the data's way.
struct LayerDescription {
  std::string component;  // input, embedding, positions, attention, add & norm, feed-forward, linear, softmax
  std::string stack;      // "encoder", "decoder", or empty before and after them
  int64_t layer = -1;     // number of the block in its stack, −1 outside
  std::string name;       // within the block: "self_attention.query"
  std::vector<int64_t> in, out;  // shapes, as with the batch and length that were asked for
  int64_t parameters = 0;
  double flops = 0;     // of the forward pass over the whole batch
  int64_t kept = 0;     // bytes kept for the backward pass
  bool shared = false;  // it works with the parameters of another layer (tied embeddings)
};

struct DescribeOptions {
  int64_t batch = 1;   // B
  int64_t length = 0;  // T, and S of the source; 0: the model's greatest
};

struct Description {
  TransformerConfig config;
  int64_t batch = 0, length = 0;
  std::vector<LayerDescription> layers;
  int64_t parameters = 0;

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
  int64_t activations = 0;  // kept for the backward pass over the batch, and its working memory
  int64_t cache = 0;        // keys and values while the batch is decoded to its full length
  int64_t to_train() const { return weights + gradients + optimizer + activations; }
  int64_t to_run() const { return weights + cache; }
};

// Error if the options do not fit the model.
Description describe(const TransformerConfig& config, const DescribeOptions& options = {});

}  // namespace hodhod
