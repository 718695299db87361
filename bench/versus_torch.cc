// SPDX-License-Identifier: Apache-2.0
// Whole training steps (forward, backward, AdamW; f32, no dropout, two threads) against PyTorch running the
// same architecture on the same machine, in turn: A B A B …
//
//   versus_torch [--repeats N] [WORKLOAD …]
//
// Each side of each workload is a process of its own, so that peak memory is its own too. A row's limit is
// PyTorch's time over what the step's matrix products alone would take at the product's own measured speed.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <thread>

#include <fmt/core.h>

#include "bench/worker.h"
#include "bench/workloads.h"
#include "hodhod/base/error.h"
#include "hodhod/base/test_directories.h"
#include "hodhod/base/threads.h"

namespace hodhod::bench {
namespace {

struct Row {
  double ours = 0, theirs = 0;  // median seconds of a step
  double our_memory = 0, their_memory = 0;
  double floor = 0;  // seconds that the products alone would take
};

Row compare(const std::string& program, const std::string& name, int repeats, double product_speed) {
  Worker hodhod({program, "--worker", name});
  Worker torch({"/usr/bin/python3", source_directory() + "/bench/versus_torch_peer.py", name});
  // Threads that wait in a loop for their next work go to sleep before the other side begins.
  const auto rested_step = [](Worker& worker) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    return worker.step()[0];
  };
  std::vector<double> ours, theirs;
  for (int warm_up = 0; warm_up < 2; ++warm_up) {
    hodhod.step();
    torch.step();
  }
  for (int i = 0; i < repeats; ++i) {
    ours.push_back(rested_step(hodhod));
    theirs.push_back(rested_step(torch));
  }
  std::istringstream greeting(hodhod.greeting());
  std::string ready;
  double parameters = 0, operations = 0;
  greeting >> ready >> parameters >> operations;
  double their_parameters = 0;
  std::istringstream(torch.greeting()) >> ready >> their_parameters;
  check(parameters == their_parameters, "workload {}: {} parameters here, {} in PyTorch", name, parameters,
        their_parameters);
  return {median(ours), median(theirs), hodhod.quit(), torch.quit(), operations / product_speed};
}

int run(int argc, char** argv) {
  if (argc == 3 && std::strcmp(argv[1], "--worker") == 0) {
    set_thread_count(2);
    const auto workload = make_workload(argv[2]);
    serve_steps(fmt::format("ready {} {}", workload->parameters(), workload->operations()), [&] {
      const double start = now();
      const double loss = workload->step();
      return std::vector<double>{now() - start, loss};
    });
    return 0;
  }
  int repeats = 7;
  std::vector<std::string> names;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--repeats") == 0 && i + 1 < argc) {
      repeats = std::max(1, std::atoi(argv[++i]));
    } else {
      names.emplace_back(argv[i]);
    }
  }
  if (names.empty()) names = workload_names();
  if (std::system("/usr/bin/python3 -c 'import torch' >/dev/null 2>&1") != 0) {
    fmt::print("versus_torch: skipped, python3-torch is not installed (tools/install_packages.sh --bench)\n");
    return 0;
  }
#if defined(__x86_64__)
  // Debian's OpenBLAS does not know newer processors, and would take SSE3 kernels on some of them.
  if (__builtin_cpu_supports("avx512bw")) setenv("OPENBLAS_CORETYPE", "SkylakeX", 1);
#endif
  set_thread_count(2);
  const double speed = product_speed();
  fmt::print("product: {:.0f} GFLOP/s on two threads\n", speed * 1e-9);
  fmt::print("{:6} {:>10} {:>10} {:>7} {:>7} {:>7} {:>9} {:>9} {:>6}\n", "", "ours ms", "torch ms", "ratio",
             "limit", "share", "ours MiB", "torch MiB", "memory");
  double logarithm = 0, worst = 1e9, worst_memory = 0, utilisation = 0;
  for (const std::string& name : names) {
    const Row row = compare(argv[0], name, repeats, speed);
    const double ratio = row.theirs / row.ours, limit = row.theirs / row.floor;
    const double memory = row.our_memory / row.their_memory;
    fmt::print("{:6} {:10.1f} {:10.1f} {:7.2f} {:7.2f} {:7.2f} {:9.0f} {:9.0f} {:6.2f}\n", name,
               row.ours * 1e3, row.theirs * 1e3, ratio, limit, ratio / limit, row.our_memory,
               row.their_memory, memory);
    std::fflush(stdout);
    logarithm += std::log(ratio);
    worst = std::min(worst, ratio);
    if (row.their_memory > 800) worst_memory = std::max(worst_memory, memory);
    if (name == "c") utilisation = row.floor / row.ours;
  }
  fmt::print("geomean={:.3f} worst={:.3f} mfu_gpt2={:.3f} rss={:.3f}\n",
             std::exp(logarithm / static_cast<double>(names.size())), worst, utilisation, worst_memory);
  return 0;
}

}  // namespace
}  // namespace hodhod::bench

int main(int argc, char** argv) {
  try {
    return hodhod::bench::run(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "versus_torch: error: {}\n", error.what());
    return 1;
  }
}
