// SPDX-License-Identifier: Apache-2.0
// What a .bin of fastText says beyond the model that is in it: how it was trained, and how often each label
// occurred. It is kept beside a model that was read from such a file, so that the file can be written again.
#pragma once

#include <string>

#include "hodhod/io/fasttext_bin.h"

namespace hodhod {

inline constexpr const char* kFastTextRecord = "fasttext.json";

void save_fasttext_record(const FastTextModel& model, const std::string& directory);
// Gives the model what a record in the directory says, if there is one and it is of a model with the same
// words, labels and sizes.
void take_fasttext_record(FastTextModel& model, const std::string& directory);

}  // namespace hodhod
