// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/number_columns.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

#include "hodhod/base/error.h"

namespace hodhod {

NumberColumns NumberColumns::learned(const std::vector<std::string>& names,
                                     std::span<const std::vector<double>> rows) {
  std::vector<NumberColumn> columns;
  for (size_t c = 0; c < names.size(); ++c) {
    double sum = 0, squares = 0;
    int64_t count = 0;
    const auto for_each = [&](const auto& visit) {
      for (const std::vector<double>& row : rows) {
        if (!std::isnan(row.at(c))) visit(row[c]);
      }
    };
    for_each([&](double x) { sum += x, ++count; });
    check(count > 0, "the column {} has no number in any training text; leave it out of `numbers`", names[c]);
    const double mean = sum / static_cast<double>(count);
    for_each([&](double x) { squares += (x - mean) * (x - mean); });
    const double deviation = std::sqrt(squares / static_cast<double>(count));
    check(std::isfinite(mean) && std::isfinite(deviation),
          "the numbers of the column {} are too large to be added; divide them first", names[c]);
    columns.push_back({names[c], mean, deviation > 0 ? deviation : 1});
  }
  return NumberColumns(std::move(columns));
}

std::vector<std::string> NumberColumns::names() const {
  std::vector<std::string> names;
  for (const NumberColumn& column : columns_) names.push_back(column.name);
  return names;
}

void NumberColumns::append(std::span<const double> numbers, int64_t first, FeatureList& features,
                           const std::string& place) const {
  check(numbers.empty() || std::ssize(numbers) == size(),
        "{}: {} columns of numbers, and the model reads {}{}; name these with `numbers`", place,
        numbers.size(), size(), empty() ? "" : fmt::format(" ({})", fmt::join(names(), ", ")));
  for (size_t c = 0; c < columns_.size(); ++c) {
    const double x = numbers.empty() ? kMissingNumber : numbers[c];
    const double z = std::isnan(x) ? 0 : (x - columns_[c].mean) / columns_[c].deviation;
    features.ids.push_back(first + static_cast<int64_t>(c));
    features.values.push_back(static_cast<float>(z));
  }
}

std::vector<std::string> NumberColumns::spellings(std::span<const double> numbers) const {
  std::vector<std::string> spelled;
  for (size_t c = 0; c < columns_.size(); ++c) {
    const bool missing = numbers.empty() || std::isnan(numbers[c]);
    spelled.push_back(missing ? columns_[c].name + " is missing"
                              : fmt::format("{} = {}", columns_[c].name, numbers[c]));
  }
  return spelled;
}

Json NumberColumns::to_json() const {
  Json json = Json::array();
  for (const NumberColumn& column : columns_)
    json.push_back({{"name", column.name}, {"mean", column.mean}, {"deviation", column.deviation}});
  return json;
}

NumberColumns NumberColumns::of_json(const Json& json, const std::string& where) {
  check(json.is_array(), "{}: expected a list of columns", where);
  std::vector<NumberColumn> columns;
  for (const Json& one : json) {
    check(one.is_object(), "{}: expected a list of columns, each with name, mean and deviation", where);
    const NumberColumn& column = columns.emplace_back(
        NumberColumn{json_get<std::string>(one, "name", where), json_get<double>(one, "mean", where),
                     json_get<double>(one, "deviation", where)});
    check(std::isfinite(column.mean) && std::isfinite(column.deviation) && column.deviation > 0,
          "{}: the column {} has the mean {} and the deviation {}; the mean has to be finite, and the "
          "deviation above 0",
          where, column.name, column.mean, column.deviation);
  }
  return NumberColumns(std::move(columns));
}

const NumberColumns* number_columns_of(const ModelConfig& config) {
  const auto* reader = dynamic_cast<const NumberReader*>(&config);
  return reader == nullptr || reader->numbers().empty() ? nullptr : &reader->numbers();
}

void set_number_columns(ModelConfig& config, const NumberColumns& numbers) {
  auto* reader = dynamic_cast<NumberReader*>(&config);
  check(reader != nullptr,
        "`numbers`: this model reads tokens, and no numbers beside them; leave it out, or take a preset of "
        "bags, as tfidf");
  reader->set_numbers(numbers);
}

}  // namespace hodhod
