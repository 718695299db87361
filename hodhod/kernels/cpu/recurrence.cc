// SPDX-License-Identifier: Apache-2.0
#include "hodhod/kernels/recurrence.h"

#include "hodhod/kernels/cpu/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "hodhod/kernels/cpu/recurrence.cc"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "hodhod/kernels/cpu/recurrence-inl.h"

HWY_BEFORE_NAMESPACE();
namespace hodhod::kernels::cpu::HWY_NAMESPACE {
namespace {

int64_t packed_size(Cell cell, int64_t hidden, int64_t outputs, bool projected) {
  const int64_t gates = panels(hidden, panel_units(cell)) * outputs * panel_vectors(cell) * lane_count();
  return gates + (projected ? plain_size(hidden, outputs) : 0);
}

void pack(const RecurrencePackArgs<float>& args) {
  const int64_t H = args.hidden, P = args.outputs, lanes = lane_count();
  if (gates_of(args.cell) == 1) {
    pack_plain(args.weight, false, P, H, args.packed);
  } else {
    const int64_t vectors = panel_vectors(args.cell);
    parallel_for(panels(H, lanes), 1, [&](int64_t begin, int64_t end) {
      for (int64_t p = begin; p < end; ++p) {
        pack_panel(
            args.packed + p * P * vectors * lanes, P, vectors, H, [&](int64_t) { return p * lanes; },
            [&](int64_t k, int64_t gate, int64_t j) { return args.weight[(gate * H + j) * P + k]; });
      }
    });
  }
  if (args.projection) {
    pack_plain(args.projection, false, H, P, args.packed + packed_size(args.cell, H, P, false));
  }
}

// One step of one row and one vector of hidden units.
struct Place {
  int64_t row;               // over steps
  int64_t unit;              // first hidden unit
  int64_t count;             // hidden units from there on
  const float* before;       // previous output
  const float* cell_before;  // previous cell, or null
};

struct Forward {
  const RecurrenceArgs<float>& args;
  const float* packed;
  float* inner;  // [B, H], o tanh(c) before a projection; null without one

  Walk walk() const { return {args.shape}; }

  // a = sum + input + bias of one gate.
  HWY_INLINE F preactivation(const Place& at, int64_t gate, const float* sums, int64_t vector) const {
    const int64_t H = args.shape.hidden, offset = gate * H + at.unit;
    F a = F::load(sums + vector * lane_count());
    if (args.bias) a = a + load_some(args.bias + offset, at.count);
    if (args.shape.cell == Cell::gru && gate == 2) return a;  // the input comes in behind r
    return a + load_some(input(at, gate), at.count);
  }
  HWY_INLINE const float* input(const Place& at, int64_t gate) const {
    return args.input + (at.row * gates_of(args.shape.cell) + gate) * args.shape.hidden + at.unit;
  }
  HWY_INLINE void save(const Place& at, int64_t slot, F value) const {
    if (!args.saved) return;
    const int64_t H = args.shape.hidden;
    store_some(value, args.saved + (at.row * saved_of(args.shape.cell) + slot) * H + at.unit, at.count);
  }
  HWY_INLINE void put(const Place& at, int64_t b, F h) const {
    float* to = inner ? inner + b * args.shape.hidden : args.output + at.row * args.output_stride;
    store_some(h, to + at.unit, at.count);
  }

  HWY_INLINE F lstm(const Place& at, const float* sums) const {
    const F i = Sigmoid::value(preactivation(at, 0, sums, 0));
    const F f = Sigmoid::value(preactivation(at, 1, sums, 1));
    const F g = Tanh::value(preactivation(at, 2, sums, 2));
    const F o = Sigmoid::value(preactivation(at, 3, sums, 3));
    const F c = fma(f, load_some(at.cell_before + at.unit, at.count), i * g);
    store_some(c, args.cells + at.row * args.shape.hidden + at.unit, at.count);
    save(at, 0, i);
    save(at, 1, f);
    save(at, 2, g);
    save(at, 3, o);
    return o * Tanh::value(c);
  }

  HWY_INLINE F gru(const Place& at, const float* sums) const {
    const F r = Sigmoid::value(preactivation(at, 0, sums, 0));
    const F z = Sigmoid::value(preactivation(at, 1, sums, 1));
    const F hidden = preactivation(at, 2, sums, 2);
    const F n = Tanh::value(fma(r, hidden, load_some(input(at, 2), at.count)));
    save(at, 0, r);
    save(at, 1, z);
    save(at, 2, n);
    save(at, 3, hidden);
    return fma(z, load_some(at.before + at.unit, at.count) - n, n);
  }

  // The cell at panel p of row b, step number `step`.
  HWY_INLINE void cell(int64_t b, int64_t step, int64_t p, const float* sums) const {
    const int64_t H = args.shape.hidden, lanes = lane_count();
    Place at{.row = walk().row(b, step),
             .unit = p * panel_units(args.shape.cell),
             .count = 0,
             .before = before(b, step),
             .cell_before = cell_before(b, step)};
    at.count = H - at.unit;
    switch (args.shape.cell) {
      case Cell::lstm:
        return put(at, b, lstm(at, sums));
      case Cell::gru:
        return put(at, b, gru(at, sums));
      default:
        for (int64_t v = 0; v < kPlain && at.count > 0; ++v, at.unit += lanes, at.count -= lanes) {
          const F a = preactivation(at, 0, sums, v);
          put(at, b, args.shape.cell == Cell::tanh ? Tanh::value(a) : Relu::value(a));
        }
    }
  }

