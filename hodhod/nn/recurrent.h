// SPDX-License-Identifier: Apache-2.0
// Stacks of recurrent layers: RNN, LSTM, GRU, in one or both directions.
#pragma once

#include <string>
#include <vector>

#include "hodhod/base/rng.h"
#include "hodhod/nn/context.h"
#include "hodhod/ops/recurrence.h"
#include "hodhod/tensor/host_array.h"
#include "hodhod/tensor/tape.h"
#include "hodhod/tensor/tensor.h"

namespace hodhod {

struct RecurrentOptions {
  Cell cell = Cell::lstm;
  int64_t input = 0;       // C, width of the input
  int64_t hidden = 0;      // H
  int64_t layers = 1;      // L
  int64_t projection = 0;  // P, width of an LSTM's projected output; 0: none
  bool bidirectional = false;
  bool reverse = false;  // one direction: from each sequence's last step to its first
  bool bias = true;
  double dropout = 0;           // between layers, in training
  bool locked_dropout = false;  // of the same channels for all steps
};

// The state of every layer and direction (forward, reverse, of layer 0, then of layer 1, …).
struct RecurrentState {
  Tensor output = {};  // [L · directions, B, P]; undefined means zeros
  Tensor cell = {};    // [L · directions, B, H], LSTM; undefined means zeros
};

struct RecurrentRun {
  Tensor output;  // [B, T, directions · P]; zeros past the end of a sequence
  RecurrentState last;
  PoolVector<Tensor> layers = {};  // the output of each layer; the last of them is `output`
};

// Options of a run.
struct RecurrentInput {
  RecurrentState state = {};
  HostArray lengths = {};   // [B]; undefined: all T
  bool time_first = false;  // [T, B, …] in place of [B, T, …]
  // Packed weights of this stack from pack(), for decoding step by step.
  const std::vector<PackedRecurrence>* packed = nullptr;
};

// Layer l takes the outputs of layer l − 1, both directions side by side. Parameters have PyTorch's names,
// shapes and gate order: weight_ih_l0 [G·H, C], weight_hh_l0 [G·H, P], bias_ih_l0, bias_hh_l0 [G·H],
// weight_hr_l0 [P, H], and with _reverse at the end for the other direction.
//
// Traces under "layer.l", and "forward" or "reverse" below it, what the input adds to the gates ("gates"),
// the gates of an LSTM or GRU after their functions ("gates_after"), an LSTM's cells ("cells"), the outputs
// ("states"), the LSTM's cells after the last step ("last_cell"); and the output of the layer.
struct Recurrent {
  struct Direction {
    Tensor weight_ih, weight_hh, bias_ih, bias_hh, weight_hr;
  };

  RecurrentOptions options;
  std::vector<Direction> directions;

  Recurrent() = default;
  // Uninitialised parameters.
  explicit Recurrent(const RecurrentOptions& recurrent_options, DType dtype = DType::f32);
  // Uniform in ±1/√H, as PyTorch begins.
  void initialise(const Rng& rng);

  // x [B, T, C]
  RecurrentRun operator()(const Tensor& x, Context& context, const RecurrentInput& input = {}) const;
  // The same for x = table[ids] with ids [B, T] and table [V, C]. Where there are more ids than rows, the
  // rows go through the first layer's input weights in place of the ids: the same values for less work.
  RecurrentRun operator()(const Tensor& ids, const Tensor& table, Context& context,
                          const RecurrentInput& input = {}) const;

  // The recurrent weights packed for many short runs; valid until they change.
  std::vector<PackedRecurrence> pack() const;

  int64_t direction_count() const { return options.bidirectional ? 2 : 1; }
  int64_t output_width() const { return options.projection > 0 ? options.projection : options.hidden; }

  template <class V>
  void visit(V& v) {
    for (size_t i = 0; i < directions.size(); ++i) {
      const std::string end = name_ending(i);
      v(("weight_ih" + end).c_str(), directions[i].weight_ih);
      v(("weight_hh" + end).c_str(), directions[i].weight_hh);
      v(("bias_ih" + end).c_str(), directions[i].bias_ih);
      v(("bias_hh" + end).c_str(), directions[i].bias_hh);
      v(("weight_hr" + end).c_str(), directions[i].weight_hr);
    }
  }

 private:
  void trace_direction(bool reverse, const Tensor& gates, const RecurrenceResult& result, bool time_first,
                       Trace& trace) const;
  // "_l0", "_l0_reverse", …
  std::string name_ending(size_t index) const;
  Tensor input_bias(const Direction& direction) const;
  RecurrenceWeights recurrent_weights(const Direction& direction) const;
  RecurrentRun run(const Tensor& x, const Tensor& table, Context& context, const RecurrentInput& input) const;
};

// The initial values of a parameter of recurrent layers, by its name: uniform in ±1/√H for H = `hidden`; the
// forget gates of an LSTM have the bias `forget_bias` (Jozefowicz et al. 2015; PyTorch draws them like the
// others).
void initialise_cell(const std::string& name, Tensor& parameter, Cell cell, int64_t hidden,
                     double forget_bias, const Rng& stream);

}  // namespace hodhod
