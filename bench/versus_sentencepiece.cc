// SPDX-License-Identifier: Apache-2.0
// Tokenisers against Debian's SentencePiece: encoding with the same model, training on the same text.
//
//   versus_sentencepiece                   all there is; the last line is for machines
//   versus_sentencepiece --compression     only the tokens per character of models trained at the same size
//   versus_sentencepiece --speed           only the rest
//   --rounds N                             how often encoding is measured (3); training half as often
//
// Both sides are programs that are started, read a file, do the work and write a file; the time is from start
// to end (with one thread, the processor's) and the memory is the process's peak. Rounds alternate between
// the two; medians are shown.
#include <fcntl.h>
#include <fmt/format.h>
#include <malloc.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string>
#include <vector>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/base/line_reader.h"
#include "hodhod/base/test_directories.h"
#include "hodhod/base/threads.h"
#include "hodhod/base/utf8.h"
#include "hodhod/text/tokenizer.h"
#include "hodhod/text/training/trainer.h"

namespace hodhod::text {
namespace {

using Arguments = std::vector<std::string>;

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

struct Cost {
  double seconds = 0;  // of the processor with one thread, on the wall with more
  double megabytes = 0;
};

// Starts programs at once and waits for all of them.
Cost run(const std::vector<Arguments>& commands, int threads) {
  // The peak that the system reports for a child begins with what its parent held when it was forked.
  malloc_trim(0);
  const double begin = now();
  std::vector<pid_t> children;
  for (const Arguments& command : commands) {
    const pid_t child = fork();
    check(child >= 0, "versus_sentencepiece: cannot start {}", command[0]);
    if (child == 0) {
      std::vector<char*> arguments;
      for (const std::string& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
      arguments.push_back(nullptr);
      const int nowhere = open("/dev/null", O_WRONLY);
      dup2(nowhere, STDERR_FILENO);
      execvp(arguments[0], arguments.data());
      _exit(127);
    }
    children.push_back(child);
  }
  Cost cost;
  for (const pid_t child : children) {
    int status = 0;
    rusage usage{};
    wait4(child, &status, 0, &usage);
    check(WIFEXITED(status) && WEXITSTATUS(status) == 0, "versus_sentencepiece: {} failed with status {}",
          commands[0][0], status);
    cost.megabytes += static_cast<double>(usage.ru_maxrss) / 1024;
    for (const timeval& time : {usage.ru_utime, usage.ru_stime}) {
      cost.seconds += static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    }
  }
  if (threads > 1) cost.seconds = now() - begin;
  return cost;
}

Cost median(std::vector<Cost> costs) {
  const auto middle = [&](auto of) {
    std::sort(costs.begin(), costs.end(), [&](const Cost& a, const Cost& b) { return of(a) < of(b); });
    return of(costs[costs.size() / 2]);
  };
  return {middle([](const Cost& c) { return c.seconds; }), middle([](const Cost& c) { return c.megabytes; })};
}

// What this program does when it is started as one side of the comparison.

void train_worker(const Arguments& a) {
  set_thread_count(std::stoi(a[2]));
  Tokenizer tokenizer = Tokenizer::load(a[5]);
  TokenizerTraining options;
  options.kind = a[0] == "unigram" ? ModelKind::unigram : ModelKind::bpe;
  options.vocabulary = std::stoi(a[1]);
  options.special_tokens = {{.content = "<unk>", .special = true},
                            {.content = "<s>", .special = true},
                            {.content = "</s>", .special = true}};
  LineReader reader(a[3]);
  train_tokenizer(
      tokenizer,
      [&](std::string& line) {
        const auto next = reader.next();
        if (next) line.assign(*next);
        return next.has_value();
      },
      options);
  write_file_atomically(a[4], tokenizer.to_json());
}

// The lines of `text`, in parts of about 256 KiB.
std::vector<std::string_view> parts_of(std::string_view text) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    size_t end = text.find('\n', std::min(text.size() - 1, size_t{1} << 18));
    end = end == std::string_view::npos ? text.size() : end + 1;
    parts.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return parts;
}

void encode_lines(const Tokenizer& tokenizer, std::string_view text, std::string& out) {
  out.clear();
  std::vector<int32_t> ids;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    ids.clear();
    tokenizer.encode_ids(text.substr(0, end), ids);
    for (size_t i = 0; i < ids.size(); ++i) {
      if (i > 0) out += ' ';
      const fmt::format_int digits(ids[i]);
      out.append(digits.data(), digits.size());
    }
    out += '\n';
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

void encode_worker(const Arguments& a) {
  set_thread_count(std::stoi(a[1]));
  const Tokenizer tokenizer = Tokenizer::load(a[0]);
  const MappedFile file(a[2]);
  const std::string_view text(reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size());
  const auto parts = parts_of(text);
  FileWriter writer(a[3]);
  std::vector<std::string> outs(4 * static_cast<size_t>(thread_count()));
  for (size_t first = 0; first < parts.size(); first += outs.size()) {
    const size_t count = std::min(outs.size(), parts.size() - first);
    parallel_for(static_cast<int64_t>(count), 1, [&](int64_t begin, int64_t end) {
      for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
        encode_lines(tokenizer, parts[first + i], outs[i]);
      }
    });
    for (size_t i = 0; i < count; ++i) writer.write(outs[i]);
  }
}

// Megabytes a second of one thread, the best of a few rounds.
double encode_speed(const Tokenizer& tokenizer, const std::string& text) {
  double best = 0;
  std::vector<int32_t> ids;
  for (int round = 0; round < 5; ++round) {
    ids.clear();
    const double begin = now();
    std::string_view rest = text;
    while (!rest.empty()) {
      const size_t end = std::min(rest.find('\n'), rest.size() - 1) + 1;
      tokenizer.encode_ids(rest.substr(0, end), ids);
      rest.remove_prefix(end);
    }
    best = std::max(best, static_cast<double>(text.size()) / 1e6 / (now() - begin));
  }
  return best;
}

std::string read_text(const std::string& path, size_t most) {
  std::string text;
  LineReader reader(path);
  while (text.size() < most) {
    const auto line = reader.next();
    if (!line) break;
    text.append(*line).push_back('\n');
  }
  return text;
}

class Comparison {
 public:
  Comparison(std::string self, int rounds) : self_(std::move(self)), rounds_(rounds) {
    const std::string data = data_directory();
    for (const std::string name : {"train.en", "train.fa"}) {
      const std::string part = read_text(data + "/en-fa/" + name + ".gz", SIZE_MAX);
      half_[name == "train.fa"] = directory_ / name;
      write_file_atomically(half_[name == "train.fa"], part);
      both_ += part;
    }
    en_fa_ = directory_ / "en-fa.txt";
    write_file_atomically(en_fa_, both_);
    size_ = static_cast<double>(both_.size()) / 1e6;
    both_ = {};
  }

