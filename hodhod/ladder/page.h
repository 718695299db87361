// SPDX-License-Identifier: Apache-2.0
// A report as one HTML page: sentences in English and Persian, the figures, learning curves, and the answers
// of all rungs beside each other. It loads nothing from elsewhere, has no scripts, and follows the reader's
// choice of light or dark.
#pragma once

#include <string>

#include "hodhod/ladder/report.h"

namespace hodhod {

std::string report_page(const LadderReport& report);

}  // namespace hodhod
