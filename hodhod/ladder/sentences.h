// SPDX-License-Identifier: Apache-2.0
// What a report says in words. Every sentence is computed from the figures.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hodhod/ladder/report.h"

namespace hodhod {

// A rung whose curve passes that of another, and then stays ahead until the end of the budget.
struct Pass {
  size_t winner = 0, loser = 0;  // in LadderReport::rungs
  double seconds = 0;
};
// For each two rungs of which one passes the other, in order of time.
std::vector<Pass> passes_of(const LadderReport& report);

// The order of the rungs at the end of the budget, who was ahead until when, who passed whom, what lacks a
// model or had less time, how much of the text is unknown, and the report's own notes; in this order. Rungs
// without a model are in none but the sentence that says so. Figures that are shown as the same are level.
std::vector<Bilingual> sentences_of(const LadderReport& report);

// "minute 2.5", "second 40": a moment of training; «دقیقهٔ ۲٫۵», «ثانیهٔ ۴۰».
Bilingual moment_text(double seconds);
// Text that is laid out by itself, whatever the direction of what is around it (Unicode's isolates).
std::string isolated(std::string_view text);
// The digits and the decimal point of a number, as Persian writes them: "2.5" → «۲٫۵».
std::string persian_digits(const std::string& number);

}  // namespace hodhod
