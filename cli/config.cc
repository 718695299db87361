// SPDX-License-Identifier: Apache-2.0
#include "cli/config.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/toml.h"
#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/base/json.h"
#include "hodhod/base/nearest_name.h"

namespace hodhod::cli {
namespace {

// The section of a command: "train.generate".
std::string section_of(const std::vector<Command*>& path) {
  std::string section;
  for (size_t i = 1; i < path.size(); ++i) section += (i > 1 ? "." : "") + path[i]->name();
  return section;
}

void add_sections(const Command& command, const std::string& prefix, std::vector<std::string>& sections) {
  for (const Command& below : command.commands()) {
    const std::string section = prefix.empty() ? below.name() : fmt::format("{}.{}", prefix, below.name());
    if (below.commands().empty()) sections.push_back(section);
    add_sections(below, section, sections);
  }
}

const Argument& argument_of(const TomlEntry& entry, const std::vector<const Command*>& commands) {
  std::vector<std::string> keys;
  for (const Command* command : commands) {
    for (const Argument& argument : command->arguments()) {
      if (!argument.is_configurable()) continue;
      keys.push_back(argument.key());
      if (keys.back() == entry.key) return argument;
    }
  }
  fail("{}: {} has no option \"{}\"{}", entry.place, commands[0]->name(), entry.key,
       did_you_mean(entry.key, keys));
}

std::vector<std::string> words_of(const TomlEntry& entry, const Argument& argument) {
  if (argument.takes_words() || argument.is_repeated() || !entry.is_list) return entry.values;
  check(argument.takes_list(), "{}: {} is one value, not a list", entry.place, entry.key);
  for (const std::string& value : entry.values) {
    check(value.find(',') == std::string::npos, "{}: {}: \"{}\" contains a comma, which separates values",
          entry.place, entry.key, value);
  }
  return {fmt::format("{}", fmt::join(entry.values, ","))};
}

// Values are written as JSON, which is valid TOML.
std::string value_text(const Argument& argument) {
  Field field = argument.field();
  field.path = "value";
  Json value = fields_to_json({field})["value"];
  if (argument.is_inverted()) value = !value.get<bool>();
  return value.is_null() ? "" : format_json(value, -1);
}

std::string arguments_text_of(const Command& command) {
  std::string text;
  for (const Argument& argument : command.arguments()) {
    if (!argument.is_configurable()) continue;
    text += fmt::format("\n# {}\n{}{} = {}\n", argument.help_without_value(), argument.was_given() ? "" : "#",
                        argument.key(), value_text(argument));
  }
  return text;
}

}  // namespace

std::vector<ConfigEntry> read_config(const std::string& file, const std::vector<Command*>& path) {
  const std::string own = section_of(path);
  std::vector<std::string> sections;
  add_sections(*path[0], "", sections);
  std::vector<ConfigEntry> entries;
  for (const TomlEntry& entry : read_toml(read_file(file, 1 << 24), file)) {
    const bool known = std::find(sections.begin(), sections.end(), entry.section) != sections.end();
    check(entry.section.empty() || known, "{}: there is no command \"{}\"{}", entry.place, entry.section,
          did_you_mean(entry.section, sections));
    if (!entry.section.empty() && entry.section != own) continue;
    std::vector<const Command*> commands = {path.back()};
    if (entry.section.empty()) commands.push_back(path.front());
    const Argument& argument = argument_of(entry, commands);
    for (const ConfigEntry& other : entries) {
      check(other.argument != &argument, "{}: {} is set at {} too; remove one", entry.place, entry.key,
            other.place);
    }
    entries.push_back({&argument, words_of(entry, argument), entry.place});
  }
  return entries;
}

std::string config_text(const std::vector<Command*>& path) {
  const std::string section = section_of(path);
  return fmt::format(
      "# For hodhod --config. Lines that begin with # are explanations, and values that were not given.\n"
      "{}\n[{}]\n{}",
      arguments_text_of(*path.front()), section, arguments_text_of(*path.back()));
}

}  // namespace hodhod::cli
