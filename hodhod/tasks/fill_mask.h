// SPDX-License-Identifier: Apache-2.0
// Masked-language modelling: an encoder learns from raw text to guess hidden tokens. What pre-training for
// the other tasks is, and a way to fill gaps.
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
  static MaskFiller load(const std::string& directory);
  // From a directory of any encoder; the head over the vocabulary is new where there is none.
  static MaskFiller from(const std::string& directory, const FineTuning& options = {});
  void save(const std::string& directory) const;
};

struct Filling {
  std::string token;
  double probability = 0;
  std::string text;  // the whole with the token in its place
};

struct FilledText {
  std::vector<std::vector<Filling>> masks;  // for each mask the likeliest tokens, best first
  int64_t tokens = 0;                       // of the whole text; it was cut where the model takes fewer
};

// The `top_k` likeliest tokens for each mask of each text. A blank text has no masks; any other without one
// is an Error, and so is one whose masks all stand behind what the model takes. The result for a text does
// not depend on the others.
std::vector<FilledText> fill_mask(const MaskFiller& filler, std::span<const std::string> texts, int64_t top_k,
                                  Context& context, int64_t batch_tokens = 4096);

// packed: the whole text in windows of one length, with a separator between lines. lines: a line each, a long
// one in pieces.
enum class MaskWindows { packed, lines };
constexpr std::array<std::string_view, 2> names_of(MaskWindows) { return {"packed", "lines"}; }

// A text's tokens, cut into windows.
class WindowedText {
 public:
  WindowedText(const TextModel& encoder, std::span<const std::string> lines, MaskWindows windows,
               int64_t length);

  int64_t size() const { return static_cast<int64_t>(windows_.size()); }
  int64_t tokens() const { return static_cast<int64_t>(tokens_.size()); }
  // With special tokens around.
  std::vector<int64_t> lengths() const;
  std::vector<int64_t> window(int64_t i) const;
  // Leaves out all but as many windows as have this many tokens.
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

// How well hidden tokens are guessed, with a masking that is the same every time.
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

// Trains `filler` on lines of text; `dev` is for validation. What is masked is drawn anew in every epoch, as
// a function of (seed, epoch, window, place). Refers to the filler.
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
  Tensor places_;  // [n] i64: masked tokens among the B·T of the batch
  Tensor labels_;  // [n] i64
};

}  // namespace hodhod
