// SPDX-License-Identifier: Apache-2.0
// For tests: what KenLM made of some texts, and how it scored others (shared/data/ladder-golden/kenlm).
#pragma once

#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "hodhod/base/byte_source.h"
#include "hodhod/base/file.h"
#include "hodhod/base/test_directories.h"

namespace hodhod::testing_kenlm {

struct GoldenModel {
  const char* name;   // "prose3"
  const char* text;   // that it was counted from
  const char* query;  // that was scored
};
inline constexpr GoldenModel kGoldenModels[] = {{"prose3", "prose", "prose-query"},
                                                {"prose2-vocab-pad", "prose", "prose-query"},
                                                {"prose2-sri", "prose", "prose-query"},
                                                {"prose4-pruned", "prose", "prose-query"},
                                                {"names5", "names", "names-query"}};

inline std::string golden_kenlm(const std::string& name) {
  return data_directory() + "/ladder-golden/kenlm/" + name;
}

// A scored token, and what KenLM's `query` prints of a text.
struct GoldenToken {
  std::string word;
  bool unknown = false;
  int64_t length = 0;
  double log10_probability = 0;
};
struct GoldenQuery {
  std::vector<std::vector<GoldenToken>> lines;  // each with its </s>
  double perplexity = 0, perplexity_without_unknown = 0;
};

inline GoldenQuery read_golden_query(const GoldenModel& model) {
  GoldenQuery query;
  std::istringstream lines(read_all(golden_kenlm(std::string(model.name) + ".query.txt.gz")));
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("Perplexity including OOVs:")) query.perplexity = std::stod(line.substr(26));
    if (line.starts_with("Perplexity excluding OOVs:"))
      query.perplexity_without_unknown = std::stod(line.substr(26));
    if (line.find("Total:") == std::string::npos) continue;
    auto& tokens = query.lines.emplace_back();
    std::istringstream fields(line);
    for (std::string field; std::getline(fields, field, '\t') && !field.starts_with("Total:");) {
      const size_t equals = field.rfind('='), blank = field.find(' ', equals), last = field.rfind(' ');
      tokens.push_back({field.substr(0, equals), field.substr(equals + 1, blank - equals - 1) == "0",
                        std::stol(field.substr(blank + 1)), std::stod(field.substr(last + 1))});
    }
  }
  return query;
}

#define HODHOD_SKIP_WITHOUT_KENLM()                                          \
  if (!file_exists(::hodhod::testing_kenlm::golden_kenlm("prose3.arpa.gz"))) \
  GTEST_SKIP() << ::hodhod::testing_kenlm::golden_kenlm("prose3.arpa.gz") << " is not there"

}  // namespace hodhod::testing_kenlm
