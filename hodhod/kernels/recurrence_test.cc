// SPDX-License-Identifier: Apache-2.0
#include "hodhod/kernels/recurrence.h"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "hodhod/base/rng.h"
#include "hodhod/base/threads.h"
#include "hodhod/kernels/cpu/for_each_target.h"

namespace hodhod::kernels {
namespace {

struct RecurrenceProblem {
  Cell cell = Cell::tanh;
  int64_t B = 1, T = 1, H = 1;
  int64_t P = 0;  // 0: no projection
  bool reverse = false, time_first = false, ragged = false, bias = true;
};

std::string describe(const RecurrenceProblem& p) {
  return "cell " + std::to_string(static_cast<int>(p.cell)) + " B " + std::to_string(p.B) + " T " +
         std::to_string(p.T) + " H " + std::to_string(p.H) + " P " + std::to_string(p.P) +
         (p.reverse ? " reverse" : "") + (p.time_first ? " time first" : "") + (p.ragged ? " ragged" : "");
}

template <class T>
using Array = std::vector<T>;

// All arrays of a run, its gradient's included.
template <class T>
struct Sequence {
  RecurrenceShape shape;
  Array<int64_t> lengths;
  Array<T> input, weight, bias, projection, h0, c0, doutput, dhn, dcn;
  Array<T> output, cells, saved, hn, cn, dinput, dhidden, dprojected, dh0, dc0;

  explicit Sequence(const RecurrenceProblem& p) {
    const int64_t P = p.P ? p.P : p.H, G = gates_of(p.cell), rows = p.B * p.T;
    shape = {p.cell, p.B, p.T, p.H, P, p.time_first ? 1 : p.T, p.time_first ? p.B : 1, p.reverse};
    uint64_t stream = 0;
    const auto fill = [&](Array<T>& array, int64_t count, double scale) {
      Rng rng(11, ++stream);
      array.resize(static_cast<size_t>(count));
      for (T& x : array) x = static_cast<T>(static_cast<float>(scale * rng.normal()));
    };
    const double spread = 1 / std::sqrt(static_cast<double>(P));
    fill(weight, G * p.H * P, spread);
    fill(bias, p.bias ? G * p.H : 0, 0.5);
    fill(projection, p.P ? p.P * p.H : 0, 1 / std::sqrt(static_cast<double>(p.H)));
    fill(h0, p.B * P, 1);
    fill(c0, p.B * p.H, 1);
    fill(dhn, p.B * P, 1);
    fill(dcn, p.B * p.H, 1);
    fill(input, rows * G * p.H, 1);
    fill(doutput, rows * P, 1);
    if (p.ragged) {
      // The first row is full, the last empty.
      for (int64_t b = 0; b < p.B; ++b) lengths.push_back(p.T - b * p.T / std::max<int64_t>(p.B - 1, 1));
      shape.lengths = lengths.data();
    }
    // NaN wherever nothing is written.
    const T unset = static_cast<T>(std::nan(""));
    output.assign(rows * P, unset);
    cells.assign(p.cell == Cell::lstm ? rows * p.H : 0, unset);
    saved.assign(rows * p.H * saved_of(p.cell), unset);
    hn.assign(p.B * P, unset);
    cn.assign(p.B * p.H, unset);
    dinput.assign(rows * G * p.H, unset);
    dhidden.assign(p.cell == Cell::gru ? rows * G * p.H : 0, unset);
    dprojected.assign(p.P ? rows * P : 0, unset);
    dh0.assign(p.B * P, unset);
    dc0.assign(p.cell == Cell::lstm ? p.B * p.H : 0, unset);
  }

  static T* data(Array<T>& array) { return array.empty() ? nullptr : array.data(); }

