// SPDX-License-Identifier: Apache-2.0
// Low-rank adapters of the embedding of tokens.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "hodhod/base/testing.h"
#include "hodhod/models/adapted_layers.h"
#include "hodhod/models/test_adapters.h"
#include "hodhod/nn/trace.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {
namespace {

// Of the embedding, by the formula of PEFT's class Embedding: W[ids] + scale · (A[:, ids])ᵀ Bᵀ, times the
// factor of the family.
TEST(EmbeddingAdapters, OfAnEmbeddingAddToItsRows) {
  for (const bool with_table : {false, true}) {
    TransformerModelConfig config = small_of(hf::gemma());
    config.body.tie_embeddings = false;
    Adapted adapted(config, type_of(hf::gemma()), {.rank = 2, .alpha = 3, .targets = {"embed_tokens"}});
    adapted.model().for_each_parameter([&](const std::string& name, Tensor& p) {
      if (name.ends_with(".A")) init_normal(p, 0, 0.5, Rng(4));
    });
    adapted.save();
    const std::string module = "base_model.model.model.embed_tokens";
    auto shapes = shapes_in(adapted.path());
    EXPECT_EQ(shapes.size(), 2u);
    EXPECT_EQ(shapes.at(module + ".lora_embedding_A"), (Shape{2, 23}));
    EXPECT_EQ(shapes.at(module + ".lora_embedding_B"), (Shape{32, 2}));
    EXPECT_EQ(adapted.settings()["target_modules"], Json({"embed_tokens"}));
    EXPECT_EQ(adapted.settings()["fan_in_fan_out"], false);
    NamedTensors tensors;
    {
      const TensorFile reader(join_path(adapted.path(), kAdapterWeights));
      for (const TensorEntry& entry : reader.entries())
        tensors.emplace_back(entry.name, reader.load(entry).clone());
    }
    auto table = values_of(adapted.base(), false).at("embedding.weight");
    if (with_table) {  // as PEFT writes it for this name
      for (float& x : table) x += 1;
      tensors.emplace_back(module + ".base_layer.weight", Tensor::from(table, {23, 32}));
      write_safetensors(join_path(adapted.path(), kAdapterWeights), tensors);
    }
    const LoadedModel loaded = load_model(adapted.path());
    std::map<std::string, std::vector<double>> stored;
    for (const auto& [name, tensor] : tensors) stored[name.substr(module.size())] = tensor.values();
    const auto &a = stored.at(".lora_embedding_A"), &b = stored.at(".lora_embedding_B");
    // The states of a decoder without layers are not to be had: compare its trace.
    Trace trace;
    Context context{.trace = &trace};
    const TokenBatch tokens{.ids = Tensor::from<int64_t>({3, 9, 22, 3}, {2, 2})};
    const NoGrad off;
    loaded.model->encoder()->encode(tokens, context);
    const std::vector<double> found = trace.at("decoder.embedding.tokens").tensor.values();
    const std::vector<size_t> ids = {3, 9, 22, 3};
    for (size_t i = 0; i < ids.size(); ++i) {
      for (size_t c = 0; c < 32; ++c) {
        double sum = table[ids[i] * 32 + c];
        for (size_t r = 0; r < 2; ++r) sum += 1.5 * a[r * 23 + ids[i]] * b[c * 2 + r];
        ASSERT_NEAR(found[i * 32 + c], std::sqrt(32.0) * sum, 2e-5);
      }
    }
    // It goes back as it came, and into the table.
    save_adapter_files(*loaded.model, adapted.path("again"), Json::object(), loaded.origin);
    EXPECT_EQ(shapes_in(adapted.path("again")), shapes_in(adapted.path()));
    const auto attached = states_of(*loaded.model);
    const LoadedModel merged = load_model(ModelDirectory::open(adapted.path()), {.merge_adapters = true});
    const auto whole = states_of(*merged.model);
    for (size_t i = 0; i < whole.size(); ++i) ASSERT_NEAR(whole[i], attached[i], 1e-4f);
  }
}

// Every family with one stack has an embedding that an adapter can be on, under one name.
TEST(EmbeddingAdapters, OfTheEmbeddingsOfAllFamilies) {
  for (const hf::Family* one : hf::families()) {
    const hf::Family& family = *one;
    SCOPED_TRACE(family.model_type);
    const TransformerModelConfig config = small_of(family);
    TransformerModel model(config, Rng(3));
    const auto attach = [&] {
      return attach_adapter(model, type_of(family), {.rank = 2, .targets = {"all-linear", "embedding"}}, 1);
    };
    if (config.reads_source()) {
      expect_error(attach, "embedding, and no layer is called so");
      continue;
    }
    const std::vector<float> before = states_of(model);
    const AdapterConfig adapter = attach();
    EXPECT_EQ(states_of(model), before);
    const TensorNames names = type_of(family).tensor_names(config);
    size_t embeddings = 0;
    for (const AdaptedLayer& layer : adapted_layers(model, names)) {
      if (!layer.embedding()) continue;
      ++embeddings;
      EXPECT_EQ(layer.theirs.find("head"), std::string::npos) << layer.theirs;
      EXPECT_THAT(adapter.targets,
                  testing::Contains(testing::ResultOf(
                      [&](const std::string& target) { return layer.theirs.ends_with(target); }, true)));
    }
    EXPECT_EQ(embeddings, 1u);
  }
}

// What is put into a table would change the output layer that shares it.
TEST(EmbeddingAdapters, OfASharedTableStayAdapters) {
  Adapted gpt(TestDirectory::small("gpt2"), type_of(hf::gpt2()), {.rank = 2, .targets = {"wte"}});
  gpt.save();
  EXPECT_EQ(states_of(*load_model(gpt.path()).model), states_of(gpt.model()));
  expect_error([&] { load_model(ModelDirectory::open(gpt.path()), {.merge_adapters = true}); },
               "the output layer has the same table");
  expect_error([&] { save_model_files(gpt.model(), gpt.path("whole")); }, "keep the adapter");
}

}  // namespace
}  // namespace hodhod
