// SPDX-License-Identifier: Apache-2.0
#include "cli/help.h"

#include <fmt/format.h>

#include <algorithm>

#include "hodhod/base/utf8.h"

namespace hodhod::cli {
namespace {

constexpr size_t kColumn = 30, kWidth = 100;

// A name, with its help in lines beside it.
std::string row(const std::string& name, std::string_view help) {
  std::string text = "  " + name;
  size_t column = 2 + count_characters(name);
  const auto begin_line = [&] {
    text += '\n';
    column = 0;
  };
  if (column + 1 > kColumn) begin_line();
  text.append(kColumn - column, ' ');
  column = kColumn;
  while (!help.empty()) {
    const std::string_view word = help.substr(0, help.find(' '));
    help.remove_prefix(std::min(word.size() + 1, help.size()));
    const size_t size = count_characters(word);
    if (column > kColumn && column + 1 + size > kWidth) {
      begin_line();
      text.append(kColumn, ' ');
      column = kColumn;
    } else if (column > kColumn) {
      text += ' ';
      ++column;
    }
    text += word;
    column += size;
  }
  return text + '\n';
}

// A positional argument in the usage line: "DIR", "[TEXT…]".
std::string in_usage(const Argument& argument) {
  const std::string name = argument.names() + (argument.takes_words() ? "…" : "");
  return argument.is_required() ? name : fmt::format("[{}]", name);
}

std::string left_of_help(const Argument& argument) {
  std::string names = argument.names();
  if (const size_t comma = names.find(','); comma != std::string::npos) names.insert(comma + 1, " ");
  if (!argument.is_option()) return names;
  const std::string placeholder = argument.placeholder();
  return placeholder.empty() ? names : fmt::format("{} {}", names, placeholder);
}

// The help of all arguments. `options` is the heading for options without a heading of their own.
std::string arguments_text(const Command& command, std::string_view options) {
  std::string text;
  std::vector<std::string> groups;
  for (const Argument& argument : command.arguments()) {
    const std::string group = argument.is_option() ? argument.group() : "Arguments";
    if (std::find(groups.begin(), groups.end(), group) == groups.end()) groups.push_back(group);
  }
  // Positional arguments come first.
  std::stable_partition(groups.begin(), groups.end(), [](const auto& group) { return group == "Arguments"; });
  for (const std::string& group : groups) {
    text += fmt::format("\n{}:\n", group == "Options" ? options : group);
    for (const Argument& argument : command.arguments()) {
      if ((argument.is_option() ? argument.group() : "Arguments") != group) continue;
      text += row(left_of_help(argument), argument.help());
    }
  }
  return text;
}

}  // namespace

std::string help_text(const std::vector<Command*>& path) {
  const Command& command = *path.back();
  std::string text = command.help() + (command.help().ends_with('.') ? "\n\nUsage:" : ".\n\nUsage:");
  for (const Command* above : path) text.append(" ").append(above->name());
  if (!command.commands().empty()) text += " COMMAND";
  text += " [OPTIONS]";
  for (const Argument& argument : command.arguments()) {
    if (!argument.is_option()) text.append(" ").append(in_usage(argument));
  }
  text += '\n';
  if (!command.commands().empty()) text += "\nCommands:\n";
  for (const Command& below : command.commands()) text += row(below.name(), below.help());
  if (path.size() > 1) text += arguments_text(command, "Options");
  text += arguments_text(*path.front(), "Common options");
  return text + row("-h, --help", "Print this help") + row("--version", "Print the program's version");
}

}  // namespace hodhod::cli
