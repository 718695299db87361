// SPDX-License-Identifier: Apache-2.0
// The tape: what reverse-mode differentiation needs to know about the ops that computed a tensor.
//
// An op computes its output and then says how gradients flow back through it:
//
//     Tensor exp(const Tensor& x) {
//       Tensor y = …;
//       return record("exp", y, {x}, [y](const Tensor& dy, Gradients& d) { d.add(0, mul(dy, y)); });
//     }
//
// Nothing is kept if no input wants a gradient or recording is off.
#pragma once

#include <concepts>
#include <functional>
#include <initializer_list>
#include <new>
#include <span>
#include <utility>
#include <vector>

#include "hodhod/tensor/gradient.h"
#include "hodhod/tensor/pool.h"
#include "hodhod/tensor/ref.h"
#include "hodhod/tensor/tensor.h"

namespace hodhod {

template <class T>
using PoolVector = std::vector<T, pool::Allocator<T>>;

// An input of a recorded op: which output of which node, if any, it came from.
struct Edge {
  Ref<Node> node;
  int output = 0;
  Edge() = default;
  Edge(const Tensor& tensor)
      : node(tensor.node()), output(tensor.output_index()) {}  // NOLINT: meant to convert
};

// gradient ← gradient + dx; an undefined gradient means zeros. A buffer that other tensors share is not
// written to.
void add_gradient(Tensor& gradient, const Tensor& dx);

// Receives the gradients of an op's inputs from its backward.
class Gradients {
 public:
  explicit Gradients(Node& node) : node_(node) {}

  // Whether the gradient of input i is wanted; otherwise do not compute it.
  bool wants(int i) const;
  // Adds dx to the gradient of input i. The shape and type are those of the input.
  void add(int i, const Tensor& dx);
  // The same where dx is zero but for some rows of the input. A leaf keeps them as rows.
  void add(int i, const Gradient& dx);

  // The gradient buffer of input i for kernels that write in place: dense, of the input's shape. When
  // `accumulate` it already holds something to add to; otherwise it is uninitialised and every element must
  // be written.
  struct Buffer {
    Tensor tensor;
    bool accumulate;
  };
  Buffer buffer(int i);
  // Removes and returns what has arrived at input i so far, if anything; put it back with add().
  Tensor take(int i);

 private:
  Node& node_;
};

class Node : public Counted<Node> {
 public:
  struct Output {
    Shape shape;
    DType dtype;
    Device device;
    Tensor gradient;  // what has arrived so far; of a leaf with `rows`, only these rows (gradient.h)
    Tensor rows = {};

    // Makes the gradient of a leaf a whole one.
    Tensor& whole();
  };

  // On the device `shapes`, what was counted since the node before was made (of any kind; so the first one
  // after a backward pass has that in it).
  struct Cost {
    double operations = 0;  // as kernels::shapes::operations()
    int64_t bytes = 0;      // by which the memory in use grew
  };

  virtual ~Node() = default;
  // Calls the op's backward, then frees what it had saved.
  virtual void run(Gradients& d) = 0;
  // Frees what the op saved for its backward.
  virtual void forget() = 0;
  static void destroy(Node* node) noexcept;

  const char* name = "";
  uint64_t order = 0;  // nodes are numbered in order of creation: inputs before results
  bool is_leaf = false;
  bool spent = false;   // its backward has run
  int64_t awaited = 0;  // during backward: uses whose gradient has not arrived yet
  Cost cost;
  PoolVector<Edge> inputs;
  PoolVector<Output> outputs;
};

// Whether ops record (per thread; true at the start).
bool recording();

// Turns recording off, or on, until the end of the scope.
class Recording {
 public:
  explicit Recording(bool on);
  ~Recording();
  Recording(const Recording&) = delete;
  Recording& operator=(const Recording&) = delete;

 private:
  bool previous_;
};
struct NoGrad : Recording {
  NoGrad() : Recording(false) {}
};

namespace detail {

template <class Backward, bool kMany>
class OpNode final : public Node {
 public:
  explicit OpNode(Backward backward) : backward_(std::move(backward)), held_(true) {}
  ~OpNode() override { forget(); }
  OpNode(const OpNode&) = delete;
  OpNode& operator=(const OpNode&) = delete;

  void run(Gradients& d) override {
    if constexpr (kMany) {
      PoolVector<Tensor> dy;
      dy.reserve(outputs.size());
      for (Output& output : outputs) dy.push_back(std::exchange(output.gradient, Tensor()));
      backward_(std::span<const Tensor>(dy), d);
    } else {
      const Tensor dy = std::exchange(outputs[0].gradient, Tensor());
      backward_(dy, d);
    }
  }
  void forget() override {
    if (std::exchange(held_, false)) backward_.~Backward();
  }

