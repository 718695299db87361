// SPDX-License-Identifier: Apache-2.0
// Reading a command line with CLI11, which only this file includes.
//
// CLI11 treats "[a,b]" as a list, "++" as the end of a command, and "--name=" as an option without a value.
// Therefore CLI11 sees only the names of commands and options; every other word is replaced by its number.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <map>
#include <set>

#include "cli/arguments.h"
#include "cli/config.h"
#include "cli/help.h"
#include "hodhod/base/nearest_name.h"

namespace hodhod::cli {
namespace {

// "-" is a file, and "-5" is a number or a text; neither is an option.
bool looks_like_option(const std::string& word) {
  return word.size() > 1 && word[0] == '-' && (word[1] == '-' || std::isalpha(uint8_t(word[1])) != 0);
}

bool is_yes_or_no(const std::string& word) {
  return word == "yes" || word == "no" || word == "true" || word == "false" || word == "on" || word == "off";
}

bool is_help_or_version(const std::string& word) {
  return word == "-h" || word == "--help" || word == "--version";
}

class CommandLine {
 public:
  CommandLine(Command& program, const std::string& version)
      : program_(program), app_(program.help(), program.name()) {
    app_.set_version_flag("--version", version);
    declare(app_, program);
  }

  Request read(const std::vector<std::string>& words) {
    path_ = {&program_};
    std::vector<std::string> shown = hide_texts(words);
    if (!config_.empty() && path_.back()->commands().empty()) add_config(shown);
    const bool asks = std::any_of(shown.begin(), shown.end(), is_help_or_version);
    check(asks || path_.back()->commands().empty(), "a command is missing; the commands are {}",
          fmt::join(names_of_commands(), ", "));
    std::reverse(shown.begin(), shown.end());
    try {
      app_.parse(shown);
    } catch (const CLI::CallForHelp&) {
      return {{}, help_text(path_)};
    } catch (const CLI::CallForVersion& asked) {
      return {{}, std::string(asked.what()) + "\n"};
    } catch (const CLI::ExtrasError&) {
      fail("\"{}\" is one argument too many", text_of(app_.remaining(true).at(0)));
    } catch (const CLI::RequiredError&) {
      fail_for_missing();
    } catch (const CLI::ParseError& error) {
      fail("{}", error.what());
    }
    return {path_};
  }

  // The command's full name: "hodhod train generate".
  std::string place() const {
    std::string place;
    for (const Command* command : path_) place += (place.empty() ? "" : " ") + command->name();
    return place;
  }

 private:
  void declare(CLI::App& app, Command& command) {
    std::vector<std::pair<CLI::Option*, const Argument*>> options;
    for (Argument& argument : command.arguments()) options.emplace_back(declare(app, argument), &argument);
    for (const auto& [option, argument] : options) {
      for (const std::string& other : argument->excluded()) option->excludes(app.get_option(other));
      if (!argument->needed().empty()) option->needs(app.get_option(argument->needed()));
    }
    app.fallthrough();
    for (Command& below : command.commands()) declare(*app.add_subcommand(below.name(), below.help()), below);
  }

  CLI::Option* declare(CLI::App& app, Argument& argument) {
    const auto set = [this, &argument](const std::vector<std::string>& shown) {
      std::vector<std::string> words;
      for (const std::string& word : shown) words.push_back(text_of(word));
      try {
        argument.set(words);
      } catch (const Error& error) {
        const auto place = places_.find(&argument);
        fail("{}{}", place == places_.end() ? "" : place->second + ": ", error.what());
      }
      return true;
    };
    CLI::Option* option = app.add_option(argument.names(), set);
    option->required(argument.is_required())->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    return argument.is_switch() ? option->type_size(0)->expected(0)
                                : option->expected(argument.takes_words() ? -1 : 1);
  }

  std::string hide(const std::string& text) {
    texts_.push_back(text);
    return fmt::format("@{}", texts_.size() - 1);
  }
  // The word behind a number. For a switch without a value, CLI11 passes "true".
  std::string text_of(const std::string& shown) const {
    return shown.starts_with('@') ? texts_.at(std::stoul(shown.substr(1))) : shown;
  }

  // The words, with texts replaced by numbers. Extends path_ down to the named command.
  std::vector<std::string> hide_texts(const std::vector<std::string>& words) {
    std::vector<std::string> shown;
    const auto show_text = [&](const std::string& word) {
      shown.push_back(hide(word));
      texts_given_ = true;
    };
    for (size_t i = 0; i < words.size(); ++i) {
      const std::string& word = words[i];
      if (word == "--") {
        shown.push_back(word);
        while (++i < words.size()) show_text(words[i]);
      } else if (is_help_or_version(word)) {
        shown.push_back(word);
      } else if (looks_like_option(word)) {
        i += hide_value(word, i + 1 < words.size() ? &words[i + 1] : nullptr, shown);
      } else if (path_.back()->commands().empty()) {
        show_text(word);
      } else {
        path_.push_back(&command_named(word));
        shown.push_back(word);
        behind_command_ = shown.size();
      }
    }
    return shown;
  }

