// SPDX-License-Identifier: Apache-2.0
// hodhod tokenize describe: describes a tokenizer and measures it on text.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "cli/input.h"
#include "cli/tokenize.h"
#include "hodhod/base/format.h"
#include "hodhod/base/json.h"
#include "hodhod/text/tokenizer.h"
#include "hodhod/text/training/ngrams.h"
#include "hodhod/text/unicode/character_classes.h"

namespace hodhod::cli {
namespace {

struct DescribeTokenizerFlags {
  std::string tokenizer;
  std::vector<std::string> files;
  bool json = false;
  int ngrams = 0;
};

// The statistics of a text. A word is a run of characters without white space.
struct Statistics {
  int64_t lines = 0, bytes = 0, characters = 0, words = 0, tokens = 0, unknown = 0, unknown_characters = 0;
  int64_t used = 0;  // tokens of the vocabulary that occur in the text
  std::vector<text::NgramCounts> ngrams;
};

int64_t count_words(std::string_view line, const text::CharacterClasses& classes) {
  int64_t words = 0;
  bool inside = false;
  for (size_t i = 0; i < line.size();) {
    const Character c = read_character(line, i);
    const bool blank = classes.is(c.code, text::kSpace);
    words += !blank && !inside;
    inside = !blank;
    i += c.size;
  }
  return words;
}

Statistics measure(const text::Tokenizer& tokenizer, Lines& lines, bool ngrams) {
  Statistics s;
  for (int order = 1; ngrams && order <= text::kMaxNgramOrder; ++order) s.ngrams.emplace_back(order);
  const auto unknown = tokenizer.role("unk_token").value_or(-1);
  const text::CharacterClasses classes;
  std::vector<bool> used(static_cast<size_t>(tokenizer.vocab_size()));
  for (std::string line; lines.next(line);) {
    const text::Encoding encoding = tokenizer.encode(line, {.add_special_tokens = false});
    ++s.lines;
    s.bytes += static_cast<int64_t>(line.size());
    s.characters += static_cast<int64_t>(count_characters(line));
    s.words += count_words(line, classes);
    s.tokens += static_cast<int64_t>(encoding.size());
    for (text::NgramCounts& counts : s.ngrams) counts.add(encoding.ids);
    for (size_t i = 0; i < encoding.size(); ++i) {
      used[static_cast<size_t>(encoding.ids[i])] = true;
      if (encoding.ids[i] != unknown) continue;
      ++s.unknown;
      s.unknown_characters += encoding.characters[i].size();
    }
  }
  lines.finish();
  s.used = std::count(used.begin(), used.end(), true);
  return s;
}

double ratio(int64_t a, int64_t b) { return b == 0 ? 0 : static_cast<double>(a) / static_cast<double>(b); }

Json statistics_to_json(const Statistics& s, int32_t vocab_size) {
  return {{"lines", s.lines},
          {"bytes", s.bytes},
          {"characters", s.characters},
          {"words", s.words},
          {"tokens", s.tokens},
          {"tokens_per_word", ratio(s.tokens, s.words)},
          {"tokens_per_character", ratio(s.tokens, s.characters)},
          {"unknown_rate", ratio(s.unknown, s.tokens)},
          {"coverage", 1 - ratio(s.unknown_characters, s.characters)},
          {"vocabulary_used", ratio(s.used, vocab_size)}};
}

// The most frequent n-grams of one order; ties are sorted by ids.
std::vector<std::pair<text::NgramCounts::Key, int64_t>> most_frequent(const text::NgramCounts& counts,
                                                                      int most) {
  auto ngrams = counts.sorted();
  std::stable_sort(ngrams.begin(), ngrams.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  if (ngrams.size() > static_cast<size_t>(most)) ngrams.resize(static_cast<size_t>(most));
  return ngrams;
}

Json ngrams_to_json(const text::Tokenizer& tokenizer, const Statistics& s, int most) {
  Json orders = Json::array();
  for (const text::NgramCounts& counts : s.ngrams) {
    Json list = Json::array();
    for (const auto& [key, count] : most_frequent(counts, most)) {
      Json ids = Json::array(), tokens = Json::array();
      for (int i = 0; i < counts.order(); ++i) {
        ids.push_back(key[static_cast<size_t>(i)]);
        tokens.push_back(tokenizer.readable_token(key[static_cast<size_t>(i)]));
      }
      list.push_back({{"ids", ids}, {"tokens", tokens}, {"count", count}});
    }
    orders.push_back({{"order", counts.order()},
                      {"total", counts.total()},
                      {"distinct", counts.distinct()},
                      {"most_frequent", list}});
  }
  return orders;
}

void print_ngrams(const text::Tokenizer& tokenizer, const Statistics& s, int most) {
  for (const text::NgramCounts& counts : s.ngrams) {
    print_text(fmt::format("{}-grams         {}, {} different\n", counts.order(), with_commas(counts.total()),
                           with_commas(counts.distinct())));
    for (const auto& [key, count] : most_frequent(counts, most)) {
      std::string tokens;
      for (int i = 0; i < counts.order(); ++i) {
        if (i > 0) tokens += ' ';
        tokens += visible(tokenizer.readable_token(key[static_cast<size_t>(i)]));
      }
      print_text(fmt::format("  {:>12} {}\n", with_commas(count), tokens));
    }
  }
}

// The name of a part, from its {"type": …}; for a sequence, the names of its parts.
std::string name_of(const Json& part) {
  if (part.is_null()) return "none";
  std::string type = part["type"].get<std::string>();
  if (type != "Sequence") return type;
  std::string names;
  for (const auto& [key, list] : part.items()) {
    if (!list.is_array()) continue;
    for (const Json& item : list) names += (names.empty() ? "" : " + ") + name_of(item);
  }
  return names.size() > 120 ? fmt::format("a sequence of {}", part.size()) : names;
}

template <class Part>
Json part_to_json(const Part& part) {
  return part ? part->to_json() : Json(nullptr);
}

Json describe_tokenizer(const text::Tokenizer& tokenizer) {
  Json special = Json::object();
  for (const text::AddedToken& token : tokenizer.added_tokens().all()) {
    if (token.special) special[token.content] = token.id;
  }
  return {{"model", tokenizer.model().type()},
          {"vocab_size", tokenizer.vocab_size()},
          {"byte_level", tokenizer.is_byte_level()},
          {"added_tokens", tokenizer.added_tokens().all().size()},
          {"special_tokens", special},
          {"normalizer", part_to_json(tokenizer.parts().normalizer)},
          {"pre_tokenizer", part_to_json(tokenizer.parts().pre_tokenizer)},
          {"post_processor", part_to_json(tokenizer.parts().post_processor)},
          {"decoder", part_to_json(tokenizer.parts().decoder)}};
}

void print_description(const text::Tokenizer& tokenizer, const Json& about) {
  std::string special;
  for (const auto& [token, id] : about["special_tokens"].items())
    special += fmt::format(" {}={}", token, id.get<int>());
  print_text(fmt::format("model           {}{}\n", about["model"].get<std::string>(),
                         tokenizer.is_byte_level() ? ", byte level" : ""));
  print_text(fmt::format("vocabulary      {} {}\n", with_commas(tokenizer.vocab_size()),
                         noun_for(tokenizer.vocab_size(), "token")));
  print_text(fmt::format("special tokens {}\n", special.empty() ? " none" : special));
  for (const char* part : {"normalizer", "pre_tokenizer", "post_processor", "decoder"}) {
    print_text(fmt::format("{:15} {}\n", part, name_of(about[part])));
  }
}

void print_statistics(const Statistics& s, int32_t vocab_size) {
  print_text(fmt::format("text            {} {}, {} {}, {} {}, {}\n", with_commas(s.lines),
                         noun_for(s.lines, "line"), with_commas(s.words), noun_for(s.words, "word"),
                         with_commas(s.characters), noun_for(s.characters, "character"),
                         format_bytes(static_cast<uint64_t>(s.bytes))));
  print_text(fmt::format("tokens          {}\n", with_commas(s.tokens)));
  print_text(fmt::format("per word        {:.3f} tokens\n", ratio(s.tokens, s.words)));
  print_text(fmt::format("per character   {:.4f} tokens\n", ratio(s.tokens, s.characters)));
  print_text(fmt::format("unknown         {:.4f} % of the tokens\n", 100 * ratio(s.unknown, s.tokens)));
  print_text(fmt::format("coverage        {:.4f} % of the characters\n",
                         100 * (1 - ratio(s.unknown_characters, s.characters))));
  print_text(fmt::format("used            {:.1f} % of the vocabulary\n", 100 * ratio(s.used, vocab_size)));
}

int describe_on_text(const DescribeTokenizerFlags& flags, const Session& session) {
  const text::Tokenizer tokenizer = load_tokenizer(flags.tokenizer);
  Json about = describe_tokenizer(tokenizer);
  if (!flags.json) print_description(tokenizer, about);
  if (!flags.files.empty()) {
    Lines lines(flags.files, "Measuring", session.quiet);
    const Statistics s = measure(tokenizer, lines, flags.ngrams > 0);
    about["text"] = statistics_to_json(s, tokenizer.vocab_size());
    if (flags.ngrams > 0) about["text"]["ngrams"] = ngrams_to_json(tokenizer, s, flags.ngrams);
    if (!flags.json) {
      print_statistics(s, tokenizer.vocab_size());
      print_ngrams(tokenizer, s, flags.ngrams);
    }
  }
  if (flags.json) print_text(format_json(about) + "\n");
  return 0;
}

}  // namespace

void add_tokenize_describe(Command& tokenize) {
  auto flags = std::make_shared<DescribeTokenizerFlags>();
  Command& action = tokenize.add_command("describe", "Describe a tokenizer and measure it on text");
  action.add("-t,--tokenizer", flags->tokenizer, "The tokenizer: a file or a directory")
      .called("FILE")
      .required();
  action.add("FILE", flags->files, "Files of text to measure on (.gz and .zst too); - is standard input")
      .called("FILE");
  action.add("--ngrams", flags->ngrams,
             "Count n-grams of one, two and three tokens too, and list this many of each", in(0, 1'000'000));
  action.add("--json", flags->json, "Print a JSON object");
  action.on_run([flags](const Session& session) { return describe_on_text(*flags, session); });
}

}  // namespace hodhod::cli
