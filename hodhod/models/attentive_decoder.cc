// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/attentive_decoder.h"

#include <algorithm>
#include <utility>

#include "hodhod/base/error.h"
#include "hodhod/ops/elementwise.h"
#include "hodhod/ops/shape.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {
namespace {

Tensor picked(const Tensor& x, int dim, const Tensor& rows) {
  return x.defined() ? index_select(x, dim, rows) : x;
}

Tensor joined(const Tensor& a, const Tensor& b, int dim) { return a.defined() ? concat({a, b}, dim) : a; }

// x [B, S] or [B, S, C] with zeros up to `length` in place of S.
Tensor stretched(const Tensor& x, int64_t length) {
  if (x.dim(1) == length) return x;
  Shape missing = x.shape();
  missing[1] = length - x.dim(1);
  return concat({x, Tensor::zeros(missing, x.dtype())}, 1);
}

std::vector<int64_t> lengths_of(const SourceMemory& memory) {
  const int64_t rows = memory.states.dim(0);
  if (!memory.lengths.defined()) return std::vector<int64_t>(static_cast<size_t>(rows), memory.states.dim(1));
  return {memory.lengths.data(), memory.lengths.data() + rows};
}

// The rows that have a token at step t: 1 or 0 each, [B]; undefined: all have one.
HostArray rows_at(const HostArray& lengths, int64_t t) {
  if (!lengths.defined()) return {};
  std::vector<int64_t> has;
  for (int64_t b = 0; b < lengths.size(); ++b) has.push_back(lengths[b] > t ? 1 : 0);
  return HostArray(Tensor::from(has, {lengths.size()}));
}

}  // namespace

void AttentiveDecoder::State::select(std::span<const int64_t> kept) {
  const Tensor rows = Tensor::from(kept, {std::ssize(kept)});
  layers = {picked(layers.output, 1, rows), picked(layers.cell, 1, rows)};
  fed = picked(fed, 0, rows);
  if (!memory.states.defined()) return;
  const std::vector<int64_t> lengths = lengths_of(memory);
  std::vector<int64_t> kept_lengths;
  for (const int64_t row : kept) kept_lengths.push_back(lengths[static_cast<size_t>(row)]);
  memory.states = picked(memory.states, 0, rows);
  memory.keys = picked(memory.keys, 0, rows);
  memory.tokens = picked(memory.tokens, 0, rows);
  memory.lengths = HostArray(Tensor::from(kept_lengths, {std::ssize(kept_lengths)}));
}

void AttentiveDecoder::State::append(State&& other) {
  layers = {joined(layers.output, other.layers.output, 1), joined(layers.cell, other.layers.cell, 1)};
  fed = joined(fed, other.fed, 0);
  if (!memory.states.defined()) return;
  std::vector<int64_t> lengths = lengths_of(memory);
  for (const int64_t length : lengths_of(other.memory)) lengths.push_back(length);
  const int64_t longest = std::max(memory.states.dim(1), other.memory.states.dim(1));
  for (Tensor SourceMemory::*part : {&SourceMemory::states, &SourceMemory::keys, &SourceMemory::tokens}) {
    if ((memory.*part).defined())
      memory.*part = concat({stretched(memory.*part, longest), stretched(other.memory.*part, longest)}, 0);
  }
  memory.lengths = HostArray(Tensor::from(lengths, {std::ssize(lengths)}));
}

AttentiveDecoder::AttentiveDecoder(const AttentiveDecoderOptions& options) : options_(options) {
  const int64_t width = options.layers.input;
  const bool before = options.score && options.place == ContextPlace::before;
  RecurrentOptions layers = options.layers;
  layers.input = width * (1 + (before ? 1 : 0) + (options.input_feeding ? 1 : 0));
  rnn_ = Recurrent(layers);
  const int64_t cells = layers.cell == Cell::lstm ? 2 : 1;
  if (options.bridge) bridge_ = Linear(width, cells * layers.layers * width);
  if (!options.score) return;
  attention_.emplace(*options.score, width);
  combine_.emplace(width * (before ? 3 : 2), width);
}