 private:
  union {
    Backward backward_;  // NOLINT(readability-identifier-naming): private, as the union is
  };
  bool held_;
};

bool any_wanted(std::span<const Edge> inputs);
void attach(const Ref<Node>& node, const char* name, std::span<const Edge> inputs, std::span<Tensor> outputs);

template <bool kMany, class Backward>
void record(const char* name, std::span<Tensor> outputs, std::span<const Edge> inputs, Backward&& backward) {
  if (!any_wanted(inputs)) return;
  using Op = OpNode<std::decay_t<Backward>, kMany>;
  attach(Ref<Node>(new (pool::allocate(sizeof(Op))) Op(std::forward<Backward>(backward))), name, inputs,
         outputs);
}

}  // namespace detail

// Records y as the result of op `name` on `inputs`. `backward(const Tensor& dy, Gradients& d)` runs at most
// once, with recording off; dy is the gradient of y; it has y's shape, but need not be dense (use dy.dense()
// where that matters).
template <class Backward>
Tensor record(const char* name, Tensor y, std::span<const Edge> inputs, Backward&& backward) {
  detail::record<false>(name, std::span(&y, 1), inputs, std::forward<Backward>(backward));
  return y;
}
template <class Backward>
Tensor record(const char* name, Tensor y, std::initializer_list<Edge> inputs, Backward&& backward) {
  return record(name, std::move(y), std::span(inputs.begin(), inputs.size()),
                std::forward<Backward>(backward));
}

// The same for an op with several outputs, which are recorded in place. `backward(std::span<const Tensor>
// dys, Gradients&)` gets an undefined tensor for an output that was not used.
template <class Backward>
void record_many(const char* name, std::span<Tensor> ys, std::span<const Edge> inputs, Backward&& backward) {
  detail::record<true>(name, ys, inputs, std::forward<Backward>(backward));
}
template <class Backward>
void record_many(const char* name, std::span<Tensor> ys, std::initializer_list<Edge> inputs,
                 Backward&& backward) {
  record_many(name, ys, std::span(inputs.begin(), inputs.size()), std::forward<Backward>(backward));
}

struct BackwardOptions {
  // The gradient of the loss itself; 1 when undefined (the loss must then be a scalar).
  Tensor gradient = {};
  // Called with each leaf as soon as its gradient is complete, so that an optimiser can use it and free it
  // before the rest is computed. Of leaves used inside checkpoint(), those that were named there.
  std::function<void(Node& leaf)> on_leaf = {};
  // Called with each output of each node, other than leaves, that a gradient has reached: just before the
  // node's backward runs, when the gradient is complete. Nodes inside checkpoint() are those of its second
  // run.
  std::function<void(const Node& node, int output, const Tensor& gradient)> on_gradient = {};
  // Non-leaf nodes made before this order may not be reached (see checkpoint).
  uint64_t not_before = 0;
};

// Adds d loss / d leaf to the gradient of every leaf that `loss` depends on, and frees the tape behind it.
void backward(const Tensor& loss, const BackwardOptions& options = {});

namespace detail {
// An edge to a new leaf, so that a gradient is wanted.
Edge anchor();
// Runs fn on `held` with recording on, and backward from its result with dy; gives d what arrives at `held`.
void backward_again(const Tensor& dy, PoolVector<Tensor>& held, Gradients& d,
                    const std::function<Tensor()>& fn);
}  // namespace detail

// y = fn(inputs) without keeping what is inside fn on the tape: backward runs fn again (Chen et al. 2016,
// "Training deep nets with sublinear memory cost"). fn takes std::span<const Tensor> and must compute the
// same values both times: what it draws at random has to be a function of state that it holds. A tensor that
// fn uses and that was computed on the tape must be among the inputs; parameters need not be. Those that are
// named in `parameters` are announced when their gradients are complete (BackwardOptions::on_leaf).
template <class Fn>
Tensor checkpoint(Fn fn, std::span<const Tensor> inputs, std::span<const Tensor> parameters = {}) {
  PoolVector<Tensor> held;
  for (const Tensor& input : inputs) held.push_back(input.detach());
  if (!recording()) return fn(std::span<const Tensor>(held));
  Tensor y;
  {
    NoGrad off;
    y = fn(std::span<const Tensor>(held));
  }
  PoolVector<Edge> edges(inputs.begin(), inputs.end());
  edges.insert(edges.end(), parameters.begin(), parameters.end());
  // fn's parameters may want gradients even if nothing that is named here does.
  edges.push_back(detail::anchor());
  return record("checkpoint", y, edges, [fn = std::move(fn), held](const Tensor& dy, Gradients& d) mutable {
    detail::backward_again(dy, held, d, [&] { return fn(std::span<const Tensor>(held)); });
  });
}
template <class Fn>
Tensor checkpoint(Fn fn, std::initializer_list<Tensor> inputs) {
  return checkpoint(std::move(fn), std::span(inputs.begin(), inputs.size()));
}

// The same for one input: y = fn(x).
template <class Fn>
requires std::invocable<Fn&, const Tensor&> Tensor checkpoint(Fn fn, const Tensor& x) {
  return checkpoint([fn = std::move(fn)](std::span<const Tensor> inputs) mutable { return fn(inputs[0]); },
                    {x});
}

}  // namespace hodhod
