// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tensor/tape.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <utility>

#include "hodhod/kernels/shapes/shapes.h"
#include "hodhod/tensor/storage.h"

namespace hodhod {
namespace {

thread_local bool recording_now = true;
using OnGradient = std::function<void(const Node&, int, const Tensor&)>;
// Of the backward pass that is running: backward passes inside checkpoint() tell the same.
thread_local const OnGradient* whom_to_tell = nullptr;
std::atomic<uint64_t> next_order{1};

// What the device `shapes` has counted since this was last asked.
Node::Cost cost_since_last_node() {
  thread_local Node::Cost before;
  const Node::Cost now = {kernels::shapes::operations(), shapes_memory().in_use};
  const Node::Cost cost = {now.operations - before.operations, now.bytes - before.bytes};
  before = now;
  return cost;
}

// Nodes below `root`, later ones first, with the number of uses each awaits gradients from.
PoolVector<Node*> collect(Node* root) {
  PoolVector<Node*> found{root};
  root->awaited = 0;
  PoolVector<Node*> open{root};
  // A node is entered when its first use is seen; `awaited` is 0 outside of backward.
  while (!open.empty()) {
    Node* node = open.back();
    open.pop_back();
    for (const Edge& edge : node->inputs) {
      if (!edge.node || edge.node->awaited++ > 0) continue;
      found.push_back(edge.node.get());
      open.push_back(edge.node.get());
    }
  }
  std::sort(found.begin(), found.end(), [](const Node* a, const Node* b) { return a->order > b->order; });
  return found;
}

// Tells of each output of the node that a gradient has reached; whether there is one.
bool announce(const Node& node, const BackwardOptions& options) {
  bool reached = false;
  for (size_t i = 0; i < node.outputs.size(); ++i) {
    const Tensor& gradient = node.outputs[i].gradient;
    if (!gradient.defined()) continue;
    reached = true;
    if (options.on_gradient) options.on_gradient(node, static_cast<int>(i), gradient);
  }
  return reached;
}

}  // namespace

void Ownership<Node>::retain(Node* node) noexcept { node->retain(); }
void Ownership<Node>::drop(Node* node) noexcept { node->drop(); }

bool recording() { return recording_now; }
Recording::Recording(bool on) : previous_(std::exchange(recording_now, on)) {}
Recording::~Recording() { recording_now = previous_; }

void add_gradient(Tensor& gradient, const Tensor& dx) {
  if (!gradient.defined()) {
    gradient = dx.detach();
  } else if (gradient.is_sole_owner() && gradient.is_contiguous()) {
    accumulate(gradient, dx);
  } else {
    Tensor sum = gradient.clone();
    accumulate(sum, dx);
    gradient = sum;
  }
}

bool Gradients::wants(int i) const { return static_cast<bool>(node_.inputs[static_cast<size_t>(i)].node); }

void Gradients::add(int i, const Tensor& dx) {
  const Edge& edge = node_.inputs[static_cast<size_t>(i)];
  if (!edge.node) return;
  Node::Output& output = edge.node->outputs[static_cast<size_t>(edge.output)];
  check(dx.shape() == output.shape && dx.dtype() == output.dtype,
        "{}: its backward gave a gradient {} {} for input {}, which is {} {}", node_.name,
        name_of(dx.dtype()), dx.shape(), i, name_of(output.dtype), output.shape);
  add_gradient(output.whole(), dx);
}

void Gradients::add(int i, const Gradient& dx) {
  const Edge& edge = node_.inputs[static_cast<size_t>(i)];
  if (!edge.node) return;
  Node::Output& output = edge.node->outputs[static_cast<size_t>(edge.output)];
  if (!dx.has_rows() || !edge.node->is_leaf) {
    add(i, dx.whole(output.shape));
    return;
  }
  Gradient sum{std::exchange(output.gradient, Tensor()), std::exchange(output.rows, Tensor())};
  add_gradient(sum, dx);
  output.gradient = std::move(sum.values);
  output.rows = std::move(sum.rows);
}

Tensor& Node::Output::whole() {
  if (rows.defined()) gradient = Gradient{gradient, std::exchange(rows, Tensor())}.whole(shape);
  return gradient;
}

Gradients::Buffer Gradients::buffer(int i) {
  const Edge& edge = node_.inputs[static_cast<size_t>(i)];
  check(static_cast<bool>(edge.node), "{}: nobody wants the gradient of input {}; ask wants() first",
        node_.name, i);
  Node::Output& output = edge.node->outputs[static_cast<size_t>(edge.output)];
  output.whole();
  if (!output.gradient.defined()) {
    output.gradient = Tensor::empty(output.shape, output.dtype, output.device);
    return {output.gradient, false};
  }
  if (!output.gradient.is_sole_owner() || !output.gradient.is_contiguous()) {
    output.gradient = output.gradient.clone();
  }
  return {output.gradient, true};
}

Tensor Gradients::take(int i) {
  const Edge& edge = node_.inputs[static_cast<size_t>(i)];
  if (!edge.node) return {};
  return std::exchange(edge.node->outputs[static_cast<size_t>(edge.output)].whole(), Tensor());
}

void Node::destroy(Node* node) noexcept {
  // A long chain must not be destroyed recursively: nodes that are freed while another is being freed are
  // queued.
  thread_local Node* line = nullptr;
  thread_local bool busy = false;
  // `order` is of no more use and holds the link.
  node->order = reinterpret_cast<uintptr_t>(line);
  line = node;
  if (busy) return;
  busy = true;
  while (line) {
    Node* next = line;
    line = reinterpret_cast<Node*>(static_cast<uintptr_t>(next->order));
    next->~Node();
    pool::release(next);
  }
  busy = false;
}

namespace detail {

bool any_wanted(std::span<const Edge> inputs) {
  return recording_now &&
         std::any_of(inputs.begin(), inputs.end(), [](const Edge& e) { return bool(e.node); });
}

void attach(const Ref<Node>& node, const char* name, std::span<const Edge> inputs,
            std::span<Tensor> outputs) {
  node->name = name;
  node->order = next_order.fetch_add(1, std::memory_order_relaxed);
  node->inputs.assign(inputs.begin(), inputs.end());
  if (outputs[0].device() == Device::shapes) node->cost = cost_since_last_node();
  node->outputs.reserve(outputs.size());
  int index = 0;
  for (Tensor& output : outputs) {
    node->outputs.push_back({output.shape(), output.dtype(), output.device(), Tensor()});
    output.set_node(node, index++);
  }
}

Edge anchor() {
  Tensor nothing = Tensor::empty({0});
  return Edge(nothing.set_requires_grad());
}

void backward_again(const Tensor& dy, PoolVector<Tensor>& held, Gradients& d,
                    const std::function<Tensor()>& fn) {
  const uint64_t start = next_order.load(std::memory_order_relaxed);
  Recording on(true);
  for (size_t i = 0; i < held.size(); ++i) {
    if (d.wants(static_cast<int>(i))) held[i].set_requires_grad();
  }
  const Tensor y = fn();
  if (!y.requires_grad()) return;
  // Gradients are added in the same order as without the checkpoint: to what is there.
  for (size_t i = 0; i < held.size(); ++i) {
    if (Tensor before = d.take(static_cast<int>(i)); before.defined()) held[i].set_grad(before);
  }
  backward(y, {.gradient = dy,
               .on_gradient = whom_to_tell == nullptr ? nullptr : *whom_to_tell,
               .not_before = start});
  for (size_t i = 0; i < held.size(); ++i) {
    if (const Tensor dx = held[i].grad(); dx.defined()) d.add(static_cast<int>(i), dx);
  }
}

}  // namespace detail

void backward(const Tensor& loss, const BackwardOptions& options) {
  check(loss.requires_grad(), "backward: the tensor does not depend on anything that wants a gradient");
  NoGrad off;
  struct Telling {
    const OnGradient* before;
    ~Telling() { whom_to_tell = before; }
  } telling{std::exchange(whom_to_tell, &options.on_gradient)};
  Tensor seed = options.gradient;
  if (!seed.defined()) {
    check(loss.numel() == 1,
          "backward: a tensor of shape {} needs a gradient to start from; only a scalar does not",
          loss.shape());
    seed = Tensor::full(loss.shape(), 1, loss.dtype(), loss.device());
  }
  check(seed.shape() == loss.shape() && seed.dtype() == loss.dtype(),
        "backward: gradient {} {} for a tensor {} {}", name_of(seed.dtype()), seed.shape(),
        name_of(loss.dtype()), loss.shape());
  Node* root = loss.node().get();
  add_gradient(root->outputs[static_cast<size_t>(loss.output_index())].gradient, seed);
  seed = Tensor();

  // Owned here, because running a node drops its edges.
  PoolVector<Ref<Node>> nodes;
  for (Node* node : collect(root)) nodes.emplace_back(node);
  // An error on the way must not leave half-counted uses.
  struct Reset {
    PoolVector<Ref<Node>>& nodes;
    int exceptions = std::uncaught_exceptions();
    ~Reset() {
      if (std::uncaught_exceptions() == exceptions) return;
      for (auto& node : nodes) {
        if (node) node->awaited = 0;
      }
    }
  } reset{nodes};

  for (Ref<Node>& node : nodes) {
    if (node->is_leaf) continue;
    check(node->order >= options.not_before,
          "checkpoint: the function uses the result of {}, which was computed outside; make it one of the "
          "inputs",
          node->name);
    check(!node->spent,
          "{}: its part of the tape was already used by an earlier backward; run the forward again",
          node->name);
    const bool reached = announce(*node, options);
    Gradients gradients(*node);
    if (reached) node->run(gradients);
    node->forget();
    node->spent = true;
    PoolVector<Edge> inputs = std::move(node->inputs);
    node->inputs.clear();
    for (const Edge& edge : inputs) {
      if (!edge.node || --edge.node->awaited > 0) continue;
      if (edge.node->is_leaf && options.on_leaf && edge.node->outputs[0].gradient.defined()) {
        options.on_leaf(*edge.node);
      }
    }
    inputs.clear();
    if (node.get() != root) node = Ref<Node>();
  }
}

}  // namespace hodhod
