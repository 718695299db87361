// SPDX-License-Identifier: Apache-2.0
// N-gram models against KenLM: counting, scoring, the size of the files; and generation, which KenLM has not.
//
//   ngram                       on a text that is made here; the last line is for machines
//   ngram --text FILE           on this text; its last quarter is scored
//   ngram --words N             of the made text (7,000,000)
//   ngram --rounds N            how often each side is measured (3; three times as often in scoring); medians are
//                               shown
//
// KenLM's programs are named by HODHOD_KENLM_LMPLZ, HODHOD_KENLM_BUILD_BINARY and HODHOD_KENLM_QUERY; without
// them, our side alone is measured. Both sides are programs that are started, read text files and end; the
// time is from start to end and the memory the peak of the process. KenLM's lmplz writes an ARPA file, ours
// its mapped file.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <sstream>
#include <string>
#include <vector>

#include "bench/worker.h"
#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/base/rng.h"
#include "hodhod/base/threads.h"
#include "hodhod/decode/generator.h"
#include "hodhod/models/ngram.h"
#include "hodhod/models/registry.h"
#include "hodhod/tasks/continue_text.h"
#include "hodhod/tasks/fit_language.h"

namespace hodhod::bench {
namespace {

using Words = std::vector<std::string>;

struct Options {
  std::string text;
  int64_t words = 7'000'000;
  int rounds = 3;
};

struct Used {
  double seconds = 0, megabytes = 0;
};

// Runs a program to its end, with standard input and output from and to files.
Used run_program(const Words& command, const std::string& input, const std::string& output) {
  const double begin = now();
  const pid_t child = fork();
  check(child >= 0, "ngram: cannot start {}", command[0]);
  if (child == 0) {
    dup2(open(input.empty() ? "/dev/null" : input.c_str(), O_RDONLY), STDIN_FILENO);
    dup2(open(output.empty() ? "/dev/null" : output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644),
         STDOUT_FILENO);
    dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
    std::vector<char*> arguments;
    for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    execvp(arguments[0], arguments.data());
    _exit(127);
  }
  int status = 0;
  rusage usage{};
  wait4(child, &status, 0, &usage);
  check(WIFEXITED(status) && WEXITSTATUS(status) == 0, "ngram: {} failed with status {}", command[0], status);
  return {now() - begin, static_cast<double>(usage.ru_maxrss) / 1024};
}

Used median_of(const std::vector<Used>& all) {
  std::vector<double> seconds, megabytes;
  for (const Used& one : all) {
    seconds.push_back(one.seconds);
    megabytes.push_back(one.megabytes);
  }
  return {median(seconds), median(megabytes)};
}

// How many times as long as ours the others took: the median of the rounds, in each of which one ran right
// after the other.
double times_as_long(const std::vector<Used>& theirs, const std::vector<Used>& ours) {
  std::vector<double> ratios;
  for (size_t round = 0; round < ours.size(); ++round)
    ratios.push_back(theirs[round].seconds / ours[round].seconds);
  return median(ratios);
}

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// ---- a text ----

// Lines of words with the unevenness of language: ranks by Zipf's law, and after each word a few likely ones.
std::string made_words(int64_t words, uint64_t vocabulary) {
  std::string text;
  Rng rng(1);
  uint64_t last = 0, before = 0;
  const auto draw = [&] {
    // Ranks by Zipf's law: a uniform power of the vocabulary's size.
    return static_cast<uint64_t>(std::pow(static_cast<double>(vocabulary), rng.uniform_double())) - 1;
  };
  for (int64_t i = 0; i < words; ++i) {
    uint64_t word = draw();
    if (rng.below(3) != 0)
      word = (last * 2654435761 + (rng.below(2) == 0 ? before * 97 : 0) + draw() % 40) % vocabulary;
    if (rng.below(2) == 0) word = word % (1 + draw());
    text += fmt::format("{:x}{}", word, rng.below(22) == 0 ? '\n' : ' ');
    before = std::exchange(last, word);
  }
  text += '\n';
  return text;
}

int64_t count_words_of(const std::string& text) {
  int64_t words = 0;
  bool inside = false;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\n' || c == '\t' || c == '\r';
    words += !blank && !inside ? 1 : 0;
    inside = !blank;
  }
  return words;
}

// ---- our side, as programs of their own ----

TextGenerator count_text(const std::string& path, const std::string& directory, int64_t vocabulary) {
  const OpenText text = text_of_files({path});
  TaskTokenizerOptions tokenizer = usual_language_tokenizer(*model_preset("ngram"));
  tokenizer.persian = PersianFolding::no;
  tokenizer.vocabulary = vocabulary;
  TextGenerator generator = TextGenerator::make(
      "ngram", text(), {.model = {"order=5", "discount_fallback=yes"}, .tokenizer = tokenizer});
  LanguageFit fit(generator, text, "", {.directory = directory + "/counting"});
  const FittedTask task = fit.task();
  while (!task.fitting.finished()) task.fitting.advance();
  task.save(directory);
  return generator;
}

void score_worker(const std::string& directory, const std::string& path) {
  const TextGenerator generator = TextGenerator::load(directory);
  Context context;
  const auto score = score_text(generator, read_file(path), context, {.letters = false});
  fmt::print("{}\n", score.perplexity());
}

// Ways to choose the next token.
struct Way {
  std::string name;
  DecodeOptions options;
};

std::vector<Way> ways() {
  return {{"top-p 0.9", {.max_new_tokens = 100, .do_sample = true, .top_p = 0.9}},
          {"all tokens", {.max_new_tokens = 100, .do_sample = true}},
          {"temperature 0.8", {.max_new_tokens = 100, .do_sample = true, .temperature = 0.8}},
          {"top-k 40", {.max_new_tokens = 100, .do_sample = true, .top_k = 40}},
          {"greedy", {.max_new_tokens = 100}}};
}

// Tokens a second in rows that are continued together, in each way: the median of some rounds.
void generation_worker(const std::string& path, const std::string& directory) {
  const TextGenerator generator = count_text(path, directory, 30'000);
  const std::vector<std::string> prompts(64, "0");
  Context context;
  fmt::print("{}", generator.config().vocabulary());
  for (const Way& way : ways()) {
    std::vector<double> speeds;
    for (uint64_t round = 0; round < 9; ++round) {
      const double begin = now();
      int64_t tokens = 0;
      for (const auto& found : continue_text(generator, prompts, way.options, context, round * 64))
        tokens += std::ssize(found[0].tokens);
      speeds.push_back(static_cast<double>(tokens) / (now() - begin));
    }
    fmt::print(" {}", median(speeds));
  }
}

// ---- the comparison ----

class Comparison {
 public:
  Comparison(std::string self, const Options& options) : self_(std::move(self)), options_(options) {
    std::string text = options.text.empty() ? made_words(options.words, 200'000) : read_file(options.text);
    size_t cut = text.find('\n', text.size() - text.size() / 4);
    cut = cut == std::string::npos ? text.size() : cut + 1;
    train_ = directory_.put("train.txt", std::string_view(text).substr(0, cut));
    query_ = directory_.put("query.txt", std::string_view(text).substr(cut));
    words_ = count_words_of(text.substr(0, cut));
    query_words_ = count_words_of(text.substr(cut));
  }

  void run() {
    count();
    score();
    generate();
    fmt::print("{}\n", line_);
  }

 private:
  void show(const std::string& what, const Used& used, int64_t words) const {
    fmt::print("{:24} {:8.2f} s {:10.0f} words/s {:8.0f} MB\n", what, used.seconds,
               static_cast<double>(words) / used.seconds, used.megabytes);
    std::fflush(stdout);
  }
  void ratio(const std::string& name, double value) {
    line_ += fmt::format("{}{}={:.3f}", line_.empty() ? "" : " ", name, value);
  }

  void count() {
    const std::string lmplz = environment("HODHOD_KENLM_LMPLZ");
    std::vector<Used> ours, theirs;
    for (int round = 0; round < options_.rounds; ++round) {
      remove_tree(directory_ / "ours");
      ours.push_back(run_program({self_, "--count", train_, directory_ / "ours"}, "", ""));
      if (!lmplz.empty()) {
        theirs.push_back(
            run_program({lmplz, "-o", "5", "-T", directory_ / "kenlm"}, train_, directory_ / "theirs.arpa"));
      }
    }
    fmt::print("counting, order 5, {} words\n", words_);
    const Used own = median_of(ours);
    show("hodhod", own, words_);
    if (theirs.empty()) return;
    const Used other = median_of(theirs);
    show("lmplz", other, words_);
    ratio("build", times_as_long(theirs, ours));
    ratio("build_memory", own.megabytes / other.megabytes);
  }

  void score() {
    const std::string binary = environment("HODHOD_KENLM_BUILD_BINARY"),
                      query = environment("HODHOD_KENLM_QUERY");
    const NgramTrie trie(directory_ / "ours/ngrams.bin");
    double ngrams = 0;
    for (const uint64_t count : trie.counts()) ngrams += static_cast<double>(count);
    const auto bytes_of = [&](const std::string& path) {
      return static_cast<double>(file_size(path)) / ngrams;
    };
    const double own_bytes = bytes_of(directory_ / "ours/ngrams.bin");
    const std::vector<std::string> kinds =
        binary.empty() || query.empty() || line_.empty() ? Words() : Words{"probing", "trie"};
    for (const std::string& kind : kinds)
      run_program({binary, kind, directory_ / "theirs.arpa", directory_ / kind}, "", "");
    std::vector<Used> ours;
    std::vector<std::vector<Used>> theirs(kinds.size());
    // Scoring takes a moment, so that there is time for more rounds.
    for (int round = 0; round < 3 * options_.rounds; ++round) {
      ours.push_back(run_program({self_, "--score", directory_ / "ours", query_}, "", directory_ / "score"));
      for (size_t i = 0; i < kinds.size(); ++i)
        theirs[i].push_back(run_program({query, "-v", "summary", directory_ / kinds[i]}, query_, ""));
    }
    fmt::print("\nscoring {} words with one thread, loading included\n", query_words_);
    const Used own = median_of(ours);
    show("hodhod", own, query_words_);
    fmt::print("{:24} {:8.2f} bytes an n-gram\n", "", own_bytes);
    for (size_t i = 0; i < kinds.size(); ++i) {
      const Used other = median_of(theirs[i]);
      show("query, " + kinds[i], other, query_words_);
      fmt::print("{:24} {:8.2f} bytes an n-gram\n", "", bytes_of(directory_ / kinds[i]));
      ratio("query_" + kinds[i], times_as_long(theirs[i], ours));
      ratio("bytes_" + kinds[i], own_bytes / bytes_of(directory_ / kinds[i]));
    }
  }

  void generate() {
    run_program({self_, "--generate", train_, directory_ / "small"}, "", directory_ / "generated");
    std::istringstream answer(read_file(directory_ / "generated"));
    int64_t vocabulary = 0;
    answer >> vocabulary;
    fmt::print("\ngeneration, {} words known, 64 rows\n", vocabulary);
    for (const Way& way : ways()) {
      double speed = 0;
      answer >> speed;
      fmt::print("{:24} {:10.0f} tokens/s\n", way.name, speed);
      if (way.name == "top-p 0.9") ratio("generate_tok_s", speed);
    }
  }

  TemporaryDirectory directory_;
  std::string self_;
  Options options_;
  std::string train_, query_;
  int64_t words_ = 0, query_words_ = 0;
  std::string line_;
};

int run(const Words& words) {
  if (words.size() == 4 && words[1] == "--count") {
    count_text(words[2], words[3], kAllWords);
    return 0;
  }
  if (words.size() == 4 && words[1] == "--score") {
    set_thread_count(1);
    score_worker(words[2], words[3]);
    return 0;
  }
  if (words.size() == 4 && words[1] == "--generate") {
    generation_worker(words[2], words[3]);
    return 0;
  }
  Options options;
  for (size_t i = 1; i < words.size(); i += 2) {
    check(i + 1 < words.size(), "{} needs a value", words[i]);
    if (words[i] == "--text") {
      options.text = words[i + 1];
    } else if (words[i] == "--words") {
      options.words = std::stoll(words[i + 1]);
    } else if (words[i] == "--rounds") {
      options.rounds = std::stoi(words[i + 1]);
    } else {
      fail("there is no option {}; there are --text, --words and --rounds", words[i]);
    }
  }
  Comparison(words[0], options).run();
  return 0;
}

}  // namespace
}  // namespace hodhod::bench

int main(int argc, char** argv) {
  try {
    return hodhod::bench::run({argv, argv + argc});
  } catch (const std::exception& error) {
    fmt::print(stderr, "ngram: error: {}\n", error.what());
    return 1;
  }
}
