// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/hf/families_document.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

#include "hodhod/base/names.h"
#include "hodhod/models/hf/family.h"
#include "hodhod/models/hf/known_settings.h"

namespace hodhod::hf {
namespace {

// The task that a head is for.
std::string task_of(HeadKind head, TransformerShape shape) {
  switch (head) {
    case HeadKind::language_model:
      return shape == TransformerShape::decoder ? "generate" : "translate, summarize";
    case HeadKind::masked_language_model:
      return "fill-mask";
    case HeadKind::classifier:
      return "classify";
    case HeadKind::tagger:
      return "tag";
    case HeadKind::span:
      return "answer";
    case HeadKind::none:
      break;
  }
  return "embed";
}

std::string tasks_of(const Family& family) {
  std::vector<std::string> tasks;
  for (const HeadRule& rule : family.heads) {
    std::string task = task_of(rule.head, family.defaults().shape);
    if (std::find(tasks.begin(), tasks.end(), task) == tasks.end()) tasks.push_back(std::move(task));
  }
  return fmt::format("{}", fmt::join(tasks, ", "));
}

// What the family's reader asks a config.json for, whatever the head.
struct Settings {
  std::set<std::string> read;
  std::map<std::string, Json> fixed;  // refused with another value than this
};

Settings settings_of(const Family& family) {
  Settings all;
  for (const HeadRule& rule : family.heads) {
    const Json json{{"architectures", Json::array({std::string(rule.architecture)})}};
    ConfigReader reader(json, "config.json");
    read_config(family, reader);
    all.read.insert(reader.asked().begin(), reader.asked().end());
    all.fixed.insert(reader.fixed().begin(), reader.fixed().end());
  }
  for (const auto& [key, value] : all.fixed) all.read.erase(key);
  return all;
}

// Names between backquotes, in lines of the document's width.
std::string listed(const std::vector<std::string>& names) {
  constexpr size_t kWidth = 118;
  std::string text, line;
  for (size_t i = 0; i < names.size(); ++i) {
    const std::string word = "`" + names[i] + "`" + (i + 1 < names.size() ? "," : ".");
    if (!line.empty() && line.size() + word.size() >= kWidth) {
      text += line + "\n";
      line.clear();
    }
    line += (line.empty() ? "" : " ") + word;
  }
  return text + line + "\n";
}

std::vector<std::string> tensors_of(const Family& family) {
  const TensorNames names = family.names_of ? family.names_of(family.defaults()) : family.names;
  std::vector<std::string> found;
  for (const auto* rules : {&names.body, &names.head}) {
    for (const NameRule& rule : *rules) {
      std::string name = rule.theirs;
      if (const size_t hole = name.find("{}"); hole != std::string::npos) name.replace(hole, 2, "N");
      if (std::find(found.begin(), found.end(), name) == found.end()) found.push_back(std::move(name));
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::string section_of(const Family& family) {
  const Settings settings = settings_of(family);
  std::string text = fmt::format("\n## `{}`\n\n", family.model_type);
  std::vector<std::string> architectures;
  for (const HeadRule& rule : family.heads) architectures.emplace_back(rule.architecture);
  text += "Architectures: " + listed(architectures) + "\n";
  text += "Settings that are read:\n" + listed({settings.read.begin(), settings.read.end()});
  if (!settings.fixed.empty()) {
    std::vector<std::string> fixed;
    for (const auto& [key, value] : settings.fixed) fixed.push_back(key + ": " + format_json(value, -1));
    text += "\nRefused with another value:\n" + listed(fixed);
  }
  text += "\nTensors, where N is a layer's number:\n" + listed(tensors_of(family));
  return text;
}

}  // namespace

std::string families_document() {
  std::string text =
      "# Families\n\n"
      "`hodhod describe --families` printed this page from the program's own tables, and a test compares the "
      "two.\n[models.md](models.md) says what the settings do, and what happens to those that are not "
      "read.\n\n"
      "| family | tasks | settings read | refused | tensors |\n|---|---|---|---|---|\n";
  for (const Family* family : families()) {
    const Settings settings = settings_of(*family);
    text += fmt::format("| [`{0}`](#{0}) | {1} | {2} | {3} | {4} |\n", family->model_type, tasks_of(*family),
                        settings.read.size(), settings.fixed.size(), tensors_of(*family).size());
  }
  std::vector<std::string> refused;
  for (const NeutralSetting& setting : neutral_settings()) {
    if (setting.otherwise == Effect::other_model)
      refused.push_back(fmt::format("{}: {}", setting.key, setting.value));
  }
  text += "\nEvery family refuses another value than these:\n" + listed(refused);
  for (const Family* family : families()) text += section_of(*family);
  return text;
}

}  // namespace hodhod::hf
