// SPDX-License-Identifier: Apache-2.0
// Masked-language modelling: an encoder learns from raw text to predict hidden tokens. It serves as
// pre-training for other tasks, and fills gaps in texts.
#pragma once

#include <cmath>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "hodhod/base/number_range.h"
#include "hodhod/data/batching.h"
#include "hodhod/tasks/encoded_texts.h"
#include "hodhod/tasks/masking.h"
#include "hodhod/tasks/text_model.h"
#include "hodhod/train/trainer.h"

namespace hodhod {

struct MaskFiller {
  TextModel encoder;

  static MaskFiller make(const ModelConfig& config, std::unique_ptr<text::Tokenizer> tokenizer,
                         uint64_t seed);
  static MaskFiller load(const ModelPath& path);
  // Starts from the directory of any encoder. The head over the vocabulary is new if there is none.
  static MaskFiller from(const std::string& directory, const FineTuning& options = {});
  void save(const std::string& directory) const;
};

struct Filling {
  std::string token;
  double probability = 0;
  std::string text;  // the whole text with the token in place of the mask
};

struct FilledText {
  std::vector<std::vector<Filling>> masks;  // the likeliest tokens for each mask, best first
  int64_t tokens = 0;                       // of the whole text, even if it was truncated
};

// The `top_k` likeliest tokens for each mask of each text. A blank text has no masks. Error for any other
// text without a mask, or if all its masks lie beyond the model's maximum length. The result for a text does
// not depend on the others.
std::vector<FilledText> fill_mask(const MaskFiller& filler, std::span<const std::string> texts, int64_t top_k,
                                  Context& context, int64_t batch_tokens = 4096);

// packed: the whole text in windows of equal length, with a separator between lines. lines: one window per
// line, several for a long line.
enum class MaskWindows { packed, lines };
constexpr std::array<std::string_view, 2> names_of(MaskWindows) { return {"packed", "lines"}; }

// A text's tokens, cut into windows.
class WindowedText {
 public:
  WindowedText(const TextModel& encoder, std::span<const std::string> lines, MaskWindows windows,
               int64_t length);

  int64_t size() const { return static_cast<int64_t>(windows_.size()); }
  int64_t tokens() const { return static_cast<int64_t>(tokens_.size()); }
  // Lengths and windows include the special tokens.
  std::vector<int64_t> lengths() const;
  std::vector<int64_t> window(int64_t i) const;
  // Keeps only as many windows as hold this many tokens.
  void limit(int64_t tokens);
  void leave_out_empty(const Masking& masking);

 private:
  Frame frame_;
  std::vector<int32_t> tokens_;
  std::vector<Window> windows_;
};

struct MaskScores {
  double negative_log_likelihood = 0;
  int64_t right = 0, masked = 0;

  double loss() const { return masked > 0 ? negative_log_likelihood / static_cast<double>(masked) : 0; }
  double perplexity() const { return std::exp(loss()); }
  double accuracy() const {
    return masked > 0 ? static_cast<double>(right) / static_cast<double>(masked) : 0;
  }
};

// How well hidden tokens are predicted. The masking is the same every time.
MaskScores score_masks(const MaskFiller& filler, const WindowedText& text, Context& context,
                       const MaskingOptions& options = {}, int64_t batch_tokens = 4096);

struct MaskTraining {
  MaskingOptions masking = {};
  MaskWindows windows = MaskWindows::packed;
  int64_t length = 128;
  BatchOptions batches{.max_tokens = 4096};
  int64_t validation_tokens = 100000;

  template <class Visitor>
  void visit(Visitor&& v) {
    v("masking", masking);
    v("windows", windows, "packed: the text in windows of one length; lines: a window for each line");
    v("length", length, "Tokens of a window, special ones included; at most what the model takes",
      at_least(1));
    v("batches", batches);
    v("validation_tokens", validation_tokens, "Number of tokens of the validation text that are used",
      at_least(0));
  }
};

// Trains `filler` on lines of text and validates on `dev`. Masks are drawn again in every epoch, as a
// function of (seed, epoch, window, place). Keeps a reference to the filler.
class MaskTrainee final : public Trainee {
 public:
  MaskTrainee(MaskFiller& filler, std::span<const std::string> train, std::span<const std::string> dev,
              const MaskTraining& options);

  int64_t batches_in_epoch() const { return sampler_->batches_in_epoch(); }
  int64_t tokens() const { return train_.tokens(); }

  NamedParameters parameters() override;
  BatchPosition position() const override { return sampler_->position(); }
  void seek(BatchPosition position) override { sampler_->seek(position); }
  void next_batch() override;
  LossSum loss(Context& context) override;
  Scores validate() override;
  void save(const std::string& directory) override { filler_.save(directory); }

 private:
  MaskFiller& filler_;
  MaskTraining options_;
  Masking masking_;
  WindowedText train_, dev_;
  std::unique_ptr<BatchSampler> sampler_;
  TokenBatch batch_;
  Tensor places_;  // [n] i64: positions of masked tokens among the batch's B·T
  Tensor labels_;  // [n] i64
};

}  // namespace hodhod
