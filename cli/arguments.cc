// SPDX-License-Identifier: Apache-2.0
#include "cli/arguments.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace hodhod::cli {
namespace {

// "A", "A and B", "A, B and C".
std::string in_words(const std::vector<std::string>& names) {
  const auto last = names.end() - 1;
  const std::string before = fmt::format("{}", fmt::join(names.begin(), last, ", "));
  return before.empty() ? *last : fmt::format("{} and {}", before, *last);
}

}  // namespace

Argument& Argument::required() {
  required_ = true;
  return *this;
}

Argument& Argument::only_in_command_line() {
  only_in_command_line_ = true;
  return *this;
}

Argument& Argument::called(std::string placeholder) {
  placeholder_ = std::move(placeholder);
  return *this;
}

Argument& Argument::repeated() {
  repeated_ = true;
  return *this;
}

Argument& Argument::in(std::string group) {
  group_ = std::move(group);
  return *this;
}

Argument& Argument::one_of(std::vector<std::string> values) {
  values_ = std::move(values);
  return *this;
}

Argument& Argument::excludes(std::string option) {
  excluded_.push_back(std::move(option));
  return *this;
}

Argument& Argument::needs(std::string option) {
  needed_ = std::move(option);
  return *this;
}

bool Argument::has_name(std::string_view name) const {
  std::string_view rest = names_;
  while (true) {
    const size_t comma = rest.find(',');
    if (rest.substr(0, comma) == name) return true;
    if (comma == std::string_view::npos) return false;
    rest.remove_prefix(comma + 1);
  }
}

std::string Argument::placeholder() const {
  if (is_switch()) return takes_yes_or_no() ? "[yes|no]" : "";
  if (!values_.empty()) return fmt::format("{}", fmt::join(values_, "|"));
  if (takes_words_) return (placeholder_.empty() ? "TEXT" : placeholder_) + (takes_words() ? "…" : "");
  return placeholder_.empty() ? field_placeholder(field_) : placeholder_;
}

std::string Argument::expectation() const {
  if (!values_.empty()) return fmt::format("one of {}", fmt::join(values_, ", "));
  return takes_words_ ? "texts" : field_expectation(field_);
}

bool Argument::takes_list() const {
  const auto& member = field_.member;
  return !takes_words_ && (std::holds_alternative<std::vector<int64_t>*>(member) ||
                           std::holds_alternative<std::vector<double>*>(member) ||
                           std::holds_alternative<std::vector<std::string>*>(member));
}

std::string Argument::help_without_value() const {
  if (!uses_.empty()) return help_of_uses();
  std::string text = field_.doc;
  if (const std::string range = field_.range.text(); !range.empty()) text += fmt::format(" ({})", range);
  if (required_ && is_option()) text += "; required";
  return text;
}

std::string Argument::shown_value() const {
  const std::string value = field_text(field_);
  const bool is_off = is_switch() && value == "no";
  return is_off || is_inverted() ? "" : value;
}

std::string Argument::help() const {
  if (!uses_.empty()) return help_of_uses();
  const std::string value = shown_value();
  return value.empty() ? help_without_value() : fmt::format("{} [{}]", help_without_value(), value);
}

// "For a classifier and a tagger: labelled texts. For a language model: text [x]", or without "for" if it is
// the same for all.
std::string Argument::help_of_uses() const {
  std::vector<std::vector<Use>> groups;  // of equal help
  for (const Use& use : uses_) {
    const auto same = std::find_if(groups.begin(), groups.end(),
                                   [&](const std::vector<Use>& group) { return group[0].help == use.help; });
    same == groups.end() ? groups.push_back({use}) : same->push_back(use);
  }
  std::string text;
  for (const std::vector<Use>& group : groups) {
    std::vector<std::string> all, values;
    for (const Use& use : group) {
      all.push_back(use.of);
      if (!use.value.empty()) values.push_back(fmt::format("{} for {}", use.value, use.of));
    }
    const bool one_value =
        std::all_of(group.begin(), group.end(), [&](const Use& use) { return use.value == group[0].value; });
    if (groups.size() == 1) {
      text = group[0].help;
    } else {
      text += fmt::format("{}For {}: {}", text.empty() ? "" : ". ", in_words(all),
                          inside_sentence(group[0].help));
    }
    if (one_value && !group[0].value.empty()) text += fmt::format(" [{}]", group[0].value);
    if (!one_value) text += fmt::format(" [{}]", fmt::join(values, ", "));
  }
  return text;
}

