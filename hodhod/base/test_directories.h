// SPDX-License-Identifier: Apache-2.0
// Where tests and benchmarks find their files. Defined in tests/directories.cc, the one source that is told
// where the project lies, so that all other objects are the same in every checkout.
#pragma once

#include <string>

namespace hodhod {

// The root of this project.
std::string source_directory();
// Corpora and models to test with: HODHOD_DATA_DIR, or else shared/data beside the project.
std::string data_directory();
// What reference implementations computed: HODHOD_GOLDEN_DIR, or else shared/golden beside the project.
std::string golden_directory();

}  // namespace hodhod
