// SPDX-License-Identifier: Apache-2.0
// What is wrong with an adapter's directory, a setting or a tensor is named; other spellings are read.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hodhod/base/testing.h"
#include "hodhod/models/adapted_layers.h"
#include "hodhod/models/hf/lora_targets.h"
#include "hodhod/models/test_adapters.h"

namespace hodhod {
namespace {

using testing::HasSubstr;

TEST(Adapters, NameWhatIsWrongWithTheBase) {
  Adapted adapted(TestDirectory::small("bert-tiny"), type_of(hf::bert()), {.rank = 2});
  adapted.save();
  adapted.set("base_model_name_or_path", "nowhere");
  expect_error([&] { load_model(adapted.path()); }, "there is no directory nowhere");
  EXPECT_NO_THROW(load_model(ModelPath(adapted.path("base"), {adapted.path()})));
  adapted.set("base_model_name_or_path", "../base");
  EXPECT_NO_THROW(load_model(adapted.path()));
  adapted.set("base_model_name_or_path", nullptr);
  expect_error([&] { load_model(adapted.path()); }, "base_model_name_or_path is missing");
  adapted.set("base_model_name_or_path", adapted.path());
  expect_error([&] { load_model(adapted.path()); }, "is an adapter itself");
  Adapted other(small_of(hf::roberta()), type_of(hf::roberta()), {.rank = 2});
  expect_error([&] { load_model(ModelPath(other.path("base"), {adapted.path()})); }, "model_type is bert");
  expect_error([&] { load_model(ModelPath(adapted.path("base"), {adapted.path("base")})); },
               "not an adapter");
  expect_error([&] { load_model(ModelPath(adapted.path("base"), {adapted.path("no")})); },
               "no such directory");
}

TEST(Adapters, NameASettingThatIsNotSupported) {
  Adapted adapted(TestDirectory::small("bert-tiny"), type_of(hf::bert()), {.rank = 2});
  adapted.save();
  const Json sound = adapted.settings();
  const auto refused = [&](const std::string& key, const Json& value, const std::string& part) {
    write_file_atomically(join_path(adapted.path(), kAdapterConfig), format_json(sound));
    adapted.set(key, value);
    const std::string message = error_of([&] { load_model(adapted.path()); });
    EXPECT_THAT(message, HasSubstr(part)) << key;
    EXPECT_THAT(message, HasSubstr(kAdapterConfig));
  };
  refused("peft_type", "IA3", "peft_type is IA3");
  refused("bias", "all", "bias is \"all\"");
  refused("lora_bias", true, "lora_bias");
  refused("alpha_pattern", {{"layers\\.[0-3]\\.query", 3}}, "alpha_pattern");
  refused("alpha_pattern", {{"query", "much"}}, "query is \"much\"; expected a number");
  refused("rank_pattern", {{"query", 0}}, "query is 0; expected a number of at least 1");
  refused("layer_replication", Json::array({Json::array({0, 1})}), "layer_replication");
  refused("trainable_token_indices", Json::array({1}), "trainable_token_indices");
  refused("init_lora_weights", "pissa_niter_4", "pissa_niter_4");
  refused("use_something", true, "use_something is not known");
  refused("r", 0, "r is 0");
  refused("r", "two", "r");
  refused("lora_dropout", 1.5, "lora_dropout is 1.5");
  refused("r", 3, "is of rank 2");
  for (const char* key : {"use_something", "eva_config", "new_option"}) {
    write_file_atomically(join_path(adapted.path(), kAdapterConfig), format_json(sound));
    adapted.set(key, nullptr);
    EXPECT_NO_THROW(load_model(adapted.path())) << key;
  }
  write_file_atomically(join_path(adapted.path(), kAdapterConfig), "[1]");
  expect_error([&] { load_model(adapted.path()); }, "expected an object");
}

TEST(Adapters, NeedTheSizesOfDora) {
  Adapted adapted(TestDirectory::small("bert-tiny"), type_of(hf::bert()), {.rank = 2});
  adapted.save();
  adapted.set("use_dora", true);
  expect_error([&] { load_model(adapted.path()); }, "lora_magnitude_vector, which DoRA needs");
}

TEST(Adapters, NameATensorThatDoesNotFit) {
  Adapted adapted(TestDirectory::small("bert-tiny"), type_of(hf::bert()), {.rank = 2});
  adapted.save();
  const std::string file = join_path(adapted.path(), kAdapterWeights);
  NamedTensors sound;
  {
    const TensorFile reader(file);
    for (const TensorEntry& entry : reader.entries())
      sound.emplace_back(entry.name, reader.load(entry).clone());
  }
  const std::string query = "base_model.model.bert.encoder.layer.0.attention.self.query.";
  const auto refused = [&](const auto& change, const std::string& part) {
    NamedTensors tensors = sound;
    change(tensors);
    write_safetensors(file, tensors);
    const std::string message = error_of([&] { load_model(adapted.path()); });
    EXPECT_THAT(message, HasSubstr(part));
    EXPECT_THAT(message, HasSubstr(kAdapterWeights));
  };
  const auto set = [&](NamedTensors& tensors, const std::string& name, const Tensor& value) {
    std::erase_if(tensors, [&](const auto& tensor) { return tensor.first == name; });
    if (value.defined()) tensors.emplace_back(name, value);
  };
  refused([&](NamedTensors& t) { set(t, query + "lora_A.weight", Tensor::zeros({2, 11})); }, "[2, 11]");
  refused([&](NamedTensors& t) { set(t, query + "lora_B.weight", Tensor::zeros({13, 2})); }, "[13, 2]");
  refused([&](NamedTensors& t) { set(t, query + "lora_A.weight", Tensor::zeros({5, 12})); }, "is of rank 5");
  refused([&](NamedTensors& t) { set(t, query + "lora_A.weight", Tensor::zeros({2})); }, "has shape [2]");
  refused(
      [&](NamedTensors& t) {
        set(t, query + "lora_A.weight", Tensor::zeros({2, 12}, DType::i64));
      },
      "I64");
  refused([&](NamedTensors& t) { set(t, query + "lora_A.weight", {}); }, "only one of lora_A and lora_B");
  refused(
      [&](NamedTensors& t) {
        set(t, "base_model.model.elsewhere.lora_A.weight", Tensor::zeros({2, 12}));
      },
      "elsewhere.lora_A.weight has no place");
  refused([&](NamedTensors& t) { set(t, query + "lora_magnitude_vector", Tensor::zeros({12})); }, "DoRA");
  refused(
      [&](NamedTensors& t) {
        set(t, "base_model.model.bert.embeddings.position_embeddings.lora_embedding_A",
            Tensor::zeros({2, 23}));
      },
      "adapts an embedding");
  refused(
      [&](NamedTensors& t) {
        set(t, "base_model.model.bert.embeddings.word_embeddings.lora_embedding_A", Tensor::zeros({2, 23}));
      },
      "only one of lora_A and lora_B");
  refused([](NamedTensors& t) { t.clear(); }, "there are no tensors");
  write_file_atomically(file, "not tensors");
  EXPECT_THAT(error_of([&] { load_model(adapted.path()); }), HasSubstr(kAdapterWeights));
  remove_tree(file);
  expect_error([&] { load_model(adapted.path()); }, "there is no adapter_model.safetensors");
}

// An adapter in half precision, of the body alone, with layers of different ranks.
TEST(Adapters, ReadOtherSpellings) {
  Adapted adapted(TestDirectory::small("bert-tiny"), type_of(hf::bert()), {.rank = 2});
  adapted.save();
  const std::string file = join_path(adapted.path(), kAdapterWeights);
  NamedTensors tensors;
  {
    const TensorFile reader(file);
    for (const TensorEntry& entry : reader.entries()) {
      std::string name = entry.name;
      name.erase(name.find("bert."), 5);
      tensors.emplace_back(name, reader.load(entry).converted(DType::bf16).clone());
    }
  }
  write_safetensors(file, tensors);
  const LoadedModel loaded = load_model(adapted.path());
  for (const auto& [name, values] : values_of(*loaded.model, true)) {
    const auto exact = values_of(adapted.model(), true).at(name);
    for (size_t i = 0; i < values.size(); ++i) EXPECT_NEAR(values[i], exact[i], 0.01f);
  }
}

TEST(Adapters, RefuseOtherModelsAndUnknownTargets) {
  TransformerModel model(TestDirectory::small("bert-tiny"), Rng(3));
  expect_error([&] { attach_adapter(model, type_of(hf::bert()), {.rank = 2, .targets = {"q_proj"}}, 1); },
               "q_proj, and no layer is called so");
  expect_error([&] { attach_adapter(model, type_of(hf::bert()), {.rank = 0}, 1); }, "give at least 1");
  const auto rnn = make_model(*model_preset("lstm-tiny"), Rng(1));
  expect_error([&] { attach_adapter(*rnn, rnn->config().type(), {.rank = 2, .targets = {"all-linear"}}, 1); },
               "adapters are for Transformers");
}

TEST(Adapters, TakeNamesOfThisProgramToo) {
  TransformerModel model(small_of(hf::llama()), Rng(3));
  const AdapterConfig config =
      attach_adapter(model, type_of(hf::llama()), {.rank = 2, .targets = {"query", "feed_forward.up"}}, 1);
  EXPECT_THAT(config.targets, testing::UnorderedElementsAre("q_proj", "up_proj"));
}

}  // namespace
}  // namespace hodhod
