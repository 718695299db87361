// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/fasttext_classifier.h"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "hodhod/base/error.h"
#include "hodhod/models/bag_model.h"
#include "hodhod/nn/module.h"
#include "hodhod/tasks/words.h"
#include "hodhod/text/models/word_level.h"
#include "hodhod/text/pre_tokenizers/split.h"

namespace hodhod {
namespace {

constexpr std::string_view kBlanks = R"([ \t\n\v\f\r\x00]+)";  // what parts words

// Words as fastText cuts them: at blanks, nothing else.
std::unique_ptr<text::Tokenizer> blank_tokenizer(const std::vector<KnownFeature>& words) {
  std::vector<std::string> tokens = {"<unk>"};
  for (const KnownFeature& word : words) {
    if (word.spelling != tokens[0]) tokens.push_back(word.spelling);
  }
  text::TokenizerParts parts;
  parts.pre_tokenizer = text::make_split_pattern(kBlanks, text::SplitBehavior::removed);
  parts.model = text::make_word_level(tokens);
  return std::make_unique<text::Tokenizer>(std::move(parts));
}

BagConfig bag_config_of(const FastTextOptions& options) {
  BagConfig config;
  config.features = {.word_ngrams = std::max(1, options.word_ngrams),
                     .min_char_ngram = options.max_n > 0 ? std::max(1, options.min_n) : 0,
                     .max_char_ngram = options.max_n,
                     .min_count = std::max(1, options.min_count),
                     .hashing = options.buckets > 0 ? Hashing::ngrams : Hashing::none,
                     .buckets = options.buckets,
                     .norm = BagNorm::mean,
                     .line_end = true};
  config.hidden_sizes = {options.width};
  config.activation = HiddenFunction::none;
  config.bias = false;
  config.training = BagTraining::gradients;
  return config;
}

std::map<std::string, Tensor> parameters_by_name(Model& model) {
  std::map<std::string, Tensor> parameters;
  for (const auto& [name, parameter] : parameters_of(model)) parameters[name] = parameter;
  return parameters;
}

// The label without its prefix.
std::string label_name(const std::string& label) {
  return label.starts_with(kFastTextLabelPrefix) ? label.substr(kFastTextLabelPrefix.size()) : label;
}

}  // namespace

Classifier classifier_from_fasttext(const FastTextModel& model, const std::string& path) {
  const FastTextOptions& options = model.options;
  check(options.kind == FastTextKind::supervised, "{}: these are word vectors, not a classifier", path);
  check(options.loss != FastTextLoss::hierarchical_softmax,
        "{}: its loss is hs, a tree of labels, which is not read; train it with softmax, ova or ns", path);
  // N-grams without buckets have no rows.
  check(options.buckets > 0 || (options.word_ngrams <= 1 && options.max_n == 0),
        "{}: it has n-grams and no buckets for them; the file is damaged", path);
  std::vector<KnownFeature> words;
  for (const FastTextEntry& entry : model.words) words.push_back({entry.text, entry.count, 0});
  auto tokenizer = blank_tokenizer(words);
  BagModelConfig config(bag_config_of(options));
  config.head.labels = std::ssize(model.labels);
  config.head.problem =
      options.loss == FastTextLoss::softmax ? ProblemKind::single_label : ProblemKind::multi_label;
  config.set_features(std::make_shared<const BagFeatures>(config.body.features, std::move(words), 0, path));
  std::vector<std::string> labels;
  for (const FastTextEntry& entry : model.labels) labels.push_back(label_name(entry.text));
  Classifier classifier;
  classifier.encoder = TextModel::make(config, std::move(tokenizer), 1);
  classifier.encoder.model->set_name(path);
  classifier.labels = Labels(std::move(labels));
  classifier.texts = 1;
  if (config.head.problem == ProblemKind::multi_label) classifier.columns.label_separator = ",";
  const auto parameters = parameters_by_name(*classifier.encoder.model);
  copy(model.input, parameters.at("embedding.weight"));
  copy(model.output, parameters.at("classifier.weight"));
  limit_length(classifier.encoder, 0, text::Side::right);
  return classifier;
}

FastTextModel fasttext_from_classifier(const Classifier& classifier, const std::string& path) {
  const auto* bag = dynamic_cast<const BagModelConfig*>(&classifier.encoder.config());
  const bool fits = bag != nullptr && bag->body.hidden_sizes.size() == 1 && !bag->body.bias &&
                    bag->body.activation == HiddenFunction::none &&
                    bag->body.features.norm == BagNorm::mean && bag->body.features.line_end &&
                    bag->body.features.hashing != Hashing::all &&
                    bag->body.features.weighting == Weighting::count && bag->numbers().empty() &&
                    !classifier.is_regression();
  check(fits,
        "{}: fastText has no such model: its classifiers have one hidden layer without an activation and "
        "without biases, on the mean of words and hashed n-grams, as those of --preset fasttext",
        path);
  const BagFeatureOptions& features = bag->body.features;
  FastTextModel model;
  model.options = {.width = static_cast<int32_t>(bag->body.hidden_sizes[0]),
                   .min_count = static_cast<int32_t>(features.min_count),
                   .word_ngrams = static_cast<int32_t>(features.word_ngrams),
                   .loss = classifier.problem() == ProblemKind::single_label ? FastTextLoss::softmax
                                                                             : FastTextLoss::one_against_all,
                   .kind = FastTextKind::supervised,
                   .buckets = static_cast<int32_t>(features.buckets),
                   .min_n = static_cast<int32_t>(features.min_char_ngram),
                   .max_n = static_cast<int32_t>(features.max_char_ngram)};
  for (const KnownFeature& word : bag->known_features()->known()) {
    model.words.push_back({word.spelling, word.count});
    model.tokens += word.count;
  }
  for (const std::string& label : classifier.labels.names()) {
    model.labels.push_back({std::string(kFastTextLabelPrefix) + label, 0});
  }
  const auto parameters = parameters_by_name(*classifier.encoder.model);
  model.input = parameters.at("embedding.weight");
  model.output = parameters.at("classifier.weight");
  return model;
}

bool reads_words_of_fasttext(const Classifier& classifier) {
  const std::vector<std::string> words = {
      "It's", "A", "test,", "(no", "3.50", "e-mail?)", "كتاب‌ها،", "٣٫٥", "قَند", "a\u00a0b"};
  std::string text = words[0];
  for (size_t i = 1; i < words.size(); ++i) text += (i % 2 == 0 ? "  " : " ") + words[i];
  const WordList found(*classifier.encoder.tokenizer, text);
  const std::vector<std::string_view> read = found.words();
  return std::equal(read.begin(), read.end(), words.begin(), words.end());
}

}  // namespace hodhod
