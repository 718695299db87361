// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/labels.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <string_view>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/base/format.h"
#include "hodhod/data/corpus.h"

namespace hodhod {

Labels::Labels(std::vector<std::string> names) : names_(std::move(names)) {
  for (size_t i = 0; i < names_.size(); ++i) ids_.emplace(names_[i], static_cast<int64_t>(i));
}

Labels Labels::of(std::vector<std::string> occurrences) {
  std::sort(occurrences.begin(), occurrences.end());
  occurrences.erase(std::unique(occurrences.begin(), occurrences.end()), occurrences.end());
  const bool numbers = std::all_of(occurrences.begin(), occurrences.end(),
                                   [](const std::string& name) { return parse_number(name).has_value(); });
  if (numbers) {
    std::stable_sort(occurrences.begin(), occurrences.end(), [](const std::string& a, const std::string& b) {
      return *parse_number(a) < *parse_number(b);
    });
  }
  return Labels(std::move(occurrences));
}

Labels Labels::of_config(const Json& config, const std::string& path) {
  const Json* names = json_find(config, "id2label");
  if (!names || !names->is_object()) return {};
  std::vector<std::string> by_id(names->size());
  for (const auto& [key, value] : names->items()) {
    const auto id = parse_number(key);
    check(id && *id >= 0 && *id < static_cast<double>(by_id.size()),
          "{}: id2label: expected the numbers 0 to {}, found \"{}\"", path, by_id.size() - 1, key);
    check(value.is_string() || value.is_number(), "{}: id2label: the name of number {} is no text", path,
          key);
    by_id[static_cast<size_t>(*id)] = value.is_string() ? value.get<std::string>() : format_json(value, -1);
  }
  return Labels(std::move(by_id));
}

int64_t Labels::find(const std::string& name) const {
  const auto found = ids_.find(name);
  return found == ids_.end() ? -1 : found->second;
}

int64_t Labels::get(const std::string& name, const std::string& place) const {
  const int64_t id = find(name);
  if (id >= 0) return id;
  std::string known;
  for (size_t i = 0; i < names_.size() && i < 20; ++i) known += (i > 0 ? ", " : "") + names_[i];
  if (names_.size() > 20) known += ", …";
  fail("{}: the label {} is not one that the model knows ({}); correct it, or train with examples of it",
       place, excerpt(name), known);
}

bool Labels::has_all(const Labels& others) const {
  return std::all_of(others.names_.begin(), others.names_.end(),
                     [&](const std::string& name) { return find(name) >= 0; });
}

void Labels::write(Json& config) const {
  Json names = Json::object(), ids = Json::object();
  for (size_t i = 0; i < names_.size(); ++i) {
    names[std::to_string(i)] = names_[i];
    ids[names_[i]] = i;
  }
  config["id2label"] = names;
  config["label2id"] = ids;
}

int64_t GoldLabels::find(const std::string& name, const std::string& place) {
  const int64_t id = labels_.find(name);
  ++count_;
  if (id < 0 && unknown_++ == 0) {
    first_ = name;
    first_place_ = place;
  }
  return id;
}

void GoldLabels::check_some_known() const {
  if (unknown_ > 0 && unknown_ == count_) labels_.get(first_, first_place_);
}

std::vector<std::string> GoldLabels::notes() const {
  check_some_known();
  if (unknown_ == 0) return {};
  return {fmt::format("{} of {} unknown to the model and {} as missed; the first is {} ({})", unknown_,
                      unknown_ == 1 ? count_of(count_, "label") + " is" : count_of(count_, "label") + " are",
                      unknown_ == 1 ? "counts" : "count", excerpt(first_), first_place_)};
}

std::vector<std::string> doubts_about_labels(std::span<const std::string> occurrences) {
  constexpr size_t kFew = 10;        // examples that a judgement needs
  constexpr size_t kLabelWords = 6;  // a longer label reads like a text
  std::map<std::string, size_t> counts;
  size_t numbers = 0, long_ones = 0;
  for (const std::string& label : occurrences) ++counts[label];
  for (const auto& [label, count] : counts) {
    numbers += parse_number(label) ? 1 : 0;
    long_ones +=
        std::count(label.begin(), label.end(), ' ') >= static_cast<std::ptrdiff_t>(kLabelWords) ? 1 : 0;
  }
  std::vector<std::string> doubts;
  if (occurrences.size() < kFew) return doubts;
  const size_t different = counts.size();
  const auto total = occurrences.size();
  if (2 * different > total || 2 * long_ones > different) {
    doubts.push_back(
        fmt::format("there are {} different labels in {} examples, such as {}; name the column of the labels "
                    "with `label`{}",
                    different, total, excerpt(counts.begin()->first),
                    numbers == different ? ", or set `regression` if they are numbers to predict" : ""));
    return doubts;
  }
  const bool fractions =
      numbers == different && std::any_of(counts.begin(), counts.end(), [](const auto& entry) {
        const double number = *parse_number(entry.first);
        return number != std::floor(number);
      });
  if (fractions) {
    doubts.push_back(
        fmt::format("the {} labels are numbers, and each is a class of its own; set `regression` if they are "
                    "to be predicted as numbers",
                    different));
    return doubts;
  }
  const bool alone = counts[occurrences.front()] == 1 && different > 2 &&
                     std::all_of(counts.begin(), counts.end(), [&](const auto& entry) {
                       return entry.second > 1 || entry.first == occurrences.front();
                     });
  const bool odd_among_numbers =
      numbers + 1 == different && different > 2 && !parse_number(occurrences.front());
  if (alone || odd_among_numbers) {
    doubts.push_back(fmt::format(
        "the label {} occurs only in the first line; if that line names the columns, say `header yes`",
        excerpt(occurrences.front())));
  }
  return doubts;
}

std::vector<std::string> doubts_about_validation(std::span<const std::string> train,
                                                 std::span<const std::string> dev) {
  constexpr size_t kNamed = 5;
  const std::set<std::string_view> learned(train.begin(), train.end());
  std::set<std::string_view> alone(dev.begin(), dev.end());
  for (const std::string_view label : learned) alone.erase(label);
  if (alone.empty()) return {};
  std::string names;
  size_t count = 0;
  for (const std::string_view label : alone) {
    if (count == kNamed) break;
    names += (count++ > 0 ? ", " : "") + excerpt(label);
  }
  if (alone.size() > kNamed) names += fmt::format(" and {} more", alone.size() - kNamed);
  return {fmt::format("{} in the data for validation alone, so no example teaches {}",
                      alone.size() == 1 ? "the label " + names + " occurs" : "the labels " + names + " occur",
                      alone.size() == 1 ? "it" : "them")};
}

std::vector<double> numbers_by_label(const Labels& labels, std::span<const std::string> parts,
                                     double otherwise, NumberRange range, const std::string& flag) {
  std::vector<double> numbers(static_cast<size_t>(labels.size()), otherwise);
  for (const std::string& part : parts) {
    const size_t sign = part.rfind('=');
    const auto number = parse_number(sign == std::string::npos ? "" : part.substr(sign + 1));
    check(number && range.holds(*number), "{}: {}: expected LABEL=NUMBER with a number {}", flag,
          excerpt(part), range.text());
    numbers[static_cast<size_t>(labels.get(part.substr(0, sign), flag))] = *number;
  }
  return numbers;
}

}  // namespace hodhod
