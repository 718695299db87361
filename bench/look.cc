// SPDX-License-Identifier: Apache-2.0
// How long a page of `hodhod look` takes, how large it is, and how much memory it needs beyond the model: on
// a decoder of random weights.
//
//   look                     GPT-2's small model (12 layers of 12 heads), 512 tokens, without gradients
//   look --gradients         with them
//   look --preset NAME       another preset of a model that reads or writes tokens
//   look --length N          another length
//   look --out FILE          writes the page
#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <string>
#include <vector>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/base/rng.h"
#include "hodhod/look/look.h"
#include "hodhod/models/registry.h"

namespace hodhod::bench {
namespace {

struct LookBench {
  std::string preset = "gpt2", out = {};
  int64_t length = 512;
  bool gradients = false;
};

LookBench bench_of(const std::vector<std::string>& words) {
  LookBench bench;
  for (size_t i = 0; i < words.size(); ++i) {
    const auto value = [&] {
      check(i + 1 < words.size(), "{} needs a value", words[i]);
      return words[++i];
    };
    if (words[i] == "--gradients") {
      bench.gradients = true;
    } else if (words[i] == "--preset") {
      bench.preset = value();
    } else if (words[i] == "--length") {
      bench.length = std::stoll(value());
    } else if (words[i] == "--out") {
      bench.out = value();
    } else {
      fail("there is no option {}; the source's first lines list them", words[i]);
    }
  }
  return bench;
}

// The greatest memory of this process so far.
double peak_megabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

void run_look_bench(const LookBench& bench) {
  const auto config = model_preset(bench.preset);
  look::Subject subject{.kind = look::Kind::transformer, .name = bench.preset, .family = bench.preset};
  subject.text.model = make_model(*config, Rng(1));
  look::LookOptions options;
  options.gradients = bench.gradients ? look::GradientChoice::on : look::GradientChoice::off;
  Rng rng(2);
  for (int64_t i = 0; i < bench.length; ++i)
    options.ids.push_back(static_cast<int64_t>(rng.below(static_cast<uint64_t>(config->vocabulary()))));
  const double before = peak_megabytes();
  const auto start = std::chrono::steady_clock::now();
  const look::LookResult found = look::look(subject, options);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (!bench.out.empty()) write_file_atomically(bench.out, found.page);
  fmt::print("trace_s={:.2f} page_mb={:.2f} memory_mb={:.0f}\n", seconds,
             static_cast<double>(found.page.size()) / 1e6, peak_megabytes() - before);
  fmt::print("{} tensors, {} of them rounded, {} left out\n", found.kept, found.less_exact, found.left_out);
}

}  // namespace
}  // namespace hodhod::bench

int main(int count, char** words) {
  try {
    hodhod::bench::run_look_bench(hodhod::bench::bench_of({words + 1, words + count}));
  } catch (const std::exception& error) {
    fmt::print(stderr, "look: {}\n", error.what());
    return 1;
  }
  return 0;
}
