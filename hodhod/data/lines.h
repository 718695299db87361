// SPDX-License-Identifier: Apache-2.0
// Texts a line at a time, for whoever reads them once.
#pragma once

#include <string>
#include <vector>

#include "hodhod/text/training/count_words.h"

namespace hodhod {

// The lines of files, plain or compressed, one file after the other. Error when one cannot be read.
text::LineSource lines_of(std::vector<std::string> paths);
text::LineSource lines_of(std::string path);

// These texts, each as a line.
text::LineSource lines_in(std::vector<std::string> texts);

}  // namespace hodhod
