// SPDX-License-Identifier: Apache-2.0
// `hodhod evaluate` of word vectors.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/evaluate.h"
#include "hodhod/tasks/labelled_texts.h"

namespace hodhod::cli {

struct VectorEvaluateFlags {
  std::string analogies, categories;
  int64_t limit = 30000;
};

void add_vector_flags(Command& command, VectorEvaluateFlags& flags);

// Prints what the flags ask for; the similarity of pairs if their columns are given. Returns the exit status.
int evaluate_vectors(const VectorEvaluateFlags& flags, const EvaluateFlags& common,
                     const std::optional<LabelledColumns>& pairs);

}  // namespace hodhod::cli
