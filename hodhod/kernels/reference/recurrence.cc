// SPDX-License-Identifier: Apache-2.0
#include "hodhod/kernels/recurrence.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "hodhod/kernels/reference/dot.h"

namespace hodhod::kernels::reference {
namespace {

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

int64_t length_of(const RecurrenceShape& s, int64_t b) { return s.lengths ? s.lengths[b] : s.steps; }
int64_t row_of(const RecurrenceShape& s, int64_t b, int64_t t) { return b * s.row_step + t * s.time_step; }

// Step number k (from 0) of a row of `length` steps.
int64_t time_of(const RecurrenceShape& s, int64_t length, int64_t k) {
  return s.reverse ? length - 1 - k : k;
}

// One step of one row: `before` is the previous output; `inner` receives o tanh(c) or h.
void step(const RecurrenceArgs<double>& args, int64_t row, const double* before, const double* cell_before,
          double* inner) {
  const auto& [cell, B, T, H, P, row_step, time_step, reverse, lengths] = args.shape;
  const double* x = args.input + row * gates_of(cell) * H;
  double* saved = args.saved ? args.saved + row * saved_of(cell) * H : nullptr;
  for (int64_t j = 0; j < H; ++j) {
    double hidden[4];
    for (int64_t g = 0; g < gates_of(cell); ++g) {
      const int64_t k = g * H + j;
      hidden[g] = dot(args.weight + k * P, before, P) + (args.bias ? args.bias[k] : 0);
    }
    double values[4] = {};
    switch (cell) {
      case Cell::tanh:
        inner[j] = std::tanh(x[j] + hidden[0]);
        break;
      case Cell::relu:
        inner[j] = std::max(x[j] + hidden[0], 0.0);
        break;
      case Cell::lstm: {
        for (int g : {0, 1, 3}) values[g] = sigmoid(x[g * H + j] + hidden[g]);
        values[2] = std::tanh(x[2 * H + j] + hidden[2]);
        const double c = values[1] * cell_before[j] + values[0] * values[2];
        args.cells[row * H + j] = c;
        inner[j] = values[3] * std::tanh(c);
        break;
      }
      case Cell::gru:
        values[0] = sigmoid(x[j] + hidden[0]);
        values[1] = sigmoid(x[H + j] + hidden[1]);
        values[2] = std::tanh(x[2 * H + j] + values[0] * hidden[2]);
        values[3] = hidden[2];
        inner[j] = (1 - values[1]) * values[2] + values[1] * before[j];
        break;
    }
    for (int64_t g = 0; saved && g < saved_of(cell); ++g) saved[g * H + j] = values[g];
  }
}

// The gradients of one step's gates from that of its inner output; `dcell` goes from c to c'.
void step_gradient(const RecurrenceBackwardArgs<double>& args, int64_t row, const double* before,
                   const double* cell_before, const double* dinner, double* dcell, double* dbefore) {
  const auto& [cell, B, T, H, P, row_step, time_step, reverse, lengths] = args.shape;
  const double* saved = args.saved ? args.saved + row * saved_of(cell) * H : nullptr;
  double* dx = args.dinput + row * gates_of(cell) * H;
  for (int64_t j = 0; j < H; ++j) {
    const double y = args.output[row * args.output_stride + std::min(j, P - 1)];
    switch (cell) {
      case Cell::tanh:
        dx[j] = dinner[j] * (1 - y * y);
        break;
      case Cell::relu:
        dx[j] = y > 0 ? dinner[j] : 0;
        break;
      case Cell::lstm: {
        const double i = saved[j], f = saved[H + j], g = saved[2 * H + j], o = saved[3 * H + j];
        const double squashed = std::tanh(args.cells[row * H + j]);
        const double dc = dcell[j] + dinner[j] * o * (1 - squashed * squashed);
        dx[j] = dc * g * i * (1 - i);
        dx[H + j] = dc * cell_before[j] * f * (1 - f);
        dx[2 * H + j] = dc * i * (1 - g * g);
        dx[3 * H + j] = dinner[j] * squashed * o * (1 - o);
        dcell[j] = dc * f;
        break;
      }
      case Cell::gru: {
        const double r = saved[j], z = saved[H + j], n = saved[2 * H + j], hidden = saved[3 * H + j];
        const double dn = dinner[j] * (1 - z) * (1 - n * n);
        dx[j] = dn * hidden * r * (1 - r);
        dx[H + j] = dinner[j] * (before[j] - n) * z * (1 - z);
        dx[2 * H + j] = dn;
        double* dh = args.dhidden + row * 3 * H;
        dh[j] = dx[j];
        dh[H + j] = dx[H + j];
        dh[2 * H + j] = dn * r;
        dbefore[j] += dinner[j] * z;
        break;
      }
    }
  }
}

template <class Array>
void zero_row(Array* array, int64_t row, int64_t width) {
  if (array) std::fill_n(array + row * width, width, 0.0);
}

}  // namespace

void recurrence(const RecurrenceArgs<double>& args) {
  const RecurrenceShape& s = args.shape;
  std::vector<double> inner(s.hidden);
  for (int64_t b = 0; b < s.batch; ++b) {
    const int64_t length = length_of(s, b);
    const double* before = args.initial_output + b * s.outputs;
    const double* cell_before = args.initial_cell ? args.initial_cell + b * s.hidden : nullptr;
    for (int64_t k = 0; k < length; ++k) {
      const int64_t row = row_of(s, b, time_of(s, length, k));
      step(args, row, before, cell_before, inner.data());
      double* output = args.output + row * args.output_stride;
      for (int64_t j = 0; j < s.outputs; ++j) {
        output[j] = args.projection ? dot(args.projection + j * s.hidden, inner.data(), s.hidden) : inner[j];
      }
      before = output;
      if (args.cells) cell_before = args.cells + row * s.hidden;
    }
    for (int64_t t = length; t < s.steps; ++t) {
      const int64_t row = row_of(s, b, t);
      std::fill_n(args.output + row * args.output_stride, s.outputs, 0.0);
      zero_row(args.cells, row, s.hidden);
      zero_row(args.saved, row, saved_of(s.cell) * s.hidden);
    }
    std::copy_n(before, s.outputs, args.final_output + b * s.outputs);
    if (s.cell == Cell::lstm) std::copy_n(cell_before, s.hidden, args.final_cell + b * s.hidden);
  }
}

void recurrence_backward(const RecurrenceBackwardArgs<double>& args) {
  const RecurrenceShape& s = args.shape;
  const int64_t H = s.hidden, P = s.outputs, GH = gates_of(s.cell) * H;
  std::vector<double> dinner(H), dcell(H), doutput(P), dbefore(P);
  for (int64_t b = 0; b < s.batch; ++b) {
    const int64_t length = length_of(s, b);
    for (int64_t j = 0; j < P; ++j) dbefore[j] = args.dfinal_output ? args.dfinal_output[b * P + j] : 0;
    for (int64_t j = 0; j < H; ++j) dcell[j] = args.dfinal_cell ? args.dfinal_cell[b * H + j] : 0;
    for (int64_t k = length - 1; k >= 0; --k) {
      const int64_t row = row_of(s, b, time_of(s, length, k));
      const int64_t previous = k > 0 ? row_of(s, b, time_of(s, length, k - 1)) : -1;
      const double* before =
          k > 0 ? args.output + previous * args.output_stride : args.initial_output + b * P;
      const double* cell_before = nullptr;
      if (args.cells) cell_before = k > 0 ? args.cells + previous * H : args.initial_cell + b * H;
      for (int64_t j = 0; j < P; ++j) {
        doutput[j] = dbefore[j] + (args.doutput ? args.doutput[row * args.doutput_stride + j] : 0);
        if (args.dprojected) args.dprojected[row * P + j] = doutput[j];
        dbefore[j] = 0;
      }
      for (int64_t j = 0; j < H; ++j) {
        dinner[j] = args.projection ? 0 : doutput[j];
        for (int64_t p = 0; args.projection && p < P; ++p)
          dinner[j] += doutput[p] * args.projection[p * H + j];
      }
      step_gradient(args, row, before, cell_before, dinner.data(), dcell.data(), dbefore.data());
      const double* dhidden = (s.cell == Cell::gru ? args.dhidden : args.dinput) + row * GH;
      for (int64_t i = 0; i < GH; ++i) {
        for (int64_t j = 0; j < P; ++j) dbefore[j] += dhidden[i] * args.weight[i * P + j];
      }
    }
    for (int64_t t = length; t < s.steps; ++t) {
      const int64_t row = row_of(s, b, t);
      zero_row(args.dinput, row, GH);
      zero_row(args.dhidden, row, GH);
      zero_row(args.dprojected, row, P);
    }
    std::copy_n(dbefore.data(), P, args.dinitial_output + b * P);
    if (args.dinitial_cell) std::copy_n(dcell.data(), H, args.dinitial_cell + b * H);
  }
}

int64_t recurrence_packed_size(Cell, int64_t, int64_t, bool) { return 0; }
void recurrence_pack(const RecurrencePackArgs<double>&) {}

}  // namespace hodhod::kernels::reference
