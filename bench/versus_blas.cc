// SPDX-License-Identifier: Apache-2.0
// Our product against oneDNN and OpenBLAS, in single precision and on two threads unless told otherwise, in
// one run:
//
//   build/release/bench/versus_blas [--threads N] [--rounds N] [MxNxK …]
//
// Each product is called as it stands, so every library pays for its own packing. oneDNN counts with the
// faster of its two entries, dnnl_sgemm and the matmul primitive (created beforehand). The libraries take
// turns, in blocks of calls long enough that a peer's threads stay awake as they would in use; the figure is
// the median call of all blocks. The last line is `worst=<ratio> geomean=<ratio>`: our speed over the better
// peer's.
#include <dlfcn.h>
#include <fmt/core.h>
#include <oneapi/dnnl/dnnl.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <new>
#include <string>
#include <thread>
#include <vector>

#include "hodhod/base/error.h"
#include "hodhod/base/threads.h"
#include "hodhod/kernels/kernels.h"

namespace {

constexpr double kBlockSeconds = 0.02;

using hodhod::check;

struct Shape {
  int64_t m, n, k;
};

struct Options {
  int threads = 2;
  int rounds = 4;
  std::vector<Shape> shapes;
};

constexpr Shape kShapes[] = {{2048, 512, 512}, {2048, 2048, 512}, {2048, 512, 2048}, {512, 512, 2048},
                             {4096, 768, 768}, {4096, 3072, 768}, {768, 3072, 4096}, {256, 256, 256},
                             {64, 512, 512},   {1, 768, 768}};

Options parse(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string text = argv[i];
    if ((text == "--threads" || text == "--rounds") && i + 1 < argc) {
      const int value = std::atoi(argv[++i]);
      check(value >= 1, "{}: {} is not a number from 1 up", text, argv[i]);
      (text == "--threads" ? options.threads : options.rounds) = value;
    } else {
      long m = 0, n = 0, k = 0;
      char rest = 0;
      check(std::sscanf(text.c_str(), "%ldx%ldx%ld%c", &m, &n, &k, &rest) == 3 && m > 0 && n > 0 && k > 0,
            "'{}' is not a shape like 256x256x256, nor --threads N or --rounds N", text);
      options.shapes.push_back({m, n, k});
    }
  }
  if (options.shapes.empty()) options.shapes.assign(std::begin(kShapes), std::end(kShapes));
  return options;
}

struct Case {
  int64_t m, n, k;
  bool transpose_a, transpose_b;

  double operations() const { return 2.0 * static_cast<double>(m * n * k); }
  std::string name() const {
    return fmt::format("{:>5} {:>5} {:>5} {}{}", m, n, k, transpose_a ? 't' : 'n', transpose_b ? 't' : 'n');
  }
};

// On a line of the cache, as tensors are.
struct Array {
  explicit Array(int64_t count)
      : size(static_cast<size_t>(count)), data(new (std::align_val_t{64}) float[size]) {}
  ~Array() { ::operator delete[](data, std::align_val_t{64}); }
  Array(const Array&) = delete;
  Array& operator=(const Array&) = delete;

  size_t size;
  float* data;
};

struct Buffers {
  explicit Buffers(const Case& shape) : a(shape.m * shape.k), b(shape.k * shape.n), c(shape.m * shape.n) {
    // Not constant: some processors run faster on operands that do not change.
    uint32_t state = 1;
    for (auto* values : {&a, &b}) {
      for (size_t i = 0; i < values->size; ++i) {
        state = state * 1664525u + 1013904223u;
        values->data[i] = static_cast<float>(state >> 8) * 0x1p-23f - 1.0f;
      }
    }
  }
  Array a, b, c;
};

// A library loaded with its own names.
class Library {
 public:
  explicit Library(const char* path) : path_(path), handle_(dlopen(path, RTLD_NOW | RTLD_LOCAL)) {
    check(handle_ != nullptr, "{}: {}", path, dlerror());
  }
  template <class Function>
  Function* get(const char* name) const {
    void* const symbol = dlsym(handle_, name);
    check(symbol != nullptr, "{}: it has no {}", path_, name);
    return reinterpret_cast<Function*>(symbol);
  }

 private:
  const char* path_;
  void* handle_;
};

