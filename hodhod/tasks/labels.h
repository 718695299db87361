// SPDX-License-Identifier: Apache-2.0
// The names of labels, numbered, as config.json keeps them.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "hodhod/base/json.h"

namespace hodhod {

class Labels {
 public:
  Labels() = default;
  // In this order; each once.
  explicit Labels(std::vector<std::string> names);
  // Those that occur, each once: by value where all are numbers, else by spelling.
  static Labels of(std::vector<std::string> occurrences);
  // Of a model's config.json ("id2label"); none where it names none.
  static Labels load(const std::string& directory);

  bool empty() const { return names_.empty(); }
  int64_t size() const { return static_cast<int64_t>(names_.size()); }
  const std::vector<std::string>& names() const { return names_; }
  const std::string& name(int64_t id) const { return names_[static_cast<size_t>(id)]; }
  // −1 if there is none of that name.
  int64_t find(const std::string& name) const;
  // The same for a label that stands at `place` ("FILE:LINE"): Error that lists the labels.
  int64_t get(const std::string& name, const std::string& place) const;
  bool has_all(const Labels& others) const;
  // Puts id2label and label2id into a config.json.
  void write(Json& config) const;

 private:
  std::vector<std::string> names_;
  std::map<std::string, int64_t> ids_;
};

}  // namespace hodhod
