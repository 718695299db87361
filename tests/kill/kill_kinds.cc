// SPDX-License-Identifier: Apache-2.0
// The kill test for every kind of model that trains: small runs are ended by SIGKILL at random moments and
// continued by the same command, with another number of threads. What they end with must have the bytes of a
// run that nothing disturbed.
//
//   kill_kinds PROGRAM TEXT KILLS [KIND...]   kills of each kind; exit status 0: nothing was ever lost
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/base/rng.h"
#include "tests/kill/processes.h"

using namespace hodhod;
using namespace hodhod::kill;

namespace {

using Words = std::vector<std::string>;

struct Kind {
  std::string name;
  Words options;      // what follows `hodhod train`, but --out
  Words before = {};  // the same for the model that `options` train further, in the directory "base"
};

Words with(Words first, const Words& more) {
  first.insert(first.end(), more.begin(), more.end());
  return first;
}

// What trains by gradients: a few updates, with validations and checkpoints between them.
const Words kGradients = {"--steps", "12", "--validate-every", "4", "--save-every", "3", "--log-every", "2"};

std::vector<Kind> kinds() {
  const Words text = {"generate", "--data", "text.txt", "--validation-tokens", "300"};
  const Words language = with(with(text, kGradients), {"--length", "16", "--batch", "4"});
  const Words table = {"classify", "--data", "table.tsv", "--text", "2", "--label", "1"};
  const Words small = with(kGradients, {"--batches-max-tokens", "200"});
  const Words texts = with(with(table, small), {"--tokenizer-vocabulary", "300"});
  const Words bert = with(texts, {"--preset", "bert-tiny", "--model", "width=16", "heads=2"});
  const Words tags = with({"tag", "--data", "tags.conll"}, small);
  const Words pairs = with(
      {"translate", "--source", "text.txt", "--target", "text.txt", "--tokenizer-vocabulary", "300"}, small);
  const Words vectors = {"embed", "--data", "text.txt", "--epochs", "2", "--model", "width=8"};
  const Words topics = {"topics", "--data", "table.tsv", "--text", "2", "--model", "topics=2"};
  const Words series = {"forecast", "--data", "hours.csv", "--split", "96,24,48"};
  const Words network = with(with(series, kGradients), {"--model", "context=24", "horizon=6", "width=16"});
  return {
      {"ngram", with(text, {"--preset", "ngram", "--model", "order=3"})},
      {"nnlm", with(language, {"--preset", "nnlm-tiny", "--model", "context=3"})},
      {"rnn", with(language, {"--preset", "rnn-tiny", "--model", "width=16"})},
      {"lstm", with(language, {"--preset", "lstm-tiny", "--model", "width=16"})},
      {"gru", with(language, {"--preset", "gru-tiny", "--model", "width=16"})},
      {"gpt", with(language, {"--preset", "gpt-tiny", "--model", "width=16", "heads=2"})},
      {"tfidf", with(table, {"--preset", "tfidf"})},
      {"nbsvm", with(table, {"--preset", "nbsvm"})},
      {"mlp", with(with(table, kGradients), {"--preset", "mlp"})},
      {"fasttext", with(with(table, kGradients), {"--preset", "fasttext", "--model", "buckets=100"})},
      {"lstm-classifier", with(texts, {"--preset", "lstm-tiny", "--model", "width=16"})},
      {"bert", bert},
      {"adapter", with(with(table, small), {"--from", "base", "--lora-rank", "2"}), bert},
      {"last-layer", with(with(table, small), {"--from", "base", "--train-layers", "1"}), bert},
      {"lstm-tagger", with(tags, {"--preset", "lstm-tagger", "--model", "width=16"})},
      {"fill-mask", with(with({"fill-mask", "--data", "text.txt", "--length", "16"}, kGradients),
                         {"--preset", "bert-tiny", "--model", "width=16", "heads=2"})},
      {"translator", with(pairs, {"--preset", "tiny", "--model", "width=16", "heads=2"})},
      {"lstm-translator", with(pairs, {"--preset", "lstm-tiny", "--model", "width=16"})},
      {"skip-gram", with(vectors, {"--preset", "word2vec"})},
      {"cbow", with(vectors, {"--preset", "word2vec", "--model", "algorithm=cbow"})},
      {"subwords", with(vectors, {"--preset", "fasttext-vectors"})},
      {"glove", with(vectors, {"--preset", "glove"})},
      {"bilm",
       with(with({"embed", "--data", "text.txt"}, small), {"--preset", "elmo-tiny", "--model", "width=16"})},
      {"lda", with(topics, {"--preset", "lda", "--sweeps", "40"})},
      {"nmf", with(topics, {"--preset", "nmf", "--sweeps", "40"})},
      {"seasonal-naive", with(series, {"--preset", "seasonal-naive"})},
      {"theta", with(series, {"--preset", "theta"})},
      {"holt-winters", with(series, {"--preset", "holt-winters"})},
      {"linear-forecaster",
       with(series, {"--preset", "linear-forecaster", "--model", "context=24", "horizon=3"})},
      {"gru-forecaster", with(network, {"--preset", "gru-forecaster", "--model", "patch=6"})},
      {"transformer-forecaster", with(network, {"--preset", "transformer-forecaster", "--model", "heads=2"})},
  };
}

// ---- small data ----

void write_data(const TemporaryDirectory& directory, std::string_view text) {
  std::string lines, table, tags, hours = "date,x,y\n";
  int number = 0;
  for (size_t at = 0; at < text.size() && number < 240; ++number) {
    const size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = text.substr(at, end - at);
    at = end + 1;
    lines.append(line).push_back('\n');
    table.append(line.size() % 2 == 0 ? "even\t" : "odd\t").append(line).push_back('\n');
    for (size_t word = 0; word < line.size();) {
      const size_t blank = std::min(line.find(' ', word), line.size());
      if (blank > word) {
        const bool name = line[word] >= 'A' && line[word] <= 'Z';
        tags.append(line.substr(word, blank - word)).append(name ? " B-NAME\n" : " O\n");
      }
      word = blank + 1;
    }
    tags.push_back('\n');
  }
  for (int hour = 0; hour < 168; ++hour) {
    hours += fmt::format("2024-01-{:02} {:02}:00:00,{},{}\n", 1 + hour / 24, hour % 24,
                         hour * 7 % 24 + hour / 24, 100 - hour * 5 % 24);
  }
  directory.put("text.txt", lines);
  directory.put("table.tsv", table);
  directory.put("tags.conll", tags);
  directory.put("hours.csv", hours);
}

// ---- runs ----

class KindTest {
 public:
  KindTest(std::string program, const Kind& kind, int kills)
      : program_(std::move(program)), kind_(kind), kills_(kills) {}