// oneDNN's matmul primitive for one case, on plain row-major memory.
class Matmul {
 public:
  Matmul(const Library& dnnl, const Case& c, Buffers& buffers)
      : execute_(dnnl.get<decltype(dnnl_primitive_execute)>("dnnl_primitive_execute")),
        wait_(dnnl.get<decltype(dnnl_stream_wait)>("dnnl_stream_wait")) {
    dnnl_engine_t engine = nullptr;
    expect(dnnl.get<decltype(dnnl_engine_create)>("dnnl_engine_create")(&engine, dnnl_cpu, 0));
    expect(dnnl.get<decltype(dnnl_stream_create)>("dnnl_stream_create")(&stream_, engine,
                                                                        dnnl_stream_default_flags));
    const auto describe = [&](int64_t rows, int64_t columns, bool transpose) {
      const dnnl_dims_t dims = {rows, columns};
      dnnl_memory_desc_t memory;
      expect(dnnl.get<decltype(dnnl_memory_desc_init_by_tag)>("dnnl_memory_desc_init_by_tag")(
          &memory, 2, dims, dnnl_f32, transpose ? dnnl_ba : dnnl_ab));
      return memory;
    };
    const dnnl_memory_desc_t a = describe(c.m, c.k, c.transpose_a), b = describe(c.k, c.n, c.transpose_b);
    const dnnl_memory_desc_t result = describe(c.m, c.n, false);
    dnnl_matmul_desc_t descriptor;
    expect(dnnl.get<decltype(dnnl_matmul_desc_init)>("dnnl_matmul_desc_init")(&descriptor, &a, &b, nullptr,
                                                                              &result));
    dnnl_primitive_desc_t primitive = nullptr;
    expect(dnnl.get<decltype(dnnl_primitive_desc_create)>("dnnl_primitive_desc_create")(
        &primitive, &descriptor, nullptr, engine, nullptr));
    expect(dnnl.get<decltype(dnnl_primitive_create)>("dnnl_primitive_create")(&primitive_, primitive));
    const auto bind = [&](int index, int name, const dnnl_memory_desc_t& memory, float* data) {
      arguments_[index].arg = name;
      expect(dnnl.get<decltype(dnnl_memory_create)>("dnnl_memory_create")(&arguments_[index].memory, &memory,
                                                                          engine, data));
    };
    bind(0, DNNL_ARG_SRC, a, buffers.a.data);
    bind(1, DNNL_ARG_WEIGHTS, b, buffers.b.data);
    bind(2, DNNL_ARG_DST, result, buffers.c.data);
  }
  void operator()() const {
    expect(execute_(primitive_, stream_, 3, arguments_));
    expect(wait_(stream_));
  }

 private:
  static void expect(dnnl_status_t status) {
    check(status == dnnl_success, "oneDNN: status {}", static_cast<int>(status));
  }

  decltype(dnnl_primitive_execute)* execute_;
  decltype(dnnl_stream_wait)* wait_;
  dnnl_stream_t stream_ = nullptr;
  dnnl_primitive_t primitive_ = nullptr;
  dnnl_exec_arg_t arguments_[3];
};

using Sgemm = void(int, int, int, int, int, int, float, const float*, int, const float*, int, float, float*,
                   int);

struct Peers {
  Library dnnl{DNNL_LIBRARY};
  Library openblas{OPENBLAS_LIBRARY};
  decltype(dnnl_sgemm)* dnnl_sgemm_entry = dnnl.get<decltype(dnnl_sgemm)>("dnnl_sgemm");
  Sgemm* openblas_sgemm = openblas.get<Sgemm>("cblas_sgemm");
};

// One library's call and the seconds that its calls took.
struct Contender {
  std::function<void()> call;
  std::vector<double> seconds;

  // The first calls of a block wake threads and warm caches, uncounted.
  void run_block() {
    using Clock = std::chrono::steady_clock;
    const auto since = [](Clock::time_point start) {
      return std::chrono::duration<double>(Clock::now() - start).count();
    };
    const auto start = Clock::now();
    call();
    call();
    int calls = 0;
    do {
      const auto before = Clock::now();
      call();
      seconds.push_back(since(before));
    } while (++calls < 2 || since(start) < kBlockSeconds);
    // A peer's threads that wait in a loop go to sleep before the next block.
    std::this_thread::sleep_for(std::chrono::milliseconds(3));
  }
  double median() {
    std::nth_element(seconds.begin(), seconds.begin() + static_cast<std::ptrdiff_t>(seconds.size() / 2),
                     seconds.end());
    return seconds[seconds.size() / 2];
  }
};

