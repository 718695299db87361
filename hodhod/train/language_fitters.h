// SPDX-License-Identifier: Apache-2.0
// How language models are fitted that are not trained by gradients, by the type of the model. A new kind is
// one line in language_fitters.cc.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "hodhod/data/token_stream.h"
#include "hodhod/models/model.h"
#include "hodhod/train/fitting.h"

namespace hodhod {

struct LanguageFittingOptions {
  std::string directory;  // for files while it works; the caller removes it when the model is saved
  uint64_t memory =
      0;  // bytes that sorting may take; 0: a quarter of what the machine has free, and 4 GiB at most
  int64_t unknown = -1;  // the id of the tokenizer's unknown token; −1 if it has none
  // The text for validation, for what is chosen by it; called when it is needed. Empty: there is none.
  std::function<TokenBlock()> dev = {};
  std::function<void(const std::string&)> note = {};  // told what a user should know, in sentences
};

// The fitting of `model` on a text; when it has finished, the model predicts. Both must outlive it. Error
// when there is no such way for models of this type.
std::unique_ptr<Fitting> make_language_fitting(Model& model, TokenStream& text,
                                               const LanguageFittingOptions& options);

}  // namespace hodhod
