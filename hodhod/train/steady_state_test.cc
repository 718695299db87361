// SPDX-License-Identifier: Apache-2.0
// A training step in steady state takes no memory from the system. This program's malloc counts.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <memory>
#include <string>

#include "hodhod/base/threads.h"
#include "hodhod/models/test_models.h"
#include "hodhod/nn/embedding.h"
#include "hodhod/nn/module.h"
#include "hodhod/nn/recurrent.h"
#include "hodhod/ops/linear_cross_entropy.h"
#include "hodhod/tensor/pool.h"
#include "hodhod/tensor/tape.h"
#include "hodhod/train/gradient_sum.h"
#include "hodhod/train/optimizer.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(__GLIBC__)
#define HODHOD_COUNTS_MALLOC 0
#else
#define HODHOD_COUNTS_MALLOC 1
#endif

namespace {
std::atomic<int64_t> requests{0};
}

#if HODHOD_COUNTS_MALLOC
extern "C" {
void* __libc_malloc(size_t size);                      // NOLINT(bugprone-reserved-identifier)
void* __libc_calloc(size_t count, size_t size);        // NOLINT(bugprone-reserved-identifier)
void* __libc_realloc(void* memory, size_t size);       // NOLINT(bugprone-reserved-identifier)
void* __libc_memalign(size_t alignment, size_t size);  // NOLINT(bugprone-reserved-identifier)

void* malloc(size_t size) {
  requests.fetch_add(1, std::memory_order_relaxed);
  return __libc_malloc(size);
}
void* calloc(size_t count, size_t size) {
  requests.fetch_add(1, std::memory_order_relaxed);
  return __libc_calloc(count, size);
}
void* realloc(void* memory, size_t size) {
  requests.fetch_add(1, std::memory_order_relaxed);
  return __libc_realloc(memory, size);
}
void* aligned_alloc(size_t alignment, size_t size) {
  requests.fetch_add(1, std::memory_order_relaxed);
  return __libc_memalign(alignment, size);
}
}
#endif

namespace hodhod {
namespace {

int64_t system_requests() { return requests.load() + pool::statistics().system_allocations; }

constexpr int kWarmUp = 3, kSteps = 10;

// Requests during steps 4 to 10 of `step(number)`.
template <class Step>
int64_t requests_of(Step&& step) {
  for (int i = 0; i < kWarmUp; ++i) step(i);
  const int64_t before = system_requests();
  for (int i = kWarmUp; i < kSteps; ++i) step(i);
  return system_requests() - before;
}

class SteadyState : public testing::Test {
 protected:
  void SetUp() override {
    if (!HODHOD_COUNTS_MALLOC) GTEST_SKIP() << "the sanitizer's malloc is not counted";
    const int64_t before = requests.load();
    std::free(std::malloc(1000000));
    ASSERT_GT(requests.load(), before);
    threads_ = thread_count();
  }
  void TearDown() override {
    if (threads_ > 0) set_thread_count(threads_);
  }

  int threads_ = 0;
};

// One update of a Transformer by clipped AdamW, in `parts` parts.
class TransformerTraining {
 public:
  explicit TransformerTraining(const TransformerConfig& config, int64_t parts = 1)
      : model_(config, Rng(1)), batch_(config, 12, 17), parts_(parts) {
    set_requires_grad(model_);
    optimizer_ = make_optimizer(parameters_of(model_), {.weight_decay = 0.01});
  }

  void step(int number) {
    Context context{.training = true, .rng = Rng(1).fork(static_cast<uint64_t>(number))};
    GradientSum sum(parts_);
    for (int64_t part = 0; part < parts_; ++part) {
      backward(test_loss(model_, batch_, context));
      sum.add({.first = part, .end = part + 1, .gradients = take_gradients(optimizer_->parameters())});
    }
    set_gradients(optimizer_->parameters(), sum.take()[0].gradients);
    const double norm = optimizer_->gradient_norm();
    optimizer_->step(1e-3, norm > 1 ? 1 / norm : 1);
  }

 private:
  TransformerModel model_;
  TestBatch batch_;
  int64_t parts_;
  std::unique_ptr<Optimizer> optimizer_;
};

TEST_F(SteadyState, TransformersAskForNothing) {
  set_thread_count(1);
  for (const TestModel& tested : test_models()) {
    TransformerTraining training(tested.config);
    EXPECT_EQ(requests_of([&](int i) { training.step(i); }), 0) << tested.name;
  }
}

TEST_F(SteadyState, UpdatesOfSeveralPartsAskForNothing) {
  set_thread_count(1);
  TransformerTraining training(test_models()[0].config, 5);
  EXPECT_EQ(requests_of([&](int i) { training.step(i); }), 0);
}

// Which worker takes which piece of the work is a matter of chance, so each may come to need its own working
// memory later than the first steps; but it comes to an end.
TEST_F(SteadyState, ThreadsComeToAskForNothing) {
  set_thread_count(4);
  TransformerTraining training(test_models()[0].config);
  int quiet = 0, tries = 0;
  for (int i = 0; quiet < kSteps - kWarmUp && tries < 200; ++i, ++tries) {
    const int64_t before = system_requests();
    training.step(i);
    quiet = system_requests() == before ? quiet + 1 : 0;
  }
  EXPECT_EQ(quiet, kSteps - kWarmUp) << "no end to it after " << tries << " steps";
}

struct RecurrentModel {
  Embedding embedding;
  Recurrent recurrent;
  template <class V>
  void visit(V& v) {
    v("embedding", embedding);
    v("recurrent", recurrent);
  }
};

TEST_F(SteadyState, RecurrentModelsAskForNothing) {
  set_thread_count(1);
  for (Cell cell : {Cell::tanh, Cell::lstm, Cell::gru}) {
    RecurrentModel model{
        Embedding(61, 24),
        Recurrent(
            {.cell = cell, .input = 24, .hidden = 12, .layers = 2, .bidirectional = true, .dropout = 0.1})};
    fill(model.embedding.weight, 0.1);
    model.recurrent.initialise(Rng(2));
    set_requires_grad(model);
    const TestBatch batch(small_config(TransformerShape::decoder), 8, 13);
    const auto optimizer = make_optimizer(parameters_of(model), {});
    const int64_t count = requests_of([&](int i) {
      Context context{.training = true, .rng = Rng(1).fork(static_cast<uint64_t>(i))};
      const RecurrentRun run = model.recurrent(batch.target.ids, model.embedding.weight, context,
                                               {.lengths = batch.target.lengths});
      backward(linear_cross_entropy(run.output, model.embedding.weight, {}, batch.labels));
      optimizer->step(1e-3);
    });
    EXPECT_EQ(count, 0) << "cell " << static_cast<int>(cell);
  }
}

}  // namespace
}  // namespace hodhod
