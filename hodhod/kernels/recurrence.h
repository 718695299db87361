// SPDX-License-Identifier: Apache-2.0
// Recurrent layers over whole sequences: plain RNN, LSTM, GRU, in one direction, with ragged lengths.
//
// The input's share of the gates, x W_ihᵀ + b_ih, is one large product over all steps and comes in as
// `input`. The kernel does what has to be done step by step: the product with the previous output, fused with
// the gates. With a = input_t + W h' + b, h' the previous output and rows of W, b and a in the order given,
//
//   tanh, relu  h = φ(a)
//   LSTM (Hochreiter and Schmidhuber 1997; gates i, f, g, o)
//               i = σ(aᵢ), f = σ(a_f), g = tanh(a_g), o = σ(a_o);   c = f c' + i g;   h = o tanh(c)
//               with a projection R (Sak et al. 2014)  h = R (o tanh(c))
//   GRU (Cho et al. 2014; gates r, z, n; PyTorch's form, where r acts on the product with its bias)
//               r = σ(a_r), z = σ(a_z), n = tanh(input_n + r (W_n h' + b_n));   h = (1 − z) n + z h'
//
// B rows of T steps, H hidden units, G gates (1, 4, 3), P outputs (H without a projection). An array "over
// steps" is of rows, the row of (b, t) at b · row_step + t · time_step: [B, T, …] has row_step = T and
// time_step = 1, [T, B, …] has 1 and B. With `lengths`, row b ends after its length: its state stays as it
// was, outputs past the end are zero, and the reverse direction begins at the last real step. Each row is
// computed as if it were alone.
#pragma once

#include <cstdint>

namespace hodhod::kernels {

enum class Cell { tanh, relu, lstm, gru };

constexpr int64_t gates_of(Cell cell) { return cell == Cell::lstm ? 4 : cell == Cell::gru ? 3 : 1; }
// Width of what the backward needs of each step, per hidden unit: LSTM i, f, g, o; GRU r, z, n, W_n h' + b_n.
constexpr int64_t saved_of(Cell cell) { return cell == Cell::lstm || cell == Cell::gru ? 4 : 0; }

struct RecurrenceShape {
  Cell cell = Cell::tanh;
  int64_t batch = 0;    // B
  int64_t steps = 0;    // T
  int64_t hidden = 0;   // H
  int64_t outputs = 0;  // P
  int64_t row_step = 0;
  int64_t time_step = 0;
  bool reverse = false;
  const int64_t* lengths = nullptr;  // [B], each from 0 to T; null means T
};

template <class T>
struct RecurrenceArgs {
  RecurrenceShape shape;
  const T* input = nullptr;           // over steps [G·H]
  const T* weight = nullptr;          // W [G·H, P]
  const T* packed = nullptr;          // what recurrence_pack made of weight and projection; null to pack here
  const T* bias = nullptr;            // b [G·H], or null
  const T* projection = nullptr;      // R [P, H], or null (P = H)
  const T* initial_output = nullptr;  // [B, P]
  const T* initial_cell = nullptr;    // [B, H]; LSTM
  T* output = nullptr;                // over steps [P], rows output_stride apart
  int64_t output_stride = 0;
  T* cells = nullptr;         // over steps [H], c; LSTM
  T* saved = nullptr;         // over steps [saved_of · H] for the backward, or null
  T* final_output = nullptr;  // [B, P]
  T* final_cell = nullptr;    // [B, H]; LSTM
};

// Given the gradients of the output, final output and final cell, those of the input and the initial state,
// and what the products for the weights need: dW = Σ dhidden ᵀ h', db = Σ dhidden, dR = Σ dprojected ᵀ (o
// tanh c), with sums over the rows of all steps.
template <class T>
struct RecurrenceBackwardArgs {
  RecurrenceShape shape;
  const T* weight = nullptr;
  const T* projection = nullptr;
  const T* initial_output = nullptr;
  const T* initial_cell = nullptr;
  const T* output = nullptr;
  int64_t output_stride = 0;
  const T* cells = nullptr;
  const T* saved = nullptr;
  const T* doutput = nullptr;  // over steps [P], rows doutput_stride apart; or null for zero
  int64_t doutput_stride = 0;
  const T* dfinal_output = nullptr;  // [B, P], or null for zero
  const T* dfinal_cell = nullptr;    // [B, H], or null for zero
  T* dinput = nullptr;               // over steps [G·H]; zero past the end of a row
  T* dhidden = nullptr;          // over steps [G·H], the gradient of W h' + b; GRU (elsewhere it is dinput)
  T* dprojected = nullptr;       // over steps [P], zero past the end of a row; with a projection
  T* dinitial_output = nullptr;  // [B, P]
  T* dinitial_cell = nullptr;    // [B, H]; LSTM
};

// Elements of the packed form of the weights, and packing them: for callers that take many short runs, such
// as single steps of decoding, with the same weights. The form is that of the running machine's instruction
// set; the reference has none and its size is 0. `packed` is aligned to 64 bytes.
template <class T>
struct RecurrencePackArgs {
  Cell cell = Cell::tanh;
  int64_t hidden = 0;
  int64_t outputs = 0;
  const T* weight = nullptr;
  const T* projection = nullptr;
  T* packed = nullptr;
};

namespace cpu {
void recurrence(const RecurrenceArgs<float>& args);
void recurrence_backward(const RecurrenceBackwardArgs<float>& args);
int64_t recurrence_packed_size(Cell cell, int64_t hidden, int64_t outputs, bool projected);
void recurrence_pack(const RecurrencePackArgs<float>& args);
}  // namespace cpu

namespace reference {
void recurrence(const RecurrenceArgs<double>& args);
void recurrence_backward(const RecurrenceBackwardArgs<double>& args);
int64_t recurrence_packed_size(Cell cell, int64_t hidden, int64_t outputs, bool projected);
void recurrence_pack(const RecurrencePackArgs<double>& args);
}  // namespace reference

}  // namespace hodhod::kernels
