// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/bag_model.h"

#include <gtest/gtest.h>

#include <cmath>

#include "hodhod/base/file.h"
#include "hodhod/base/testing.h"
#include "hodhod/models/directory.h"
#include "hodhod/models/registry.h"
#include "hodhod/nn/module.h"

namespace hodhod {
namespace {

// The features a, b, c.
BagModelConfig config_with(BagConfig body, int64_t labels) {
  BagModelConfig config(body);
  config.head.labels = labels;
  config.set_features(std::make_shared<const BagFeatures>(
      body.features, std::vector<KnownFeature>{{"a", 3, 2}, {"b", 2, 2}, {"c", 1, 1}}, 4));
  return config;
}

TokenBatch batch_of_features(const std::vector<std::vector<int64_t>>& ids, const std::vector<float>& values) {
  TokenBatch batch = TokenBatch::of(ids, 0);
  batch.weights = Tensor::from(values, batch.ids.shape());
  return batch;
}

Tensor& parameter(Model& model, const std::string& name) {
  static Tensor found;
  model.for_each_parameter([&](const std::string& other, Tensor& tensor) {
    if (other == name) found = tensor;
  });
  return found;
}

TEST(BagModel, WithoutHiddenLayersTheTableHasTheLabels) {
  const auto model = make_model(config_with({}, 2), Rng(1));
  copy(Tensor::from<float>({1, 10, 2, 20, 3, 30}, {3, 2}), parameter(*model, "embedding.weight"));
  copy(Tensor::from<float>({0.5, -0.5}, {2}), parameter(*model, "classifier.bias"));
  EXPECT_EQ(parameter_count(*model), 8);
  Context context;
  const Tensor logits = classify(*model, batch_of_features({{0, 2}, {1}}, {2, 1, 0.5, 9}), context);
  EXPECT_EQ(logits.values(), (std::vector<double>{5.5, 49.5, 1.5, 9.5}));
  ASSERT_TRUE(model->linear_form().has_value());
  EXPECT_EQ(model->linear_form()->table.data<float>(), parameter(*model, "embedding.weight").data<float>());
  EXPECT_EQ(head_parameters(*model), (std::vector<std::string>{"classifier.bias"}));
}

// h = tanh(Σ value · row + bias), logits = W tanh(V h + c) + d.
TEST(BagModel, HiddenLayersFollow) {
  const auto model = make_model(
      config_with(
          {.hidden_sizes = {3, 2}, .activation = HiddenFunction::tanh, .training = BagTraining::gradients},
          2),
      Rng(1));
  EXPECT_FALSE(model->linear_form().has_value());
  const auto values = [&](const char* name) { return parameter(*model, name).values(); };
  const auto table = values("embedding.weight"), bias = values("embedding.bias");
  const auto w = values("layers.0.weight"), c = values("layers.0.bias"), out = values("classifier.weight");
  double h[3], g[2];
  for (size_t i = 0; i < 3; ++i) h[i] = std::tanh(2 * table[i] - table[6 + i] + bias[i]);
  for (size_t i = 0; i < 2; ++i)
    g[i] = std::tanh(w[3 * i] * h[0] + w[3 * i + 1] * h[1] + w[3 * i + 2] * h[2] + c[i]);
  Context context;
  const auto logits = classify(*model, batch_of_features({{0, 2}}, {2, -1}), context).values();
  for (size_t l = 0; l < 2; ++l) EXPECT_NEAR(logits[l], out[2 * l] * g[0] + out[2 * l + 1] * g[1], 1e-6);
}

TEST(BagModel, ARowDoesNotDependOnOthers) {
  const auto model =
      make_model(config_with({.hidden_sizes = {40}, .training = BagTraining::gradients}, 3), Rng(2));
  Context context;
  const auto alone = classify(*model, batch_of_features({{1, 2}}, {0.3f, 0.7f}), context).values<float>();
  const auto among =
      classify(*model, batch_of_features({{0, 1, 2}, {1, 2}}, {1, 2, 3, 0.3f, 0.7f, 5}), context)
          .values<float>();
  EXPECT_EQ(alone, std::vector<float>(among.begin() + 3, among.end()));
}

// A text without known features is no reason to refuse if there are numbers beside it.
TEST(BagModel, WithoutAnyFeatureItIsRefused) {
  const auto learn = [](BagModelConfig& config) {
    bool given = false;
    config.learn_features([&](std::vector<std::string_view>& text) {
      text = {"to", "be"};
      return !std::exchange(given, true);
    });
  };
  BagModelConfig config(BagConfig{.features = {.min_count = 9}});
  expect_error([&] { learn(config); }, "min_count");
  set_number_columns(config, NumberColumns({{"age", 3, 2}}));
  learn(config);
  EXPECT_EQ(config.vocabulary(), 1);
  EXPECT_EQ(number_columns_of(config)->names(), std::vector<std::string>{"age"});
}

TEST(BagModel, StoredAndLoaded) {
  for (const std::string preset : {"bow", "tfidf", "nbsvm", "fasttext", "mlp"}) {
    const auto made = model_preset(preset);
    auto config = dynamic_cast<BagModelConfig&>(*made);
    if (config.body.features.has_buckets()) config.body.features.buckets = 11;
    config.head.labels = 3;
    config.head.problem = ProblemKind::multi_label;
    std::vector<std::string_view> words = {"می‌روم", "to", "be"};
    bool given = false;
    config.learn_features([&](std::vector<std::string_view>& text) {
      text = words;
      return !std::exchange(given, true);
    });
    auto model = make_model(config, Rng(3));
    const TemporaryDirectory directory;
    save_model_files(*model, directory.path());
    const LoadedModel loaded = load_model(directory.path());
    EXPECT_TRUE(loaded.warnings.empty()) << preset << ": " << loaded.warnings[0];
    EXPECT_EQ(loaded.model->config().summary(), config.summary());
    EXPECT_EQ(loaded.model->config().head, config.head);
    const TextFeatures* features = loaded.model->config().features();
    ASSERT_NE(features, nullptr);
    const FeatureList before = config.features()->read(words), after = features->read(words);
    EXPECT_EQ(after.ids, before.ids);
    EXPECT_EQ(after.values, before.values);
    const auto mine = parameters_of(*model), theirs = parameters_of(*loaded.model);
    ASSERT_EQ(mine.size(), theirs.size());
    for (size_t i = 0; i < mine.size(); ++i) EXPECT_EQ(mine[i].second.values(), theirs[i].second.values());
  }
}

TEST(BagModel, DamagedDirectories) {
  auto model = make_model(config_with({}, 2), Rng(1));
  const TemporaryDirectory directory;
  save_model_files(*model, directory.path());
  const std::string list = read_file(directory / "features.txt");
  const auto refused = [&](const std::string& text, const char* what) {
    directory.put("features.txt", text);
    expect_error([&] { load_model(directory.path()); }, "features.txt", what);
  };
  refused(list + "x", ":4");
  refused(list + list, "the same");
  remove_tree(directory / "features.txt");
  expect_error([&] { load_model(directory.path()); }, "features.txt");
  directory.put("features.txt", list + "1\t1\td\n");
  expect_error([&] { load_model(directory.path()); }, "vocab_size");
}

TEST(BagModel, OptionsThatDoNotFit) {
  const auto refused = [](const BagConfig& config, const char* what) {
    expect_error([&] { config.validate(); }, what);
  };
  refused({.hidden_sizes = {4}}, "gradients");
  refused({.dropout = 0.1}, "dropout");
  refused({.smoothing = 2}, "log-ratio");
  refused({.features = {.weighting = Weighting::log_ratio}, .training = BagTraining::gradients}, "solver");
  const auto config = model_preset("tfidf");
  expect_error([&] { config->change("interpolation=0.5"); }, "interpolation", "log-ratio");
}

}  // namespace
}  // namespace hodhod
