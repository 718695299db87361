// SPDX-License-Identifier: Apache-2.0
#include "hodhod/look/recorder.h"

#include <gtest/gtest.h>

#include <limits>

#include "hodhod/base/rng.h"
#include "hodhod/base/testing.h"
#include "hodhod/look/test_unpack.h"

namespace hodhod::look {
namespace {

Visible all_cells(std::string_view) { return {}; }

// Records one tensor, within a limit.
Recorder record_one(const std::string& name, const Tensor& x, int64_t limit) {
  Recorder recorder({});
  const std::string axes = x.rank() == 3 ? "BTC" : "BHTS";
  {
    const OnDevice shapes(Device::shapes);
    Trace survey = recorder.survey(0, all_cells);
    survey.add(name, Component::attention, axes, Tensor::empty(x.shape()));
  }
  recorder.make_plan(limit);
  Trace record = recorder.record(0);
  record.add(name, Component::attention, axes, x);
  recorder.finish_pass();
  return recorder;
}

Tensor normal_states(const Shape& shape, uint64_t seed) {
  Tensor x = Tensor::empty(shape);
  Rng rng(seed);
  for (int64_t i = 0; i < x.numel(); ++i) x.data<float>()[i] = static_cast<float>(rng.normal());
  return x;
}

TEST(Recorder, KeepsWithinTheLimit) {
  const Tensor x = normal_states({1, 100, 64}, 1);
  for (const int64_t limit : {0, 5000, 9000, 18000, 50000}) {
    const Recorder recorder = record_one("layer.0.output", x, limit);
    EXPECT_LE(bytes_of(recorder.tensors()), limit);
    const Form kept = recorder.tensors().empty() ? Form::none : recorder.tensors()[0].packed.form;
    EXPECT_EQ(recorder.reduced().size(), kept == Form::f32 ? 0u : 1u);
    if (limit == 50000) {
      EXPECT_EQ(kept, Form::f32);
    }
    if (limit == 0) {
      EXPECT_EQ(kept, Form::none);
    }
  }
}

TEST(Recorder, NumbersThatAPlannedFormCannotHoldGetAnother) {
  Tensor x = normal_states({1, 100, 64}, 1);
  x.data<float>()[77] = std::numeric_limits<float>::quiet_NaN();
  const Recorder recorder = record_one("layer.0.output", x, 18000);  // the plan is f16 or less
  if (!recorder.tensors().empty()) {
    EXPECT_NE(recorder.tensors()[0].packed.form, Form::i8);
    EXPECT_EQ(recorder.tensors()[0].packed.not_finite, 1);
  }
  EXPECT_LE(bytes_of(recorder.tensors()), 18000);
}

TEST(Recorder, DropsTheBatchAndRefusesMoreThanOne) {
  const Recorder recorder = record_one("layer.0.output", normal_states({1, 3, 4}, 1), 100000);
  EXPECT_EQ(recorder.tensors()[0].axes, "TC");
  EXPECT_EQ(recorder.tensors()[0].shape, (Shape{3, 4}));
  expect_error([] { record_one("layer.0.output", normal_states({2, 3, 4}, 1), 100000); }, "a batch of 2");
}

}  // namespace
}  // namespace hodhod::look
