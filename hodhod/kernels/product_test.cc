// SPDX-License-Identifier: Apache-2.0
#include "hodhod/kernels/product.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "hodhod/base/rng.h"
#include "hodhod/base/threads.h"
#include "hodhod/kernels/cpu/for_each_target.h"

namespace hodhod::kernels {
namespace {

constexpr float kFloatNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kFloatInfinity = std::numeric_limits<float>::infinity();

struct ProductProblem {
  int64_t batch, m, n, k;
  bool transpose_a = false, transpose_b = false;
  int64_t pad = 0;  // of every row
  bool share_b = false;
  bool accumulate = false;
  bool bias = false;
  Activation activation = Activation::identity;
  bool residual = false;
  bool saved = false;

  std::string name() const {
    return fmt::format("{}x {} {} {} {}{} pad {} accumulate {} bias {} activation {} residual {}", batch, m,
                       n, k, transpose_a ? 't' : 'n', transpose_b ? 't' : 'n', pad, accumulate, bias,
                       name_of(activation), residual);
  }
};

// The memory of a problem, each array exactly as long as it must be.
template <class T>
struct Memory {
  std::vector<T> a, b, c, bias, residual, saved;

  ProductArgs<T> args(const ProductProblem& p) {
    ProductArgs<T> args;
    args.batch = p.batch;
    args.m = p.m;
    args.n = p.n;
    args.k = p.k;
    const int64_t a_columns = p.transpose_a ? p.m : p.k, b_columns = p.transpose_b ? p.k : p.n;
    const int64_t a_rows = p.transpose_a ? p.k : p.m, b_rows = p.transpose_b ? p.n : p.k;
    args.a = {a.data(), a_columns + p.pad, a_rows * (a_columns + p.pad), p.transpose_a};
    args.b = {b.data(), b_columns + p.pad, p.share_b ? 0 : b_rows * (b_columns + p.pad), p.transpose_b};
    args.c = c.data();
    args.c_stride = p.n + p.pad;
    args.c_batch_stride = p.m * args.c_stride;
    args.accumulate = p.accumulate;
    args.bias = p.bias ? bias.data() : nullptr;
    args.activation = p.activation;
    args.residual = p.residual ? residual.data() : nullptr;
    args.saved = p.saved ? saved.data() : nullptr;
    return args;
  }
};

int64_t count(int64_t batch, int64_t rows, int64_t columns, int64_t pad) {
  return batch * rows * columns == 0 ? 0 : batch * rows * (columns + pad) - pad;
}

Memory<float> fill(const ProductProblem& p) {
  Rng rng(7);
  const auto random = [&](int64_t n) {
    std::vector<float> values(static_cast<size_t>(n));
    for (float& value : values) value = 3 * rng.uniform() - 1.5f;
    return values;
  };
  Memory<float> memory;
  memory.a = random(p.transpose_a ? count(p.batch, p.k, p.m, p.pad) : count(p.batch, p.m, p.k, p.pad));
  const int64_t b_batch = p.share_b ? 1 : p.batch;
  memory.b = random(p.transpose_b ? count(b_batch, p.n, p.k, p.pad) : count(b_batch, p.k, p.n, p.pad));
  memory.c = random(count(p.batch, p.m, p.n, p.pad));
  memory.bias = random(p.n);
  memory.residual = random(count(p.batch, p.m, p.n, p.pad));
  memory.saved = memory.c;
  return memory;
}

Memory<double> widen(const Memory<float>& from) {
  const auto to_double = [](const std::vector<float>& x) { return std::vector<double>(x.begin(), x.end()); };
  return {to_double(from.a),    to_double(from.b),        to_double(from.c),
          to_double(from.bias), to_double(from.residual), to_double(from.saved)};
}

void expect_close(const std::vector<float>& got, const std::vector<double>& want, double tolerance) {
  for (size_t i = 0; i < got.size(); ++i) {
    ASSERT_NEAR(got[i], want[i], tolerance * (1 + std::fabs(want[i]))) << "at " << i;
  }
}

void check_against_reference(const ProductProblem& p) {
  SCOPED_TRACE(p.name());
  Memory<float> memory = fill(p);
  Memory<double> twin = widen(memory);
  cpu::product(memory.args(p));
  reference::product(twin.args(p));
  const double tolerance = 2e-6 * std::sqrt(static_cast<double>(p.k) + 1);
  expect_close(memory.c, twin.c, tolerance);
  expect_close(memory.saved, twin.saved, tolerance);
}

std::vector<uint32_t> bits(const std::vector<float>& values) {
  std::vector<uint32_t> result;
  for (const float value : values) result.push_back(std::bit_cast<uint32_t>(value));
  return result;
}

constexpr ProductProblem kTransposes[] = {{1, 37, 83, 1100, false, false},
                                          {1, 37, 83, 1100, false, true},
                                          {1, 37, 83, 1100, true, false},
                                          {1, 37, 83, 1100, true, true}};

TEST(Product, AgreesWithTheReferenceOnAllTargets) {
  const int64_t sizes[][3] = {{1, 1, 1},      {2, 3, 4},    {3, 70, 5},   {14, 32, 16},  {15, 33, 17},
                              {29, 65, 3},    {5, 16, 70},  {7, 15, 513}, {40, 100, 67}, {1, 130, 7},
                              {1, 300, 1030}, {31, 1, 600}, {61, 47, 31}};
  cpu::for_each_target([&](const char* target) {
    SCOPED_TRACE(target);
    for (const auto& [m, n, k] : sizes) {
      for (const int which : {0, 1, 2, 3}) {
        check_against_reference({1, m, n, k, which % 2 == 1, which / 2 == 1, which});
      }
    }
  });
}

TEST(Product, AgreesWithTheReferenceOnBatches) {
  for (const int which : {0, 1, 2, 3}) {
    for (const int64_t m : {1, 4, 20}) {
      ProductProblem p = {3, m, 35, 21, which % 2 == 1, which / 2 == 1, 1};
      p.accumulate = which == 2;
      check_against_reference(p);
      p.share_b = true;
      check_against_reference(p);
    }
  }
}

TEST(Product, AppliesItsEpilogue) {
  cpu::for_each_target([&](const char* target) {
    SCOPED_TRACE(target);
    for (const int64_t m : {1, 17}) {
      for (const int64_t k : {0, 9, 530}) {
        for (const Activation activation :
             {Activation::identity, Activation::relu, Activation::gelu, Activation::gelu_tanh,
              Activation::silu, Activation::tanh, Activation::sigmoid}) {
          ProductProblem p = {2, m, 45, k, false, true};
          p.pad = 2;
          p.activation = activation;
          p.bias = true;
          p.saved = true;
          check_against_reference(p);
          p.residual = true;
          p.accumulate = true;
          check_against_reference(p);
        }
      }
    }
  });
}

TEST(Product, OfNothing) {
  for (const auto& [m, n, k] :
       {std::array<int64_t, 3>{0, 5, 5}, {5, 0, 5}, {5, 5, 0}, {1, 5, 0}, {0, 0, 0}}) {
    ProductProblem p = {2, m, n, k};
    check_against_reference(p);
    p.accumulate = true;
    check_against_reference(p);
    p.batch = 0;
    check_against_reference(p);
  }
}

// Rows of a product, each computed alone, one row of the batch with the same strides.
void check_rows_alone(const ProductProblem& p, const PackedMatrix* packed) {
  const Memory<float> original = fill(p);
  Memory<float> memory = original;
  ProductArgs<float> args = memory.args(p);
  args.packed_b = packed;
  cpu::product(args);
  Memory<float> alone = original;
  for (const int64_t rows : {1, 2, 5}) {
    for (int64_t i = 0; i + rows <= p.m; i += 7) {
      alone.c = original.c;
      ProductArgs<float> one = alone.args(p);
      one.packed_b = packed;
      one.m = rows;
      one.a.data += i * (p.transpose_a ? 1 : one.a.stride);
      one.c += i * one.c_stride;
      if (one.saved) one.saved += i * one.c_stride;
      if (one.residual) one.residual += i * one.c_stride;
      cpu::product(one);
      const auto begin = static_cast<size_t>(i * one.c_stride), end = begin + static_cast<size_t>(rows * p.n);
      for (size_t at = begin; at < end; ++at) {
        ASSERT_EQ(std::bit_cast<uint32_t>(alone.c[at]), std::bit_cast<uint32_t>(memory.c[at]))
            << rows << " rows from " << i << ", element " << at - begin;
      }
    }
  }
}

TEST(Product, GivesARowTheSameBitsAlone) {
  cpu::for_each_target([&](const char* target) {
    SCOPED_TRACE(target);
    for (ProductProblem p : kTransposes) {
      SCOPED_TRACE(p.name());
      check_rows_alone(p, nullptr);
      p.accumulate = p.bias = p.residual = p.saved = true;
      p.activation = Activation::gelu;
      check_rows_alone(p, nullptr);
    }
  });
}

TEST(Product, GivesTheSameBitsPacked) {
  cpu::for_each_target([&](const char* target) {
    SCOPED_TRACE(target);
    for (const ProductProblem& p : kTransposes) {
      SCOPED_TRACE(p.name());
      Memory<float> plain = fill(p), with_packed = fill(p);
      cpu::product(plain.args(p));
      ProductArgs<float> args = with_packed.args(p);
      std::vector<float> memory(static_cast<size_t>(PackedMatrix::size(p.k, p.n)));
      const PackedMatrix packed(args.b.data, args.b.stride, args.b.transpose, p.k, p.n, memory.data());
      args.packed_b = &packed;
      args.b = {};
      cpu::product(args);
      EXPECT_EQ(bits(with_packed.c), bits(plain.c));
      check_rows_alone(p, &packed);
    }
  });
}

TEST(Product, GivesTheSameBitsWhateverTheTransposition) {
  const ProductProblem plain = kTransposes[0];
  Memory<float> first = fill(plain);
  cpu::product(first.args(plain));
  const auto transposed = [](const std::vector<float>& x, int64_t rows, int64_t columns) {
    std::vector<float> result(x.size());
    for (int64_t i = 0; i < rows; ++i) {
      for (int64_t j = 0; j < columns; ++j) {
        result[static_cast<size_t>(j * rows + i)] = x[static_cast<size_t>(i * columns + j)];
      }
    }
    return result;
  };
  for (const ProductProblem& p : kTransposes) {
    Memory<float> other = fill(plain);
    if (p.transpose_a) other.a = transposed(other.a, p.m, p.k);
    if (p.transpose_b) other.b = transposed(other.b, p.k, p.n);
    cpu::product(other.args(p));
    EXPECT_EQ(bits(other.c), bits(first.c)) << p.name();
  }
}

// Rows a power of two apart compete for places in a cache, and are walked over or copied in other ways.
TEST(Product, GivesTheSameBitsWhateverTheDistanceOfRows) {
  cpu::for_each_target([&](const char* target) {
    SCOPED_TRACE(target);
    for (const int which : {0, 1, 2, 3, 4, 5}) {
      const ProductProblem dense = {1,   which < 4 ? 131 : 1,      150,
                                    800, which == 1 || which == 3, which % 4 >= 2 || which == 5};
      Memory<float> first = fill(dense);
      ProductArgs<float> args = first.args(dense);
      cpu::product(args);
      for (const int64_t stride : {1024, 4096}) {
        const auto spread = [&](const std::vector<float>& x, int64_t length) {
          const auto rows = static_cast<int64_t>(x.size()) / length;
          std::vector<float> result(static_cast<size_t>((rows - 1) * stride + length));
          for (int64_t i = 0; i < rows; ++i) {
            std::copy_n(x.begin() + i * length, length, result.begin() + i * stride);
          }
          return result;
        };
        const std::vector<float> a = spread(first.a, args.a.stride), b = spread(first.b, args.b.stride);
        std::vector<float> c(first.c.size());
        ProductArgs<float> other = args;
        other.a = {a.data(), stride, 0, args.a.transpose};
        other.b = {b.data(), stride, 0, args.b.transpose};
        other.c = c.data();
        cpu::product(other);
        EXPECT_EQ(bits(c), bits(first.c)) << dense.name() << " at " << stride;
      }
    }
  });
}

TEST(Product, GivesTheSameBitsOnAnyNumberOfThreads) {
  const int before = thread_count();
  for (ProductProblem p : kTransposes) {
    for (const auto& [m, n] : {std::pair<int64_t, int64_t>{200, 250}, {1, 2000}}) {
      p.m = m;
      p.n = n;
      std::vector<uint32_t> first;
      const Memory<float> original = fill(p);
      for (const int threads : {1, 2, 4, 8}) {
        set_thread_count(threads);
        Memory<float> memory = original;
        cpu::product(memory.args(p));
        if (first.empty()) first = bits(memory.c);
        EXPECT_EQ(bits(memory.c), first) << p.name() << " on " << threads << " threads";
      }
    }
  }
  set_thread_count(before);
}

TEST(Product, GivesAColumnTheSameBitsInAnyPlace) {
  for (const ProductProblem& p : kTransposes) {
    SCOPED_TRACE(p.name());
    Memory<float> memory = fill(p);
    cpu::product(memory.args(p));
    for (const int64_t j0 : {1, 30, 82}) {
      for (const int64_t m : {int64_t{1}, p.m}) {
        Memory<float> alone = fill(p);
        ProductArgs<float> args = alone.args(p);
        args.m = m;
        args.n = std::min<int64_t>(20, p.n - j0);
        args.b.data += j0 * (p.transpose_b ? args.b.stride : 1);
        args.c += j0;
        cpu::product(args);
        for (int64_t i = 0; i < m; ++i) {
          for (int64_t j = 0; j < args.n; ++j) {
            const auto at = static_cast<size_t>(i * p.n + j0 + j);
            ASSERT_EQ(std::bit_cast<uint32_t>(alone.c[at]), std::bit_cast<uint32_t>(memory.c[at]))
                << i << ", " << j;
          }
        }
      }
    }
  }
}

TEST(Product, GivesTheSameBitsOnTargetsWithFusedMultiplyAdd) {
  for (ProductProblem p : kTransposes) {
    std::map<std::string, std::vector<uint32_t>> results;
    cpu::for_each_target([&](const char* target) {
      Memory<float> memory = fill(p);
      cpu::product(memory.args(p));
      results[target] = bits(memory.c);
    });
    results.erase("SSE4");
    for (const auto& [target, result] : results) EXPECT_EQ(result, results.begin()->second) << target;
  }
}

TEST(Product, LetsNotANumberAndInfinityThrough) {
  for (const int64_t m : {1, 3}) {
    for (const ProductProblem& shape : kTransposes) {
      ProductProblem p = shape;
      p.m = m;
      Memory<float> memory = fill(p);
      std::fill(memory.a.begin(), memory.a.end(), 0.0f);
      const auto element = [&](int64_t row, int64_t column) {
        return static_cast<size_t>(p.transpose_b ? column * p.k + row : row * p.n + column);
      };
      memory.b[element(600, 3)] = kFloatNan;
      memory.b[element(1099, 82)] = kFloatInfinity;
      cpu::product(memory.args(p));
      for (int64_t i = 0; i < m; ++i) {
        for (int64_t j = 0; j < p.n; ++j) {
          const float value = memory.c[static_cast<size_t>(i * p.n + j)];
          EXPECT_EQ(std::isnan(value), j == 3 || j == 82) << p.name() << " " << i << ", " << j;
        }
      }
    }
  }
}

}  // namespace
}  // namespace hodhod::kernels
