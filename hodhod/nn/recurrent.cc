// SPDX-License-Identifier: Apache-2.0
#include "hodhod/nn/recurrent.h"

#include <cmath>
#include <utility>

#include "hodhod/nn/dropout.h"
#include "hodhod/nn/initialisers.h"
#include "hodhod/nn/module.h"
#include "hodhod/ops/dropout.h"
#include "hodhod/ops/elementwise.h"
#include "hodhod/ops/embedding.h"
#include "hodhod/ops/linear.h"
#include "hodhod/ops/shape.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {

Recurrent::Recurrent(const RecurrentOptions& recurrent_options, DType dtype) : options(recurrent_options) {
  check(options.input > 0 && options.hidden > 0 && options.layers > 0,
        "recurrent: input {}, hidden {} and layers {} must all be positive", options.input, options.hidden,
        options.layers);
  check(!options.bidirectional || !options.reverse,
        "recurrent: both directions, and the reverse one alone; choose one of them");
  check(options.projection >= 0 && (options.projection == 0 || options.cell == Cell::lstm),
        "recurrent: a projection of {} for a cell that is not an LSTM; leave it 0", options.projection);
  const int64_t gates = kernels::gates_of(options.cell) * options.hidden;
  for (int64_t layer = 0; layer < options.layers; ++layer) {
    const int64_t width = layer == 0 ? options.input : direction_count() * output_width();
    for (int64_t i = 0; i < direction_count(); ++i) {
      Direction& direction = directions.emplace_back();
      direction.weight_ih = Tensor::empty({gates, width}, dtype);
      direction.weight_hh = Tensor::empty({gates, output_width()}, dtype);
      if (options.bias) direction.bias_ih = Tensor::empty({gates}, dtype);
      if (options.bias) direction.bias_hh = Tensor::empty({gates}, dtype);
      if (options.projection > 0)
        direction.weight_hr = Tensor::empty({options.projection, options.hidden}, dtype);
    }
  }
}

void Recurrent::initialise(const Rng& rng) {
  const double limit = 1 / std::sqrt(static_cast<double>(options.hidden));
  for_each_parameter(*this, [&](const std::string& name, Tensor& parameter) {
    init_uniform(parameter, -limit, limit, stream_of(rng, name));
  });
}

std::string Recurrent::name_ending(size_t index) const {
  const size_t count = static_cast<size_t>(direction_count());
  return "_l" + std::to_string(index / count) + (index % count == 1 ? "_reverse" : "");
}

// Except for the GRU, whose r acts on the hidden product with its bias, the two biases appear only as their
// sum.
Tensor Recurrent::input_bias(const Direction& direction) const {
  if (!options.bias || options.cell == Cell::gru) return direction.bias_ih;
  return add(direction.bias_ih, direction.bias_hh);
}

RecurrenceWeights Recurrent::recurrent_weights(const Direction& direction) const {
  return {direction.weight_hh, options.cell == Cell::gru ? direction.bias_hh : Tensor(), direction.weight_hr};
}

std::vector<PackedRecurrence> Recurrent::pack() const {
  std::vector<PackedRecurrence> packed;
  for (const Direction& direction : directions)
    packed.emplace_back(options.cell, recurrent_weights(direction));
  return packed;
}

RecurrentRun Recurrent::operator()(const Tensor& x, Context& context, const RecurrentInput& input) const {
  check(x.rank() == 3 && x.dim(2) == options.input, "recurrent: input {}; give [B, T, {}]", x.shape(),
        options.input);
  return run(x, Tensor(), context, input);
}

RecurrentRun Recurrent::operator()(const Tensor& ids, const Tensor& table, Context& context,
                                   const RecurrentInput& input) const {
  check(ids.rank() == 2 && table.rank() == 2 && table.dim(1) == options.input,
        "recurrent: ids {} and table {}; give [B, T] and [V, {}]", ids.shape(), table.shape(), options.input);
  if (table.dim(0) < ids.numel()) return run(ids, table, context, input);
  return run(embedding(ids, table), Tensor(), context, input);
}

