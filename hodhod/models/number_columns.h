// SPDX-License-Identifier: Apache-2.0
// Columns of numbers beside a text, as features of a model: column c of a text with the value x has the value
//
//   z = (x − mean[c]) / deviation[c]
//
// with the mean and the population deviation of the training texts alone, so that nothing of other texts is
// in the model. A number that is missing has z = 0, as the mean has.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "hodhod/base/json.h"
#include "hodhod/models/model_config.h"

namespace hodhod {

inline constexpr double kMissingNumber = std::numeric_limits<double>::quiet_NaN();

struct NumberColumn {
  std::string name;  // or the column's number, as it was asked for
  double mean = 0;
  double deviation = 1;  // 1 where all numbers are the same
};

class NumberColumns {
 public:
  NumberColumns() = default;
  explicit NumberColumns(std::vector<NumberColumn> columns) : columns_(std::move(columns)) {}
  // `rows` are the numbers of each training text, kMissingNumber among them. Error for a column of which all
  // numbers are missing.
  static NumberColumns learned(const std::vector<std::string>& names,
                               std::span<const std::vector<double>> rows);

  int64_t size() const { return static_cast<int64_t>(columns_.size()); }
  bool empty() const { return columns_.empty(); }
  const std::vector<NumberColumn>& columns() const { return columns_; }
  std::vector<std::string> names() const;

  // Appends z of each column to a text's features, as the features `first`, `first` + 1, …. Without numbers,
  // all are missing. Error, beginning with `place`, if they are not as many as the columns.
  void append(std::span<const double> numbers, int64_t first, FeatureList& features,
              const std::string& place) const;
  // "stars = 4", "stars is missing", for each column.
  std::vector<std::string> spellings(std::span<const double> numbers) const;

  // In config.json: [{"name": …, "mean": …, "deviation": …}, …].
  Json to_json() const;
  // Error that begins with `where`.
  static NumberColumns of_json(const Json& json, const std::string& where);

 private:
  std::vector<NumberColumn> columns_;
};

// The role of a configuration whose model reads columns of numbers beside a text, as its last features.
class NumberReader {
 public:
  virtual ~NumberReader() = default;
  virtual const NumberColumns& numbers() const = 0;
  // Before a new model is made.
  virtual void set_numbers(const NumberColumns& numbers) = 0;
};

// The columns of numbers that a model reads; null if it reads none.
const NumberColumns* number_columns_of(const ModelConfig& config);
// Error if the configuration has not the role.
void set_number_columns(ModelConfig& config, const NumberColumns& numbers);

}  // namespace hodhod