  void speed() {
    fmt::print("Speed and memory; the text is en-fa, {:.1f} MB\n\n{:<28}{:>12}{:>12}{:>9}{:>12}{:>12}{:>9}\n",
               size_, "", "hodhod s", "spm s", "ratio", "hodhod MB", "spm MB", "ratio");
    double train = 1e9, encode = 1e9;
    for (const std::string kind : {"unigram", "bpe"}) {
      for (const int threads : {1, 2}) train = std::min(train, compare_training(kind, threads));
      for (const int threads : {1, 2}) encode = std::min(encode, compare_encoding(kind, threads));
    }
    std::fputc('\n', stdout);
    const Tokenizer gpt2 = Tokenizer::load(data_directory() + "/tokenizers/gpt2");
    const double english = encode_speed(gpt2, read_text(half_[0], 4 << 20));
    const double persian = encode_speed(gpt2, read_text(half_[1], 4 << 20));
    fmt::print("byte-level BPE with GPT-2's vocabulary, MB/s of one thread: English {:.1f}, Persian {:.1f}\n",
               english, persian);
    fmt::print("encode={:.2f} train={:.2f} bpe_mb_s={:.1f}\n", encode, train, english);
  }

  void compression() {
    const std::string poems = directory_ / "poems.txt";
    std::string text;
    for (const std::string& name : list_directory(data_directory() + "/lm-fa-poems")) {
      if (name.ends_with(".txt.gz")) text += read_text(data_directory() + "/lm-fa-poems/" + name, SIZE_MAX);
    }
    write_file_atomically(poems, text);
    text = {};
    fmt::print("Compression: trained on a text and measured on it\n\n{:<14}{:<10}{:>8}{:>22}{:>22}{:>10}\n",
               "text", "model", "size", "hodhod tokens/char", "spm tokens/char", "ratio");
    for (const auto& [name, path] :
         {std::pair<std::string, std::string>{"en-fa", en_fa_}, {"lm-fa-poems", poems}}) {
      for (const std::string kind : {"unigram", "bpe"}) {
        for (const int size : {8000, 16000}) {
          run({spm_train(kind, size, 2, path)}, 2);
          run({our_train(kind, size, 2, path)}, 2);
          const double ours = tokens_per_character(our_model(), path),
                       theirs = tokens_per_character(spm_model(), path);
          fmt::print("{:<14}{:<10}{:>8}{:>22.4f}{:>22.4f}{:>10.4f}\n", name, kind, size, ours, theirs,
                     ours / theirs);
          std::fflush(stdout);
        }
      }
    }
  }

 private:
  std::string our_model() const { return directory_ / "tokenizer.json"; }
  std::string spm_model() const { return directory_ / "spm.model"; }
  Arguments spm_train(const std::string& kind, int size, int threads, const std::string& input) const {
    return {"spm_train",
            "--input=" + input,
            "--model_prefix=" + directory_ / "spm",
            "--model_type=" + kind,
            fmt::format("--vocab_size={}", size),
            fmt::format("--num_threads={}", threads),
            "--minloglevel=2"};
  }
  // With the normaliser of the model that spm_train has left.
  Arguments our_train(const std::string& kind, int size, int threads, const std::string& input) const {
    return {self_, "--worker",  "train",    kind, std::to_string(size), std::to_string(threads),
            input, our_model(), spm_model()};
  }

