// SPDX-License-Identifier: Apache-2.0
// Language models that are fitted without gradients, on a text that may be larger than memory.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "hodhod/data/token_stream.h"
#include "hodhod/tasks/generate.h"
#include "hodhod/text/training/count_words.h"
#include "hodhod/train/fitting.h"

namespace hodhod {

// A text that is read again whenever it is needed, from its first line.
using OpenText = std::function<text::LineSource()>;

// The text of these files, plain or compressed.
OpenText text_of_files(std::vector<std::string> paths);
// A text in memory, which must live as long as it is read. Its lines come without their line breaks.
OpenText text_in_memory(const std::string& text);

// A text to fit on, and one held out.
struct HeldOutText {
  OpenText train;
  std::string dev;
};
// Holds out about this share of the text: the lines that begin in its last part.
HeldOutText hold_out_end(OpenText text, double share);

// Whether models of this kind are fitted, rather than trained by gradients.
bool is_fitted(const ModelConfig& config);
// Throws NotFinite for a log-probability that no sound model gives: NaN, +∞, or, from a model with weights,
// −∞. A counted model may rule a token out.
void check_log_probability(const Model& model, double value);

struct LanguageFitOptions {
  std::string directory;               // for files while it works; they are removed when the model is saved
  uint64_t memory = 0;                 // bytes that sorting may take; 0: a part of what is free
  int64_t validation_tokens = 200000;  // of the held-out text that are used
  std::function<void(const std::string&)> note = {};  // told what a user should know, in sentences
};

// The special tokens that a text must not spell out.
std::vector<std::string> symbols_of(const text::Tokenizer& tokenizer);
// The text that a model with skip_symbols scores: without the special tokens that it spells out. None of
// other models, which score the text itself.
std::optional<std::string> without_symbols(const TextGenerator& generator, std::string_view text);

// The fitting of a generator on a text, with what fit_model() needs. Keeps references to the generator.
class LanguageFit {
 public:
  LanguageFit(TextGenerator& generator, OpenText train, const std::string& dev, LanguageFitOptions options);
  ~LanguageFit();

  // Validates, and saves the model in the run's directory. Refers to this.
  FittedTask task();
  // Whether the held-out text has any tokens to predict.
  bool validates() const { return !dev_.empty(); }

 private:
  TokenBlock dev_tokens() const;

  TextGenerator& generator_;
  LanguageFitOptions options_;
  TokenStream stream_;
  std::string dev_;
  std::unique_ptr<Fitting> fitting_;
};

}  // namespace hodhod
