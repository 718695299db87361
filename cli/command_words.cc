// SPDX-License-Identifier: Apache-2.0
// hodhod near DIR WORD… and hodhod analogy DIR A B C: what word vectors know of words.
#include <fmt/format.h>

#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "cli/input.h"
#include "cli/models.h"
#include "cli/output.h"
#include "hodhod/tasks/word_lookup.h"

namespace hodhod::cli {
namespace {

struct WordFlags {
  std::string directory;
  std::vector<std::string> words;
  int64_t count = 10;
  std::optional<int64_t> limit;  // unset: all words
  bool json = false;
};

void add_word_flags(Command& command, WordFlags& flags, const std::string& words, const std::string& json) {
  command.add("DIR", flags.directory, "The directory of word vectors").required();
  command.add("WORD", flags.words, words).required();
  command.add("--count", flags.count, "Number of words to show", in(1, 1 << 20));
  command.add("--limit", flags.limit, "Look among this many of the commonest words; without it among all",
              at_least(1));
  command.add("--json", flags.json, json);
}

int64_t limit_of(const WordFlags& flags) { return flags.limit.value_or(std::numeric_limits<int64_t>::max()); }

WordLookup load_words(const std::string& directory) {
  WordLookup lookup = WordLookup::load(directory);
  print_warnings(lookup.model().warnings);
  print_warnings(lookup.model().tokenizer->warnings());
  return lookup;
}

std::string answer_text(const WordFlags& flags, const WordLookup& lookup, const Json& question,
                        const std::string& first, const std::vector<NearWord>& found) {
  if (flags.json) {
    Json line = question, words = Json::array();
    for (const NearWord& near : found) {
      const std::string& word = lookup.words()[static_cast<size_t>(near.word)];
      words.push_back({{"word", word}, {"cosine", near.cosine}});
    }
    line["near"] = std::move(words);
    return json_line(line);
  }
  std::string text;
  for (const NearWord& near : found)
    text += fmt::format("{}{}\t{:.4f}\n", first, lookup.words()[static_cast<size_t>(near.word)], near.cosine);
  return text;
}

int run_near(const WordFlags& flags) {
  const WordLookup lookup = load_words(flags.directory);
  for (const std::string& word : flags.words) {
    std::vector<int64_t> without;
    if (const auto own = lookup.find(word)) without.push_back(*own);
    const auto found =
        lookup.space().nearest(lookup.vector_or_fail(word), flags.count, without, limit_of(flags));
    print_text(
        answer_text(flags, lookup, {{"word", word}}, flags.words.size() > 1 ? word + "\t" : "", found));
  }
  return 0;
}

int run_analogy(const WordFlags& flags) {
  check(flags.words.size() == 3,
        "analogy: give three words A B C, to ask what is to C as B is to A; there are {}",
        flags.words.size());
  const WordLookup lookup = load_words(flags.directory);
  std::vector<int64_t> without;
  std::vector<float> query(static_cast<size_t>(lookup.space().width()), 0.0f);
  for (size_t i = 0; i < 3; ++i) {
    if (const auto own = lookup.find(flags.words[i])) without.push_back(*own);
    const auto unit = to_length_one(lookup.vector_or_fail(flags.words[i]));
    for (size_t c = 0; c < query.size(); ++c) query[c] += i == 0 ? -unit[c] : unit[c];
  }
  const auto found = lookup.space().nearest(query, flags.count, without, limit_of(flags));
  print_text(answer_text(flags, lookup, {{"words", flags.words}}, "", found));
  return 0;
}

}  // namespace

void add_near(Command& program) {
  Command& command = program.add_command("near", "List the words whose vectors are nearest to a word's");
  auto flags = std::make_shared<WordFlags>();
  add_word_flags(command, *flags, "Words; one that is not known is made of its subwords",
                 "Print a JSON object for each word, with those near it");
  command.on_run([flags](const Session&) { return run_near(*flags); });
}

void add_analogy(Command& program) {
  Command& command = program.add_command("analogy", "Find the word that is to C as B is to A");
  auto flags = std::make_shared<WordFlags>();
  flags->count = 5;
  add_word_flags(command, *flags, "Three words A B C: the answer is nearest to B - A + C",
                 "Print the answer as a JSON object");
  command.on_run([flags](const Session&) { return run_analogy(*flags); });
}

}  // namespace hodhod::cli
