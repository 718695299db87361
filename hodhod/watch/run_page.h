// SPDX-License-Identifier: Apache-2.0
// Runs as one HTML page that loads nothing from elsewhere: web/src/watch/format.ts says what is in it.
#pragma once

#include <string>
#include <vector>

#include "hodhod/watch/run_history.h"

namespace hodhod {

struct RunPageOptions {
  std::string program;            // with its version
  std::string language = "auto";  // auto, fa or en
  std::string note = {};          // of whoever makes the page
  int follow_seconds = 0;         // the page asks for itself again after this time; 0: never
};

// The same histories give the same bytes. Error when there are more than 2,000 columns in all: a page of so
// many curves could not be read.
std::string run_page(const std::vector<RunHistory>& runs, const RunPageOptions& options);

}  // namespace hodhod