void Argument::set(const std::vector<std::string>& words) {
  given_ = true;
  words_ = words;
  if (takes_words_) {
    *std::get<std::vector<std::string>*>(field_.member) = words;
    return;
  }
  check(words.size() == 1, "{} is given {} times; give it once", names_, words.size());
  check(values_.empty() || std::find(values_.begin(), values_.end(), words[0]) != values_.end(),
        "{}: expected {}, found \"{}\"", names_, expectation(), words[0]);
  set_field(field_, words[0], is_option() ? "--" + key() : names_);
  if (is_inverted()) {
    bool& value = *std::get<bool*>(field_.member);
    value = !value;
  }
}

std::vector<std::string> Argument::given_words() const {
  if (!given_) return {};
  std::vector<std::string> all;
  if (is_option()) all.push_back("--" + key());
  if (is_switch()) {
    const bool is_on = (field_text(field_) == "yes") != is_inverted();
    if (!is_on) all.back() += "=no";
  } else if (takes_words_) {
    for (const std::string& word : words_) {
      if (repeated_ && all.size() > 1) all.push_back("--" + key());
      all.push_back(word);
    }
  } else {
    all.push_back(field_text(field_));
  }
  return all;
}

Command& Command::add_command(std::string name, std::string help) {
  return commands_.emplace_back(std::move(name), std::move(help));
}

std::string Command::flag_of(const std::string& names) {
  const size_t dashes = names.rfind("--");
  return dashes == std::string::npos ? names : names.substr(dashes + 2);
}

Argument& Command::add_field(std::string names, Field field, std::string group) {
  return arguments_.emplace_back(std::move(names), std::move(field), std::move(group));
}

void Command::add_fields(const std::vector<Field>& fields, const std::string& group) {
  for (const Field& field : fields) add_field(fmt::format("--{}", field_flag(field)), field, group);
}

Argument* Command::find(const Argument& other) {
  const auto found = std::find_if(arguments_.begin(), arguments_.end(),
                                  [&](const Argument& own) { return own.names() == other.names(); });
  return found == arguments_.end() ? nullptr : &*found;
}

void Command::add_arguments_of(const Command& other, const std::string& of) {
  for (const Argument& argument : other.arguments_) {
    const Argument::Use use{of, argument.help_without_value(), argument.shown_value()};
    Argument* const own = find(argument);
    if (own == nullptr) {
      arguments_.push_back(argument);
      arguments_.back().uses_ = {use};
    } else if (!own->uses_.empty()) {  // not an argument that this command itself declared
      own->uses_.push_back(use);
      if (use.help != own->uses_[0].help) own->field_.doc = own->help_of_uses();
      if (own->group_ != argument.group_) own->group_ = "Options";
    }
  }
}

void Command::take_given(const Command& other, std::string_view what) {
  for (const Argument& argument : other.arguments_) {
    if (!argument.was_given()) continue;
    Argument* const own = find(argument);
    check(own != nullptr, "{}: {} has no meaning for {}; leave it out", name_, argument.names(), what);
    own->set(argument.words());
  }
}

void Command::refuse(const std::vector<std::string>& options, std::string_view why) const {
  const char* between = why.starts_with("is ") ? " " : ": ";
  for (const std::string& option : options)
    check(!was_given(option), "{}{}{}; leave it out", option, between, why);
}

bool Command::was_given(std::string_view option) const {
  return std::any_of(arguments_.begin(), arguments_.end(), [&](const Argument& argument) {
    return argument.has_name(option) && argument.was_given();
  });
}

std::string inside_sentence(std::string help) {
  const auto is_capital = [&](size_t i) { return i < help.size() && help[i] >= 'A' && help[i] <= 'Z'; };
  if (is_capital(0) && !is_capital(1)) help[0] += 'a' - 'A';
  return help;
}

std::vector<std::string> options_of(const std::vector<Field>& fields, const std::string& prefix) {
  std::vector<std::string> options;
  for (const Field& field : fields) options.push_back("--" + prefix + field_flag(field));
  return options;
}

}  // namespace hodhod::cli
