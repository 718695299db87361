// SPDX-License-Identifier: Apache-2.0
// Texts as libsvm's files, for other programs that solve linear models (liblinear, VW, scikit-learn).
#pragma once

#include <span>
#include <string>
#include <vector>

#include "hodhod/tasks/classify.h"

namespace hodhod {

// Writes the features of texts as the classifier reads them, a line for each text:
//
//   LABEL NUMBER:VALUE …
//
// NUMBER is the feature's row of the classifier's table, counted from 1 and ascending; VALUE has as many
// digits as give back the same float, and features of value 0 are left out. Log ratios are in the table, not
// in the values. LABEL is the label itself if all of the classifier's labels are numbers, otherwise the
// label's id; several labels have commas between. A regression's number is written as it is.
//
// The file is compressed if its name ends in .gz. Returns what the ids of labels stand for, if ids are
// written, as a sentence. Error for a classifier that reads no features, for a label that it does not know,
// and as from encode_labelled.
std::vector<std::string> write_libsvm(const Classifier& classifier, std::span<const LabelledText> texts,
                                      const std::string& file);

}  // namespace hodhod
