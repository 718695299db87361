// SPDX-License-Identifier: Apache-2.0
// Beam search for one request as Hugging Face Transformers does it, so that the same model gives the same
// translations.
//
// The score of a beam is the sum of log-softmax values after the token rules. Each step takes the best
// 2·num_beams continuations of the beams together (more where several tokens end a sequence). One that ends
// the sequence is finished only if it is among the first num_beams; its score is sum / (generated length, end
// included)^length_penalty. The search is done when it has num_beams finished hypotheses and no open one can
// still beat the worst of them at the present length (early_stopping: at once; never_stop_early: at whichever
// length serves it best). At the length limit the open beams count as hypotheses. The first step has one
// beam.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "hodhod/decode/request.h"
#include "hodhod/decode/row_start.h"
#include "hodhod/decode/sampler.h"

namespace hodhod {

// See row_start.h for its members. advance() throws an Error when no token is possible.
class BeamSearch {
 public:
  // Both must outlive it.
  BeamSearch(const DecodeRequest& request, const LanguageModel& model);

  std::vector<RowStart> starts();
  size_t rows() const { return beams_.size(); }
  int64_t token(size_t row) const { return beams_[row].tokens.back(); }
  void look(size_t row, std::span<float> scores);
  std::vector<size_t> advance();
  std::span<const ChosenToken> chosen() const { return {}; }
  Hypotheses results() const;

 private:
  struct Beam {
    std::vector<int64_t> tokens;
    double sum = 0;
    std::vector<Candidate> candidates = {};  // its best continuations
  };
  struct Continuation {
    size_t beam;
    int64_t token;
    double sum;
  };

  std::vector<Continuation> best_continuations() const;
  bool ends(const Beam& beam) const;
  bool may_improve(double best_sum, int64_t generated) const;
  void finish(const Beam& beam);

  const DecodeRequest* request_;
  bool gives_log_probabilities_;  // the model
  int64_t prompt_;
  int64_t max_new_tokens_;
  int64_t limit_;  // of new tokens, by the model as well
  bool begun_ = false;
  std::vector<Beam> beams_;
  Hypotheses finished_;
};

}  // namespace hodhod