AttentiveDecoder::State AttentiveDecoder::begin(const HiddenStates& source,
                                                const RecurrentState& last) const {
  const int64_t rows = source.states.dim(0), width = source.states.dim(2), layers = options_.layers.layers;
  State state{.layers = last, .fed = {}};
  if (bridge_) {
    const int64_t directions = last.output.dim(0);
    const Tensor both = concat(
        {hodhod::select(last.output, 0, directions - 2), hodhod::select(last.output, 0, directions - 1)}, 1);
    const Tensor made = reshape((*bridge_)(both), {rows, -1, layers, width});  // [B, outputs and cells, L, C]
    const auto part = [&](int64_t i) { return transpose(hodhod::select(made, 1, i), 0, 1); };  // [L, B, C]
    state.layers = {tanh(part(0)), options_.layers.cell == Cell::lstm ? part(1) : Tensor()};
  }
  if (options_.input_feeding) state.fed = Tensor::zeros({rows, width}, source.states.dtype());
  if (attention_) state.memory = attention_->memory(source.states, source.lengths);
  return state;
}

// What a run over some positions gives, for the trace as well.
struct AttentiveDecoder::Part {
  Tensor output;   // h̃ [B, T, C]
  Tensor scores;   // [B, T, S], with attention
  Tensor weights;  // the same
  Tensor context;  // [B, T, C], with attention
};

AttentiveDecoder::Part AttentiveDecoder::run(const Tensor& x, const HostArray& lengths, State& state,
                                             Context& context) const {
  const int64_t rows = x.dim(0), width = options_.layers.input;
  const bool before = attention_ && options_.place == ContextPlace::before;
  Part part;
  std::vector<Tensor> inputs = {x};
  if (before) {
    const Tensor top = hodhod::select(state.layers.output, 0, options_.layers.layers - 1);
    SourceReading reading = (*attention_)(reshape(top, {rows, 1, width}), state.memory);
    part.context = reading.context;
    part.scores = reading.scores;
    part.weights = reading.weights;
    inputs.push_back(part.context);
  }
  if (options_.input_feeding) inputs.push_back(reshape(state.fed, {rows, 1, width}));
  RecurrentRun run = rnn_(
      inputs.size() == 1 ? x : concat(inputs, 2), context,
      {.state = state.layers, .lengths = lengths, .packed = state.packed.empty() ? nullptr : &state.packed});
  state.layers = std::move(run.last);
  part.output = run.output;
  if (!attention_) return part;
  if (!before) {
    SourceReading reading = (*attention_)(run.output, state.memory);
    part.context = reading.context;
    part.scores = reading.scores;
    part.weights = reading.weights;
  }
  const Tensor joined_states =
      before ? concat({part.context, run.output, x}, 2) : concat({part.context, run.output}, 2);
  part.output = tanh((*combine_)(joined_states, context));
  return part;
}

AttentiveDecoder::Output AttentiveDecoder::operator()(const Tensor& x, const HostArray& lengths, State& state,
                                                      Context& context) const {
  Part whole;
  if (!goes_by_steps()) {
    whole = run(x, lengths, state, context);
  } else {
    std::vector<Tensor> outputs, scores, weights, contexts;
    Trace steps;
    Trace* const traced = std::exchange(context.trace, context.trace ? &steps : nullptr);
    for (int64_t t = 0; t < x.dim(1); ++t) {
      const HostArray present = rows_at(lengths, t);
      const Part part = run(slice(x, 1, t, t + 1), present, state, context);
      outputs.push_back(part.output);
      if (attention_) {
        scores.push_back(part.scores);
        weights.push_back(part.weights);
        contexts.push_back(part.context);
      }
      if (!options_.input_feeding) continue;
      const Tensor fed = hodhod::select(part.output, 1, 0);
      if (!present.defined()) {
        state.fed = fed;
        continue;
      }
      // A row that has ended keeps what it was fed last.
      const Tensor is_present = reshape(present.tensor().converted(x.dtype()), {x.dim(0), 1});
      state.fed = add(mul(fed, is_present), mul(state.fed, sub(Tensor::full({1}, 1, x.dtype()), is_present)));
    }
    context.trace = traced;
    if (traced) traced->add_steps(steps);
    whole.output = concat(outputs, 1);
    if (attention_) {
      whole.scores = concat(scores, 1);
      whole.weights = concat(weights, 1);
      whole.context = concat(contexts, 1);
    }
  }
  if (attention_) {
    const Trace::Scope scope(context.trace, "cross_attention");
    const int64_t rows = x.dim(0), times = x.dim(1);
    if (context.trace) {
      const Shape shape{rows, 1, times, whole.weights.dim(2)};
      context.trace->add("scores", Component::attention, "BHTS", whole.scores, shape);
      context.trace->add("probabilities", Component::attention, "BHTS", whole.weights, shape);
    }
    trace(context, "context", Component::attention, "BTC", whole.context);
  }
  if (attention_) trace(context, "combined", Component::linear, "BTC", whole.output);
  return {whole.output, whole.weights};
}

}  // namespace hodhod
