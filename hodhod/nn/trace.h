// SPDX-License-Identifier: Apache-2.0
// What a forward pass computes on its way from tokens to probabilities, by name: for looking inside.
//
//     Trace trace;
//     Context context{.trace = &trace};
//     model.encode(tokens, context);
//     trace.at("encoder.layer.0.self_attention.probabilities").tensor;  // [B, H, T, S]
//
// docs/trace.md lists the names. A pass without a trace does no work for it, and a trace changes no bit of
// the result.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hodhod/tensor/tape.h"
#include "hodhod/tensor/tensor.h"

namespace hodhod {

// The part of a model that computes a tensor, in the words of "Attention Is All You Need", figure 1.
enum class Component {
  input,
  embedding,
  positions,
  attention,
  add_and_norm,
  feed_forward,
  linear,
  softmax,
  recurrence,
};
constexpr std::array<std::string_view, 9> names_of(Component) {
  return {"input",        "embedding", "positions", "attention", "add & norm",
          "feed-forward", "linear",    "softmax",   "recurrence"};
}

// The tensors of a forward pass, in the order of computation. Those of the passes that follow, such as the
// steps of decoding, come after them under the same names.
class Trace {
 public:
  using Queries = std::function<Tensor(int64_t first, int64_t last)>;
  struct Entry {
    std::string name;  // scopes and the tensor's own name: "encoder.layer.0.self_attention.keys"
    Component component;
    // A letter for each dimension: B batch, T time, S time of what is attended to, C channels, H heads, D
    // head size, F feed-forward width, V vocabulary, G gates of a recurrent cell, K labels, R distances, N
    // chosen tokens.
    std::string axes;
    Tensor tensor;  // off the tape; it shares the memory of what the model computed
    // Where the tensor stands on the tape, if it does: there its gradient arrives, maybe in another shape of
    // as many elements (BackwardOptions::on_gradient). It holds that part of the tape.
    Edge origin = {};
    // Of add_queries(), for a consumer that takes parts: `tensor` has its shape alone, on the device
    // `shapes`, and this computes queries [first, last).
    Queries queries = {};
  };

  // Keeps the entries.
  Trace() = default;
  // Gives each entry to `consumer` and keeps none. What is computed again comes a second time (see Again).
  explicit Trace(std::function<void(const Entry&)> consumer) : consumer_(std::move(consumer)) {}
  // The same; what add_queries() adds is not computed before the consumer asks for it.
  static Trace in_parts(std::function<void(const Entry&)> consumer) {
    Trace trace(std::move(consumer));
    trace.in_parts_ = true;
    return trace;
  }

  // Adds a tensor under the scopes that are open. Error if `axes` has not one letter for each dimension.
  void add(std::string_view name, Component component, std::string_view axes, const Tensor& tensor) {
    add(name, component, axes, tensor, tensor.shape());
  }
  // The same in another shape of as many elements.
  void add(std::string_view name, Component component, std::string_view axes, const Tensor& tensor,
           const Shape& shape);
  // The same for a tensor of this shape that the model itself does not compute; compute() runs off the tape.
  // On the device `shapes` it is not called: such a tensor costs the model nothing.
  void add(std::string_view name, Component component, std::string_view axes, const Shape& shape,
           const std::function<Tensor()>& compute);
  // The same for one that may be too large to be whole; queries(first, last) gives these places of its
  // dimension T.
  void add_queries(std::string_view name, Component component, std::string_view axes, const Shape& shape,
                   const Queries& queries);
  // Adds what a pass that went step by step has traced: entries of one name become one along T; of those
  // without T the last counts.
  void add_steps(const Trace& steps);

  const std::vector<Entry>& entries() const { return entries_; }
  // The last tensor of this name, or null.
  const Entry* find(std::string_view name) const;
  // The same; an Error that lists the names there are if there is none.
  const Entry& at(std::string_view name) const;

  // The scopes that are open, with a dot after each.
  const std::string& path() const { return prefix_; }

  // While it lives, a part of the pass runs again to be on the tape, under the scopes of `path`: what it
  // traces comes again, now with its origin, and what is not on the tape does not. A trace that keeps its
  // entries gives the origin to the one that it has. Does nothing without a trace.
  class Again {
   public:
    Again(Trace* trace, std::string path);
    ~Again();
    Again(const Again&) = delete;
    Again& operator=(const Again&) = delete;

   private:
    Trace* trace_;
    std::string before_;
  };

  // Names added during the life of a Scope get its name in front. Does nothing without a trace.
  class Scope {
   public:
    Scope(Trace* trace, std::string_view name);
    // "name.number"
    Scope(Trace* trace, std::string_view name, size_t number);
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    Trace* trace_;
    size_t length_ = 0;
  };

 private:
  void take(Entry entry);

  std::string prefix_;
  bool again_ = false;
  std::vector<Entry> entries_;
  std::function<void(const Entry&)> consumer_;
  bool in_parts_ = false;
};

}  // namespace hodhod
