// SPDX-License-Identifier: Apache-2.0
// Where tests and benchmarks find their files. Defined in tests/directories.cc, the one source that is told
// where the project lies, so that all other objects are the same in every checkout.
#pragma once

#include <string>
#include <vector>

namespace hodhod {

// The root of this project.
std::string source_directory();
// Corpora and models to test with: HODHOD_DATA_DIR, or else shared/data beside the project.
std::string data_directory();
// What reference implementations computed: the directories that HODHOD_GOLDEN_DIR lists with ':' between, or
// else shared/golden and shared/golden-families beside the project. Only those that are there.
std::vector<std::string> golden_directories();

}  // namespace hodhod
