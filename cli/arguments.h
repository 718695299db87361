// SPDX-License-Identifier: Apache-2.0
// Declares the options and arguments of commands, and reads a command line.
//
// A command declares each option and argument with a name, the variable that it sets, and a line of help. A
// name with dashes is an option, a name without is a positional argument:
//
//   void add_greet(Command& program) {
//     auto flags = std::make_shared<GreetFlags>();
//     Command& command = program.add_command("greet", "Greet someone");
//     command.add("NAME", flags->name, "Whom to greet").required();
//     command.add("--times", flags->times, "How often", in(1, 100));
//     command.add_config(flags->tone, "Tone");
//     command.on_run([flags](const Session& session) { return greet(*flags, session); });
//   }
//
// The variables can have any type that a field can have (base/visit.h) and must live as long as the command.
// Their values when they are declared are shown as the defaults. A bool is a switch.
#pragma once

#include <functional>
#include <list>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/base/error.h"
#include "hodhod/base/visit.h"

namespace hodhod::cli {

// Options that all commands share.
struct Session {
  int threads = 0;     // 0: one for each of the machine's processors
  bool quiet = false;  // no progress bars
  std::string config;  // a file with options
  bool print_config = false;
};

// An option or argument.
class Argument {
 public:
  Argument(std::string names, Field field, std::string group)
      : names_(std::move(names)), field_(std::move(field)), group_(std::move(group)) {}

  Argument& required();
  // The argument cannot be set in a file for --config.
  Argument& only_in_command_line();
  // The name of its value in the help; FILE and DIR are completed by the shell.
  Argument& called(std::string placeholder);
  // For lists: the option takes one word each time it is given, instead of all words that follow.
  Argument& repeated();
  // The heading under which the help shows it.
  Argument& in(std::string group);
  // For a text: the value must be one of these.
  Argument& one_of(std::vector<std::string> values);
  // Error if the argument is given together with that option (excludes; may be called again for others) or
  // without it (needs).
  Argument& excludes(std::string option);
  Argument& needs(std::string option);

  const std::string& names() const { return names_; }  // "--json"; "-t,--tokenizer"; "DIR"
  bool has_name(std::string_view name) const;
  std::string key() const { return field_flag(field_); }  // "json", "tokenizer", "DIR"
  const std::string& group() const { return group_; }
  const Field& field() const { return field_; }
  const std::vector<std::string>& values() const { return values_; }
  const std::vector<std::string>& excluded() const { return excluded_; }
  const std::string& needed() const { return needed_; }
  bool is_required() const { return required_; }
  bool is_option() const { return names_.starts_with('-'); }
  // Whether it takes no value.
  bool is_switch() const { return hodhod::is_switch(field_); }
  // A switch that reads a following "yes" or "no". Other switches read it only after "=", since the following
  // word may be a text.
  bool takes_yes_or_no() const { return is_switch() && !declared_alone_; }
  // A --no-NAME, which sets its variable to false.
  bool is_inverted() const { return is_switch() && names_.starts_with("--no-"); }
  // Whether each word that follows is an item.
  bool takes_words() const { return takes_words_ && !repeated_; }
  bool is_repeated() const { return repeated_; }
  // Whether it takes one word with items separated by commas.
  bool takes_list() const;
  // Whether it can be set in a file for --config.
  bool is_configurable() const { return !only_in_command_line_; }

  // "N", "FILE…", "pre|post"; empty for a switch.
  std::string placeholder() const;
  // "a whole number (from 1 to 5)".
  std::string expectation() const;
  // Help and range. help() adds the current value, which is the default until the argument is set. Of an
  // argument that stands for those of several commands (Command::add_arguments_of), what it is for each of
  // them.
  std::string help_without_value() const;
  std::string help() const;

  // Sets the variable from the given words. An Error says what was expected.
  void set(const std::vector<std::string>& words);
  bool was_given() const { return given_; }
  const std::vector<std::string>& words() const { return words_; }  // the words it was set from
  // The words of a command line that give it this value; none if it was not given.
  std::vector<std::string> given_words() const;

 private:
  friend class Command;
  // What it is for one of the commands that it stands for.
  struct Use {
    std::string of;     // "a classifier"
    std::string help;   // without the value
    std::string value;  // the default; empty: there is none to show
  };
  std::string shown_value() const;
  std::string help_of_uses() const;

