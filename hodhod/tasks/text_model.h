// SPDX-License-Identifier: Apache-2.0
// A model with its tokenizer, as used by every task on text.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/models/adapters.h"
#include "hodhod/models/directory.h"
#include "hodhod/models/model.h"
#include "hodhod/text/tokenizer.h"

namespace hodhod {

struct TextModel {
  std::unique_ptr<Model> model;
  std::unique_ptr<text::Tokenizer> tokenizer;
  std::vector<std::string> missing = {};   // parameters that were not in the file
  std::vector<std::string> warnings = {};  // parts of the directory that are not used; a line each
  ModelOrigin origin = {};                 // what else its directory contains

  // A new model with initial values.
  static TextModel make(const ModelConfig& config, std::unique_ptr<text::Tokenizer> tokenizer, uint64_t seed);
  // Loads a model's directory. The tokenizer comes from `tokenizer` (a file or directory) if it is given.
  // Error if there is no tokenizer. (A token outside the model's vocabulary is an Error only when it is
  // used.)
  static TextModel load(const ModelDirectory& directory, const LoadOptions& options = {},
                        const std::string& tokenizer = {});
  static TextModel load(const ModelPath& path) { return load(ModelDirectory::open(path)); }

  const ModelConfig& config() const { return model->config(); }
};

struct FineTuning {
  uint64_t seed = 1;                              // of a new head's initial values
  std::string tokenizer = {};                     // replaces the directory's
  std::function<void(ModelConfig&)> change = {};  // for instance of dropout
  // Number of last layers to reinitialise: they are specialised in the model's original task (Zhang et al.
  // 2021, "Revisiting Few-sample BERT Fine-tuning").
  int64_t fresh_layers = 0;
  // Of a rank above 0: an adapter is attached and trained, and the model is saved as that adapter.
  LoraOptions lora = {};
  // Adapters that the model has already are added to its weights; else they are trained further.
  bool merge_adapters = false;
};

// Loads the model in the directory, with its configuration changed by `tuning`. Error when it has an adapter
// already and `tuning` asks for another.
TextModel load_tuned(ModelDirectory directory, const FineTuning& tuning);

// The body of the directory's model with the given head; `missing` names the new parameters. With `keep_head`
// the directory's own head fits and is kept. Adapters that it has are added to its weights. Error if the
// model cannot have such a head.
TextModel load_under_head(ModelDirectory directory, const HeadOptions& head, bool keep_head,
                          const FineTuning& tuning);

// `config` for a new model with this head that reads a source or does not. Error, beginning with `place`, if
// this kind of model cannot do that.
std::unique_ptr<ModelConfig> config_for(const ModelConfig& config, HeadKind head, bool reads_source,
                                        std::string_view place);
// Error if the model in the directory has another head. The message says what it `lacks` ("has no
// classifier") and which `task` trains it.
void check_has_head(const ModelDirectory& directory, HeadKind head, std::string_view lacks,
                    std::string_view task);

// Whether a directory contains a tokenizer.
bool has_tokenizer(const std::string& directory);

// Truncates texts at the side `cut_off` to `length` tokens, or to the model's maximum if `length` is 0. Error
// if `length` is above that maximum.
void limit_length(TextModel& text_model, int64_t length, text::Side cut_off);
// The current limit in tokens.
int64_t length_limit(const TextModel& text_model);

}  // namespace hodhod
