// SPDX-License-Identifier: Apache-2.0
// What the tasks of `hodhod ladder` share.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hodhod/ladder/report.h"
#include "hodhod/models/model.h"

namespace hodhod::cli {

// Error when the option has no files, unless it may be left out, or when one of them cannot be read again and
// again, as every rung does.
void check_files(const std::string& option, const std::vector<std::string>& paths, bool required = true);

// Each path with its option.
std::vector<std::pair<std::string, std::string>> files_of(
    const std::vector<std::pair<std::string, std::vector<std::string>>>& options);

// Sets what the model is made of.
void set_size(Model& model, LadderRung& rung);

// Code points of a text.
int64_t characters_of(std::string_view text);

// How long the work takes.
template <class Work>
double seconds_of(Work&& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace hodhod::cli
