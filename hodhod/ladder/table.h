// SPDX-License-Identifier: Apache-2.0
// A report for a terminal.
#pragma once

#include <string>

#include "hodhod/ladder/report.h"

namespace hodhod {

// The figures of the rungs in columns, best first, then the sentences in English.
std::string report_table(const LadderReport& report);

}  // namespace hodhod