  double report(const std::string& what, const std::vector<Cost>& ours,
                const std::vector<Cost>& theirs) const {
    const Cost our = median(ours), their = median(theirs);
    const double ratio = their.seconds / our.seconds;
    fmt::print("{:<28}{:>12.2f}{:>12.2f}{:>9.2f}{:>12.0f}{:>12.0f}{:>9.2f}\n", what, our.seconds,
               their.seconds, ratio, our.megabytes, their.megabytes, our.megabytes / their.megabytes);
    std::fflush(stdout);
    return ratio;
  }

  double compare_training(const std::string& kind, int threads) {
    std::vector<Cost> ours, theirs;
    for (int round = 0; round < std::max(1, rounds_ / 2); ++round) {
      theirs.push_back(run({spm_train(kind, 8000, threads, en_fa_)}, threads));
      ours.push_back(run({our_train(kind, 8000, threads, en_fa_)}, threads));
    }
    return report(fmt::format("train {} 8000, {} thread{}", kind, threads, threads > 1 ? "s" : ""), ours,
                  theirs);
  }

  // With the model that spm_train has left. spm_encode has one thread: two of them share the text.
  double compare_encoding(const std::string& kind, int threads) {
    std::vector<Cost> ours, theirs;
    for (int round = 0; round < rounds_; ++round) {
      ours.push_back(run(
          {{self_, "--worker", "encode", spm_model(), std::to_string(threads), en_fa_, directory_ / "ours"}},
          threads));
      std::vector<Arguments> commands;
      const std::vector<std::string> inputs =
          threads == 1 ? std::vector<std::string>{en_fa_} : std::vector<std::string>{half_[0], half_[1]};
      for (const std::string& input : inputs) {
        commands.push_back(
            {"spm_encode", "--model=" + spm_model(), "--output_format=id", "--input=" + input,
             fmt::format("--output={}", directory_ / fmt::format("theirs{}", commands.size()))});
      }
      theirs.push_back(run(commands, threads));
      if (threads == 1) {
        check(read_file(directory_ / "ours") == read_file(directory_ / "theirs0"),
              "versus_sentencepiece: {}: the ids differ from spm_encode's", kind);
      }
    }
    return report(fmt::format("encode {}, {} thread{}", kind, threads, threads > 1 ? "s" : ""), ours, theirs);
  }

  static double tokens_per_character(const std::string& model, const std::string& path) {
    const Tokenizer tokenizer = Tokenizer::load(model);
    LineReader reader(path);
    std::vector<int32_t> ids;
    double tokens = 0, characters = 0;
    while (const auto line = reader.next()) {
      ids.clear();
      tokenizer.encode_ids(*line, ids);
      tokens += static_cast<double>(ids.size());
      for (const char c : *line) characters += !is_continuation(c);
    }
    return tokens / characters;
  }

  std::string self_, en_fa_, half_[2], both_;
  int rounds_;
  double size_ = 0;
  TemporaryDirectory directory_;
};

int main_program(const Arguments& arguments) {
  if (arguments.size() > 2 && arguments[1] == "--worker") {
    const Arguments rest(arguments.begin() + 3, arguments.end());
    arguments[2] == "train" ? train_worker(rest) : encode_worker(rest);
    return 0;
  }
  if (!file_exists(data_directory() + "/en-fa/train.en.gz")) {
    fmt::print("versus_sentencepiece: skipped: no data at {}; set HODHOD_DATA_DIR\n", data_directory());
    return 0;
  }
  if (std::system("command -v spm_train > /dev/null && command -v spm_encode > /dev/null") != 0) {
    fmt::print("versus_sentencepiece: skipped: install the package sentencepiece\n");
    return 0;
  }
  int rounds = 3;
  bool speed = true, compression = true;
  for (size_t i = 1; i < arguments.size(); ++i) {
    if (arguments[i] == "--rounds" && i + 1 < arguments.size()) {
      rounds = std::max(1, std::stoi(arguments[++i]));
    } else if (arguments[i] == "--compression") {
      speed = false;
    } else if (arguments[i] == "--speed") {
      compression = false;
    } else {
      fail("versus_sentencepiece: {} is unknown; there are --compression, --speed and --rounds N",
           arguments[i]);
    }
  }
  Comparison comparison("/proc/self/exe", rounds);
  if (compression) comparison.compression();
  if (speed && compression) std::fputc('\n', stdout);
  if (speed) comparison.speed();
  return 0;
}

}  // namespace
}  // namespace hodhod::text

int main(int argc, char** argv) {
  try {
    return hodhod::text::main_program({argv, argv + argc});
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
}