  // Hides the value of an option: the text after "=", or the next word. Returns 1 if it took the next word,
  // otherwise 0.
  size_t hide_value(const std::string& word, const std::string* next, std::vector<std::string>& shown) {
    const bool is_long = word.starts_with("--");
    const size_t end = is_long ? std::min(word.find('='), word.size()) : 2;
    const std::string name = word.substr(0, end);
    const Argument& argument = argument_named(name, word);
    given_.insert(&argument);
    if (end < word.size()) {
      add_with_value(name, argument, word.substr(end + (word[end] == '=' ? 1 : 0)), shown);
      if (argument.key() == "config") config_ = text_of(shown.back());
      return 0;
    }
    if (argument.is_switch() && argument.takes_yes_or_no() && next != nullptr && is_yes_or_no(*next)) {
      add_with_value(name, argument, *next, shown);
      return 1;
    }
    shown.push_back(name);
    if (argument.is_switch()) return 0;
    check(next != nullptr && *next != "--" && (!looks_like_option(*next) || find(*next) == nullptr),
          "{}: expected {} after it", name, argument.expectation());
    shown.push_back(hide(*next));
    if (argument.key() == "config") config_ = *next;
    return 1;
  }

  // Inserts the values that the --config file has for arguments that were not given, right after the command.
  void add_config(std::vector<std::string>& shown) {
    std::vector<std::string> added;
    for (const ConfigEntry& entry : read_config(config_, path_)) {
      const Argument& argument = *entry.argument;
      if (given_.contains(&argument)) continue;
      check(argument.is_option() || !texts_given_, "{}: {} cannot be combined with texts on the command line",
            entry.place, argument.names());
      places_[&argument] = entry.place;
      for (const std::string& word : entry.words) {
        if (!argument.is_option()) {
          added.push_back(hide(word));
        } else {
          add_with_value(fmt::format("--{}", argument.key()), argument, word, added);
        }
      }
    }
    shown.insert(shown.begin() + static_cast<ptrdiff_t>(behind_command_), added.begin(), added.end());
  }

  // Appends an option with its value; "--" ends the words of an option that takes several.
  void add_with_value(const std::string& name, const Argument& argument, const std::string& value,
                      std::vector<std::string>& shown) {
    if (argument.is_switch()) {
      shown.push_back(fmt::format("{}={}", name, hide(value)));
    } else {
      shown.insert(shown.end(), {name, hide(value)});
      if (argument.takes_words()) shown.emplace_back("--");
    }
  }

  Command& command_named(const std::string& word) {
    for (Command& command : path_.back()->commands()) {
      if (command.name() == word) return command;
    }
    const std::vector<std::string> names = names_of_commands();
    const std::string question = did_you_mean(word, names);
    fail("there is no command \"{}\"{}", word,
         question.empty() ? fmt::format("; the commands are {}", fmt::join(names, ", ")) : question);
  }

  const Argument* find(const std::string& name) const {
    for (auto command = path_.rbegin(); command != path_.rend(); ++command) {
      for (const Argument& argument : (*command)->arguments()) {
        if (argument.is_option() && argument.has_name(name)) return &argument;
      }
    }
    return nullptr;
  }

  const Argument& argument_named(const std::string& name, const std::string& word) const {
    if (const Argument* argument = find(name)) return *argument;
    std::vector<std::string> names = {"--help", "--version"};
    for (const Command* command : path_) {
      for (const Argument& argument : command->arguments()) {
        if (argument.is_option()) names.push_back(fmt::format("--{}", argument.key()));
      }
    }
    const std::string question = did_you_mean(name, names);
    fail("there is no option {}{}", word.starts_with("--") ? name : word,
         question.empty() ? "; a text that begins with a dash goes after --" : question);
  }

  std::vector<std::string> names_of_commands() const {
    std::vector<std::string> names;
    for (const Command& command : path_.back()->commands()) names.push_back(command.name());
    return names;
  }

  [[noreturn]] void fail_for_missing() const {
    for (const Argument& argument : path_.back()->arguments()) {
      if (!argument.is_required() || argument.was_given()) continue;
      const std::string name = argument.is_option()
                                   ? fmt::format("--{} {}", argument.key(), argument.placeholder())
                                   : argument.names();
      fail("{} is missing; give {}", name, inside_sentence(argument.field().doc));
    }
    fail("something is missing");
  }

  Command& program_;
  CLI::App app_;
  std::vector<Command*> path_;      // the program and the named subcommands
  std::vector<std::string> texts_;  // the hidden words, by number
  std::set<const Argument*> given_;
  bool texts_given_ = false;  // whether texts were given that belong to no option
  std::string config_;        // the value of --config
  size_t behind_command_ = 0;
  std::map<const Argument*, std::string> places_;  // of values from the config file
};

}  // namespace

Request read_command_line(Command& program, const std::vector<std::string>& words,
                          const std::string& version) {
  CommandLine line(program, version);
  try {
    return line.read(words);
  } catch (const Error& error) {
    throw UsageError(
        fmt::format("{}: {}\nRun {} --help for more.", line.place(), error.what(), line.place()));
  }
}

}  // namespace hodhod::cli
