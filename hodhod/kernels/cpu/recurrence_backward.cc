// SPDX-License-Identifier: Apache-2.0
#include "hodhod/kernels/cpu/targets.h"
#include "hodhod/kernels/recurrence.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "hodhod/kernels/cpu/recurrence_backward.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "hodhod/kernels/cpu/recurrence-inl.h"

HWY_BEFORE_NAMESPACE();
namespace hodhod::kernels::cpu::HWY_NAMESPACE {
namespace {

// Goes through the steps backwards. The gradient of an output is the sum of what comes from outside, from the
// gates of the step after (dhidden · W) and, past the product, from the GRU's z h'. That last part, and at
// first the gradient of the final output, waits in dinitial_output; the gradient of the cell in
// dinitial_cell.
struct Backward {
  const RecurrenceBackwardArgs<float>& args;
  const float* packed;             // W for dhidden · W
  const float* packed_projection;  // R for dprojected · R, or null
  const float* nothing;            // a row of zeros [G·H]

  Walk walk() const { return {args.shape}; }
  int64_t gate_width() const { return gates_of(args.shape.cell) * args.shape.hidden; }
  float* hidden_gradient(int64_t row) const {
    return (args.dhidden ? args.dhidden : args.dinput) + row * gate_width();
  }

  HWY_INLINE F saved(int64_t row, int64_t slot, int64_t j, int64_t count) const {
    const int64_t H = args.shape.hidden;
    return load_some(args.saved + (row * saved_of(args.shape.cell) + slot) * H + j, count);
  }

  HWY_INLINE void lstm(int64_t b, int64_t step, int64_t row, int64_t j, F dh) const {
    const int64_t H = args.shape.hidden, count = H - j;
    const F one(1.0);
    const F i = saved(row, 0, j, count), f = saved(row, 1, j, count);
    const F g = saved(row, 2, j, count), o = saved(row, 3, j, count);
    const float* before = step == 0 ? args.initial_cell + b * H : args.cells + walk().row(b, step - 1) * H;
    const F cell_before = load_some(before + j, count);
    const F squashed = Tanh::value(load_some(args.cells + row * H + j, count));
    float* carry = args.dinitial_cell + b * H + j;
    const F dc = fma(dh * o, Tanh::derivative(squashed), load_some(carry, count));
    float* dx = args.dinput + row * gate_width() + j;
    store_some(dc * g * Sigmoid::derivative(i), dx, count);
    store_some(dc * cell_before * Sigmoid::derivative(f), dx + H, count);
    store_some(dc * i * Tanh::derivative(g), dx + 2 * H, count);
    store_some(dh * squashed * Sigmoid::derivative(o), dx + 3 * H, count);
    store_some(dc * f, carry, count);
  }

  HWY_INLINE void gru(int64_t b, int64_t step, int64_t row, int64_t j, F dh) const {
    const int64_t H = args.shape.hidden, count = H - j;
    const F r = saved(row, 0, j, count), z = saved(row, 1, j, count);
    const F n = saved(row, 2, j, count), hidden = saved(row, 3, j, count);
    const float* before =
        step == 0 ? args.initial_output + b * H : args.output + walk().row(b, step - 1) * args.output_stride;
    const F h = load_some(before + j, count);
    const F dn = dh * (F(1.0) - z) * Tanh::derivative(n);
    const F dr = dn * hidden * Sigmoid::derivative(r);
    const F dz = dh * (h - n) * Sigmoid::derivative(z);
    float* dx = args.dinput + row * gate_width() + j;
    store_some(dr, dx, count);
    store_some(dz, dx + H, count);
    store_some(dn, dx + 2 * H, count);
    float* dhidden = args.dhidden + row * gate_width() + j;
    store_some(dr, dhidden, count);
    store_some(dz, dhidden + H, count);
    store_some(dn * r, dhidden + 2 * H, count);
    store_some(dh * z, args.dinitial_output + b * H + j, count);
  }

  // The gates' gradients from that of h (or of o tanh(c)) at hidden units [j, j + lanes).
  HWY_INLINE void cell(int64_t b, int64_t step, int64_t j, F dh) const {
    const int64_t row = walk().row(b, step), count = args.shape.hidden - j;
    switch (args.shape.cell) {
      case Cell::lstm:
        return lstm(b, step, row, j, dh);
      case Cell::gru:
        return gru(b, step, row, j, dh);
      default: {
        const F y = load_some(args.output + row * args.output_stride + j, count);
        const F dx = args.shape.cell == Cell::tanh ? dh * Tanh::derivative(y) : dh * Relu::derivative(y);
        store_some(dx, args.dinput + row * gate_width() + j, count);
      }
    }
  }

  // The gradient of output j of a step, or (step −1) of the initial output.
  HWY_INLINE void output(int64_t b, int64_t step, int64_t j, F sum) const {
    const int64_t P = args.shape.outputs, count = P - j;
    float* carry = args.dinitial_output + b * P + j;
    F dh = sum + load_some(carry, count);
    if (step < 0) return store_some(dh, carry, count);
    const int64_t row = walk().row(b, step);
    if (args.doutput) dh = dh + load_some(args.doutput + row * args.doutput_stride + j, count);
    store_some(F(0.0), carry, count);
    if (args.dprojected) return store_some(dh, args.dprojected + row * P + j, count);
    cell(b, step, j, dh);
  }