  // What was lost, or nothing.
  std::string run() {
    if (!kind_.before.empty() && Process(command("base", 1, kind_.before), {}, "base.log").wait() != 0)
      return "its base cannot be trained: " + read_file("base.log");
    const double begin = now();
    if (Process(command(whole_, 1), {}, whole_ + ".log").wait() != 0)
      return "the undisturbed run failed: " + read_file(whole_ + ".log");
    const double seconds = now() - begin;
    Rng rng(17);
    int done = 0;
    std::string lost;
    for (int chain = 0; done < kills_ && lost.empty(); ++chain) {
      const std::string directory = fmt::format("{}-killed-{}", kind_.name, chain), log = directory + ".log";
      int status = -SIGKILL;
      for (int kills = 0; status == -SIGKILL; ++kills) {
        Process process(command(directory, 1 + chain % 2), {}, log);
        status = kills < 3 ? process.wait_or_kill(rng.uniform() * seconds) : process.wait();
        done += status == -SIGKILL ? 1 : 0;
      }
      // A run that was faster than its moments is one that was not killed; there are more.
      if (chain > 8 * kills_) return "it cannot be killed";
      lost = status != 0 ? "it cannot go on: " + read_file(log) : difference(directory, whole_);
      remove_tree(directory);
    }
    fmt::print("{:24} {:5.2f} s, {} kills, {} files{}{}\n", kind_.name, seconds, done,
               remains_of(whole_).size(), lost.empty() ? "" : ": ", lost);
    std::fflush(stdout);
    remove_tree(whole_);
    remove_tree("base");
    return lost;
  }

 private:
  Words command(const std::string& directory, int threads) const {
    return command(directory, threads, kind_.options);
  }
  Words command(const std::string& directory, int threads, const Words& options) const {
    const Words words = {program_, "--quiet", "--threads", std::to_string(threads), "train"};
    return with(with(words, options), {"--out", directory});
  }

  std::string program_;
  Kind kind_;
  int kills_;
  std::string whole_ = kind_.name + "-whole";
};

}  // namespace

int main(int count, char** arguments) {
  const Words given(arguments + 1, arguments + count);
  if (given.size() < 3) {
    fmt::print(stderr, "usage: kill_kinds PROGRAM TEXT KILLS [KIND...]\n");
    return 2;
  }
  try {
    const std::string text = read_file(given[1]);
    const TemporaryDirectory directory;
    check(::chdir(directory.path().c_str()) == 0, "{}: cannot go there", directory.path());
    write_data(directory, text);
    int losses = 0, tried = 0;
    for (const Kind& kind : kinds()) {
      if (given.size() > 3 && std::find(given.begin() + 3, given.end(), kind.name) == given.end()) continue;
      ++tried;
      const std::string lost = KindTest(given[0], kind, std::stoi(given[2])).run();
      if (lost.empty()) continue;
      ++losses;
      fmt::print("{}: {}\n", kind.name, lost);
    }
    fmt::print("{} kinds, {} with losses\n", tried, losses);
    return losses == 0 && tried > 0 ? 0 : 1;
  } catch (const std::exception& error) {
    fmt::print("{}\n", error.what());
    return 1;
  }
}
