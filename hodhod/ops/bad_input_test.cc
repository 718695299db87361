// SPDX-License-Identifier: Apache-2.0
// Every op refuses shapes, element types and indices that do not fit, by its name and with both values.
#include <cmath>

#include "hodhod/ops/bad_input.h"
#include "hodhod/ops/dropout.h"
#include "hodhod/ops/elementwise.h"
#include "hodhod/ops/norm.h"
#include "hodhod/ops/reduce.h"
#include "hodhod/ops/shape.h"
#include "hodhod/ops/softmax.h"

namespace hodhod {
namespace {

TEST(BadInput, Elementwise) {
  std::vector<Refusal> all;
  using Binary = Tensor (*)(const Tensor&, const Tensor&);
  const std::pair<const char*, Binary> binaries[] = {
      {"add", add}, {"sub", sub}, {"mul", mul}, {"div", div}, {"maximum", maximum}};
  for (const auto& [name, op] : binaries) {
    const Binary function = op;
    all.push_back({[=] { function(f({2, 3}), f({2, 4})); }, {name, "[2, 3]", "[2, 4]"}});
    all.push_back({[=] { function(f({2}), d({2})); }, {name, "f32", "f64"}});
    all.push_back({[=] { function(whole({2}), whole({2})); }, {name, "i64"}});
    all.push_back({[=] { function(kUndefined, f({2})); }, {name, "undefined"}});
  }
  using kernels::Unary;
  for (Unary function : {Unary::relu, Unary::gelu, Unary::silu, Unary::tanh, Unary::exp, Unary::log}) {
    const std::string name(kernels::name_of(function));
    all.push_back({[=] { apply(function, whole({2})); }, {name, "i64"}});
    all.push_back({[=] { apply(function, kUndefined); }, {name, "undefined"}});
  }
  all.push_back({[] { scale(kUndefined, 2); }, {"scale", "undefined"}});
  all.push_back({[] { scale(whole({2}), 2); }, {"scale", "i64"}});
  all.push_back({[] { gated(Activation::silu, f({2, 3}), f({2, 4})); }, {"gated", "[2, 3]", "[2, 4]"}});
  all.push_back({[] { gated(Activation::silu, f({2}), d({2})); }, {"gated", "f32", "f64"}});
  all.push_back({[] { gated_halves(Activation::silu, f({2, 3})); }, {"gated_halves", "[2, 3]"}});
  all.push_back({[] { masked_fill(f({2, 3}), f({2, 3}), 0); }, {"masked_fill", "f32", "u8"}});
  all.push_back({[] {
                   masked_fill(f({2, 3}), Tensor::zeros({3}, DType::u8), 0);
                 },
                 {"masked_fill", "[3]", "[2, 3]"}});
  all.push_back({[] { dropout(f({2}), 1, Rng(1)); }, {"dropout", "1"}});
  all.push_back({[] { dropout(f({2}), std::nan(""), Rng(1)); }, {"dropout", "nan"}});
  all.push_back({[] { dropout_add(f({2, 3}), f({4}), {}, 0.1, Rng(1)); }, {"dropout", "[4]", "[2, 3]"}});
  all.push_back({[] { dropout_add(f({2, 3}), {}, f({3}), 0.1, Rng(1)); }, {"dropout", "[3]", "[2, 3]"}});
  expect_refused(all);
}

TEST(BadInput, Shapes) {
  const int64_t sizes[] = {1, 3};
  expect_refused({
      {[] {
         reshape(f({2, 3}), Shape{4});
       },
       {"reshape", "[2, 3]", "[4]"}},
      {[] {
         reshape(f({2, 3}), {4, -1});
       },
       {"reshape", "[2, 3]", "4"}},
      {[] {
         reshape(f({2, 3}), {-1, -1});
       },
       {"reshape", "-1"}},
      {[] {
         transpose(f({2, 3}), 0, 2);
       },
       {"transpose", "2", "[2, 3]"}},
      {[] {
         permute(f({2, 3}), {0});
       },
       {"permute", "1", "[2, 3]"}},
      {[] {
         permute(f({2, 3}), {0, 0});
       },
       {"permute", "0", "[2, 3]"}},
      {[] {
         slice(f({2, 3}), 1, 2, 4);
       },
       {"slice", "4", "[2, 3]"}},
      {[] {
         slice(f({2, 3}), 1, 2, 1);
       },
       {"slice", "2", "1"}},
      {[] {
         slice(f({2, 3}), 2, 0, 1);
       },
       {"slice", "2", "[2, 3]"}},
      {[] {
         select(f({2, 3}), 0, 2);
       },
       {"select", "2", "[2, 3]"}},
      {[] {
         expand(f({2, 3}), {2, 4});
       },
       {"expand", "[2, 3]", "[2, 4]"}},
      {[] {
         unsqueeze(f({2, 3}), 4);
       },
       {"unsqueeze", "4", "[2, 3]"}},
      {[] {
         squeeze(f({2, 3}), 0);
       },
       {"squeeze", "0", "[2, 3]"}},
      {[&] {
         split(f({2, 3}), 1, sizes);
       },
       {"split", "3", "[2, 3]"}},
      {[] {
         chunk(f({2, 3}), 1, 2);
       },
       {"chunk", "[2, 3]", "2"}},
      {[] {
         concat({f({2, 3}), f({3, 3})}, 1);
       },
       {"concat", "[2, 3]", "[3, 3]"}},
      {[] {
         concat({f({2, 3}), d({2, 3})}, 1);
       },
       {"concat", "f32", "f64"}},
      {[] { concat(std::span<const Tensor>(), 1); }, {"concat", "0"}},
      {[] {
         stack({f({2, 3}), f({2, 4})}, 0);
       },
       {"stack", "[2, 3]", "[2, 4]"}},
      {[] {
         pad(f({2, 3}), 1, -1, 0);
       },
       {"pad", "-1"}},
      {[] {
         pad(f({2, 3}), 5, 1, 0);
       },
       {"pad", "5"}},
      {[] {
         index_select(f({2, 3}), 1, ids({0, 3}, {2}));
       },
       {"index_select", "3", "[2, 3]"}},
      {[] {
         index_select(f({2, 3}), 1, ids({-1}, {1}));
       },
       {"index_select", "-1", "[2, 3]"}},
      {[] {
         index_select(f({2, 3}), 1, f({1}));
       },
       {"index_select", "f32"}},
      {[] {
         gather(f({2, 3}), 1, ids({0, 3}, {2, 1}));
       },
       {"gather", "3", "[2, 3]"}},
      {[] {
         gather(f({2, 3}), 1, ids({0, 1, 2}, {3, 1}));
       },
       {"gather", "[3, 1]", "[2, 3]"}},
      {[] { contiguous(kUndefined); }, {"contiguous", "undefined"}},
      {[] { reshape(kUndefined, Shape{1}); }, {"reshape", "undefined"}},
  });
}

TEST(BadInput, ReductionsAndRows) {
  expect_refused({
      {[] {
         sum(f({2, 3}), 2);
       },
       {"sum", "2"}},
      {[] {
         sum(f({2, 3}), {0, 0});
       },
       {"sum", "0", "twice"}},
      {[] {
         mean(f({2, 3}), -3);
       },
       {"mean", "-3"}},
      {[] { sum(whole({2})); }, {"sum", "i64"}},
      {[] { sum(kUndefined); }, {"sum", "undefined"}},
      {[] {
         max(f({2, 3}), 2);
       },
       {"max", "2"}},
      {[] {
         max(f({2, 0}), 1);
       },
       {"max", "[2, 0]"}},
      {[] { max(kUndefined, 0); }, {"max", "undefined"}},
      {[] {
         argmax(f({2, 3}), 2);
       },
       {"argmax", "2"}},
      {[] { argmax(f({0}), 0); }, {"argmax", "[0]"}},
      {[] { l2_norm(kUndefined); }, {"l2_norm", "undefined"}},
      {[] { l2_norm(whole({2})); }, {"l2_norm", "i64"}},
      {[] {
         sum_to(f({2, 3}), {2, 2});
       },
       {"sum_to", "[2, 3]", "[2, 2]"}},
      {[] {
         softmax(f({2, 3}), {.dim = 2});
       },
       {"softmax", "2"}},
      {[] { softmax(whole({2})); }, {"softmax", "i64"}},
      {[] { softmax(kUndefined); }, {"softmax", "undefined"}},
      {[] {
         softmax(f({2, 3}), {.lengths = ids({1, 4}, {2})});
       },
       {"softmax", "4", "3"}},
      {[] {
         softmax(f({2, 3}), {.lengths = ids({1, 2, 3}, {3})});
       },
       {"softmax", "[3]", "[2, 3]"}},
      {[] {
         log_softmax(f({2, 3}), {.dim = -3});
       },
       {"log_softmax", "-3"}},
      {[] {
         norm(f({2, 3}), f({4}), {});
       },
       {"norm", "[4]", "3"}},
      {[] {
         norm(f({2, 3}), {}, d({3}));
       },
       {"norm", "f32", "f64"}},
      {[] { norm(kUndefined, {}, {}); }, {"norm", "undefined"}},
      {[] {
         add_norm(f({2, 3}), f({3}), {}, {});
       },
       {"add_norm", "[2, 3]", "[3]"}},
      {[] {
         add_norm_sum(f({2, 3}), d({2, 3}), {}, {});
       },
       {"add_norm_sum", "f32", "f64"}},
  });
}

}  // namespace
}  // namespace hodhod
