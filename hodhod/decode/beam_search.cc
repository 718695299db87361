// SPDX-License-Identifier: Apache-2.0
#include "hodhod/decode/beam_search.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "hodhod/base/error.h"
#include "hodhod/decode/token_rules.h"

namespace hodhod {
namespace {

// So many that num_beams of them do not end the sequence.
int64_t continuations(const DecodeOptions& options) {
  return options.num_beams * static_cast<int64_t>(std::max<size_t>(2, 1 + options.eos.size()));
}

}  // namespace

BeamSearch::BeamSearch(const DecodeRequest& request, const LanguageModel& model)
    : request_(&request),
      gives_log_probabilities_(model.gives_log_probabilities()),
      prompt_(std::ssize(request.prompt.target)),
      max_new_tokens_(most_new_tokens(request.prompt, request.options)),
      limit_(std::min(max_new_tokens_, model.max_length() - prompt_)) {}

std::vector<RowStart> BeamSearch::starts() {
  if (std::exchange(begun_, true)) return {};
  beams_ = {{request_->prompt.target}};
  return {{request_->prompt}};
}

void BeamSearch::look(size_t row, std::span<float> scores) {
  const DecodeOptions& options = request_->options;
  const Prompt& prompt = request_->prompt;
  Beam& beam = beams_[row];
  if (!gives_log_probabilities_) {
    const auto total = static_cast<float>(log_sum_exp(scores));
    for (float& score : scores) score -= total;
  }
  const std::vector<int64_t>& source = prompt.source.empty() ? prompt.target : prompt.source.tokens;
  apply_token_rules(options, {beam.tokens, prompt_, max_new_tokens_, source}, scores);
  if (options.renormalize_logits) {
    const auto rest = static_cast<float>(log_sum_exp(scores));
    for (float& score : scores) score -= std::isfinite(rest) ? rest : 0;
  }
  beam.candidates = top_candidates(scores, continuations(options));
}

std::vector<BeamSearch::Continuation> BeamSearch::best_continuations() const {
  std::vector<Continuation> best;
  for (size_t b = 0; b < beams_.size(); ++b) {
    for (const Candidate& c : beams_[b].candidates) best.push_back({b, c.token, beams_[b].sum + c.score});
  }
  std::stable_sort(best.begin(), best.end(), [](const auto& a, const auto& b) { return a.sum > b.sum; });
  best.resize(std::min(best.size(), static_cast<size_t>(continuations(request_->options))));
  return best;
}

std::vector<size_t> BeamSearch::advance() {
  const auto width = static_cast<size_t>(request_->options.num_beams);
  const std::vector<Continuation> best = best_continuations();
  std::vector<Beam> next;
  std::vector<size_t> parents;
  for (size_t rank = 0; rank < best.size() && next.size() < width; ++rank) {
    const Continuation& c = best[rank];
    if (std::isinf(c.sum)) continue;
    Beam beam{beams_[c.beam].tokens, c.sum};
    beam.tokens.push_back(c.token);
    if (ends(beam)) {
      if (rank < width) finish(beam);
      continue;
    }
    next.push_back(std::move(beam));
    parents.push_back(c.beam);
  }
  check(!next.empty() || !finished_.empty(), "decoding: no token is possible; relax the rules");
  const int64_t generated = std::ssize(beams_[0].tokens) + 1 - prompt_;
  const bool decided = finished_.size() >= width && !may_improve(best[0].sum, generated);
  if (!decided && generated >= limit_) {
    for (const Beam& beam : next) finish(beam);
  }
  if (decided || generated >= limit_) {
    next.clear();
    parents.clear();
  }
  beams_ = std::move(next);
  return parents;
}

Hypotheses BeamSearch::results() const {
  Hypotheses best = finished_;
  best.resize(std::min(best.size(), static_cast<size_t>(request_->options.num_return_sequences)));
  return best;
}

bool BeamSearch::ends(const Beam& beam) const {
  if (request_->options.ends(beam.tokens.back())) return true;
  return request_->ends && request_->ends(beam.tokens, std::ssize(beam.tokens) - prompt_);
}

// Whether an open beam could still come before the worst hypothesis.
bool BeamSearch::may_improve(double best_sum, int64_t generated) const {
  const DecodeOptions& options = request_->options;
  if (options.early_stopping) return false;
  const bool longest = options.never_stop_early && options.length_penalty > 0;
  const auto length = static_cast<double>(longest ? limit_ : generated);
  return finished_.back().score < best_sum / std::pow(length, options.length_penalty);
}

// Keeps the num_beams best, best first; earlier ones first among equals.
void BeamSearch::finish(const Beam& beam) {
  Hypothesis hypothesis;
  hypothesis.tokens.assign(beam.tokens.begin() + prompt_, beam.tokens.end());
  hypothesis.log_probability = beam.sum;
  hypothesis.score = beam.sum / std::pow(hypothesis.tokens.size(), request_->options.length_penalty);
  const auto place = std::upper_bound(finished_.begin(), finished_.end(), hypothesis,
                                      [](const auto& a, const auto& b) { return a.score > b.score; });
  finished_.insert(place, std::move(hypothesis));
  if (finished_.size() > static_cast<size_t>(request_->options.num_beams)) finished_.pop_back();
}

}  // namespace hodhod
