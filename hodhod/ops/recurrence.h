// SPDX-License-Identifier: Apache-2.0
// Recurrent layers in one direction over whole sequences; the equations of each cell are in
// kernels/recurrence.h.
//
// B sequences of T steps, H hidden units, G gates (RNN 1, LSTM 4: i, f, g, o, GRU 3: r, z, n), P outputs (H
// without a projection).
#pragma once

#include "hodhod/kernels/recurrence.h"
#include "hodhod/tensor/host_array.h"
#include "hodhod/tensor/tensor.h"

namespace hodhod {

using kernels::Cell;

struct RecurrenceWeights {
  Tensor hidden;           // W [G·H, P]
  Tensor bias = {};        // [G·H], or undefined; adds to the hidden product
  Tensor projection = {};  // [P, H], or undefined; LSTM only
};

struct RecurrenceState {
  Tensor output = {};  // [B, P]; undefined means zeros
  Tensor cell = {};    // [B, H], LSTM; undefined means zeros
};

// Weights packed once for many short runs, such as the steps of decoding. Valid as long as the weights keep
// their values.
struct PackedRecurrence {
  Tensor data = {};
  PackedRecurrence() = default;
  PackedRecurrence(Cell cell, const RecurrenceWeights& weights);
};

struct RecurrenceOptions {
  bool reverse = false;                      // from each sequence's last step to its first
  bool time_first = false;                   // [T, B, …] in place of [B, T, …]
  HostArray lengths = {};                    // [B], from 0 to T; undefined: all T
  const PackedRecurrence* packed = nullptr;  // of the same weights
  bool keep = false;                         // the gates and cells of every step
};

struct RecurrenceResult {
  Tensor output;         // [B, T, P]; zeros past the end of a sequence
  RecurrenceState last;  // after each sequence's last step (reverse: its first)
  // With `keep`, off the tape; zeros past the end of a sequence.
  Tensor gates = {};  // after their functions, [B, T, G, H]: LSTM i, f, g, o; GRU r, z, n; undefined for RNN
  Tensor cells = {};  // LSTM: c of every step, [B, T, H]
};

// `gates` [B, T, G·H] is the input's share, x W_ihᵀ + b_ih. A sequence gives the same bits alone, in any
// batch, and taken step by step (T = 1, from the state of the step before). Gradients flow to everything but
// the lengths. Errors: widths that do not match, lengths outside 0 to T, a projection for a cell other than
// LSTM.
RecurrenceResult recurrence(Cell cell, const Tensor& gates, const RecurrenceWeights& weights,
                            const RecurrenceState& initial = {}, const RecurrenceOptions& options = {});

}  // namespace hodhod
