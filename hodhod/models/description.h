// SPDX-License-Identifier: Apache-2.0
// Describes a model step by step, as data flows through it: shapes, parameters, operations and memory.
//
// All numbers come from running the model itself on the device `shapes`. This is instant and allocates
// nothing of the model's size, however large the model is. A forward pass with a trace gives the steps; a
// training step without a trace gives the memory.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hodhod/models/model_config.h"

namespace hodhod {

// One step of the forward pass: an entry of its trace (docs/trace.md), with the work that leads from the
// previous steps to this one.
struct LayerDescription {
  std::string_view component;    // names_of(Component), or "constant" for parameters that are not learned
  std::string stack;             // "encoder", "decoder", or empty before and after their layers
  int64_t layer = -1;            // number of the block in its stack; −1 outside the blocks
  std::string name;              // within the block: "self_attention.queries"
  std::vector<int64_t> in, out;  // shapes, for the requested batch and length
  int64_t parameters = 0;
  double flops = 0;     // in the forward pass over the whole batch
  int64_t kept = 0;     // growth of the memory in use, in bytes
  bool shared = false;  // it uses parameters of another step (tied embeddings)
};

struct DescribeOptions {
  int64_t batch = 1;  // B
  // T, and S of the source; 0: the model's max_length, or 128 if that is 2²⁰ or more: then nothing in the
  // model limits it.
  int64_t length = 0;
  bool recompute = false;  // a Transformer's layers are computed again in the backward pass (nn/context.h)
};

struct Description {
  int64_t batch = 0, length = 0;
  std::vector<LayerDescription> layers;
  int64_t parameters = 0;
  bool writes = false;  // the model generates text: it predicts next tokens

  // Operations of matrix products and attention. A multiply-add counts as two. Causal attention counts only
  // the keys that are seen. Elementwise work is not counted; in practical models it is below one percent.
  double forward_flops = 0;  // for the whole batch
  int64_t tokens = 0;  // tokens in the batch that the loss covers (target tokens of an encoder–decoder)
  double forward_flops_per_token() const { return forward_flops / static_cast<double>(tokens); }
  double again_flops = 0;  // of what the backward pass computes again
  // The backward pass computes two products for each product of the forward pass.
  double training_flops_per_token() const {
    return 3 * forward_flops_per_token() + again_flops / static_cast<double>(tokens);
  }

  // Bytes, in f32. Gradients, optimizer and activations are 0 for a model that is not trained by gradients.
  int64_t weights = 0;
  int64_t gradients = 0;
  int64_t optimizer = 0;    // Adam's two moments
  int64_t activations = 0;  // peak of everything else in a training step, forward and backward
  int64_t cache = 0;        // keys and values while the batch is decoded to its full length
  int64_t mapped = 0;  // a file that is read where it lies, as that of a counted model; set by who has it
  bool trains() const { return gradients > 0; }
  int64_t to_train() const { return weights + gradients + optimizer + activations; }
  int64_t to_run() const { return weights + cache + mapped; }
};

// The parameters of each component, in the order in which they are first used. Those that two components
// share count for the first.
std::vector<std::pair<std::string, int64_t>> parameters_by_component(const Description& description);

// Error if layers are to be computed again in the backward pass and the model has none that can be.
void check_recompute(const ModelConfig& config, bool recompute);

// Error when the options do not fit the model.
Description describe(const ModelConfig& config, const DescribeOptions& options = {});

}  // namespace hodhod
