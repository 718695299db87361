// SPDX-License-Identifier: Apache-2.0
// Every op on the device `shapes` gives the shapes that it gives on the CPU, forward and backward, counts
// what it would compute, and refuses tensors of different devices.
#include <gmock/gmock.h>

#include "hodhod/kernels/shapes/shapes.h"
#include "hodhod/ops/attention.h"
#include "hodhod/ops/convolution.h"
#include "hodhod/ops/copying.h"
#include "hodhod/ops/dropout.h"
#include "hodhod/ops/elementwise.h"
#include "hodhod/ops/embedding.h"
#include "hodhod/ops/linear.h"
#include "hodhod/ops/linear_cross_entropy.h"
#include "hodhod/ops/loss.h"
#include "hodhod/ops/matmul.h"
#include "hodhod/ops/norm.h"
#include "hodhod/ops/recurrence.h"
#include "hodhod/ops/reduce.h"
#include "hodhod/ops/rotary.h"
#include "hodhod/ops/shape.h"
#include "hodhod/ops/softmax.h"
#include "hodhod/ops/test_tensors.h"

namespace hodhod {
namespace {

Tensor whole_numbers(const std::vector<int64_t>& values, const Shape& shape) {
  return Tensor::from(values, shape);
}

struct DeviceCase {
  const char* name;
  std::vector<Shape> inputs;
  Op op;
  double operations = 0;  // of the forward pass, by the op's equation
};

std::vector<DeviceCase> plain_cases() {
  return {
      {"add", {{2, 3}, {3}}, [](Inputs in) { return add(in[0], in[1]); }},
      {"maximum", {{2, 3}, {2, 1}}, [](Inputs in) { return maximum(in[0], in[1]); }},
      {"gelu", {{2, 3}}, [](Inputs in) { return gelu(in[0]); }},
      {"gated", {{2, 3}, {2, 3}}, [](Inputs in) { return gated(Activation::silu, in[0], in[1]); }},
      {"gated_halves", {{2, 6}}, [](Inputs in) { return gated_halves(Activation::gelu, in[0]); }},
      {"masked_fill",
       {{2, 3}},
       [](Inputs in) {
         return masked_fill(in[0], Tensor::zeros({2, 3}, DType::u8, in[0].device()), 1);
       }},
      {"sum", {{2, 3}}, [](Inputs in) { return sum(in[0], 1); }},
      {"max", {{2, 3}}, [](Inputs in) { return max(in[0], 1); }},
      {"softmax",
       {{2, 3}},
       [](Inputs in) {
         return softmax(in[0], {.lengths = whole_numbers({1, 3}, {2})});
       }},
      {"norm", {{2, 3}, {3}, {3}}, [](Inputs in) { return norm(in[0], in[1], in[2]); }},
      {"add_norm", {{2, 3}, {2, 3}, {3}}, [](Inputs in) { return add_norm(in[0], in[1], in[2], {}); }},
      {"dropout", {{2, 3}, {2, 3}}, [](Inputs in) { return dropout_add(in[0], {}, in[1], 0.5, Rng(1)); }},
      {"concat",
       {{2, 3}, {2, 1}},
       [](Inputs in) {
         return concat({in[0], in[1]}, 1);
       }},
      {"slice", {{2, 3}}, [](Inputs in) { return slice(in[0], 1, 1, 3); }},
      {"pad", {{2, 3}}, [](Inputs in) { return pad(in[0], 0, 1, 2); }},
      {"index_select",
       {{4, 3}},
       [](Inputs in) {
         return index_select(in[0], 0, whole_numbers({3, 0}, {2}));
       }},
      {"gather",
       {{2, 3}},
       [](Inputs in) {
         return gather(in[0], 1, whole_numbers({2, 0}, {2, 1}));
       }},
      {"embedding",
       {{4, 3}},
       [](Inputs in) {
         return embedding(whole_numbers({3, 0}, {2, 1}), in[0]);
       }},
      {"distance_bias",
       {{4, 2}},
       [](Inputs in) {
         return distance_bias(in[0], whole_numbers({3, 0, 1}, {3}));
       }},
      {"rotary",
       {{2, 3, 4}, {5, 1}, {5, 1}},
       [](Inputs in) { return rotary(in[0], in[1].detach(), in[2].detach(), {.heads = 2}); }},
      {"mse_loss", {{2, 3}, {2, 3}}, [](Inputs in) { return mse_loss(in[0], in[1].detach()); }},
      {"cross_entropy",
       {{2, 3}, {3}},
       [](Inputs in) {
         return cross_entropy(in[0], whole_numbers({2, -100}, {2}), {.weight = in[1].detach()});
       }},
      {"soft_cross_entropy",
       {{2, 3}, {2, 3}},
       [](Inputs in) { return soft_cross_entropy(in[0], in[1].detach()); }},
  };
}

// With the operations of their equations, a multiply-add counting as two.
std::vector<DeviceCase> counted_cases() {
  return {
      {"matmul", {{5, 2, 3}, {3, 4}}, [](Inputs in) { return matmul(in[0], in[1]); }, 2.0 * 5 * 2 * 3 * 4},
      {"linear",
       {{5, 3}, {4, 3}, {4}, {5, 4}},
       [](Inputs in) {
         return linear(in[0], in[1], in[2], {.activation = Activation::gelu, .residual = in[3]});
       },
       2.0 * 5 * 3 * 4},
      {"conv1d",
       {{2, 6, 3}, {4, 3, 2}, {4}},
       [](Inputs in) { return conv1d(in[0], in[1], in[2], {.stride = 2, .padding = 1}); },
       2.0 * 2 * 4 * (3 * 2) * 4},
      {"patch_convolution",
       {{2, 3, 4, 4}, {5, 3, 2, 2}, {5}},
       [](Inputs in) { return patch_convolution(in[0], in[1], in[2]); },
       2.0 * 2 * 4 * (3 * 2 * 2) * 5},
      {"linear_cross_entropy",
       {{2, 3}, {5, 3}, {5}},
       [](Inputs in) {
         return linear_cross_entropy(in[0], in[1], in[2], whole_numbers({2, 4}, {2}),
                                     {.reduction = Reduction::none});
       },
       2.0 * 2 * 3 * 5},
      // Two rows of four queries; the second's last key is padding. A query sees what stands before it.
      {"attention",
       {{2, 4, 6}, {2, 4, 3}, {2, 4, 3}},
       [](Inputs in) {
         return attention(in[0], in[1], in[2],
                          {.heads = 2, .kv_heads = 1, .causal = true, .key_end = whole_numbers({4, 3}, {2})});
       },
       2.0 * 2 * 2 * 3 * ((1 + 2 + 3 + 4) + (1 + 2 + 3 + 3))},
      {"attention",
       {{1, 4, 6}, {1, 4, 6}, {1, 4, 6}, {1, 1, 4, 4}},
       [](Inputs in) {
         return attention(in[0], in[1], in[2], {.heads = 3, .left = 1, .right = 0, .bias = in[3]});
       },
       2.0 * 2 * 3 * 2 * (1 + 2 + 2 + 2)},
      {"mix_copies",
       {{2, 3, 5}, {2, 3, 4}, {2, 3, 1}},
       [](Inputs in) {
         return mix_copies(in[0], in[1], whole_numbers({0, 1, 2, 3, 4, 0, 1, 2}, {2, 4}), in[2]);
       }},
      {"recurrence",
       {{2, 3, 16}, {16, 5}, {16}, {5, 4}},
       [](Inputs in) {
         return recurrence(Cell::lstm, in[0], {in[1], in[2], in[3]}, {},
                           {.lengths = whole_numbers({1, 3}, {2})})
             .output;
       },
       2.0 * (1 + 3) * (16 * 5 + 5 * 4)},
  };
}

struct ShapesOfRun {
  Shape y;
  std::vector<Shape> gradients;
};

ShapesOfRun run_on(Device device, const DeviceCase& one) {
  std::vector<Tensor> inputs;
  for (const Shape& shape : one.inputs) {
    inputs.push_back(Tensor::full(shape, 0.5, DType::f32, device).set_requires_grad());
  }
  const double before = kernels::shapes::operations();
  const Tensor y = one.op(inputs);
  if (device == Device::shapes) {
    EXPECT_EQ(kernels::shapes::operations() - before, one.operations) << one.name;
  }
  EXPECT_EQ(y.device(), device) << one.name;
  backward(y, {.gradient = Tensor::full(y.shape(), 1, DType::f32, device)});
  ShapesOfRun shapes{y.shape(), {}};
  for (const Tensor& input : inputs) {
    const Tensor gradient = input.grad();
    shapes.gradients.push_back(gradient.defined() ? gradient.shape() : Shape{0, 0, 0});
    EXPECT_EQ(gradient.device(), gradient.defined() ? device : Device::cpu) << one.name;
  }
  return shapes;
}

TEST(ShapesDevice, ShapesAreThoseOfTheCpuAndOperationsThoseOfTheEquation) {
  const int64_t before = shapes_memory().in_use;
  std::vector<DeviceCase> all = plain_cases();
  for (DeviceCase& one : counted_cases()) all.push_back(one);
  for (const DeviceCase& one : all) {
    const ShapesOfRun want = run_on(Device::cpu, one), got = run_on(Device::shapes, one);
    EXPECT_EQ(got.y, want.y) << one.name;
    EXPECT_EQ(got.gradients, want.gradients) << one.name;
  }
  EXPECT_EQ(shapes_memory().in_use, before);
}

// Each input in its turn lies elsewhere than the others.
TEST(ShapesDevice, TensorsOfDifferentDevicesAreRefused) {
  std::vector<DeviceCase> all = plain_cases();
  for (DeviceCase& one : counted_cases()) all.push_back(one);
  for (const DeviceCase& one : all) {
    if (one.inputs.size() < 2) continue;
    for (size_t odd = 0; odd < one.inputs.size(); ++odd) {
      std::vector<Tensor> inputs;
      for (size_t i = 0; i < one.inputs.size(); ++i) {
        inputs.push_back(
            Tensor::full(one.inputs[i], 0.5, DType::f32, i == odd ? Device::shapes : Device::cpu));
      }
      const std::string message = error_of([&] { one.op(inputs); });
      EXPECT_THAT(message, testing::AllOf(testing::HasSubstr("cpu"), testing::HasSubstr("shapes"),
                                          testing::HasSubstr("move one")))
          << one.name << " with input " << odd << " elsewhere";
    }
  }
}

// Indices may lie on the device themselves, as argmax gives them; then nobody can check them.
TEST(ShapesDevice, IndicesMayLieThere) {
  const Tensor table = Tensor::empty({4, 3}, DType::f32, Device::shapes);
  const Tensor ids = Tensor::full({7, 2}, 99, DType::i64, Device::shapes);
  EXPECT_EQ(embedding(ids, table).shape(), (Shape{7, 2, 3}));
  EXPECT_EQ(argmax(table, 1).device(), Device::shapes);
  EXPECT_THAT(error_of([&] { embedding(ids, Tensor::zeros({4, 3})); }), testing::HasSubstr("embedding"));
}

}  // namespace
}  // namespace hodhod
