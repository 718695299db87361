// SPDX-License-Identifier: Apache-2.0
#include "hodhod/look/bag_view.h"

#include <string>
#include <vector>

#include "hodhod/base/error.h"
#include "hodhod/look/page.h"
#include "hodhod/models/bag_config.h"
#include "hodhod/tasks/encoded_texts.h"
#include "hodhod/tasks/words.h"

namespace hodhod::look {
namespace {

const BagModelConfig& bag_config(const Subject& subject) {
  const auto* config = dynamic_cast<const BagModelConfig*>(&subject.config());
  check(config != nullptr && config->features() != nullptr, "{}: this model has no features of words",
        subject.name);
  return *config;
}

EncodedText features_of(const Subject& subject, const std::string& text) {
  const Texts texts = {text};
  return encode_texts(subject.config(), *subject.tokenizer(), std::span(&texts, 1))[0];
}

Json row_json(const float* row, int64_t width, double factor) {
  Json list = Json::array();
  for (int64_t i = 0; i < width; ++i) list.push_back(number(factor * row[i]));
  return list;
}

}  // namespace

Reading read_bag(const Subject& subject, const ReadingOptions& options) {
  check(subject.tokenizer() != nullptr && !options.texts.empty(), "look: give a text in words");
  Sequence sequence{.text = options.texts[0]};
  add_tokens(sequence, *subject.tokenizer(),
             subject.tokenizer()->encode(sequence.text, {.add_special_tokens = false}));
  const EncodedText features = features_of(subject, sequence.text);
  const auto count = features.length();
  Reading reading;
  reading.batch.source = {.ids = Tensor::from(features.ids, {1, count}),
                          .weights = Tensor::from(features.values, {1, count})};
  reading.sequences.push_back(std::move(sequence));
  return reading;
}

Json bag_json(const Subject& subject, const ReadingOptions& options) {
  const BagModelConfig& config = bag_config(subject);
  const WordList words(*subject.tokenizer(), options.texts[0]);
  const FeatureList found = config.features()->read(words.words());
  const std::vector<std::string> names = config.features()->spellings(words.words());
  Tensor weights, bias;
  subject.text.model->for_each_parameter([&](const std::string& name, Tensor& parameter) {
    if (name == "embedding.weight") weights = parameter.dense();
    if (name == "classifier.bias") bias = parameter.dense();
  });
  Json features = Json::array();
  for (size_t i = 0; i < found.ids.size(); ++i) {
    Json feature = {{"name", names[i]}, {"value", number(found.values[i])}};
    if (config.is_linear() && weights.defined())
      feature["contributions"] =
          row_json(weights.data<float>() + found.ids[i] * weights.dim(1), weights.dim(1), found.values[i]);
    features.push_back(std::move(feature));
  }
  Json json = {{"features", std::move(features)}};
  if (config.is_linear() && bias.defined()) json["bias"] = row_json(bias.data<float>(), bias.numel(), 1);
  return json;
}

}  // namespace hodhod::look
