// SPDX-License-Identifier: Apache-2.0
// Greedy search and sampling for one request: each of its sequences is extended by a token at a time.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "hodhod/base/rng.h"
#include "hodhod/decode/request.h"
#include "hodhod/decode/row_start.h"

namespace hodhod {

// A sequence that has filled the model's window ends, or goes on from the last half of it (slide_window). See
// row_start.h for the members.
class Extension {
 public:
  // Both must outlive it.
  Extension(const DecodeRequest& request, const LanguageModel& model);

  std::vector<RowStart> starts();
  size_t rows() const { return open_.size(); }
  int64_t token(size_t row) const { return open_[row].tokens.back(); }
  void look(size_t row, std::span<float> scores);
  std::vector<size_t> advance();
  std::span<const ChosenToken> chosen() const { return chosen_; }
  Hypotheses results() const { return results_; }

 private:
  struct Row {
    int64_t sequence;
    std::vector<int64_t> tokens;
    Rng rng;
    double log_probability = 0;
    int64_t seen = 0;  // tokens in its window
    int64_t next = -1;
    double gain = 0;  // log-probability of `next`
  };

  bool ends(const Row& row) const;
  void finish(const Row& row);

  const DecodeRequest* request_;
  const LanguageModel* model_;
  int64_t prompt_;
  int64_t max_new_tokens_;
  std::vector<Row> open_, full_;  // under way; to be started from a new window
  std::vector<ChosenToken> chosen_;
  Hypotheses results_;
};

}  // namespace hodhod