  std::vector<Use> uses_;
  std::string names_;
  Field field_;
  std::string group_;
  std::vector<std::string> values_, words_, excluded_;
  std::string placeholder_, needed_;
  bool required_ = false, takes_words_ = false, repeated_ = false, declared_alone_ = false, given_ = false;
  bool only_in_command_line_ = false;
};

// "--batches-max-tokens", …: the options of these fields, which have `prefix` ("batches-") in front.
std::vector<std::string> options_of(const std::vector<Field>& fields, const std::string& prefix = {});

// A line of help as a part of a sentence: its first letter is small, unless its first word is in capitals.
std::string inside_sentence(std::string help);

// A command, or a group of commands.
class Command {
 public:
  Command(std::string name, std::string help) : name_(std::move(name)), help_(std::move(help)) {}

  // Adds a subcommand. References to subcommands stay valid.
  Command& add_command(std::string name, std::string help);
  void on_prepare(std::function<void()> prepare) { prepare_ = std::move(prepare); }
  void on_run(std::function<int(const Session&)> run) { run_ = std::move(run); }

  template <class T>
  Argument& add(const std::string& names, T& variable, std::string help, NumberRange range = {}) {
    Argument& argument = add_field(names, field_of(flag_of(names), variable, std::move(help), range));
    argument.takes_words_ = std::is_same_v<T, std::vector<std::string>>;
    argument.declared_alone_ = true;
    return argument;
  }
  // Adds --NAME for every field. A list is given as one word with commas between its items.
  void add_fields(const std::vector<Field>& fields, const std::string& group);
  // The same for every member of a struct; with a prefix, the options are --PREFIX-NAME.
  template <class Config>
  void add_config(Config& config, const std::string& group, const std::string& prefix = "") {
    std::vector<Field> fields = fields_of(config);
    for (Field& field : fields) field.path = prefix.empty() ? field.path : prefix + "." + field.path;
    add_fields(fields, group);
  }

  const std::string& name() const { return name_; }
  const std::string& help() const { return help_; }
  const std::list<Argument>& arguments() const { return arguments_; }
  std::list<Argument>& arguments() { return arguments_; }
  const std::list<Command>& commands() const { return commands_; }
  std::list<Command>& commands() { return commands_; }
  // Sets options that were not given from another place, such as a model's directory. Called before `run`.
  void prepare() const {
    if (prepare_) prepare_();
  }
  int run(const Session& session) const { return run_(session); }

  // Adds the arguments of another command, which is for `of` ("a classifier"), and whose variables they set.
  // An argument that several have is kept once, under no heading of its own if theirs differ, and its help
  // tells what it is for each.
  void add_arguments_of(const Command& other, const std::string& of);
  // Sets this command's arguments to what was given to `other`. Error for an option that was given there and
  // that this command does not have: it "has no meaning for" `what`.
  void take_given(const Command& other, std::string_view what);

  // Whether the option, such as "--num-beams", was given.
  bool was_given(std::string_view option) const;
  // Error when one of these options was given, which has no effect for the reason `why`.
  void refuse(const std::vector<std::string>& options, std::string_view why) const;
  // Sets each member of `config` whose option was given to its value in `given`.
  template <class Config>
  void keep_given(Config& config, Config given) const {
    const auto fields = fields_of(config), others = fields_of(given);
    for (size_t i = 0; i < fields.size(); ++i) {
      if (was_given(fmt::format("--{}", field_flag(fields[i])))) set_field(fields[i], field_text(others[i]));
    }
  }

 private:
  // "-t,--tokenizer" → "tokenizer".
  static std::string flag_of(const std::string& names);
  Argument& add_field(std::string names, Field field, std::string group = "Options");
  Argument* find(const Argument& other);  // the argument with the same names, or null

  std::string name_, help_;
  std::list<Argument> arguments_;
  std::list<Command> commands_;
  std::function<void()> prepare_;
  std::function<int(const Session&)> run_;
};

// The Error for an invalid command line.
class UsageError : public Error {
  using Error::Error;
};

// What a command line asks for: to print a text (help, the version) or, if `path` is not empty, to run a
// command. `path` leads from the program down to that command, whose variables are set.
struct Request {
  std::vector<Command*> path;
  std::string text = {};
};

// Reads the words after the program's name. Throws UsageError.
Request read_command_line(Command& program, const std::vector<std::string>& words,
                          const std::string& version);

}  // namespace hodhod::cli
