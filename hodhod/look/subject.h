// SPDX-License-Identifier: Apache-2.0
// The model that is looked at, with all that its directory says: tokenizer, labels, thresholds, decoding.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/decode/options.h"
#include "hodhod/models/model.h"
#include "hodhod/tasks/forecast.h"
#include "hodhod/tasks/labels.h"
#include "hodhod/tasks/languages.h"
#include "hodhod/tasks/text_model.h"

namespace hodhod::look {

// What kind of page shows a model.
enum class Kind { transformer, recurrent, perceptron, windowed, bag, ngram, vectors, topics, forecaster };
constexpr std::array<std::string_view, 9> names_of(Kind) {
  return {"transformer", "recurrent", "perceptron", "windowed",  "bag",
          "ngram",       "vectors",   "topics",     "forecaster"};
}

// Whether a model of this kind answers by a network whose tensors and gradients are recorded.
constexpr bool is_network(Kind kind) {
  return kind == Kind::transformer || kind == Kind::recurrent || kind == Kind::perceptron ||
         kind == Kind::windowed;
}

struct Subject {
  Kind kind = Kind::transformer;
  std::string name;     // last part of the directory's name
  std::string family;   // model_type of config.json
  TextModel text = {};  // the tokenizer is null if the directory has none
  Labels labels = {};   // of a classifier or tagger
  std::vector<double> thresholds = {};
  int64_t texts = 1;                    // that a classifier takes together
  DecodeOptions decoding = {};          // of a model that writes
  std::string prefix = {};              // what a translator puts before each text
  std::vector<std::string> notes = {};  // what a reader should know of them
  // Of the kind `forecaster`, in place of `text`; otherwise null.
  std::unique_ptr<SeriesForecaster> series = {};

  const Model& model() const { return series ? *series->model : *text.model; }
  const ModelConfig& config() const { return model().config(); }
  // Null without one.
  const text::Tokenizer* tokenizer() const { return text.tokenizer.get(); }

  // The model in a directory; a translator of many languages with those that are named. Error, in a sentence,
  // for languages of a model that does not translate.
  static Subject load(const ModelPath& path, const LanguageChoice& languages = {});
};

// The stack that gives the model's states: whose name their trace begins with.
bool answers_from_decoder(const ModelConfig& config);

}  // namespace hodhod::look
