// SPDX-License-Identifier: Apache-2.0
#include "hodhod/look/parameter_gradients.h"

#include <gtest/gtest.h>

#include <array>
#include <map>

#include "hodhod/look/look.h"
#include "hodhod/look/test_subjects.h"
#include "hodhod/look/test_unpack.h"
#include "hodhod/models/transformer_model.h"
#include "hodhod/ops/shape.h"
#include "hodhod/ops/softmax.h"
#include "hodhod/tensor/tape.h"

namespace hodhod::look {
namespace {

TransformerModelConfig small_gpt() {
  TransformerConfig body = transformer_preset("gpt-tiny");
  body.vocabulary = 61;
  return {body, {.kind = HeadKind::language_model}};
}

// The length of a group's gradient is the slope of the answer along it, found by moving the group's numbers a
// little that way: f(w + h g/‖g‖) − f(w − h g/‖g‖) ≈ 2 h ‖g‖.
TEST(ParameterGradients, AreSlopesOfTheAnswer) {
  Subject subject = subject_of(small_gpt(), Kind::transformer, 5);
  const std::vector<int64_t> ids = {5, 9, 17, 4};
  const LookResult found = look(subject, {.ids = ids, .gradients = GradientChoice::on});
  const Json gradient = read_page(found.page).index.at("passes").at(size_t{0}).at("gradient");
  const int64_t answer = gradient.at("id").get<int64_t>();
  const auto log_p = [&] {
    Context context;
    const Tensor logits = subject.model().language_model()->logits(
        {.source = {}, .target = {.ids = Tensor::from(ids, {1, 4})}}, context);
    return select(log_softmax(select(select(logits, 0, 0), 0, 3)), 0, answer);
  };
  std::map<std::string, Tensor> slopes;
  {
    const Recording on(true);
    const WantedGradients wanted(*subject.text.model, true);
    backward(log_p());
    subject.text.model->for_each_parameter([&](const std::string& name, Tensor& parameter) {
      if (const Tensor g = parameter.grad(); g.defined()) slopes[name] = g.clone();
    });
  }
  int compared = 0;
  for (const Json& group : gradient.at("groups")) {
    const std::string name = group.at("name").text();
    if (name != "decoder.layer.0.self_attention" && name != "decoder.layer.1.feed_forward" &&
        name != "embedding")
      continue;
    const double length = group.at("gradient").get<double>();
    ASSERT_GT(length, 0) << name;
    const NoGrad off;
    std::array<double, 2> moved = {};
    int64_t numbers = 0;
    const double step = 0.005;
    for (const int sign : {1, -1}) {
      const auto shift = [&](double by) {
        subject.text.model->for_each_parameter([&](const std::string& of, Tensor& parameter) {
          if (!of.starts_with(name + ".") || !slopes.contains(of)) return;
          for (int64_t i = 0; i < parameter.numel(); ++i)
            parameter.data<float>()[i] += static_cast<float>(by * slopes[of].data<float>()[i] / length);
          if (sign == 1 && by > 0) numbers += parameter.numel();
        });
      };
      shift(sign * step);
      moved[sign == 1 ? 0 : 1] = log_p().values()[0];
      shift(-sign * step);
    }
    EXPECT_NEAR((moved[0] - moved[1]) / (2 * step), length, 0.01 * length) << name;
    EXPECT_EQ(group.at("parameters").get<int64_t>(), numbers) << name;
    ++compared;
  }
  EXPECT_EQ(compared, 3);
}

TEST(ParameterGradients, AreNotThereWithoutGradients) {
  Subject subject = subject_of(small_gpt(), Kind::transformer, 5);
  const LookResult found = look(subject, {.ids = {5, 9}, .gradients = GradientChoice::off});
  EXPECT_FALSE(read_page(found.page).index.at("passes").at(size_t{0}).contains("gradient"));
}

}  // namespace
}  // namespace hodhod::look
