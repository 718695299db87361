// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/token_windows.h"

#include <algorithm>

#include "hodhod/base/error.h"
#include "hodhod/models/model_config.h"

namespace hodhod {

std::unique_ptr<TokenWindows> TokenWindows::of(std::span<const Prompt> prompts, int64_t length,
                                               const Model& model) {
  auto windows = std::make_unique<TokenWindows>();
  const auto n = static_cast<size_t>(length);
  const int64_t vocabulary = model.config().vocabulary();
  for (const Prompt& prompt : prompts) {
    check(prompt.source.empty(), "{}: this model reads no source", model.name());
    const std::span<const int64_t> read(prompt.target.data(), prompt.target.size() - 1);
    for (const int64_t token : read) {
      check(token >= 0 && token < vocabulary, "{}: token {} is not one of the {} of the vocabulary",
            model.name(), token, vocabulary);
    }
    const std::span<const int64_t> last = read.last(std::min(n, read.size()));
    std::vector<int64_t> row(n - last.size(), -1);
    row.insert(row.end(), last.begin(), last.end());
    windows->rows.push_back(std::move(row));
  }
  return windows;
}

void TokenWindows::push(std::span<const int64_t> tokens) {
  for (size_t row = 0; row < rows.size(); ++row) {
    rows[row].erase(rows[row].begin());
    rows[row].push_back(tokens[row]);
  }
}

void TokenWindows::select(std::span<const int64_t> kept) {
  std::vector<std::vector<int64_t>> chosen;
  for (const int64_t row : kept) chosen.push_back(rows[static_cast<size_t>(row)]);
  rows = std::move(chosen);
}

void TokenWindows::append(State&& other) {
  for (auto& row : static_cast<TokenWindows&>(other).rows) rows.push_back(std::move(row));
}

}  // namespace hodhod
