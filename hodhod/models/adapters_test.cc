// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/adapters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <map>
#include <set>

#include "hodhod/base/testing.h"
#include "hodhod/models/adapted_layers.h"
#include "hodhod/models/config_json.h"
#include "hodhod/models/hf/lora_targets.h"
#include "hodhod/models/test_adapters.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {
namespace {

using testing::ElementsAre;

class AdaptersOfFamily : public testing::TestWithParam<const hf::Family*> {};

// The default layers exist; a new adapter changes no bit; it is what is saved and loaded; merged weights give
// the same result; the base keeps its bits.
TEST_P(AdaptersOfFamily, AreTrainedSavedLoadedAndMerged) {
  const hf::Family& family = *GetParam();
  const ModelType& type = type_of(family);
  const TransformerModelConfig config = small_of(family);
  {
    TransformerModel base(config, Rng(3));
    const std::vector<float> before = states_of(base);
    attach_adapter(base, type, {.rank = 2}, 1);
    EXPECT_TRUE(has_adapters(base));
    EXPECT_EQ(states_of(base), before);
  }
  Adapted adapted(config, type, {.rank = 2, .alpha = 3, .dropout = 0.25, .targets = {"all-linear"}});
  adapted.save();
  const auto own = values_of(adapted.model(), false);
  EXPECT_EQ(own, values_of(adapted.base(), false));
  const LoadedModel loaded = load_model(adapted.path());
  EXPECT_EQ(loaded.missing.size(), 0u);
  EXPECT_EQ(values_of(*loaded.model, true), values_of(adapted.model(), true));
  EXPECT_EQ(values_of(*loaded.model, false), own);
  const std::vector<float> attached = states_of(*loaded.model);
  EXPECT_EQ(attached, states_of(adapted.model()));
  EXPECT_NE(attached, states_of(adapted.base()));

  save_model_files(*loaded.model, adapted.path("merged"), Json::object(), loaded.origin);
  const LoadedModel merged = load_model(adapted.path("merged"));
  EXPECT_FALSE(has_adapters(*merged.model));
  const std::vector<float> whole = states_of(*merged.model);
  ASSERT_EQ(whole.size(), attached.size());
  for (size_t i = 0; i < whole.size(); ++i) EXPECT_NEAR(whole[i], attached[i], 2e-4f);
  EXPECT_EQ(states_of(*load_model(ModelDirectory::open(adapted.path()), {.merge_adapters = true}).model),
            whole);
}

TEST(Adapters, ARankAboveThatOfALayerIsRefused) {
  const TransformerModelConfig config = small_of(hf::gpt2());
  TransformerModel model(config, Rng(3));
  try {
    attach_adapter(model, type_of(hf::gpt2()), {.rank = 100'000}, 1);
    FAIL() << "a rank that no layer has";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("`lora.rank` is 100000, and"));
  }
  EXPECT_FALSE(has_adapters(model));
}

// target_modules, read as PEFT reads it, names the adapted layers and no others.
TEST_P(AdaptersOfFamily, TargetsMeanTheirLayersAlone) {
  const hf::Family& family = *GetParam();
  const ModelType& type = type_of(family);
  for (const std::vector<std::string>& targets : {std::vector<std::string>{}, {"all-linear"}}) {
    TransformerModel model(small_of(family), Rng(3));
    const AdapterConfig config = attach_adapter(model, type, {.rank = 1, .targets = targets}, 1);
    if (targets.empty()) {
      EXPECT_THAT(config.targets, testing::UnorderedElementsAreArray(hf::lora_targets(family.model_type)));
    }
    const TensorNames names = type.tensor_names(model.config());
    std::set<std::string> adapted, meant;
    for (const AdaptedLayer& layer : adapted_layers(model, names)) {
      if (!layer.lora().empty()) adapted.insert(layer.theirs);
    }
    for (const auto& [name, tensor] : save_weights(names, merged_parameters(model))) {
      const std::string module = name.substr(0, name.rfind('.'));
      for (const std::string& target : config.targets) {
        if (module == target || module.ends_with("." + target)) meant.insert(module);
      }
    }
    EXPECT_EQ(adapted, meant);
  }
}

INSTANTIATE_TEST_SUITE_P(All, AdaptersOfFamily,
                         testing::ValuesIn(hf::families().begin(), hf::families().end()),
                         [](const auto& one) {
                           std::string name(one.param->model_type);
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

// The names that PEFT gives to the tensors of BertForSequenceClassification, GPT2LMHeadModel and
// T5ForConditionalGeneration (peft/utils/save_and_load.py, get_peft_model_state_dict).
TEST(Adapters, HaveTheNamesOfPeft) {
  const std::string base = "base_model.model.";
  {
    TransformerModelConfig config = TestDirectory::small("bert-tiny", HeadKind::classifier, 3);
    Adapted bert(config, type_of(hf::bert()), {.rank = 4}, {"classifier.weight", "classifier.bias"});
    bert.save();
    const auto shapes = shapes_in(bert.path());
    const std::string query = base + "bert.encoder.layer.1.attention.self.query.";
    EXPECT_EQ(shapes.size(), 2u * 2 * 2 + 2);
    EXPECT_EQ(shapes.at(query + "lora_A.weight"), (Shape{4, 12}));
    EXPECT_EQ(shapes.at(query + "lora_B.weight"), (Shape{12, 4}));
    EXPECT_EQ(shapes.at(base + "classifier.weight"), (Shape{3, 12}));
    EXPECT_EQ(shapes.at(base + "classifier.bias"), (Shape{3}));
    const Json json = bert.settings();
    EXPECT_EQ(json["peft_type"], "LORA");
    EXPECT_EQ(json["task_type"], "SEQ_CLS");
    EXPECT_EQ(json["r"], 4);
    EXPECT_EQ(json["lora_alpha"], 16);
    EXPECT_EQ(json["bias"], "none");
    EXPECT_EQ(json["fan_in_fan_out"], false);
    EXPECT_EQ(json["target_modules"], Json({"query", "value"}));
    EXPECT_EQ(json["base_model_name_or_path"], bert.path("base"));
  }
  {
    Adapted gpt(TestDirectory::small("gpt2"), type_of(hf::gpt2()), {.rank = 4});
    gpt.save();
    const auto shapes = shapes_in(gpt.path());
    EXPECT_EQ(shapes.size(), 4u);
    EXPECT_EQ(shapes.at(base + "transformer.h.0.attn.c_attn.lora_A.weight"), (Shape{4, 12}));
    EXPECT_EQ(shapes.at(base + "transformer.h.0.attn.c_attn.lora_B.weight"), (Shape{36, 4}));
    EXPECT_EQ(gpt.settings()["fan_in_fan_out"], true);
    EXPECT_EQ(gpt.settings()["task_type"], "CAUSAL_LM");
  }
  {
    Adapted t5(TestDirectory::small("t5-small"), type_of(hf::t5()), {.rank = 1});
    t5.save();
    const auto shapes = shapes_in(t5.path());
    EXPECT_EQ(shapes.size(), 2u * 2 * (2 + 2 + 2));
    EXPECT_TRUE(shapes.contains(base + "decoder.block.1.layer.1.EncDecAttention.v.lora_B.weight"));
    EXPECT_EQ(t5.settings()["task_type"], "SEQ_2_SEQ_LM");
  }
}

// W' = W + α / r · B A, or α / √r · B A, where a file packs three layers and stores them the other way round.
TEST(Adapters, MergeAsTheEquationSays) {
  for (const bool stabilised : {false, true}) {
    Adapted gpt(TestDirectory::small("gpt2"), type_of(hf::gpt2()),
                {.rank = 4, .alpha = 6, .rank_stabilised = stabilised});
    gpt.save();
    const LoadedModel loaded = load_model(gpt.path());
    save_model_files(*loaded.model, gpt.path("merged"));
    const TensorFile adapter(join_path(gpt.path(), kAdapterWeights)), before(gpt.path("base")),
        after(gpt.path("merged"));
    const std::string name = "transformer.h.1.attn.c_attn";
    const auto a = adapter.load("base_model.model." + name + ".lora_A.weight").values(),
               b = adapter.load("base_model.model." + name + ".lora_B.weight").values(),
               w = before.load(name + ".weight").values(), merged = after.load(name + ".weight").values();
    const double scale = stabilised ? 6 / std::sqrt(4.0) : 6 / 4.0;
    for (size_t in = 0; in < 12; ++in) {
      for (size_t out = 0; out < 36; ++out) {
        double sum = w[in * 36 + out];  // [in, out]
        for (size_t r = 0; r < 4; ++r) sum += scale * b[out * 4 + r] * a[r * 12 + in];
        ASSERT_NEAR(merged[in * 36 + out], sum, 1e-5) << in << ", " << out;
      }
    }
  }
}

// Liu et al. 2024, "DoRA", equation 5: W' = m (W + scale B A) / ‖W + scale B A‖, with the length of each row.
TEST(Adapters, OfDoraChangeSizesAndDirections) {
  for (const char* ending : {".lora_magnitude_vector", ".lora_magnitude_vector.weight"}) {
    Adapted gpt(TestDirectory::small("gpt2"), type_of(hf::gpt2()), {.rank = 4, .alpha = 6});
    gpt.save();
    NamedTensors tensors;
    {
      const TensorFile reader(join_path(gpt.path(), kAdapterWeights));
      for (const TensorEntry& entry : reader.entries())
        tensors.emplace_back(entry.name, reader.load(entry).clone());
    }
    for (size_t i = 0, n = tensors.size(); i < n; ++i) {
      const std::string name = tensors[i].first;
      if (!name.ends_with(".lora_B.weight")) continue;
      const Tensor sizes = Tensor::empty({tensors[i].second.dim(0)});
      init_uniform(sizes, 0.5, 2, stream_of(Rng(9), name));
      tensors.emplace_back(name.substr(0, name.size() - 14) + ending, sizes);
    }
    write_safetensors(join_path(gpt.path(), kAdapterWeights), tensors);
    expect_error([&] { load_model(gpt.path()); }, "is of DoRA", "does not say use_dora");
    gpt.set("use_dora", true);
    const LoadedModel loaded = load_model(gpt.path());
    EXPECT_FALSE(has_adapters(*loaded.model));
    EXPECT_FALSE(loaded.origin.adapter.has_value());
    save_model_files(*loaded.model, gpt.path("merged"));
    const TensorFile adapter(join_path(gpt.path(), kAdapterWeights)), before(gpt.path("base")),
        after(gpt.path("merged"));
    const std::string name = "transformer.h.1.attn.c_attn", file_name = "base_model.model." + name;
    const auto a = adapter.load(file_name + ".lora_A.weight").values(),
               b = adapter.load(file_name + ".lora_B.weight").values(),
               m = adapter.load(file_name + ending).values(), w = before.load(name + ".weight").values(),
               merged = after.load(name + ".weight").values();
    for (size_t out = 0; out < 36; ++out) {
      std::vector<double> row;
      double squares = 0;
      for (size_t in = 0; in < 12; ++in) {
        double sum = w[in * 36 + out];  // [in, out]
        for (size_t r = 0; r < 4; ++r) sum += 1.5 * b[out * 4 + r] * a[r * 12 + in];
        row.push_back(sum);
        squares += sum * sum;
      }
      for (size_t in = 0; in < 12; ++in)
        ASSERT_NEAR(merged[in * 36 + out], m[out] * row[in] / std::sqrt(squares), 1e-5) << in << ", " << out;
    }
    expect_error([&] { load_model(ModelPath(gpt.path(), {gpt.path()})); }, "DoRA, which changes the weights");
  }
}

TEST(Adapters, OfSomeLayersHaveAnAlphaOfTheirOwn) {
  Adapted gpt(TestDirectory::small("gpt2"), type_of(hf::gpt2()),
              {.rank = 4, .alpha = 6, .targets = {"all-linear"}});
  gpt.save();
  gpt.set("alpha_pattern", {{"h.1.attn.c_attn", 12}, {"transformer.h.0.mlp.c_fc", 3}, {"attn", 100}});
  gpt.set("rank_pattern", {{"c_attn", 4}});
  LoadedModel loaded = load_model(gpt.path());
  std::map<std::string, double> scales;
  for_each_adapted_weight(*loaded.model, [&](const std::string& name, const AdaptedWeight& layer) {
    if (!layer.lora->empty()) scales[name] = layer.lora->front().scale;
  });
  EXPECT_EQ(scales.at("decoder.layer.1.self_attention.query"), 12 / 4.0);
  EXPECT_EQ(scales.at("decoder.layer.0.self_attention.query"), 6 / 4.0);
  EXPECT_EQ(scales.at("decoder.layer.0.feed_forward.up"), 3 / 4.0);
  EXPECT_EQ(scales.at("decoder.layer.1.feed_forward.up"), 6 / 4.0);
  // They are kept.
  save_adapter_files(*loaded.model, gpt.path("again"), Json::object(), loaded.origin);
  const Json json = read_json(join_path(gpt.path("again"), kAdapterConfig));
  EXPECT_EQ(json.at("alpha_pattern").at("h.1.attn.c_attn").get<double>(), 12);
  EXPECT_EQ(json.at("rank_pattern").at("c_attn").get<int64_t>(), 4);
}

TEST(Adapters, BeginAsPeftDrawsThem) {
  TransformerModel model(TestDirectory::small("bert-tiny"), Rng(3));
  attach_adapter(model, type_of(hf::bert()), {.rank = 8}, 11);
  double most = 0, squares = 0, count = 0;
  for (const auto& [name, parameter] : parameters_of(model)) {
    if (!is_adapter_parameter(name)) continue;
    for (const double x : parameter.values()) {
      if (name.ends_with(".B")) {
        ASSERT_EQ(x, 0);
      } else {
        most = std::max(most, std::abs(x));
        squares += x * x;
        ++count;
      }
    }
  }
  // Uniform in ±1/√12: a variance of 1/36.
  EXPECT_LT(most, 1 / std::sqrt(12.0));
  EXPECT_GT(most, 0.95 / std::sqrt(12.0));
  EXPECT_NEAR(squares / count, 1 / 36.0, 0.1 / 36);
}

TEST(Adapters, OfSeveralTheSumIsAdded) {
  const ModelType& type = type_of(hf::llama());
  const TransformerModelConfig config = small_of(hf::llama());
  Adapted one(config, type, {.rank = 2}), other(config, type, {.rank = 3, .targets = {"up_proj", "v_proj"}});
  one.save();
  fill_adapters(other.model(), 6);
  other.save();
  const LoadedModel both = load_model(ModelPath(one.path("base"), {one.path(), other.path()}));
  EXPECT_FALSE(both.origin.adapter.has_value());
  // The same as adding the one to a base that the other was merged into.
  save_model_files(*load_model(one.path()).model, one.path("merged"));
  const LoadedModel in_turn = load_model(ModelPath(one.path("merged"), {other.path()}));
  const std::vector<float> sum = states_of(*both.model), turn = states_of(*in_turn.model);
  for (size_t i = 0; i < sum.size(); ++i) EXPECT_NEAR(sum[i], turn[i], 2e-4f);
  // An adapter's own directory, with a further one.
  EXPECT_EQ(states_of(*load_model(ModelPath(one.path(), {other.path()})).model), sum);
  expect_error([&] { save_adapter_files(*both.model, one.path("two"), Json::object(), one.origin()); },
               "2 adapters cannot be saved as one");
}

TEST(Adapters, BringAHeadOfTheirOwn) {
  TransformerModelConfig config = TestDirectory::small("bert-tiny");  // with the head for masked tokens
  TemporaryDirectory directory;
  TransformerModel base(config, Rng(3));
  save_model_files(base, directory / "base");
  ModelDirectory opened = ModelDirectory::open(directory / "base");
  opened.config->head = {.kind = HeadKind::classifier, .labels = 3};
  LoadedModel loaded = load_model(opened, {.allow_missing = true});
  const ModelType& type = type_of(hf::bert());
  loaded.origin.adapter =
      ModelAdapter{.config = attach_adapter(*loaded.model, type, {.rank = 2}, 7), .trained = loaded.missing};
  loaded.origin.adapter->config.base = directory / "base";
  fill_adapters(*loaded.model, 5);
  save_adapter_files(*loaded.model, directory / "adapter", Json::object(), loaded.origin);
  EXPECT_THAT(loaded.missing,
              ElementsAre("pooler.weight", "pooler.bias", "classifier.weight", "classifier.bias"));
  EXPECT_TRUE(shapes_in(directory / "adapter").contains("base_model.model.bert.pooler.dense.weight"));
  const LoadedModel again = load_model(directory / "adapter");
  EXPECT_EQ(again.origin.adapter->trained, loaded.missing);
  Context context;
  const TokenBatch tokens{.ids = Tensor::from<int64_t>({3, 9, 4, 1}, {1, 4})};
  EXPECT_EQ(classify(*again.model, tokens, context).values<float>(),
            classify(*loaded.model, tokens, context).values<float>());
  expect_error([&] { load_model(ModelPath(directory / "adapter", {directory / "adapter"})); },
               "another adapter brings pooler.weight");
}

// PEFT stores no config.json: the task of an adapter says which head its base gets.
TEST(Adapters, SayByTheirTaskWhichHeadTheyNeed) {
  struct Case {
    const char* task;
    HeadKind head;
    std::map<std::string, Shape> tensors;
  };
  const std::string base = "base_model.model.";
  for (const Case& c :
       {Case{"SEQ_CLS",
             HeadKind::classifier,
             {{"classifier.weight", {3, 12}},
              {"classifier.bias", {3}},
              {"bert.pooler.dense.weight", {12, 12}},
              {"bert.pooler.dense.bias", {12}}}},
        Case{"TOKEN_CLS", HeadKind::tagger, {{"classifier.weight", {5, 12}}, {"classifier.bias", {5}}}},
        Case{"QUESTION_ANS", HeadKind::span, {{"qa_outputs.weight", {2, 12}}, {"qa_outputs.bias", {2}}}}}) {
    SCOPED_TRACE(c.task);
    Adapted adapted(TestDirectory::small("bert-tiny"), type_of(hf::bert()), {.rank = 2});
    adapted.save();
    adapted.set("task_type", c.task);
    remove_tree(join_path(adapted.path(), "config.json"));
    expect_error([&] { load_model(adapted.path()); }, c.head == HeadKind::span ? "lack" : "gives labels");
    NamedTensors tensors;
    const std::string file = join_path(adapted.path(), kAdapterWeights);
    {
      const TensorFile reader(file);
      for (const TensorEntry& entry : reader.entries())
        tensors.emplace_back(entry.name, reader.load(entry).clone());
    }
    for (const auto& [name, shape] : c.tensors) tensors.emplace_back(base + name, Tensor::full(shape, 0.5));
    write_safetensors(file, tensors);
    const ModelDirectory directory = ModelDirectory::open(adapted.path());
    EXPECT_EQ(directory.config->head.kind, c.head);
    const LoadedModel loaded = load_model(directory);
    EXPECT_EQ(loaded.origin.adapter->trained.size(), c.tensors.size());
    for (const auto& [name, parameter] : parameters_of(*loaded.model)) {
      if (name.starts_with("classifier.") || name.starts_with("span.")) {
        EXPECT_THAT(parameter.values(), testing::Each(0.5));
      }
    }
    if (c.head != HeadKind::span) {
      EXPECT_EQ(directory.json["id2label"]["2"], "LABEL_2");
      EXPECT_EQ(directory.config->head.labels, c.tensors.at("classifier.weight")[0]);
    }
  }
}

}  // namespace
}  // namespace hodhod
