// SPDX-License-Identifier: Apache-2.0
// hodhod tokenize normalize: normalises text and shows the changes.
#include <fmt/format.h>

#include <map>
#include <memory>

#include "cli/input.h"
#include "cli/tokenize.h"
#include "hodhod/base/error.h"
#include "hodhod/base/json.h"
#include "hodhod/base/utf8.h"
#include "hodhod/text/tokenizer.h"

namespace hodhod::cli {
namespace {

struct NormalizeFlags {
  std::string tokenizer;
  std::vector<std::string> files;
  PersianFlags persian;
  bool show = false, json = false;
};

Json changes_to_json(std::string_view line, const std::vector<text::TextChange>& changes) {
  Json list = Json::array();
  for (const text::TextChange& change : changes) {
    const size_t before = count_characters(line.substr(0, change.where.begin));
    list.push_back({{"bytes", Json::array({change.where.begin, change.where.end})},
                    {"characters", Json::array({before, before + count_characters(change.before)})},
                    {"before", change.before},
                    {"after", change.after}});
  }
  return list;
}

// Reports what each rule changes. A tokenizer's normaliser counts as one rule; the Persian normaliser has
// several.
std::vector<text::RuleReport> report_rules(const text::Normalizer* normalizer, std::string_view line,
                                           const text::PersianOptions& options) {
  if (normalizer == nullptr) return text::report_persian(line, options);
  text::NormalizedText normalized(line);
  normalizer->apply(normalized);
  return {{"normalizer", text::list_changes(normalized)}};
}

std::string show_changes(const std::vector<text::RuleReport>& reports) {
  std::string out;
  for (const text::RuleReport& rule : reports) {
    // Equal changes are printed once, with their count.
    std::map<std::pair<std::string, std::string>, int> counts;
    for (const text::TextChange& change : rule.changes) ++counts[{change.before, change.after}];
    for (const auto& [change, count] : counts) {
      out += fmt::format("  {}: {} → {}", rule.rule, visible(change.first),
                         change.second.empty() ? "∅" : visible(change.second));
      out += count > 1 ? fmt::format(" ({} times)\n", count) : "\n";
    }
  }
  return out;
}

int normalize_lines(const Command& command, const NormalizeFlags& flags, const Session& session) {
  if (!flags.tokenizer.empty())
    refuse_persian_flags(command, "is for the Persian rules, and the normaliser of --tokenizer is used");
  const text::PersianOptions options = persian_options(flags.persian);
  std::optional<text::Tokenizer> tokenizer;
  text::NormalizerPtr persian;
  const text::Normalizer* normalizer = nullptr;
  if (!flags.tokenizer.empty()) {
    tokenizer.emplace(load_tokenizer(flags.tokenizer));
    normalizer = tokenizer->parts().normalizer.get();
    check(normalizer != nullptr, "{}: this tokenizer has no normaliser", flags.tokenizer);
  } else {
    persian = text::make_persian_normalizer(options);
  }
  const text::Normalizer& used = normalizer != nullptr ? *normalizer : *persian;
  Lines lines(flags.files, "Normalising", session.quiet);
  print_for_each_line(lines, [&](std::string_view line) {
    const std::string result = text::normalize(used, line);
    if (!flags.show && !flags.json) return result + "\n";
    const auto reports = report_rules(normalizer, line, options);
    if (!flags.json) return result + "\n" + show_changes(reports);
    Json rules = Json::object();
    for (const auto& rule : reports) {
      if (!rule.changes.empty()) rules[rule.rule] = changes_to_json(line, rule.changes);
    }
    return format_json({{"text", result}, {"changes", rules}}, -1) + "\n";
  });
  return 0;
}

}  // namespace

void add_persian_flags(Command& action, PersianFlags& flags) {
  const std::string group = "Persian rules";
  auto& options = flags.options;
  action.add("--no-compose", options.compose, "Do not compose letters with their marks (no NFC)").in(group);
  action.add("--no-letters", options.letters, "Keep ي, ى and ك").in(group);
  action.add("--digits", flags.digits, "Kind of digits that all digits become")
      .one_of({"keep", "persian", "arabic", "latin"})
      .in(group);
  action.add("--remove-diacritics", options.remove_diacritics, "Remove vowel marks (fathatan to sukun)")
      .in(group);
  action.add("--no-tatweel", options.remove_tatweel, "Keep tatweel (ـ)").in(group);
  action.add("--no-joiners", options.clean_joiners, "Keep every zero-width non-joiner").in(group);
}

void refuse_persian_flags(const Command& command, std::string_view why) {
  command.refuse(
      {"--no-compose", "--no-letters", "--digits", "--remove-diacritics", "--no-tatweel", "--no-joiners"},
      why);
}

text::PersianOptions persian_options(const PersianFlags& flags) {
  text::PersianOptions options = flags.options;
  if (flags.digits == "keep") options.digits = text::PersianDigits::keep;
  if (flags.digits == "persian") options.digits = text::PersianDigits::persian;
  if (flags.digits == "arabic") options.digits = text::PersianDigits::arabic;
  if (flags.digits == "latin") options.digits = text::PersianDigits::latin;
  return options;
}

std::string visible(std::string_view token) {
  std::string out;
  for (size_t i = 0; i < token.size();) {
    const Character c = read_character(token, i);
    if (c.code == ' ') {
      out += "␣";
    } else if (c.code == '\n') {
      out += "⏎";
    } else if (c.code == '\t') {
      out += "⇥";
    } else if (c.code == 0x200C) {
      out += "⟨ZWNJ⟩";
    } else if (c.code == kIllFormed) {
      out += fmt::format("⟨{:02X}⟩", static_cast<uint8_t>(token[i]));
    } else if (c.code < 0x20 || (c.code >= 0x7F && c.code < 0xA0) || (c.code >= 0x200B && c.code <= 0x200F)) {
      out += fmt::format("⟨U+{:04X}⟩", static_cast<uint32_t>(c.code));
    } else {
      out.append(token.substr(i, c.size));
    }
    i += c.size;
  }
  return out;
}

void add_tokenize_normalize(Command& tokenize) {
  auto flags = std::make_shared<NormalizeFlags>();
  Command& action = tokenize.add_command(
      "normalize", "Normalise text as a tokenizer does, or by the Persian rules if none is given");
  action.add("-t,--tokenizer", flags->tokenizer, "Tokenizer whose normaliser to use").called("FILE");
  add_text_files(action, flags->files);
  action.add("--show", flags->show, "List the changes under each line");
  action.add("--json", flags->json, "Print a JSON object for each line, with the changes");
  add_persian_flags(action, flags->persian);
  action.on_run(
      [flags, &action](const Session& session) { return normalize_lines(action, *flags, session); });
}

}  // namespace hodhod::cli