void compare_results(const std::vector<float>& ours, const float* theirs, const Case& c) {
  for (size_t i = 0; i < ours.size(); ++i) {
    check(std::fabs(ours[i] - theirs[i]) <= 1e-4 * static_cast<double>(c.k), "{}: element {} is {} and {}",
          c.name(), i, ours[i], theirs[i]);
  }
}

// Our speed over the better peer's.
double run_case(const Case& c, const Peers& peers, int rounds) {
  Buffers buffers(c);
  const int m = static_cast<int>(c.m), n = static_cast<int>(c.n), k = static_cast<int>(c.k);
  const int lda = c.transpose_a ? m : k, ldb = c.transpose_b ? k : n;
  hodhod::kernels::ProductArgs<float> args;
  args.m = m;
  args.n = n;
  args.k = k;
  args.a = {.data = buffers.a.data, .stride = lda, .transpose = c.transpose_a};
  args.b = {.data = buffers.b.data, .stride = ldb, .transpose = c.transpose_b};
  args.c = buffers.c.data;
  args.c_stride = n;
  constexpr int kRowMajor = 101, kPlain = 111, kTransposed = 112;
  const float *const a = buffers.a.data, *const b = buffers.b.data;
  float* const result = buffers.c.data;
  const Matmul matmul(peers.dnnl, c, buffers);
  Contender contenders[] = {{[&] { hodhod::kernels::cpu_kernels<float>().product(args); }, {}},
                            {[&] {
                               peers.dnnl_sgemm_entry(c.transpose_a ? 'T' : 'N', c.transpose_b ? 'T' : 'N', m,
                                                      n, k, 1, a, lda, b, ldb, 0, result, n);
                             },
                             {}},
                            {[&] { matmul(); }, {}},
                            {[&] {
                               peers.openblas_sgemm(kRowMajor, c.transpose_a ? kTransposed : kPlain,
                                                    c.transpose_b ? kTransposed : kPlain, m, n, k, 1, a, lda,
                                                    b, ldb, 0, result, n);
                             },
                             {}}};
  std::vector<float> ours;
  for (const Contender& contender : contenders) {
    std::fill_n(result, buffers.c.size, 0.0f);
    contender.call();
    if (ours.empty()) {
      ours.assign(result, result + buffers.c.size);
    } else {
      compare_results(ours, result, c);
    }
  }
  for (int round = 0; round < rounds; ++round) {
    for (Contender& contender : contenders) contender.run_block();
  }
  double speed[4];
  for (int i = 0; i < 4; ++i) speed[i] = 1e-9 * c.operations() / contenders[i].median();
  const double ratio = speed[0] / std::max({speed[1], speed[2], speed[3]});
  fmt::print("{} {:>10.1f} {:>10.1f} {:>10.1f} {:>10.1f} {:>8.3f}\n", c.name(), speed[0], speed[1], speed[2],
             speed[3], ratio);
  std::fflush(stdout);
  return ratio;
}

void run(const Options& options) {
  hodhod::set_thread_count(options.threads);
  const Peers peers;
  fmt::print("OpenBLAS core: {}; {} threads; GFLOP/s\n",
             peers.openblas.get<char*()>("openblas_get_corename")(), options.threads);
  fmt::print("{:>5} {:>5} {:>5} ab {:>10} {:>10} {:>10} {:>10} {:>8}\n", "M", "N", "K", "hodhod",
             "dnnl_sgemm", "dnnl", "openblas", "ratio");
  double worst = INFINITY, log_sum = 0;
  int count = 0;
  for (const auto& [m, n, k] : options.shapes) {
    for (const auto& [transpose_a, transpose_b] : {std::pair{false, false}, {false, true}, {true, false}}) {
      const double ratio = run_case({m, n, k, transpose_a, transpose_b}, peers, options.rounds);
      worst = std::min(worst, ratio);
      log_sum += std::log(ratio);
      ++count;
    }
  }
  fmt::print("worst={:.3f} geomean={:.3f}\n", worst, std::exp(log_sum / count));
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const Options options = parse(argc, argv);
    // Read when the libraries are loaded. This OpenBLAS does not know newer processors and would take AVX2
    // kernels.
    setenv("OMP_NUM_THREADS", fmt::format("{}", options.threads).c_str(), 1);
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512bw")) setenv("OPENBLAS_CORETYPE", "SkylakeX", 1);
#endif
    run(options);
  } catch (const std::exception& error) {
    fmt::print(stderr, "versus_blas: {}\n", error.what());
    return 1;
  }
}
