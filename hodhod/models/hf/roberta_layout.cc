// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/hf/roberta_layout.h"

#include <algorithm>

#include "hodhod/base/error.h"
#include "hodhod/models/hf/bert_layout.h"

namespace hodhod::hf {

void read_roberta(ConfigReader& reader, TransformerConfig& c) {
  reader.only("position_embedding_type", "absolute");
  reader.only("hidden_act", "gelu");  // which the head for masked tokens has in any case
  constexpr int64_t kUsualPad = 1;
  c.position_offset = reader.get_or<int64_t>("pad_token_id", kUsualPad) + 1;
  const auto rows = reader.get_or<int64_t>("max_position_embeddings", 512);
  check(c.position_offset >= 0 && rows > c.position_offset,
        "{}: {} rows leave none for tokens, since those up to the padding token {} are not positions",
        reader.place("max_position_embeddings"), rows, c.position_offset - 1);
  c.max_length = rows - c.position_offset;
}

void write_roberta(const TransformerConfig& c, Json& json) {
  json["position_embedding_type"] = "absolute";
  json["max_position_embeddings"] = c.max_length + c.position_offset;
}

std::vector<KeyRule> roberta_keys() {
  std::vector<KeyRule> keys = bert_keys();
  std::erase_if(keys, [](const KeyRule& key) { return key.theirs == "max_position_embeddings"; });
  return keys;
}

TensorNames roberta_names(std::string_view prefix) {
  const std::string at(prefix);
  return {
      .prefixes = {prefix},
      .body = joined(bert_encoder_names(at),
                     {{"encoder.position.weight", at + "embeddings.position_embeddings.weight"}}),
      .head =
          {
              {"prediction.weight", "lm_head.dense.weight"},
              {"prediction.bias", "lm_head.dense.bias"},
              {"prediction_norm.weight", "lm_head.layer_norm.weight"},
              {"prediction_norm.bias", "lm_head.layer_norm.bias"},
              {"output.weight", "lm_head.decoder.weight"},
              {.ours = "embedding.weight", .theirs = "lm_head.decoder.weight", .unless = "output.weight"},
              {.ours = "output_bias", .theirs = "lm_head.bias", .zero_if_absent = true},
              {.ours = "output_bias", .theirs = "lm_head.decoder.bias", .zero_if_absent = true},
              // The head of a classifier, which alone has a pooler, then that of a tagger.
              {"pooler.weight", "classifier.dense.weight"},
              {"pooler.bias", "classifier.dense.bias"},
              {.ours = "classifier.weight",
               .theirs = "classifier.out_proj.weight",
               .only_if = "pooler.weight"},
              {.ours = "classifier.bias", .theirs = "classifier.out_proj.bias", .only_if = "pooler.weight"},
              {.ours = "classifier.weight", .theirs = "classifier.weight", .unless = "pooler.weight"},
              {.ours = "classifier.bias", .theirs = "classifier.bias", .unless = "pooler.weight"},
              {"span.weight", "qa_outputs.weight"},
              {"span.bias", "qa_outputs.bias"},
          },
      .needless = {at + "embeddings.position_ids", at + "embeddings.token_type_ids",
                   at + "pooler.dense.weight", at + "pooler.dense.bias"}};
}

}  // namespace hodhod::hf
