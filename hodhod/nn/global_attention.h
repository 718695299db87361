// SPDX-License-Identifier: Apache-2.0
// Tokens that attend to all others and are attended to by all, beside a window for the rest (Longformer,
// Beltagy et al. 2020, §3.1). They have projections of their own.
//
// B batch, T time, C width, G global tokens of the row that has most.
#pragma once

#include <cstdint>
#include <map>
#include <memory>

#include "hodhod/nn/linear.h"
#include "hodhod/tensor/host_array.h"
#include "hodhod/tensor/tensor.h"

namespace hodhod {

// Which tokens of a batch are global.
class GlobalTokens {
 public:
  // flags [B, T] i64, 1 for a global token and 0 for another.
  explicit GlobalTokens(const HostArray& flags);

  // Whether there are any.
  bool any() const { return most_ > 0; }
  // Their number in each row, [B].
  const HostArray& counts() const { return counts_; }
  // What attention adds to scores so that a token sees `reach` tokens on each side and all global ones: 0 or
  // −∞, [B, 1, T, T]. Its memory is quadratic in T; it is made once for each reach.
  const Tensor& bias(int64_t reach, DType dtype) const;
  // The states of a row's global tokens, x [B, T, C] → [B, G, C]. Those past a row's count are of no use.
  Tensor pick(const Tensor& x) const;
  // x [B, T, C] with `picked` [B, G, C] in the places of the global tokens.
  Tensor put(const Tensor& x, const Tensor& picked) const;

 private:
  HostArray flags_, counts_;
  Tensor picked_rows_;  // [B · G]: rows of x [B · T, C]
  Tensor put_rows_;     // [B · T]: rows of x and the picked ones, one behind the other
  int64_t most_ = 0;    // G
  std::shared_ptr<std::map<int64_t, Tensor>> biases_ =
      std::make_shared<std::map<int64_t, Tensor>>();  // copies share them
};

// The projections of global tokens.
struct GlobalProjections {
  Linear query;  // C → H · D, of the global tokens
  Linear key;    // C → kv_heads · D, of all tokens as the global ones see them
  Linear value;

  template <class V>
  void visit(V& v) {
    v("query", query);
    v("key", key);
    v("value", value);
  }
};

}  // namespace hodhod
