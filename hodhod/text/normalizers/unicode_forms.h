// SPDX-License-Identifier: Apache-2.0
// NFC, NFD, NFKC, NFKD (UAX #15), segment by segment: a segment starts at a character that neither reorders
// nor composes with the text before it, so each segment can be normalised alone. Each byte of its result
// comes from the whole segment.
#pragma once

#include "hodhod/text/normalizers/normalizer.h"

namespace hodhod::text {

enum class UnicodeForm { nfc, nfd, nfkc, nfkd };
NormalizerPtr make_unicode_normalizer(UnicodeForm form);

}  // namespace hodhod::text
