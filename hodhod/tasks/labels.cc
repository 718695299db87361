// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/labels.h"

#include <algorithm>
#include <optional>

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

Labels Labels::load(const std::string& directory) {
  const std::string path = join_path(directory, "config.json");
  const Json config = read_json(path);
  const Json* names = json_find(config, "id2label");
  if (!names || !names->is_object()) return {};
  std::vector<std::string> by_id(names->size());
  for (const auto& [key, value] : names->items()) {
    const auto id = parse_number(key);
    check(id && *id >= 0 && *id < static_cast<double>(by_id.size()) && value.is_string(),
          "{}: id2label: expected the numbers 0 to {}, each with a name, found \"{}\"", path,
          by_id.size() - 1, key);
    by_id[static_cast<size_t>(*id)] = value.get<std::string>();
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

}  // namespace hodhod
