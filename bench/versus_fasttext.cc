// SPDX-License-Identifier: Apache-2.0
// Against Debian's `fasttext`, on the same text, in one run. The last lines, name=ratio, are for machines.
//
//   versus_fasttext HODHOD [--rounds N]     HODHOD is the program; 1 round unless told otherwise
//
// supervised: a classifier of film reviews (IMDB, lower case, punctuation set apart as fastText's README
// does), 10 dimensions, words and pairs of words, 5 epochs. Both sides are programs that read the file, train
// and write a model; the time is that of the processor from start to end with one thread. Rounds alternate
// between the two; medians are shown, and the accuracy of each on the test reviews. fastText's own result
// differs from run to run where it has several threads.
//
// skip-gram: vectors of words, 100 numbers, subwords of 3 to 6 characters in 200,000 rows, one epoch over the
// same reviews in lower case, timed in the same way. Scores are those of `hodhod evaluate` for both:
// analogies among the 30,000 commonest words, and WordSim-353.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <string>
#include <vector>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/base/line_reader.h"
#include "hodhod/base/test_directories.h"

namespace hodhod {
namespace {

using Arguments = std::vector<std::string>;

// Runs a program with its output in a file. Gives the seconds of processor time that it took.
double run(const Arguments& command, const std::string& output) {
  const pid_t child = fork();
  check(child >= 0, "versus_fasttext: cannot start {}", command[0]);
  if (child == 0) {
    std::vector<char*> arguments;
    for (const std::string& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    const int file = open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    dup2(file, STDOUT_FILENO);
    dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
    execvp(arguments[0], arguments.data());
    _exit(127);
  }
  int status = 0;
  rusage usage{};
  wait4(child, &status, 0, &usage);
  check(WIFEXITED(status) && WEXITSTATUS(status) == 0, "versus_fasttext: {} failed with status {}",
        command[0], status);
  double seconds = 0;
  for (const timeval& time : {usage.ru_utime, usage.ru_stime}) {
    seconds += static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  }
  return seconds;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// The number behind `name` in a text.
double number_behind(const std::string& text, const std::string& name) {
  const size_t at = text.find(name);
  check(at != std::string::npos, "versus_fasttext: expected {} in: {}", name, text);
  return std::strtod(text.c_str() + at + name.size(), nullptr);
}

// Lower case, with blanks around punctuation.
std::string plain_words(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view(".!?,'/()").find(c) != std::string_view::npos) {
      out.append(1, ' ').append(1, c).append(1, ' ');
    } else {
      out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
  }
  return out;
}

// A table "LABEL<TAB>TEXT" in fastText's format.
void write_lines(const std::string& table, const std::string& path) {
  std::string lines;
  LineReader reader(table);
  while (const auto line = reader.next()) {
    const size_t tab = line->find('\t');
    lines.append("__label__").append(line->substr(0, tab)).append(1, ' ');
    lines.append(plain_words(line->substr(tab + 1))).append(1, '\n');
  }
  write_file_atomically(path, lines);
}

void supervised(const std::string& hodhod, int rounds) {
  const TemporaryDirectory directory;
  const std::string train = directory / "train.txt", test = directory / "test.txt",
                    out = directory / "out.txt";
  const std::string ours = directory / "ours", theirs = directory / "theirs";
  write_lines(data_directory() + "/imdb/train.tsv.gz", train);
  write_lines(data_directory() + "/imdb/test.tsv.gz", test);
  std::vector<double> our_seconds, their_seconds;
  for (int round = 0; round < rounds; ++round) {
    their_seconds.push_back(
        run({"fasttext", "supervised", "-input", train, "-output", theirs, "-dim", "10", "-lr", "0.5",
             "-wordNgrams", "2", "-epoch", "5", "-thread", "1", "-verbose", "0"},
            out));
    our_seconds.push_back(run({hodhod,     "--threads", "1",           "--quiet",  "train",
                               "classify", "--preset",  "fasttext",    "--format", "fasttext",
                               "--data",   train,       "--epochs",    "5",        "--validate-every",
                               "0",        "--restart", "--overwrite", "--out",    ours},
                              out));
  }
  run({"fasttext", "test", theirs + ".bin", test}, out);
  const double their_accuracy = 100 * number_behind(read_file(out), "P@1\t");
  run({hodhod, "evaluate", ours, "--format", "fasttext", "--data", test}, out);
  const double our_accuracy = number_behind(read_file(out), "accuracy ");
  const double our_time = median(our_seconds), their_time = median(their_seconds);
  fmt::print("{:<24}{:>12}{:>12}\n", "supervised", "hodhod", "fasttext");
  fmt::print("{:<24}{:>12.2f}{:>12.2f}\n", "seconds", our_time, their_time);
  fmt::print("{:<24}{:>12.2f}{:>12.2f}\n", "accuracy, %", our_accuracy, their_accuracy);
  fmt::print("supervised={:.2f}\nsupervised_accuracy={:.4f}\n", their_time / our_time,
             our_accuracy / their_accuracy);
}

// Words of letters and the ends of sentences, in lower case, of the second column of a table.
void write_words(const std::string& table, const std::string& path) {
  std::string lines;
  LineReader reader(table);
  while (const auto line = reader.next()) {
    bool inside = false;
    for (const char c : line->substr(line->find('\t') + 1)) {
      const bool letter = std::isalpha(static_cast<unsigned char>(c)) != 0;
      const bool end = std::string_view(".!?").find(c) != std::string_view::npos;
      if ((letter && !inside) || end) lines += ' ';
      if (letter || end) lines += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      inside = letter;
    }
    lines += '\n';
  }
  write_file_atomically(path, lines);
}

void skipgram(const std::string& hodhod, int rounds) {
  const TemporaryDirectory directory;
  const std::string text = directory / "text.txt", out = directory / "out.txt";
  const std::string ours = directory / "ours", theirs = directory / "theirs";
  write_words(data_directory() + "/imdb/train.tsv.gz", text);
  std::vector<double> our_seconds, their_seconds;
  for (int round = 0; round < rounds; ++round) {
    their_seconds.push_back(run({"fasttext", "skipgram", "-input", text, "-output", theirs, "-dim", "100",
                                 "-bucket", "200000", "-epoch", "1", "-thread", "1", "-verbose", "0"},
                                out));
    our_seconds.push_back(run({hodhod,
                               "--threads",
                               "1",
                               "--quiet",
                               "train",
                               "embed",
                               "--preset",
                               "fasttext-vectors",
                               "--model",
                               "width=100",
                               "--model",
                               "buckets=200000",
                               "--data",
                               text,
                               "--tokenizer-word-ends",
                               "blanks",
                               "--epochs",
                               "1",
                               "--restart",
                               "--overwrite",
                               "--out",
                               ours},
                              out));
  }
  run({hodhod, "convert", theirs + ".bin", "--out", theirs}, out);
  const std::string tests = data_directory() + "/embeddings-eval";
  const auto scores = [&](const std::string& vectors) {
    run({hodhod, "evaluate", vectors, "--analogies", tests + "/questions-words.txt", "--similarity", "--data",
         tests + "/wordsim353.csv", "--header", "yes", "--text", "1,2", "--label", "3"},
        out);
    const std::string found = read_file(out);
    return std::pair(number_behind(found, "analogies "), number_behind(found, "Spearman "));
  };
  const auto [their_analogies, their_similarity] = scores(theirs);
  const auto [our_analogies, our_similarity] = scores(ours);
  const double our_time = median(our_seconds), their_time = median(their_seconds);
  fmt::print("{:<24}{:>12}{:>12}\n", "skip-gram", "hodhod", "fasttext");
  fmt::print("{:<24}{:>12.2f}{:>12.2f}\n", "seconds", our_time, their_time);
  fmt::print("{:<24}{:>12.2f}{:>12.2f}\n", "analogies, %", our_analogies, their_analogies);
  fmt::print("{:<24}{:>12.4f}{:>12.4f}\n", "similarity, Spearman", our_similarity, their_similarity);
  fmt::print("skipgram={:.2f}\nskipgram_analogies={:.4f}\nskipgram_similarity={:.4f}\n",
             their_time / our_time, our_analogies / their_analogies, our_similarity / their_similarity);
}

}  // namespace
}  // namespace hodhod

int main(int count, char** arguments) {
  using namespace hodhod;
  try {
    check(count >= 2, "versus_fasttext: give the path of the program hodhod");
    const bool with_rounds = count == 4 && std::string(arguments[2]) == "--rounds";
    const int rounds = with_rounds ? std::max(1, std::atoi(arguments[3])) : 1;
    supervised(arguments[1], rounds);
    skipgram(arguments[1], rounds);
  } catch (const Error& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
  return 0;
}
