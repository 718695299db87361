// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/transformer_type.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hodhod/base/file.h"
#include "hodhod/base/testing.h"
#include "hodhod/models/directory.h"
#include "hodhod/models/test_models.h"
#include "hodhod/models/transformer_model.h"
#include "hodhod/nn/test_context.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

// Pre-norm with learned positions and a vocabulary for each side, which no family of Hugging Face has.
TransformerModelConfig odd_config() {
  TransformerConfig config = small_config(TransformerShape::encoder_decoder);
  config.norm_placement = NormPlacement::pre;
  config.final_norm = true;
  config.positions = PositionKind::learned;
  config.source_vocabulary = config.vocabulary;
  config.tie_embeddings = false;
  config.output_bias = true;
  return TransformerModelConfig(config);
}

TEST(TransformerType, ADirectoryGivesBackWhatWasSaved) {
  const TransformerModelConfig config = odd_config();
  EXPECT_THAT(error_of([&] { config.type(nullptr); }), HasSubstr("no Hugging Face family holds this model"));
  const Json json = transformer_type().write(config);
  const ReadConfig read = transformer_type().read(json, "config.json");
  EXPECT_THAT(read.warnings, IsEmpty());
  EXPECT_EQ(transformer_type().write(*read.config), json);

  const std::unique_ptr<Model> model = config.make();
  model->initialise(Rng(5), [](const std::string&) { return true; });
  TemporaryDirectory directory, further;
  ModelOrigin origin;
  origin.config = json;
  save_model_files(*model, directory.path(), Json::object(), origin);
  const LoadedModel loaded = load_model(ModelDirectory::open(directory.path()));
  EXPECT_THAT(loaded.warnings, IsEmpty());
  SequenceBatch batch{.source = TokenBatch::of(ragged_rows(3, 6, 20, 1), 0),
                      .target = TokenBatch::of(ragged_rows(3, 5, 20, 2), 0)};
  const NoGrad off;
  EXPECT_EQ(loaded.model->sequence_to_sequence()->logits(batch, plain()).values<float>(),
            model->sequence_to_sequence()->logits(batch, plain()).values<float>());
  save_model_files(*loaded.model, further.path(), Json::object(), loaded.origin);
  EXPECT_EQ(read_file(further / "model.safetensors"), read_file(directory / "model.safetensors"));
  EXPECT_EQ(read_file(further / "config.json"), read_file(directory / "config.json"));
}

TEST(TransformerType, BadSettingsAreRefused) {
  Json json = transformer_type().write(odd_config());
  json["heads"] = -1;
  EXPECT_THAT(error_of([&] { transformer_type().read(json, "config.json"); }),
              HasSubstr("config.json: heads"));
  json["heads"] = 4;
  json["wings"] = 2;
  EXPECT_THAT(transformer_type().read(json, "config.json").warnings,
              testing::ElementsAre(HasSubstr("wings")));
  json["architectures"] = Json::array({"TransformerForCausalLM"});
  EXPECT_THAT(error_of([&] { transformer_type().read(json, "config.json"); }), HasSubstr("config.json: "));
}

}  // namespace
}  // namespace hodhod