void Recurrent::trace_direction(bool reverse, const Tensor& gates, const RecurrenceResult& result,
                                bool time_first, Trace& trace) const {
  const Trace::Scope scope(&trace, reverse ? "reverse" : "forward");
  const int64_t count = kernels::gates_of(options.cell);
  const char* const of_gates = time_first ? "TBGC" : "BTGC";
  const char* const of_channels = time_first ? "TBC" : "BTC";
  trace.add("gates", Component::recurrence, of_gates, gates,
            {gates.dim(0), gates.dim(1), count, gates.dim(2) / count});
  if (result.gates.defined()) trace.add("gates_after", Component::recurrence, of_gates, result.gates);
  if (result.cells.defined()) trace.add("cells", Component::recurrence, of_channels, result.cells);
  trace.add("states", Component::recurrence, of_channels, result.output);
  if (result.last.cell.defined()) trace.add("last_cell", Component::recurrence, "BC", result.last.cell);
}

RecurrentRun Recurrent::run(const Tensor& x, const Tensor& table, Context& context,
                            const RecurrentInput& input) const {
  const size_t count = static_cast<size_t>(direction_count());
  const auto layer_state = [](const Tensor& states, size_t index) {
    return states.defined() ? select(states, 0, static_cast<int64_t>(index)) : Tensor();
  };
  for (const Tensor& state : {input.state.output, input.state.cell}) {
    check(!state.defined() || (state.rank() == 3 && state.dim(0) == static_cast<int64_t>(directions.size())),
          "recurrent: initial state {}; give [{}, B, width], one for each layer and direction", state.shape(),
          directions.size());
  }
  Tensor y = x;
  PoolVector<Tensor> outputs, cells, layers;
  for (size_t first = 0; first < directions.size(); first += count) {
    if (first > 0 && options.locked_dropout) {
      y = locked_dropout(y, options.dropout, context, input.time_first);
    } else if (first > 0 && context.training && options.dropout > 0) {
      y = dropout(y, options.dropout, context.next_stream());
    }
    PoolVector<Tensor> sides;
    const Trace::Scope scope(context.trace, "layer", first / count);
    for (size_t i = first; i < first + count; ++i) {
      const Direction& direction = directions[i];
      const Tensor bias = input_bias(direction);
      const bool by_row = first == 0 && table.defined();
      const Tensor gates = by_row ? embedding(x, linear(table, direction.weight_ih, bias))
                                  : linear(y, weight_for(context, direction.weight_ih, y), bias);
      RecurrenceResult result =
          recurrence(options.cell, gates, recurrent_weights(direction),
                     {layer_state(input.state.output, i), layer_state(input.state.cell, i)},
                     {.reverse = options.reverse || i > first,
                      .time_first = input.time_first,
                      .lengths = input.lengths,
                      .packed = input.packed ? &(*input.packed)[i] : nullptr,
                      .keep = context.trace != nullptr});
      if (context.trace)
        trace_direction(options.reverse || i > first, gates, result, input.time_first, *context.trace);
      sides.push_back(std::move(result.output));
      outputs.push_back(std::move(result.last.output));
      if (options.cell == Cell::lstm) cells.push_back(std::move(result.last.cell));
    }
    y = count == 1 ? sides[0] : concat(sides, 2);
    trace(context, "output", Component::recurrence, input.time_first ? "TBC" : "BTC", y);
    layers.push_back(y);
  }
  return {y, {stack(outputs, 0), cells.empty() ? Tensor() : stack(cells, 0)}, std::move(layers)};
}

void initialise_cell(const std::string& name, Tensor& parameter, Cell cell, int64_t hidden,
                     double forget_bias, const Rng& stream) {
  const double limit = 1 / std::sqrt(static_cast<double>(hidden));
  init_uniform(parameter, -limit, limit, stream);
  // The gates are in the order i, f, g, o; this is f.
  if (cell == Cell::lstm && name.find("bias_ih") != std::string::npos)
    fill(slice(parameter, 0, hidden, 2 * hidden), forget_bias);
}

}  // namespace hodhod