  RecurrenceArgs<T> forward_args() {
    return {.shape = shape,
            .input = data(input),
            .weight = data(weight),
            .bias = data(bias),
            .projection = data(projection),
            .initial_output = data(h0),
            .initial_cell = data(c0),
            .output = data(output),
            .output_stride = shape.outputs,
            .cells = data(cells),
            .saved = data(saved),
            .final_output = data(hn),
            .final_cell = data(cn)};
  }
  RecurrenceBackwardArgs<T> backward_args() {
    return {.shape = shape,
            .weight = data(weight),
            .projection = data(projection),
            .initial_output = data(h0),
            .initial_cell = data(c0),
            .output = data(output),
            .output_stride = shape.outputs,
            .cells = data(cells),
            .saved = data(saved),
            .doutput = data(doutput),
            .doutput_stride = shape.outputs,
            .dfinal_output = data(dhn),
            .dfinal_cell = data(dcn),
            .dinput = data(dinput),
            .dhidden = data(dhidden),
            .dprojected = data(dprojected),
            .dinitial_output = data(dh0),
            .dinitial_cell = data(dc0)};
  }
  // The scalar whose gradients doutput, dhn and dcn describe.
  T loss() const {
    T sum = 0;
    for (size_t i = 0; i < output.size(); ++i) sum += output[i] * doutput[i];
    for (size_t i = 0; i < hn.size(); ++i) sum += hn[i] * dhn[i];
    for (size_t i = 0; i < cn.size() && shape.cell == Cell::lstm; ++i) sum += cn[i] * dcn[i];
    return sum;
  }
};

Sequence<float> run_float(const RecurrenceProblem& p) {
  Sequence<float> r(p);
  cpu::recurrence(r.forward_args());
  cpu::recurrence_backward(r.backward_args());
  return r;
}

Sequence<double> run_double(const RecurrenceProblem& p) {
  Sequence<double> r(p);
  reference::recurrence(r.forward_args());
  reference::recurrence_backward(r.backward_args());
  return r;
}

void expect_arrays_near(const Array<float>& got, const Array<double>& want, const char* what) {
  ASSERT_EQ(got.size(), want.size());
  double scale = 1;
  for (const double x : want) scale = std::max(scale, std::fabs(x));
  for (size_t i = 0; i < got.size(); ++i) ASSERT_NEAR(got[i], want[i], 2e-5 * scale) << what << " " << i;
}

std::vector<RecurrenceProblem> recurrence_problems() {
  std::vector<RecurrenceProblem> all;
  for (const Cell cell : {Cell::tanh, Cell::relu, Cell::lstm, Cell::gru}) {
    for (const bool reverse : {false, true}) {
      all.push_back({.cell = cell, .B = 1, .T = 1, .H = 1, .reverse = reverse});
      all.push_back({.cell = cell, .B = 3, .T = 5, .H = 10, .reverse = reverse, .ragged = true});
      all.push_back(
          {.cell = cell, .B = 21, .T = 4, .H = 33, .reverse = reverse, .time_first = true, .bias = false});
      all.push_back(
          {.cell = cell, .B = 18, .T = 3, .H = 64, .reverse = reverse, .time_first = true, .ragged = true});
      if (cell != Cell::lstm) continue;
      all.push_back({.cell = cell, .B = 3, .T = 5, .H = 20, .P = 7, .reverse = reverse, .ragged = true});
      all.push_back(
          {.cell = cell, .B = 19, .T = 3, .H = 17, .P = 35, .reverse = reverse, .time_first = true});
    }
    all.push_back({.cell = cell, .B = 2, .T = 0, .H = 3});
    all.push_back({.cell = cell, .B = 0, .T = 2, .H = 3});
  }
  return all;
}

TEST(Recurrence, AgreesWithReference) {
  cpu::for_each_target([](const char* target) {
    for (const RecurrenceProblem& p : recurrence_problems()) {
      SCOPED_TRACE(std::string(target) + " " + describe(p));
      const Sequence<float> got = run_float(p);
      const Sequence<double> want = run_double(p);
      expect_arrays_near(got.output, want.output, "output");
      expect_arrays_near(got.hn, want.hn, "h_n");
      if (p.cell == Cell::lstm) expect_arrays_near(got.cn, want.cn, "c_n");
      expect_arrays_near(got.dinput, want.dinput, "dinput");
      expect_arrays_near(got.dhidden, want.dhidden, "dhidden");
      expect_arrays_near(got.dprojected, want.dprojected, "dprojected");
      expect_arrays_near(got.dh0, want.dh0, "dh0");
      expect_arrays_near(got.dc0, want.dc0, "dc0");
      if (HasFatalFailure()) return;
    }
  });
}

// The reference's gradients against differences of its own forward.
TEST(Recurrence, ReferenceGradientsAreDerivatives) {
  for (const RecurrenceProblem& p : recurrence_problems()) {
    if (p.B * p.T * p.H > 300) continue;
    SCOPED_TRACE(describe(p));
    Sequence<double> r = run_double(p);
    const auto expect_derivative = [&](Array<double>& x, const Array<double>& dx) {
      for (size_t i = 0; i < dx.size(); i += 1 + dx.size() / 40) {
        const double at = x[i], h = 1e-6;
        x[i] = at + h;
        reference::recurrence(r.forward_args());
        const double up = r.loss();
        x[i] = at - h;
        reference::recurrence(r.forward_args());
        const double down = r.loss();
        x[i] = at;
        ASSERT_NEAR(dx[i], (up - down) / (2 * h), 1e-6 * (1 + std::fabs(dx[i]))) << i;
      }
    };
    expect_derivative(r.input, r.dinput);
    expect_derivative(r.h0, r.dh0);
    expect_derivative(r.c0, r.dc0);
    // dW and db from what the kernel gives, as the op forms them.
    const int64_t GH = gates_of(p.cell) * p.H, P = r.shape.outputs;
    const Array<double>& dhidden = p.cell == Cell::gru ? r.dhidden : r.dinput;
    reference::recurrence(r.forward_args());
    Array<double> dweight(GH * P), dbias(p.bias ? GH : 0);
    for (int64_t b = 0; b < p.B; ++b) {
      const int64_t length = p.ragged ? r.lengths[b] : p.T;
      for (int64_t t = 0; t < length; ++t) {
        const int64_t row = b * r.shape.row_step + t * r.shape.time_step;
        const int64_t before = row + (p.reverse ? 1 : -1) * r.shape.time_step;
        const bool first = t == (p.reverse ? length - 1 : 0);
        const double* h = first ? &r.h0[b * P] : &r.output[before * P];
        for (int64_t i = 0; i < GH; ++i) {
          if (p.bias) dbias[i] += dhidden[row * GH + i];
          for (int64_t j = 0; j < P; ++j) dweight[i * P + j] += dhidden[row * GH + i] * h[j];
        }
      }
    }
    expect_derivative(r.weight, dweight);
    expect_derivative(r.bias, dbias);
    if (HasFatalFailure()) return;
  }
}

template <class T>
void expect_same(const Sequence<T>& a, const Sequence<T>& b) {
  EXPECT_EQ(a.output, b.output);
  EXPECT_EQ(a.hn, b.hn);
  EXPECT_EQ(a.dinput, b.dinput);
  EXPECT_EQ(a.dhidden, b.dhidden);
  EXPECT_EQ(a.dprojected, b.dprojected);
  EXPECT_EQ(a.dh0, b.dh0);
  EXPECT_EQ(a.dc0, b.dc0);
}

TEST(Recurrence, ThreadsDoNotChangeABit) {
  const int before = thread_count();
  std::vector<RecurrenceProblem> all = recurrence_problems();
  // Few rows of a wide layer: each step is divided.
  for (const Cell cell : {Cell::tanh, Cell::lstm, Cell::gru}) {
    all.push_back({.cell = cell, .B = 7, .T = 3, .H = 300, .ragged = true});
  }
  all.push_back({.cell = Cell::lstm, .B = 7, .T = 2, .H = 310, .P = 300});
  for (const RecurrenceProblem& p : all) {
    if (p.B * p.T == 0) continue;
    SCOPED_TRACE(describe(p));
    set_thread_count(1);
    const Sequence<float> one = run_float(p);
    for (const int threads : {2, 4, 8}) {
      set_thread_count(threads);
      expect_same(run_float(p), one);
    }
  }
  set_thread_count(before);
}

// A row taken through step by step, alone, with packed weights, gives the bits it has in a ragged batch.
TEST(Recurrence, RowAloneStepByStepIsTheRowInTheBatch) {
  cpu::for_each_target([](const char* target) {
    for (const Cell cell : {Cell::tanh, Cell::lstm, Cell::gru}) {
      for (const int64_t P : {0, 9}) {
        if (P && cell != Cell::lstm) continue;
        const RecurrenceProblem p{.cell = cell, .B = 37, .T = 4, .H = 21, .P = P, .ragged = true};
        SCOPED_TRACE(std::string(target) + " " + describe(p));
        Sequence<float> whole(p);
        cpu::recurrence(whole.forward_args());
        const int64_t outputs = whole.shape.outputs, GH = gates_of(cell) * p.H;
        Array<float> packed(cpu::recurrence_packed_size(cell, p.H, outputs, P > 0) + 16);
        float* aligned = packed.data() + (64 - reinterpret_cast<uintptr_t>(packed.data()) % 64) % 64 / 4;
        cpu::recurrence_pack(
            {cell, p.H, outputs, whole.weight.data(), Sequence<float>::data(whole.projection), aligned});
        for (const int64_t b : {0, 5, 20}) {
          Array<float> h(&whole.h0[b * outputs], &whole.h0[b * outputs] + outputs);
          Array<float> c(&whole.c0[b * p.H], &whole.c0[b * p.H] + p.H);
          Array<float> output(outputs), cells(p.H), next_h(outputs), next_c(p.H);
          for (int64_t t = 0; t < whole.lengths[b]; ++t) {
            RecurrenceArgs<float> args = whole.forward_args();
            args.shape = {cell, 1, 1, p.H, outputs, 1, 1};
            args.input += (b * p.T + t) * GH;
            args.packed = aligned;
            args.initial_output = h.data();
            args.initial_cell = c.data();
            args.output = output.data();
            args.cells = cell == Cell::lstm ? cells.data() : nullptr;
            args.saved = nullptr;
            args.final_output = next_h.data();
            args.final_cell = next_c.data();
            cpu::recurrence(args);
            h = next_h;
            c = next_c;
            const float* row = &whole.output[(b * p.T + t) * outputs];
            EXPECT_EQ(output, Array<float>(row, row + outputs)) << "row " << b << " step " << t;
          }
        }
      }
    }
  });
}

}  // namespace
}  // namespace hodhod::kernels
