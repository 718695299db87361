// SPDX-License-Identifier: Apache-2.0
// For tests of language models: a small untrained model.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "hodhod/base/json.h"
#include "hodhod/models/test_models.h"
#include "hodhod/nn/test_context.h"
#include "hodhod/tasks/generate.h"
#include "hodhod/tasks/task_tokenizer.h"

namespace hodhod {

// Puts <s> (here </s>) before a text, and a closing token after it if `closing`.
inline void frame_texts(TextGenerator& writer, bool closing) {
  Json json = parse_json(writer.tokenizer->to_json(), "tokenizer");
  Json single = Json::array({Json{{"SpecialToken", {{"id", "</s>"}, {"type_id", 0}}}},
                             Json{{"Sequence", {{"id", "A"}, {"type_id", 0}}}}});
  if (closing) single.push_back(Json{{"SpecialToken", {{"id", "<pad>"}, {"type_id", 0}}}});
  Json special = Json::object();
  for (const auto& [token, id] : {std::pair{"</s>", kEnd}, std::pair{"<pad>", kPad}}) {
    special[token] = Json{{"id", token}, {"ids", Json::array({id})}, {"tokens", Json::array({token})}};
  }
  json["post_processor"] =
      Json{{"type", "TemplateProcessing"}, {"single", single}, {"pair", single}, {"special_tokens", special}};
  writer.tokenizer = std::make_unique<text::Tokenizer>(text::Tokenizer::from_json(format_json(json), "test"));
}

inline TextGenerator test_generator(TokenizerKind kind, uint64_t seed = 3) {
  int line = 0;
  const std::vector<std::string> lines = {"the cat sat on the mat\n", "a dog ran home\n",
                                          "می‌خواهم یاد بگیرم\n"};
  auto tokenizer = std::make_unique<text::Tokenizer>(
      train_task_tokenizer({.kind = kind, .vocabulary = kind == TokenizerKind::character ? 45 : 300},
                           [&](std::string& next) {
                             if (line == 30) return false;
                             next = lines[static_cast<size_t>(line++) % lines.size()];
                             return true;
                           })
          .tokenizer);
  TransformerConfig config = small_config(TransformerShape::decoder);
  config.vocabulary = tokenizer->vocab_size();
  config.max_length = 24;
  config.special.eos = kEnd;
  config.special.bos = -1;
  return TextGenerator::make(TransformerModelConfig(config), std::move(tokenizer), seed);
}

}  // namespace hodhod
