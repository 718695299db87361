// SPDX-License-Identifier: Apache-2.0
#include "hodhod/train/layer_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "hodhod/base/file.h"
#include "hodhod/train/test_trainer.h"

namespace hodhod {
namespace {

std::vector<Json> json_lines_of(const std::string& path) {
  std::vector<Json> lines;
  const std::string text = read_file(path);
  for (size_t begin = 0; begin < text.size(); begin = text.find('\n', begin) + 1)
    lines.push_back(parse_json(text.substr(begin, text.find('\n', begin) - begin), path));
  return lines;
}

TEST(LayerLog, APartOfAModelIsItsSubLayer) {
  EXPECT_EQ(parameter_group("encoder.layer.0.self_attention.query.weight"), "encoder.layer.0.self_attention");
  EXPECT_EQ(parameter_group("encoder.layer.11.norm.bias"), "encoder.layer.11.norm");
  EXPECT_EQ(parameter_group("layer.3.weight"), "layer.3");
  EXPECT_EQ(parameter_group("embedding.weight"), "embedding");
  EXPECT_EQ(parameter_group("head.dense.weight"), "head.dense");
  EXPECT_EQ(parameter_group("scale"), "scale");
  // Of a recurrent network, whose tensors are numbered at the end.
  EXPECT_EQ(parameter_group("decoder.weight_ih_l0"), "decoder.layer.0.input");
  EXPECT_EQ(parameter_group("decoder.bias_ih_l0"), "decoder.layer.0.input");
  EXPECT_EQ(parameter_group("decoder.weight_hh_l12"), "decoder.layer.12.hidden");
  EXPECT_EQ(parameter_group("encoder.bias_hh_l1_reverse"), "encoder.layer.1.hidden_reverse");
  EXPECT_EQ(parameter_group("weight_hr_l0"), "layer.0.projection");
  EXPECT_EQ(parameter_group("decoder.weight_ih_lx"), "decoder");
}

TEST(LayerLog, GivesTheNormsOfTheUpdate) {
  const TemporaryDirectory directory;
  Tensor first = Tensor::from(std::vector<float>{3, 0}, {2}),
         second = Tensor::from(std::vector<float>{4}, {1});
  Tensor zero = Tensor::zeros({2});
  for (Tensor* parameter : {&first, &second, &zero}) parameter->set_requires_grad();
  const auto optimizer = make_optimizer(
      {{"layer.0.a.weight", first}, {"layer.0.a.bias", second}, {"z.w", zero}}, {.kind = OptimizerKind::sgd});
  first.set_grad(Tensor::from(std::vector<float>{0, 12}, {2}));
  second.set_grad(Tensor::from(std::vector<float>{16}, {1}));
  LayerLog log(directory / "layers.jsonl", 0);
  log.trace()->add("encoder.layer.0.output", Component::add_and_norm, "BT",
                   Tensor::from(std::vector<float>{1, -1, 7, 7}, {2, 2}));
  log.trace()->add("encoder.layer.1.output", Component::add_and_norm, "BT",
                   Tensor::from(std::vector<float>{1, -3, 5, -7}, {2, 2}));
  log.trace();  // a new pass forgets the one before
  Trace* trace = log.trace();
  trace->add("encoder.layer.1.output", Component::add_and_norm, "BT",
             Tensor::from(std::vector<float>{1, -3, 5, -7}, {2, 2}));
  trace->add("encoder.layer.1.feed_forward.output", Component::feed_forward, "T",
             Tensor::from(std::vector<float>{9}, {1}));
  log.step(*optimizer, 0.5, 0.25, 4, 50);  // items 4, no clipping: w − 0.5 · g / 4

  EXPECT_EQ(first.values<float>(), (std::vector<float>{3, -1.5}));
  EXPECT_EQ(second.values<float>(), (std::vector<float>{2}));
  const std::vector<Json> lines = json_lines_of(directory / "layers.jsonl");
  ASSERT_EQ(lines.size(), 1U);
  const Json& line = lines[0];
  EXPECT_EQ(line.at("step").get<int64_t>(), 50);
  const auto number = [&](const char* what, const char* name) {
    return line.at(what).at(name).get<double>();
  };
  EXPECT_DOUBLE_EQ(number("gradient", "layer.0.a"), 5);  // √(12² + 16²) / 4
  EXPECT_DOUBLE_EQ(number("weight", "layer.0.a"), 5);    // √(3² + 4²)
  EXPECT_DOUBLE_EQ(number("update", "layer.0.a"), std::hypot(1.5, 2.0) / 5);
  EXPECT_TRUE(line.at("update").at("z").is_null());
  EXPECT_EQ(line.at("output").size(), 1U);
  EXPECT_DOUBLE_EQ(number("output", "encoder.layer.1.output"), std::sqrt(84.0 / 4));
}

TEST(LayerLog, ChangesNoBitOfTraining) {
  const auto run = [](bool log_layers) {
    const TemporaryDirectory directory;
    Curve curve;
    TrainerOptions options = options_for(24);
    options.log_every = 4;
    options.log_layers = log_layers;
    train(curve, options, directory.path());
    EXPECT_EQ(file_exists(directory / "training/layers.jsonl"), log_layers);
    if (log_layers) {  // at steps 1, 4, 8 … 24
      EXPECT_EQ(json_lines_of(directory / "training/layers.jsonl").size(), 7U);
    }
    return curve.values();
  };
  EXPECT_EQ(run(true), run(false));
}

TEST(RunLog, TellsWhatHappened) {
  const TemporaryDirectory directory;
  {
    Curve curve;
    curve.spoil = [](int batch) { return batch == 8; };  // of update 3
    train(curve, options_for(9), directory.path());
  }
  Curve curve;
  train(curve, options_for(16), directory.path());
  train(curve, options_for(16), directory.path());  // nothing is left to do, and nothing is told
  std::vector<std::string> told;
  for (const Json& line : json_lines_of(directory / "training/marks.jsonl")) {
    const auto mark = line.at("mark").get<std::string>();
    if (mark != "best") told.push_back(fmt::format("{} {}", line.at("step").get<int64_t>(), mark));
    const char* note = mark == "skipped" ? "the loss (nan)" : mark == "best" ? "loss 0." : "";
    EXPECT_THAT(line.value("note", ""), testing::HasSubstr(note));
  }
  EXPECT_EQ(told, (std::vector<std::string>{"0 begun", "3 skipped", "5 saved", "9 saved", "9 ended",
                                            "9 resumed", "10 saved", "15 saved", "16 saved", "16 ended"}));
}

}  // namespace
}  // namespace hodhod
