// SPDX-License-Identifier: Apache-2.0
// What the tasks of `hodhod evaluate` share.
#pragma once

#include <string>
#include <vector>

#include "cli/output.h"
#include "hodhod/base/json.h"
#include "hodhod/decode/options.h"
#include "hodhod/tasks/labelled_texts.h"
#include "hodhod/train/metrics/bleu.h"

namespace hodhod::cli {

struct EvaluateFlags {
  std::string directory;
  std::vector<std::string> data, source, target;
  std::vector<std::string> tag_columns;
  std::vector<std::string> thresholds;
  bool json = false, similarity = false;
  LabelledColumns columns;
  DecodeOptions decode;
  metrics::BleuOptions bleu;
};

// Prints `values` as a line of JSON, or `text`.
void report(const EvaluateFlags& flags, const Json& values, const std::string& text);

// Says on standard error how data were read: what was taken for granted, and which lines were skipped.
template <class Data>
const Data& told(const Data& data) {
  tell(data.notes);
  tell_bad_lines(data.bad);
  return data;
}

int evaluate_translation(const EvaluateFlags& flags);
int evaluate_classifier(const EvaluateFlags& flags);
int evaluate_tagger(const EvaluateFlags& flags);
int evaluate_masks(const EvaluateFlags& flags, bool quiet);
int evaluate_similarity(const EvaluateFlags& flags);

}  // namespace hodhod::cli
