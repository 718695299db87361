// SPDX-License-Identifier: Apache-2.0
// Reading a command line by CLI11, which no other file knows.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "cli/arguments.h"

namespace hodhod::cli {
namespace {

CLI::Option* declare(CLI::App& app, Argument& argument) {
  const auto set = [&argument](const std::vector<std::string>& words) {
    argument.set(words);
    return true;
  };
  CLI::Option* option = app.add_option(argument.names(), set, argument.help());
  option->type_name(argument.kind())->group(argument.group());
  option->required(argument.is_required());
  option->expected(argument.takes_words() ? -1 : 1);
  if (argument.is_switch()) option->expected(0, 1)->default_str("yes");
  return option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void declare(CLI::App& app, Command& command) {
  std::vector<std::pair<CLI::Option*, const Argument*>> options;
  for (Argument& argument : command.arguments()) options.emplace_back(declare(app, argument), &argument);
  for (const auto& [option, argument] : options) {
    if (!argument->excluded().empty()) option->excludes(app.get_option(argument->excluded()));
    if (!argument->needed().empty()) option->needs(app.get_option(argument->needed()));
  }
  if (!command.commands().empty()) app.require_subcommand(1);
  app.fallthrough();
  for (Command& below : command.commands()) {
    declare(*app.add_subcommand(below.name(), below.help()), below);
  }
}

const Command& chosen(const CLI::App& app, const Command& command) {
  for (const Command& below : command.commands()) {
    const CLI::App* found = app.get_subcommand(below.name());
    if (found->parsed()) return chosen(*found, below);
  }
  return command;
}

}  // namespace

Request read_command_line(Command& program, const std::vector<std::string>& words,
                          const std::string& version) {
  CLI::App app(program.help(), program.name());
  app.set_version_flag("--version", version);
  declare(app, program);
  try {
    std::vector<std::string> last_first(words.rbegin(), words.rend());
    app.parse(last_first);
    return {&chosen(app, program), ""};
  } catch (const CLI::CallForHelp&) {
    return {nullptr, app.help()};
  } catch (const CLI::CallForVersion& asked) {
    return {nullptr, std::string(asked.what()) + "\n"};
  } catch (const CLI::ParseError& error) {
    throw UsageError(error.what());
  } catch (const Error& error) {
    throw UsageError(error.what());
  }
}

}  // namespace hodhod::cli
