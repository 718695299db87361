// SPDX-License-Identifier: Apache-2.0
// A model with its tokenizer, as every task on text has them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/models/directory.h"
#include "hodhod/models/model.h"
#include "hodhod/text/tokenizer.h"

namespace hodhod {

struct TextModel {
  std::unique_ptr<Model> model;
  std::unique_ptr<text::Tokenizer> tokenizer;
  std::vector<std::string> missing = {};   // parameters that were not in the file
  std::vector<std::string> warnings = {};  // what of the directory is not used; a line each
  ModelOrigin origin = {};                 // what else its directory says

  // A new model with initial values.
  static TextModel make(const ModelConfig& config, std::unique_ptr<text::Tokenizer> tokenizer, uint64_t seed);
  // From a model's directory. The tokenizer is that of `tokenizer` (a file or directory) where one is named.
  // Error when there is none. (A token that the model has no row for is one when it is used.)
  static TextModel load(const ModelDirectory& directory, const LoadOptions& options = {},
                        const std::string& tokenizer = {});
  static TextModel load(const std::string& directory) { return load(ModelDirectory::open(directory)); }

  const ModelConfig& config() const { return model->config(); }
};

struct FineTuning {
  uint64_t seed = 1;                              // of the values that a new head begins with
  std::string tokenizer = {};                     // another one than the directory's
  std::function<void(ModelConfig&)> change = {};  // of dropout, say
  // So many of the last layers begin with new values: they served the task that the model was trained for
  // (Zhang et al. 2021, "Revisiting Few-sample BERT Fine-tuning").
  int64_t fresh_layers = 0;
};

// The model in the directory with its configuration changed as `tuning` asks.
TextModel load_tuned(ModelDirectory directory, const FineTuning& tuning);

// The body of the directory's model under the head that is wanted; `missing` names what is new. With
// `keep_head` the directory's own head is one that serves and is kept. Error when the model cannot carry such
// a head.
TextModel load_under_head(ModelDirectory directory, const HeadOptions& head, bool keep_head,
                          const FineTuning& tuning);

// The configuration of a new model with such a head, which reads a source or does not. Error when a model of
// this kind cannot be that; `place` opens its message.
std::unique_ptr<ModelConfig> config_for(const ModelConfig& config, HeadKind head, bool reads_source,
                                        std::string_view place);
// Error when the model in the directory has another head: it `lacks` what the task needs ("has no
// classifier").
void check_has_head(const ModelDirectory& directory, HeadKind head, std::string_view lacks,
                    std::string_view task);

// Whether there is a tokenizer in a directory.
bool has_tokenizer(const std::string& directory);

// A text longer than `length` tokens is cut: to as many as the model takes where `length` is 0. Error when it
// is more than that.
void limit_length(TextModel& text_model, int64_t length, text::Side cut_off);
// The limit in force.
int64_t length_limit(const TextModel& text_model);

}  // namespace hodhod
