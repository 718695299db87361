// SPDX-License-Identifier: Apache-2.0
// What the tasks of `hodhod ladder` share: data in three parts, how networks are trained, and measuring.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/arguments.h"
#include "hodhod/ladder/report.h"
#include "hodhod/models/model.h"

namespace hodhod::cli {

// Paths with the option that names them.
using OptionFiles = std::vector<std::pair<std::string, std::string>>;

// Error when the option has no files, unless it may be left out, or when one of them cannot be read again and
// again, as every rung does.
void check_files(const std::string& option, const std::vector<std::string>& paths, bool required = true);
OptionFiles files_of(const std::vector<std::pair<std::string, std::vector<std::string>>>& options);

// The files of a task whose data for validation are held out where no others are given.
struct LadderFiles {
  std::vector<std::string> data, dev, test;
  double dev_share = 0.1;

  // Adds --data, --dev, --dev-share and --test.
  void declare(Command& command, std::string data_help);
  void check() const;
  OptionFiles all() const { return files_of({{"data", data}, {"dev", dev}, {"test", test}}); }
  // What `hodhod train` is told of the share.
  std::vector<std::string> share_words() const;
};

// What a network is trained with. Its rate stays the same after the warm-up, and the running average of its
// weights is what is used: so its model is as good at each moment as one that was trained until that moment
// alone.
std::vector<std::string> network_options(const std::string& rate, int warmup, int validate_every);

// `count` of the items, evenly over all of them.
template <class Item>
std::vector<const Item*> evenly(const std::vector<Item>& items, size_t count) {
  count = std::min(count, items.size());
  std::vector<const Item*> chosen;
  for (size_t i = 0; i < count; ++i) chosen.push_back(&items[(2 * i + 1) * items.size() / (2 * count)]);
  return chosen;
}

// What the scores at the end are of.
Bilingual scored_part(bool tested);

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
