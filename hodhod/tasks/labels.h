// SPDX-License-Identifier: Apache-2.0
// Label names and their ids, as stored in config.json.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "hodhod/base/json.h"
#include "hodhod/base/number_range.h"

namespace hodhod {

class Labels {
 public:
  Labels() = default;
  // Ids follow this order. Each name occurs once.
  explicit Labels(std::vector<std::string> names);
  // The distinct labels, sorted by value if all are numbers, else by spelling.
  static Labels of(std::vector<std::string> occurrences);
  // From a model's config.json ("id2label"); empty if it has none. Error messages begin with `path`.
  static Labels of_config(const Json& config, const std::string& path);

  bool empty() const { return names_.empty(); }
  int64_t size() const { return static_cast<int64_t>(names_.size()); }
  const std::vector<std::string>& names() const { return names_; }
  const std::string& name(int64_t id) const { return names_[static_cast<size_t>(id)]; }
  // The id of a label; −1 if there is none of this name.
  int64_t find(const std::string& name) const;
  // The id of the label found at `place` ("FILE:LINE"). If it is unknown, an Error that lists the labels.
  int64_t get(const std::string& name, const std::string& place) const;
  bool has_all(const Labels& others) const;
  // Writes id2label and label2id to a config.json.
  void write(Json& config) const;

 private:
  std::vector<std::string> names_;
  std::map<std::string, int64_t> ids_;
};

// Looks up gold labels, and counts those that a model does not know.
class GoldLabels {
 public:
  explicit GoldLabels(const Labels& labels) : labels_(labels) {}
  // The id of the label at `place`; −1 for an unknown label, which is counted.
  int64_t find(const std::string& name, const std::string& place);
  // Error if labels were looked up and none was known: then the data or the column is probably wrong.
  void check_some_known() const;
  // Makes that check, then returns a sentence about the unknown labels, if any.
  std::vector<std::string> notes() const;

 private:
  const Labels& labels_;
  int64_t count_ = 0, unknown_ = 0;
  std::string first_, first_place_;
};

// Reasons to doubt that these are classification labels, a sentence each, with advice. The first occurrence
// must come from the data's first line.
std::vector<std::string> doubts_about_labels(std::span<const std::string> occurrences);

// A sentence about labels of the validation data that no training example has, if there are any.
std::vector<std::string> doubts_about_validation(std::span<const std::string> train,
                                                 std::span<const std::string> dev);

// The number of each label from parts of the form "NAME=NUMBER"; `otherwise` for labels not named. Error,
// with `flag` in its message, for a part of another form, an unknown label, or a number outside `range`.
std::vector<double> numbers_by_label(const Labels& labels, std::span<const std::string> parts,
                                     double otherwise, NumberRange range, const std::string& flag);

}  // namespace hodhod
