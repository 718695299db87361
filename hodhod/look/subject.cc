// SPDX-License-Identifier: Apache-2.0
#include "hodhod/look/subject.h"

#include <utility>

#include "hodhod/base/error.h"
#include "hodhod/models/bag_config.h"
#include "hodhod/models/bilm_config.h"
#include "hodhod/models/feed_forward_lm.h"
#include "hodhod/models/ngram_config.h"
#include "hodhod/models/recurrent_config.h"
#include "hodhod/models/series/series_config.h"
#include "hodhod/models/transformer_model.h"
#include "hodhod/models/windowed_lstm.h"
#include "hodhod/tasks/classify.h"
#include "hodhod/tasks/generate.h"
#include "hodhod/tasks/tag.h"
#include "hodhod/tasks/translate.h"

namespace hodhod::look {
namespace {

Kind kind_of(const ModelDirectory& directory) {
  const ModelConfig* const config = directory.config.get();
  if (dynamic_cast<const TransformerModelConfig*>(config)) return Kind::transformer;
  if (dynamic_cast<const RecurrentModelConfig*>(config)) return Kind::recurrent;
  if (dynamic_cast<const BilmConfig*>(config)) return Kind::recurrent;
  if (dynamic_cast<const FeedForwardLmConfig*>(config)) return Kind::perceptron;
  if (dynamic_cast<const WindowedLstmConfig*>(config)) return Kind::windowed;
  if (dynamic_cast<const SeriesConfig*>(config)) return Kind::forecaster;
  if (dynamic_cast<const NgramModelConfig*>(config)) return Kind::ngram;
  if (dynamic_cast<const BagModelConfig*>(config)) return Kind::bag;
  const auto model = config->make_shapes();
  if (model->vectors() != nullptr) return Kind::vectors;
  if (model->topics() != nullptr) return Kind::topics;
  fail("{}: the page does not know what to show of a model of the type {}", directory.path,
       directory.type->name());
}

// What stands after the last slash of a path, apart from slashes at its end.
std::string last_part(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  const size_t slash = path.rfind('/');
  return slash == std::string::npos || path.size() == 1 ? path : path.substr(slash + 1);
}

WritingModel load_translator(Subject& subject, const ModelPath& path, const LanguageChoice& languages) {
  Translator translator = Translator::load(path);
  choose_languages(translator, languages);
  subject.notes = language_notes(translator);
  subject.prefix = translator.prefix;
  return std::move(static_cast<WritingModel&>(translator));
}

void load_with_task(Subject& subject, const ModelDirectory& directory, const ModelPath& path,
                    const LanguageChoice& languages) {
  const ModelConfig& config = *directory.config;
  if (config.head.kind == HeadKind::classifier) {
    Classifier classifier = Classifier::load(path);
    subject.text = std::move(classifier.encoder);
    subject.labels = std::move(classifier.labels);
    subject.thresholds = std::move(classifier.thresholds);
    subject.texts = classifier.texts == 2 ? 2 : 1;
  } else if (config.head.kind == HeadKind::tagger) {
    Tagger tagger = Tagger::load(path);
    subject.text = std::move(tagger.encoder);
    subject.labels = std::move(tagger.labels);
  } else if (config.head.kind == HeadKind::language_model && subject.kind != Kind::vectors) {
    WritingModel writer = config.reads_source() ? load_translator(subject, path, languages)
                                                : static_cast<WritingModel>(TextGenerator::load(path));
    subject.decoding = writer.decoding;
    subject.text = std::move(static_cast<TextModel&>(writer));
  } else {
    subject.text = TextModel::load(directory);
  }
}

}  // namespace

Subject Subject::load(const ModelPath& path, const LanguageChoice& languages) {
  const ModelDirectory directory = ModelDirectory::open(path);
  const bool with_tokenizer = has_tokenizer(directory.path) || has_tokenizer(directory.weights());
  check((languages.names_none() && !languages.prefix) || (directory.config->reads_source() && with_tokenizer),
        "{}: this model does not translate; leave --source-language, --target-language and --prefix out",
        directory.path);
  Subject subject{.kind = kind_of(directory),
                  .name = last_part(directory.path),
                  .family = std::string(directory.type->name())};
  if (subject.kind == Kind::forecaster) {
    subject.series = std::make_unique<SeriesForecaster>(SeriesForecaster::load(path));
    return subject;
  }
  if (with_tokenizer) {
    load_with_task(subject, directory, path, languages);
    if (!subject.text.tokenizer->parts().truncation && subject.kind != Kind::vectors)
      limit_length(subject.text, 0, text::Side::right);
    return subject;
  }
  LoadedModel loaded = load_model(directory);
  subject.text = {.model = std::move(loaded.model),
                  .tokenizer = nullptr,
                  .warnings = std::move(loaded.warnings),
                  .origin = std::move(loaded.origin)};
  if (directory.config->head.has_labels()) subject.labels = Labels::of_config(directory.json, directory.path);
  return subject;
}

bool answers_from_decoder(const ModelConfig& config) {
  if (const auto* transformer = dynamic_cast<const TransformerModelConfig*>(&config))
    return transformer->body.has_decoder();
  if (const auto* recurrent = dynamic_cast<const RecurrentModelConfig*>(&config))
    return recurrent->body.has_decoder();
  return config.head.kind == HeadKind::language_model;
}

}  // namespace hodhod::look
