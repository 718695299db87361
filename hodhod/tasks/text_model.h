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
#include "hodhod/models/transformer.h"
#include "hodhod/text/tokenizer.h"

namespace hodhod {

struct TextModel {
  std::unique_ptr<Transformer> model;
  std::unique_ptr<text::Tokenizer> tokenizer;
  std::vector<std::string> missing = {};   // parameters that were not in the file
  std::vector<std::string> warnings = {};  // what of the directory is not used; a line each
  ModelOrigin origin = {};                 // what else its directory says

  // From a model's directory. The tokenizer is that of `tokenizer` (a file or directory) where one is named.
  // Error when there is none. (A token that the model has no row for is one when it is used.)
  static TextModel load(const ModelDirectory& directory, const LoadOptions& options = {},
                        const std::string& tokenizer = {});
  static TextModel load(const std::string& directory) { return load(ModelDirectory::open(directory)); }
};

// What a head on an encoder is to be.
struct HeadWanted {
  HeadKind head = HeadKind::none;
  int64_t labels = 0;
  ProblemKind problem = ProblemKind::single_label;
  bool keep = false;  // the directory's own head is of this kind and these labels: it is kept
};

struct FineTuning {
  uint64_t seed = 1;                                    // of the values that a new head begins with
  std::string tokenizer = {};                           // another one than the directory's
  std::function<void(TransformerConfig&)> change = {};  // of dropout, say
  // So many of the last layers begin with new values: they served the task that the model was trained for
  // (Zhang et al. 2021, "Revisiting Few-sample BERT Fine-tuning").
  int64_t fresh_layers = 0;
};

// The model in `directory` with its configuration changed as `tuning` asks.
LoadedTransformer load_tuned(const std::string& directory, const FineTuning& tuning);

// The encoder (or, for a classifier, the decoder) in `directory` under the head that is wanted; `missing`
// names what is new. Error when the model is of another shape.
TextModel load_encoder(const std::string& directory, const HeadWanted& wanted, const FineTuning& options);

// Error when the model in `directory` has another head: it `lacks` what the task needs ("has no classifier").
void check_head(const std::string& directory, HeadKind head, std::string_view lacks, std::string_view task);

// Hidden states of an encoder's, or of a decoder's tokens.
Memory states_of(const Transformer& model, const TokenBatch& tokens, Context& context);

// Whether there is a tokenizer in a directory.
bool has_tokenizer(const std::string& directory);

// A text longer than `length` tokens is cut: to as many as the model takes where `length` is 0. Error when it
// is more than that.
void limit_length(TextModel& text_model, int64_t length, text::Side cut_off);
// The limit in force.
int64_t length_limit(const TextModel& text_model);

}  // namespace hodhod
