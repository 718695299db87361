// SPDX-License-Identifier: Apache-2.0
// The gradient of an update as the sum of parts that are completed separately.
//
// An update has N parts, numbered from 0: its micro-batches. Their gradients, losses and items are added in a
// binary tree over the part numbers that depends on N alone. The sum S of the parts [a, b) is
//
//   S(a, a + 1) = g_a
//   S(a, b)     = S(a, a + h) + S(a + h, b),   h the greatest power of two below b − a
//
// so five parts make ((g0 + g1) + (g2 + g3)) + g4. The bits of the sum depend neither on who computes a part
// nor on the order in which parts arrive. One machine that computes all parts and several machines that
// compute some each and exchange nodes of the tree end with the same gradient.
#pragma once

#include <cstdint>

#include "hodhod/tensor/gradient.h"
#include "hodhod/tensor/tape.h"
#include "hodhod/tensor/tensor.h"
#include "hodhod/train/optimizer.h"

namespace hodhod {

// The sum over the parts [first, end).
struct PartialSum {
  int64_t first = 0, end = 1;
  double loss = 0;   // summed over items
  double items = 0;  // tokens, or examples
  // One for each parameter, in one order for all parts. Undefined where no part has a gradient.
  PoolVector<Gradient> gradients = {};
};

class GradientSum {
 public:
  // Of an update of this many parts, at least one.
  explicit GradientSum(int64_t parts);

  // Adds a single part, or a node of the tree that another GradientSum of the same update has taken out. Its
  // gradients may be overwritten where nobody else holds them. Error if [first, end) is no node of the tree,
  // if some of it is there already, or if it has another number of gradients.
  //
  // Where parts arrive in order, at most log2(N) + 1 sums are held at any time. A single part is never
  // copied.
  void add(PartialSum part);

  // Takes out the sums of what has been added, in the order of parts: a single one when all parts are there.
  PoolVector<PartialSum> take();

 private:
  int64_t parts_;
  PoolVector<PartialSum> nodes_;  // in the order of parts; no two of them make a node together
};

// Moves the gradients of the parameters into a vector. The parameters have none afterwards.
PoolVector<Gradient> take_gradients(const NamedParameters& parameters);
// Gives the parameters these gradients, except where they are undefined.
void set_gradients(const NamedParameters& parameters, const PoolVector<Gradient>& gradients);

}  // namespace hodhod
