// SPDX-License-Identifier: Apache-2.0
#include "hodhod/ops/recurrence.h"

#include <algorithm>
#include <array>

#include "hodhod/ops/common.h"

namespace hodhod {
namespace {

using kernels::RecurrenceShape;

template <class T>
T* data_or_null(const Tensor& x) {
  return x.defined() ? x.data<T>() : nullptr;
}

Tensor dense_or_undefined(const Tensor& x) { return x.defined() ? x.dense() : Tensor(); }

void check_shape(const char* what, const Tensor& x, const Shape& want, DType dtype) {
  check(x.shape() == want && x.dtype() == dtype, "recurrence: {} is {} {} where {} {} is needed", what,
        name_of(x.dtype()), x.shape(), name_of(dtype), want);
}

RecurrenceShape check_shapes(Cell cell, const Tensor& gates, const RecurrenceWeights& weights,
                             const RecurrenceState& initial, const RecurrenceOptions& options) {
  check(gates.rank() == 3, "recurrence: the gates are {}; give [B, T, gates · H]", gates.shape());
  const int64_t count = kernels::gates_of(cell);
  check(gates.dim(2) > 0 && gates.dim(2) % count == 0,
        "recurrence: gates of width {} do not divide among the cell's {}; give a multiple", gates.dim(2),
        count);
  RecurrenceShape s{.cell = cell, .hidden = gates.dim(2) / count, .reverse = options.reverse};
  s.batch = gates.dim(options.time_first ? 1 : 0);
  s.steps = gates.dim(options.time_first ? 0 : 1);
  s.row_step = options.time_first ? 1 : s.steps;
  s.time_step = options.time_first ? s.batch : 1;
  s.outputs = weights.projection.defined() ? weights.projection.dim(0) : s.hidden;
  const DType dtype = gates.dtype();
  check_shape("the hidden weight", weights.hidden, {count * s.hidden, s.outputs}, dtype);
  if (weights.bias.defined()) check_shape("the bias", weights.bias, {count * s.hidden}, dtype);
  if (weights.projection.defined()) {
    check(cell == Cell::lstm, "recurrence: only an LSTM has a projection; leave it undefined");
    check_shape("the projection", weights.projection, {s.outputs, s.hidden}, dtype);
  }
  if (initial.output.defined())
    check_shape("the initial output", initial.output, {s.batch, s.outputs}, dtype);
  if (initial.cell.defined()) {
    check(cell == Cell::lstm, "recurrence: only an LSTM has a cell state; leave the initial one undefined");
    check_shape("the initial cell", initial.cell, {s.batch, s.hidden}, dtype);
  }
  if (options.lengths.defined()) {
    check(options.lengths.shape() == Shape{s.batch}, "recurrence: the lengths are {} where {} is needed",
          options.lengths.shape(), Shape{s.batch});
    for (int64_t b = 0; b < s.batch; ++b) {
      const int64_t length = options.lengths[b];
      check(length >= 0 && length <= s.steps, "recurrence: length {} of a sequence of {} steps; give 0 to {}",
            length, s.steps, s.steps);
    }
  }
  return s;
}

// For each step the output of the step before it, [B · T, P], in the layout of the steps; zeros past the end.
Tensor previous_outputs(const RecurrenceShape& s, const Tensor& output, const Tensor& initial) {
  const Shape all{s.batch * s.steps, s.outputs};
  const Tensor previous = s.lengths ? output.new_zeros(all) : output.new_empty(all);
  // Of `rows` rows from row b on, all of this length.
  const auto fill_rows = [&](int64_t b, int64_t rows, int64_t length) {
    const auto steps = [&](const Tensor& x, int64_t t, int64_t count) {
      return x.with_layout({rows, count, s.outputs}, {s.row_step * s.outputs, s.time_step * s.outputs, 1},
                           (b * s.row_step + t * s.time_step) * s.outputs);
    };
    if (length == 0) return;
    copy(initial.with_layout({rows, 1, s.outputs}, {s.outputs, s.outputs, 1}, b * s.outputs),
         steps(previous, s.reverse ? length - 1 : 0, 1));
    if (length == 1) return;
    copy(steps(output, s.reverse ? 1 : 0, length - 1), steps(previous, s.reverse ? 0 : 1, length - 1));
  };
  if (!s.lengths) fill_rows(0, s.batch, s.steps);
  for (int64_t b = 0; s.lengths && b < s.batch; ++b) fill_rows(b, 1, s.lengths[b]);
  return previous;
}

// o tanh(c) of every step, [B · T, H]: the input of an LSTM's projection.
template <class T>
Tensor inner_outputs(const RecurrenceShape& s, const Tensor& cells, const Tensor& saved) {
  const kernels::Kernels<T>& table = detail::kernels_for<T>(cells);
  Tensor inner = cells.new_empty(cells.shape());
  T* m = inner.data<T>();
  table.unary({kernels::Unary::tanh, cells.numel(), cells.data<T>(), m});
  const Tensor o = saved.with_layout({s.batch * s.steps, s.hidden}, {4 * s.hidden, 1}, 3 * s.hidden);
  table.binary({.function = kernels::Binary::mul,
                .nest = detail::nest_of(o.shape(), inner, o),
                .a = m,
                .b = o.data<T>(),
                .y = m});
  return inner;
}

// The gradient of a matrix M with y = x Mᵀ for all rows: dM += dyᵀ x.
template <class T>
void add_matrix_gradient(Gradients& d, int input, const Tensor& dy, const Tensor& x) {
  const auto [into, accumulate] = d.buffer(input);
  detail::kernels_for<T>(dy).product({.m = dy.dim(1),
                                      .n = x.dim(1),
                                      .k = dy.dim(0),
                                      .a = {.data = dy.data<T>(), .stride = dy.dim(1), .transpose = true},
                                      .b = {.data = x.data<T>(), .stride = x.dim(1)},
                                      .c = into.template data<T>(),
                                      .c_stride = x.dim(1),
                                      .accumulate = accumulate});
}

template <class T>
void add_bias_gradient(Gradients& d, int input, const Tensor& dy) {
  const int64_t rows = dy.dim(0), width = dy.dim(1);
  const Tensor sum = dy.new_empty({width});
  detail::kernels_for<T>(dy).reduce({.reduction = kernels::Reduction::sum,
                                     .kept = {1, {width}, {{{1}}}},
                                     .reduced = {1, {rows}, {{{width}}}},
                                     .x = dy.data<T>(),
                                     .y = sum.data<T>()});
  d.add(input, sum);
}

// What the backward needs of a run; all dense.
struct Run {
  RecurrenceShape shape;
  Tensor weight = {}, projection = {};
  HostArray lengths = {};
  Tensor initial_output = {}, initial_cell = {};
  Tensor output = {}, cells = {}, saved = {};

