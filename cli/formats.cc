// SPDX-License-Identifier: Apache-2.0
#include "cli/formats.h"

#include <array>

// NAME_format() is defined in format_NAME.cc. The first format that recognises a file reads it.
#define HODHOD_FORMATS(row)                                                                             \
  row(arpa) row(fasttext_bin) row(llama2c) row(word2vec) row(word2vec_bin) row(fasttext_vec) row(glove) \
      row(libsvm)

namespace hodhod::cli {

#define HODHOD_DECLARE_FORMAT(name) Format name##_format();
HODHOD_FORMATS(HODHOD_DECLARE_FORMAT)
#undef HODHOD_DECLARE_FORMAT

std::span<const Format> formats() {
#define HODHOD_FORMAT_ROW(name) name##_format(),
  static const std::array kAllFormats = {HODHOD_FORMATS(HODHOD_FORMAT_ROW)};
#undef HODHOD_FORMAT_ROW
  return kAllFormats;
}

}  // namespace hodhod::cli