  HWY_INLINE const float* before(int64_t b, int64_t step) const {
    return step == 0 ? args.initial_output + b * args.shape.outputs
                     : args.output + walk().row(b, step - 1) * args.output_stride;
  }
  HWY_INLINE const float* cell_before(int64_t b, int64_t step) const {
    if (args.shape.cell != Cell::lstm) return nullptr;
    return step == 0 ? args.initial_cell + b * args.shape.hidden
                     : args.cells + walk().row(b, step - 1) * args.shape.hidden;
  }

  template <int V>
  void gates(int64_t step, const float* const* rows, const int64_t* which, int64_t count, int64_t first,
             int64_t last) const {
    const int64_t P = args.shape.outputs;
    for (int64_t p = first; p < last; ++p) {
      multiply_rows<V>(rows, count, packed + p * P * V * lane_count(), P,
                       [&](int64_t i, const float* sums) HWY_ATTR { cell(which[i], step, p, sums); });
    }
  }

  // Step number `step` of rows [begin, end) for panels [first, last) of hidden units.
  void advance(int64_t step, int64_t begin, int64_t end, int64_t first, int64_t last) const {
    Scratch scratch;
    const float** rows = scratch.get<const float*>(end - begin);
    int64_t* which = scratch.get<int64_t>(end - begin);
    int64_t count = 0;
    for (int64_t b = begin; b < end; ++b) {
      if (step >= walk().length(b)) continue;
      rows[count] = before(b, step);
      which[count++] = b;
    }
    if (gates_of(args.shape.cell) == 3) {
      gates<3>(step, rows, which, count, first, last);
    } else {
      gates<4>(step, rows, which, count, first, last);
    }
  }

  // The projection at that step, for panels of outputs.
  void project(int64_t step, int64_t begin, int64_t end, int64_t first, int64_t last) const {
    const int64_t H = args.shape.hidden, P = args.shape.outputs, lanes = lane_count();
    const float* panel = packed + packed_size(args.shape.cell, H, P, false);
    for (int64_t b = begin; b < end; ++b) {
      if (step >= walk().length(b)) continue;
      const float* row = inner + b * H;
      float* output = args.output + walk().row(b, step) * args.output_stride;
      for (int64_t p = first; p < last; ++p) {
        multiply_rows<kPlain>(
            &row, 1, panel + p * H * kPlain * lanes, H, [&](int64_t, const float* sums) HWY_ATTR {
              for (int64_t v = 0, j = p * kPlain * lanes; v < kPlain && j < P; ++v, j += lanes) {
                store_some(F::load(sums + v * lanes), output + j, P - j);
              }
            });
      }
    }
  }

  // Zeros past the ends of rows, and the final state.
  void finish(int64_t begin, int64_t end) const {
    const RecurrenceShape& s = args.shape;
    const int64_t H = s.hidden, P = s.outputs, S = saved_of(s.cell) * H;
    for (int64_t b = begin; b < end; ++b) {
      const int64_t length = walk().length(b);
      for (int64_t t = length; t < s.steps; ++t) {
        const int64_t row = b * s.row_step + t * s.time_step;
        std::fill_n(args.output + row * args.output_stride, P, 0.0f);
        if (args.cells) std::fill_n(args.cells + row * H, H, 0.0f);
        if (args.saved) std::fill_n(args.saved + row * S, S, 0.0f);
      }
      std::copy_n(before(b, length), P, args.final_output + b * P);
      if (s.cell == Cell::lstm) std::copy_n(cell_before(b, length), H, args.final_cell + b * H);
    }
  }

  void run() const {
    const RecurrenceShape& s = args.shape;
    const int64_t hidden_panels = panels(s.hidden, panel_units(s.cell));
    const int64_t output_panels = panels(s.outputs, kPlain * lane_count());
    if (step_by_step(s.batch)) {
      for (int64_t step = 0; step < s.steps; ++step) {
        parallel_for(hidden_panels, panel_grain(s.batch, s.outputs, panel_vectors(s.cell)),
                     [&](int64_t first, int64_t last) { advance(step, 0, s.batch, first, last); });
        if (!inner) continue;
        parallel_for(output_panels, panel_grain(s.batch, s.hidden, kPlain),
                     [&](int64_t first, int64_t last) { project(step, 0, s.batch, first, last); });
      }
      return finish(0, s.batch);
    }
    parallel_for(s.batch, row_grain(s.batch), [&](int64_t begin, int64_t end) {
      for (int64_t step = 0; step < s.steps; ++step) {
        advance(step, begin, end, 0, hidden_panels);
        if (inner) project(step, begin, end, 0, output_panels);
      }
      finish(begin, end);
    });
  }
};

void forward(const RecurrenceArgs<float>& args) {
  const RecurrenceShape& s = args.shape;
  Scratch scratch;
  const float* packed = args.packed;
  if (!packed) {
    float* own = scratch.get<float>(packed_size(s.cell, s.hidden, s.outputs, args.projection != nullptr));
    pack({s.cell, s.hidden, s.outputs, args.weight, args.projection, own});
    packed = own;
  }
  float* inner = args.projection ? scratch.get<float>(s.batch * s.hidden) : nullptr;
  Forward{args, packed, inner}.run();
}

}  // namespace
}  // namespace hodhod::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace hodhod::kernels::cpu {

HWY_EXPORT(forward);
HWY_EXPORT(packed_size);
HWY_EXPORT(pack);

void recurrence(const RecurrenceArgs<float>& args) { HWY_DYNAMIC_DISPATCH(forward)(args); }

int64_t recurrence_packed_size(Cell cell, int64_t hidden, int64_t outputs, bool projected) {
  return HWY_DYNAMIC_DISPATCH(packed_size)(cell, hidden, outputs, projected);
}

void recurrence_pack(const RecurrencePackArgs<float>& args) { HWY_DYNAMIC_DISPATCH(pack)(args); }

}  // namespace hodhod::kernels::cpu
#endif  // HWY_ONCE
