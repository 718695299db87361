// SPDX-License-Identifier: Apache-2.0
#include "hodhod/decode/beam_search.h"

#include <algorithm>
#include <cmath>

#include "hodhod/base/error.h"
#include "hodhod/base/threads.h"
#include "hodhod/decode/sampler.h"
#include "hodhod/decode/token_rules.h"

namespace hodhod {
namespace {

struct Beam {
  std::vector<int64_t> tokens;
  double sum = 0;
};

struct Continuation {
  size_t beam;
  int64_t token;
  double sum;
};

// So many that num_beams of them do not end the sequence.
int64_t continuations(const DecodeOptions& options) {
  return options.num_beams * static_cast<int64_t>(std::max<size_t>(2, 1 + options.eos.size()));
}

// The beams and finished hypotheses of one prompt.
class Search {
 public:
  Search(const Prompt& prompt, const DecodeOptions& options, const DecodeHooks& hooks)
      : options_(options),
        hooks_(hooks),
        source_(prompt.source.empty() ? prompt.target : prompt.source.tokens),
        prompt_(prompt.target.size()),
        max_new_tokens_(most_new_tokens(prompt, options)),
        beams_{{prompt.target, 0}} {}

  const std::vector<Beam>& beams() const { return beams_; }
  // How a beam stands before the token rules.
  RowView view(size_t beam) const {
    return {beams_[beam].tokens, static_cast<int64_t>(prompt_), max_new_tokens_, source_};
  }
  bool done() const { return done_; }

  // Takes the scores of each beam's continuations, [beams, V] row-major, and moves on by one token. Returns
  // which old beam each new one continues.
  std::vector<size_t> advance(std::span<const std::vector<Candidate>> candidates, int64_t max_length) {
    std::vector<Continuation> best;
    for (size_t b = 0; b < beams_.size(); ++b) {
      for (const Candidate& c : candidates[b]) best.push_back({b, c.token, beams_[b].sum + c.score});
    }
    const auto width = static_cast<size_t>(options_.num_beams);
    std::stable_sort(best.begin(), best.end(), [](const auto& a, const auto& b) { return a.sum > b.sum; });
    best.resize(std::min(best.size(), static_cast<size_t>(continuations(options_))));

    const size_t length = beams_[0].tokens.size() + 1;
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
    beams_ = std::move(next);
    const auto generated = static_cast<int64_t>(length - prompt_);
    const int64_t limit = std::min(max_new_tokens_, max_length - static_cast<int64_t>(prompt_));
    done_ = beams_.empty() || (finished_.size() >= width && !may_improve(best[0].sum, generated, limit));
    if (!done_ && generated >= limit) {
      for (const Beam& beam : beams_) finish(beam);
      done_ = true;
    }
    return parents;
  }

  Hypotheses results() const {
    Hypotheses best = finished_;
    best.resize(std::min(best.size(), static_cast<size_t>(options_.num_return_sequences)));
    return best;
  }

 private:
  bool ends(const Beam& beam) const {
    if (options_.ends(beam.tokens.back())) return true;
    return hooks_.ends && hooks_.ends(beam.tokens, static_cast<int64_t>(beam.tokens.size() - prompt_));
  }

  // Whether an open beam could still come before the worst hypothesis.
  bool may_improve(double best_sum, int64_t generated, int64_t limit) const {
    if (options_.early_stopping) return false;
    const bool longest = options_.never_stop_early && options_.length_penalty > 0;
    const double length = static_cast<double>(longest ? limit : generated);
    return finished_.back().score < best_sum / std::pow(length, options_.length_penalty);
  }

  // Keeps the num_beams best, best first; earlier ones first among equals.
  void finish(const Beam& beam) {
    Hypothesis hypothesis;
    hypothesis.tokens.assign(beam.tokens.begin() + static_cast<int64_t>(prompt_), beam.tokens.end());
    hypothesis.log_probability = beam.sum;
    hypothesis.score = beam.sum / std::pow(hypothesis.tokens.size(), options_.length_penalty);
    const auto place = std::upper_bound(finished_.begin(), finished_.end(), hypothesis,
                                        [](const auto& a, const auto& b) { return a.score > b.score; });
    finished_.insert(place, std::move(hypothesis));
    if (finished_.size() > static_cast<size_t>(options_.num_beams)) finished_.pop_back();
  }

  const DecodeOptions& options_;
  const DecodeHooks& hooks_;
  std::span<const int64_t> source_;
  size_t prompt_;
  int64_t max_new_tokens_;
  std::vector<Beam> beams_;
  Hypotheses finished_;
  bool done_ = false;
};

// The best continuations of one beam by log-probability after the rules.
std::vector<Candidate> candidates_of(const DecodeOptions& options, const RowView& beam,
                                     std::span<float> scores) {
  const auto total = static_cast<float>(log_sum_exp(scores));
  for (float& score : scores) score -= total;
  apply_token_rules(options, beam, scores);
  if (options.renormalize_logits) {
    const auto rest = static_cast<float>(log_sum_exp(scores));
    for (float& score : scores) score -= std::isfinite(rest) ? rest : 0;
  }
  return top_candidates(scores, continuations(options));
}

}  // namespace

std::vector<Hypotheses> beam_search(const LanguageModel& model, std::span<const Prompt> prompts,
                                    const DecodeOptions& options, Context& context,
                                    const DecodeHooks& hooks) {
  std::vector<Search> searches;
  for (const Prompt& prompt : prompts) searches.emplace_back(prompt, options, hooks);
  std::vector<size_t> open(prompts.size());
  for (size_t i = 0; i < open.size(); ++i) open[i] = i;

  const auto state = model.start(prompts, context);
  while (!open.empty()) {
    struct Row {
      size_t search, beam;
    };
    std::vector<Row> rows;
    std::vector<int64_t> feed;
    for (size_t s : open) {
      for (size_t b = 0; b < searches[s].beams().size(); ++b) {
        rows.push_back({s, b});
        feed.push_back(searches[s].beams()[b].tokens.back());
      }
    }
    const Tensor logits = model.step(*state, feed, context);
    const int64_t vocabulary = logits.dim(-1);
    std::vector<std::vector<Candidate>> candidates(rows.size());
    parallel_for(static_cast<int64_t>(rows.size()), 1, [&](int64_t begin, int64_t end) {
      for (int64_t r = begin; r < end; ++r) {
        const Row& row = rows[static_cast<size_t>(r)];
        candidates[static_cast<size_t>(r)] =
            candidates_of(options, searches[row.search].view(row.beam),
                          {logits.data<float>() + r * vocabulary, static_cast<size_t>(vocabulary)});
      }
    });

    std::vector<int64_t> kept;
    std::vector<size_t> still_open;
    for (size_t r = 0; r < rows.size();) {
      Search& search = searches[rows[r].search];
      const size_t beams = search.beams().size();
      const auto parents = search.advance(std::span(candidates).subspan(r, beams), model.max_length());
      if (!search.done()) {
        still_open.push_back(rows[r].search);
        for (size_t parent : parents) kept.push_back(static_cast<int64_t>(r + parent));
      }
      r += beams;
    }
    open = std::move(still_open);
    if (!open.empty()) state->select(kept);
  }

  std::vector<Hypotheses> results;
  for (const Search& search : searches) results.push_back(search.results());
  return results;
}

}  // namespace hodhod
