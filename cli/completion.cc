// SPDX-License-Identifier: Apache-2.0
#include "cli/completion.h"

#include <fmt/format.h>

#include <vector>

namespace hodhod::cli {
namespace {

// A command and the words that name it: "train generate", or "" for the program.
struct Place {
  std::string words;
  const Command* command;
};

void add_places(const std::string& words, const Command& command, std::vector<Place>& places) {
  places.push_back({words, &command});
  for (const Command& below : command.commands()) {
    add_places(words.empty() ? below.name() : fmt::format("{} {}", words, below.name()), below, places);
  }
}

std::vector<Place> places_of(const Command& program) {
  std::vector<Place> places;
  add_places("", program, places);
  return places;
}

std::vector<std::string> values_of(const Argument& argument) {
  if (argument.takes_yes_or_no()) return {"yes", "no"};
  if (!argument.values().empty()) return argument.values();
  const auto* member = std::get_if<EnumMember>(&argument.field().member);
  return member != nullptr ? std::vector<std::string>(member->names.begin(), member->names.end())
                           : std::vector<std::string>();
}

enum class Kind { none, text, values, file, directory };

Kind kind_of(const Argument& argument) {
  if (argument.is_switch() && !argument.takes_yes_or_no()) return Kind::none;
  if (!values_of(argument).empty()) return Kind::values;
  const std::string name = argument.is_option() ? argument.placeholder() : argument.names();
  if (name.starts_with("FILE")) return Kind::file;
  return name.starts_with("DIR") ? Kind::directory : Kind::text;
}

std::vector<std::string> names_of(const Argument& argument) {
  const std::string& names = argument.names();
  const size_t comma = names.find(',');
  return comma == std::string::npos ? std::vector{names}
                                    : std::vector{names.substr(0, comma), names.substr(comma + 1)};
}

// ---- bash. The words before the cursor name a command; the option before the cursor, or else the command,
// determines the completions.

std::string bash_action(const Argument& argument) {
  switch (kind_of(argument)) {
    case Kind::file:
      return "files";
    case Kind::directory:
      return "directories";
    case Kind::values:
      return fmt::format("words '{}'", fmt::join(values_of(argument), " "));
    default:
      return "return";
  }
}

std::string bash_values(const std::vector<Place>& places) {
  std::string cases;
  for (const Place& place : places) {
    for (const Argument& argument : place.command->arguments()) {
      // Only options with a value are completed here: no positional arguments, no switches.
      if (!argument.is_option() || argument.is_switch()) continue;
      for (const std::string& name : names_of(argument)) {
        cases += fmt::format("    '{}{}{}') {}; return ;;\n", place.words, place.words.empty() ? "" : " ",
                             name, bash_action(argument));
      }
    }
  }
  return cases;
}

std::string bash_words(const Place& place, const Command& program) {
  std::vector<std::string> words;
  std::string texts;
  for (const Command& below : place.command->commands()) words.push_back(below.name());
  for (const Command* command : {place.command, &program}) {
    for (const Argument& argument : command->arguments()) {
      if (argument.is_option()) {
        words.push_back(fmt::format("--{}", argument.key()));
      } else if (kind_of(argument) == Kind::file || kind_of(argument) == Kind::directory) {
        texts = bash_action(argument) + "; ";
      } else if (kind_of(argument) == Kind::values) {
        for (const std::string& value : values_of(argument)) words.push_back(value);
      }
    }
    if (command == &program) break;
  }
  return fmt::format("    '{}') {}words '{} --help' ;;\n", place.words, texts, fmt::join(words, " "));
}

std::string bash_script(const Command& program) {
  const std::vector<Place> places = places_of(program);
  std::string paths, commands;
  for (const Place& place : places) {
    if (!place.words.empty()) paths += fmt::format("{}'{}'", paths.empty() ? "" : " | ", place.words);
    commands += bash_words(place, program);
  }
  constexpr const char* kScript = R"(# For bash: source <(hodhod completion bash)
_hodhod() {{
  local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}} command= longer i
  words() {{ COMPREPLY+=($(compgen -W "$1" -- "$word")); }}
  files() {{ compopt -o filenames 2> /dev/null; COMPREPLY+=($(compgen -f -- "$word")); }}
  directories() {{ compopt -o filenames 2> /dev/null; COMPREPLY+=($(compgen -d -- "$word")); }}
  local IFS=$' \t\n'
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    longer=${{command:+$command }}${{COMP_WORDS[i]}}
    case $longer in
      {}) command=$longer ;;
    esac
  done
  case ${{command:+$command }}$before in
{}  esac
  case $before in
{}  esac
  case $command in
{}  esac
}}
complete -F _hodhod hodhod
)";
  const std::vector<Place> own(places.begin(), places.begin() + 1), below(places.begin() + 1, places.end());
  return fmt::format(fmt::runtime(kScript), paths, bash_values(below), bash_values(own), commands);
}

// ---- fish. One `complete` for each word.

std::string quoted_for_fish(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  return quoted + "'";
}

std::string fish_action(const Argument& argument) {
  switch (kind_of(argument)) {
    case Kind::none:
      return "";
    case Kind::file:
      return " -r -F";
    case Kind::directory:
      return " -x -a '(__fish_complete_directories)'";
    case Kind::values:
      return fmt::format(" {} -a '{}'", argument.is_switch() ? "-f" : "-x",
                         fmt::join(values_of(argument), " "));
    case Kind::text:
      return " -x";
  }
  return "";
}

std::string fish_line(const Place& place, const Argument& argument) {
  std::string line = "complete -c hodhod";
  if (!place.words.empty()) line += fmt::format(" -n 'test \"$(__hodhod_command)\" = \"{}\"'", place.words);
  if (!argument.is_option())
    return kind_of(argument) == Kind::text ? "" : line + fish_action(argument) + "\n";
  for (const std::string& name : names_of(argument)) {
    line += name.starts_with("--") ? fmt::format(" -l {}", name.substr(2)) : fmt::format(" -s {}", name[1]);
  }
  return line + fish_action(argument) + " -d " + quoted_for_fish(argument.field().doc) + "\n";
}

std::string fish_script(const Command& program) {
  std::string paths, lines;
  for (const Place& place : places_of(program)) {
    if (!place.words.empty()) paths += fmt::format(" '{}'", place.words);
    for (const Command& below : place.command->commands()) {
      lines += fmt::format("complete -c hodhod -n 'test \"$(__hodhod_command)\" = \"{}\"' -a {} -d {}\n",
                           place.words, below.name(), quoted_for_fish(below.help()));
    }
    for (const Argument& argument : place.command->arguments()) lines += fish_line(place, argument);
  }
  constexpr const char* kScript = R"(# For fish: hodhod completion fish | source
function __hodhod_command
  set -l command
  for word in (commandline -opc)[2..]
    set -l longer (string trim "$command $word")
    contains -- "$longer"{}; and set command $longer
  end
  echo $command
end
complete -c hodhod -f
complete -c hodhod -s h -l help -d 'Print this help'
{})";
  return fmt::format(fmt::runtime(kScript), paths, lines);
}

}  // namespace

std::string completion_script(const Command& program, Shell shell) {
  if (shell == Shell::fish) return fish_script(program);
  if (shell == Shell::bash) return bash_script(program);
  return "#compdef hodhod\n# For zsh, which reads the completions of bash: source <(hodhod completion zsh)\n"
         "autoload -Uz bashcompinit && bashcompinit\n" +
         bash_script(program);
}

}  // namespace hodhod::cli