  // Step number `step` of rows [begin, end) for panels [first, last) of outputs.
  void retreat(int64_t step, int64_t begin, int64_t end, int64_t first, int64_t last) const {
    const int64_t P = args.shape.outputs, depth = gate_width(), lanes = lane_count();
    Scratch scratch;
    const float** rows = scratch.get<const float*>(end - begin);
    int64_t* which = scratch.get<int64_t>(end - begin);
    int64_t count = 0;
    for (int64_t b = begin; b < end; ++b) {
      const int64_t length = walk().length(b);
      if (step >= length) continue;
      rows[count] = step + 1 < length ? hidden_gradient(walk().row(b, step + 1)) : nothing;
      which[count++] = b;
    }
    for (int64_t p = first; p < last; ++p) {
      multiply_rows<kPlain>(rows, count, packed + p * depth * kPlain * lanes, depth,
                            [&](int64_t i, const float* sums) HWY_ATTR {
                              for (int64_t v = 0, j = p * kPlain * lanes; v < kPlain && j < P;
                                   ++v, j += lanes) {
                                output(which[i], step, j, F::load(sums + v * lanes));
                              }
                            });
    }
  }

  // From the gradient of the projection's output at that step to the gates, for panels of hidden units.
  void unproject(int64_t step, int64_t begin, int64_t end, int64_t first, int64_t last) const {
    const int64_t H = args.shape.hidden, P = args.shape.outputs, lanes = lane_count();
    for (int64_t b = begin; b < end; ++b) {
      if (step >= walk().length(b)) continue;
      const float* row = args.dprojected + walk().row(b, step) * P;
      for (int64_t p = first; p < last; ++p) {
        multiply_rows<kPlain>(
            &row, 1, packed_projection + p * P * kPlain * lanes, P, [&](int64_t, const float* sums) HWY_ATTR {
              for (int64_t v = 0, j = p * kPlain * lanes; v < kPlain && j < H; ++v, j += lanes) {
                cell(b, step, j, F::load(sums + v * lanes));
              }
            });
      }
    }
  }

  void begin_rows(int64_t begin, int64_t end) const {
    const RecurrenceShape& s = args.shape;
    const int64_t H = s.hidden, P = s.outputs;
    for (int64_t b = begin; b < end; ++b) {
      start(args.dinitial_output, args.dfinal_output, b, P);
      if (args.dinitial_cell) start(args.dinitial_cell, args.dfinal_cell, b, H);
      for (int64_t t = walk().length(b); t < s.steps; ++t) {
        const int64_t row = b * s.row_step + t * s.time_step;
        std::fill_n(args.dinput + row * gate_width(), gate_width(), 0.0f);
        if (args.dhidden) std::fill_n(args.dhidden + row * gate_width(), gate_width(), 0.0f);
        if (args.dprojected) std::fill_n(args.dprojected + row * P, P, 0.0f);
      }
    }
  }
  static void start(float* carry, const float* given, int64_t b, int64_t width) {
    if (given) {
      std::copy_n(given + b * width, width, carry + b * width);
    } else {
      std::fill_n(carry + b * width, width, 0.0f);
    }
  }

  void run() const {
    const RecurrenceShape& s = args.shape;
    const int64_t output_panels = panels(s.outputs, kPlain * lane_count());
    const int64_t hidden_panels = panels(s.hidden, kPlain * lane_count());
    if (step_by_step(s.batch)) {
      begin_rows(0, s.batch);
      for (int64_t step = s.steps - 1; step >= -1; --step) {
        parallel_for(output_panels, panel_grain(s.batch, gate_width(), kPlain),
                     [&](int64_t first, int64_t last) { retreat(step, 0, s.batch, first, last); });
        if (!packed_projection || step < 0) continue;
        parallel_for(hidden_panels, panel_grain(s.batch, s.outputs, kPlain),
                     [&](int64_t first, int64_t last) { unproject(step, 0, s.batch, first, last); });
      }
      return;
    }
    parallel_for(s.batch, row_grain(s.batch), [&](int64_t begin, int64_t end) {
      begin_rows(begin, end);
      for (int64_t step = s.steps - 1; step >= -1; --step) {
        retreat(step, begin, end, 0, output_panels);
        if (packed_projection && step >= 0) unproject(step, begin, end, 0, hidden_panels);
      }
    });
  }
};

void backward(const RecurrenceBackwardArgs<float>& args) {
  const RecurrenceShape& s = args.shape;
  const int64_t H = s.hidden, P = s.outputs, depth = gates_of(s.cell) * H;
  Scratch scratch;
  float* nothing = scratch.get<float>(depth);
  std::fill_n(nothing, depth, 0.0f);
  float* packed = scratch.get<float>(plain_size(depth, P));
  pack_plain(args.weight, true, depth, P, packed);
  float* packed_projection = nullptr;
  if (args.projection) {
    packed_projection = scratch.get<float>(plain_size(P, H));
    pack_plain(args.projection, true, P, H, packed_projection);
  }
  Backward{args, packed, packed_projection, nothing}.run();
}

}  // namespace
}  // namespace hodhod::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace hodhod::kernels::cpu {

HWY_EXPORT(backward);

void recurrence_backward(const RecurrenceBackwardArgs<float>& args) { HWY_DYNAMIC_DISPATCH(backward)(args); }

}  // namespace hodhod::kernels::cpu
#endif  // HWY_ONCE