  enum Input { kGates, kWeight, kBias, kProjection, kInitialOutput, kInitialCell };

  template <class T>
  void backward(const Shape& gates_shape, std::span<const Tensor> dys, Gradients& d) const {
    const RecurrenceShape& s = shape;
    const int64_t rows = s.batch * s.steps, width = kernels::gates_of(s.cell) * s.hidden;
    const Tensor doutput = dense_or_undefined(dys[0]), dlast = dense_or_undefined(dys[1]);
    const Tensor dlast_cell = dys.size() > 2 ? dense_or_undefined(dys[2]) : Tensor();
    const Tensor dinput = weight.new_empty({rows, width});
    const Tensor dhidden = s.cell == Cell::gru ? weight.new_empty({rows, width}) : Tensor();
    const Tensor dprojected = projection.defined() ? weight.new_empty({rows, s.outputs}) : Tensor();
    const Tensor dinitial = weight.new_empty({s.batch, s.outputs});
    const Tensor dcell = s.cell == Cell::lstm ? weight.new_empty({s.batch, s.hidden}) : Tensor();
    detail::kernels_for<T>(weight).recurrence_backward({.shape = s,
                                                        .weight = weight.data<T>(),
                                                        .projection = data_or_null<T>(projection),
                                                        .initial_output = initial_output.data<T>(),
                                                        .initial_cell = data_or_null<T>(initial_cell),
                                                        .output = output.data<T>(),
                                                        .output_stride = s.outputs,
                                                        .cells = data_or_null<T>(cells),
                                                        .saved = data_or_null<T>(saved),
                                                        .doutput = data_or_null<T>(doutput),
                                                        .doutput_stride = s.outputs,
                                                        .dfinal_output = data_or_null<T>(dlast),
                                                        .dfinal_cell = data_or_null<T>(dlast_cell),
                                                        .dinput = dinput.data<T>(),
                                                        .dhidden = data_or_null<T>(dhidden),
                                                        .dprojected = data_or_null<T>(dprojected),
                                                        .dinitial_output = dinitial.data<T>(),
                                                        .dinitial_cell = data_or_null<T>(dcell)});
    const Tensor& dproduct = dhidden.defined() ? dhidden : dinput;
    if (d.wants(kWeight))
      add_matrix_gradient<T>(d, kWeight, dproduct, previous_outputs(s, output, initial_output));
    if (d.wants(kBias)) add_bias_gradient<T>(d, kBias, dproduct);
    if (d.wants(kProjection))
      add_matrix_gradient<T>(d, kProjection, dprojected, inner_outputs<T>(s, cells, saved));
    if (d.wants(kGates)) d.add(kGates, dinput.reshaped(gates_shape));
    if (d.wants(kInitialOutput)) d.add(kInitialOutput, dinitial);
    if (d.wants(kInitialCell)) d.add(kInitialCell, dcell);
  }
};

// The gates and cells of every step, as the caller's shapes have them.
void keep_steps(const Run& run, const Tensor& gates, RecurrenceResult& result) {
  const int64_t width = run.shape.hidden, count = kernels::gates_of(run.shape.cell);
  const int64_t saved = kernels::saved_of(run.shape.cell) * width;
  if (run.saved.defined())
    result.gates = run.saved.with_layout({gates.dim(0), gates.dim(1), count, width},
                                         {gates.dim(1) * saved, saved, width, 1});
  if (run.cells.defined()) result.cells = run.cells.reshaped({gates.dim(0), gates.dim(1), width});
}

}  // namespace

PackedRecurrence::PackedRecurrence(Cell cell, const RecurrenceWeights& weights) {
  const int64_t hidden = weights.hidden.dim(0) / kernels::gates_of(cell), outputs = weights.hidden.dim(1);
  const Tensor weight = weights.hidden.dense(), projection = dense_or_undefined(weights.projection);
  with_compute_type("recurrence", weight.dtype(), [&](auto type) {
    using T = decltype(type);
    const kernels::Kernels<T>& table = detail::kernels_for<T>("recurrence", weight, projection);
    data = weight.new_empty({table.recurrence_packed_size(cell, hidden, outputs, projection.defined())});
    table.recurrence_pack(
        {cell, hidden, outputs, weight.data<T>(), data_or_null<T>(projection), data.data<T>()});
  });
}

RecurrenceResult recurrence(Cell cell, const Tensor& gates, const RecurrenceWeights& weights,
                            const RecurrenceState& initial, const RecurrenceOptions& options) {
  Run run{.shape = check_shapes(cell, gates, weights, initial, options)};
  RecurrenceShape& s = run.shape;
  const bool lstm = cell == Cell::lstm;
  const auto state = [&](const Tensor& given, int64_t width) {
    return given.defined() ? given.dense() : gates.new_zeros({s.batch, width});
  };
  run.weight = weights.hidden.dense();
  run.projection = dense_or_undefined(weights.projection);
  run.lengths = options.lengths;
  s.lengths = run.lengths.data();
  run.initial_output = state(initial.output, s.outputs);
  if (lstm) run.initial_cell = state(initial.cell, s.hidden);
  const int64_t rows = s.batch * s.steps;
  const std::array<Edge, 6> inputs = {gates,          weights.hidden, weights.bias, weights.projection,
                                      initial.output, initial.cell};
  const bool wanted = recording() && std::any_of(inputs.begin(), inputs.end(), [](const Edge& edge) {
                        return static_cast<bool>(edge.node);
                      });
  Tensor output = gates.new_empty({gates.dim(0), gates.dim(1), s.outputs});
  Tensor last = gates.new_empty({s.batch, s.outputs}), last_cell;
  // What lies past the end of a sequence is not computed.
  const bool blank = options.keep && s.lengths;
  const auto for_steps = [&](int64_t width) {
    return blank ? gates.new_zeros({rows, width}) : gates.new_empty({rows, width});
  };
  if (lstm) {
    run.cells = for_steps(s.hidden);
    last_cell = gates.new_empty({s.batch, s.hidden});
  }
  if ((wanted || options.keep) && kernels::saved_of(cell) > 0)
    run.saved = for_steps(kernels::saved_of(cell) * s.hidden);
  const Tensor input = gates.dense(), bias = dense_or_undefined(weights.bias);
  with_compute_type("recurrence", gates.dtype(), [&](auto type) {
    using T = decltype(type);
    const kernels::Kernels<T>& table = detail::kernels_for<T>(
        "recurrence", gates, run.weight, bias, run.projection, run.initial_output, run.initial_cell);
    table.recurrence({.shape = s,
                      .input = input.data<T>(),
                      .weight = run.weight.data<T>(),
                      .packed = options.packed ? options.packed->data.data<T>() : nullptr,
                      .bias = data_or_null<T>(bias),
                      .projection = data_or_null<T>(run.projection),
                      .initial_output = run.initial_output.data<T>(),
                      .initial_cell = data_or_null<T>(run.initial_cell),
                      .output = output.data<T>(),
                      .output_stride = s.outputs,
                      .cells = data_or_null<T>(run.cells),
                      .saved = data_or_null<T>(run.saved),
                      .final_output = last.data<T>(),
                      .final_cell = data_or_null<T>(last_cell)});
  });
  RecurrenceResult result{output, {last, last_cell}};
  if (options.keep) keep_steps(run, gates, result);
  if (wanted) {
    run.output = output;
    std::array<Tensor, 3> outputs = {output, last, last_cell};
    record_many("recurrence", std::span(outputs.data(), lstm ? 3 : 2), std::span<const Edge>(inputs),
                [run, shape = gates.shape()](std::span<const Tensor> dys, Gradients& d) {
                  with_compute_type("recurrence", run.weight.dtype(),
                                    [&](auto type) { run.backward<decltype(type)>(shape, dys, d); });
                });
    result.output = outputs[0];
    result.last = {outputs[1], outputs[2]};
  }
  return result;
}

}  // namespace hodhod
