// SPDX-License-Identifier: Apache-2.0
// The names of labels, numbered, as config.json keeps them.
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
  // In this order; each once.
  explicit Labels(std::vector<std::string> names);
  // Those that occur, each once: by value where all are numbers, else by spelling.
  static Labels of(std::vector<std::string> occurrences);
  // Of a model's config.json ("id2label"); none where it names none. `path` opens the messages of errors.
  static Labels of_config(const Json& config, const std::string& path);

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

// The numbers of gold labels, and a count of those that a model does not know.
class GoldLabels {
 public:
  explicit GoldLabels(const Labels& labels) : labels_(labels) {}
  // −1, and counted, for a label that is not known, which stands at `place`.
  int64_t find(const std::string& name, const std::string& place);
  // Error when labels were looked for and none was known: then it is other data, or another column.
  void check_some_known() const;
  // A sentence about those that are not known, if any, after that check.
  std::vector<std::string> notes() const;

 private:
  const Labels& labels_;
  int64_t count_ = 0, unknown_ = 0;
  std::string first_, first_place_;
};

// What makes it doubtful that these are the labels of a classification, with advice, a sentence each; the
// first is that of the data's first line.
std::vector<std::string> doubts_about_labels(std::span<const std::string> occurrences);

// The parts of "NAME=NUMBER" by label, `otherwise` for those that are not named. Error in the name of `flag`
// for what is not of this form, for a name that is no label, or a number out of `range`.
std::vector<double> numbers_by_label(const Labels& labels, std::span<const std::string> parts,
                                     double otherwise, NumberRange range, const std::string& flag);

}  // namespace hodhod
