// SPDX-License-Identifier: Apache-2.0
// What a forward pass is told besides its input: nothing about it is global.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hodhod/base/rng.h"
#include "hodhod/tensor/tensor.h"

namespace hodhod {

// Named intermediates of a forward pass, in the order of computation, for looking inside.
class Trace {
 public:
  struct Entry {
    std::string name;  // "encoder.layer.0.attention.probabilities"
    Tensor tensor;
  };

  void add(std::string_view name, const Tensor& tensor);
  const std::vector<Entry>& entries() const { return entries_; }

  // Names added during the life of a Scope get its name in front.
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
  std::string prefix_;
  std::vector<Entry> entries_;
};

// `rng` names the randomness of this step; each dropout takes a stream of its own by next_stream(), in the
// order of the forward pass, so masks are a function of (seed, step, place, element) alone.
struct Context {
  bool training = false;
  Rng rng{};
  Trace* trace = nullptr;
  uint64_t streams = 0;  // handed out so far

  Rng next_stream() { return rng.fork(++streams); }
};

// Adds to the trace if there is one.
inline void trace(Context& context, std::string_view name, const Tensor& tensor) {
  if (context.trace) context.trace->add(name, tensor);
}

}  // namespace hodhod
