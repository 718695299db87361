// SPDX-License-Identifier: Apache-2.0
// How a token's position enters a model: added to the embedding (sinusoidal, learned), by turning queries and
// keys (rotary), or added to attention's scores by distance (ALiBi, relative position).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "hodhod/tensor/host_array.h"
#include "hodhod/tensor/tensor.h"

namespace hodhod {

// ---- added to the embedding ----

// The order of the channels of sinusoidal positions.
enum class SinusoidOrder {
  interleaved,  // sin, cos, sin, cos … as in the paper
  halves,       // all sines, then all cosines, as Marian has it
};

// PE(p, 2i) = sin(p / 10000^(2i/C)), PE(p, 2i + 1) = cos(p / 10000^(2i/C)) for p < longest, in the given
// order ("Attention Is All You Need", §3.5). [longest, C]
Tensor sinusoidal_positions(int64_t longest, int64_t width, SinusoidOrder order, DType dtype = DType::f32);

// The same idea as tensor2tensor and fairseq compute it: all sines, then all cosines, with frequencies that
// fall from 1 to 1/10000 in equal ratios, 10000^(−i/(C/2 − 1)) for i < C/2. Row 0 is that of place `first`;
// without a partner an odd width's last channel is 0. [longest, C]
Tensor timing_signal(int64_t longest, int64_t width, int64_t first, DType dtype = DType::f32);

// Where the tokens of a batch stand: token t of row b at ids[b, t], or t + offset[b], or t.
struct Places {
  HostArray ids = {};     // [B, T]
  HostArray offset = {};  // [B]
};

// y[b, t] = x[b, t] + table[place + first_row], for x [B, T, C]. Differentiable in both. A row outside the
// table is an Error.
Tensor add_positions(const Tensor& x, const Tensor& table, const Places& places = {}, int64_t first_row = 0);

// A table learned like any parameter. `first_row` is the row of place 0 (2 in BART's and OPT's tables).
struct LearnedPositions {
  Tensor table;  // [longest + first_row, C]
  int64_t first_row = 0;

  LearnedPositions() = default;
  // Uninitialised.
  LearnedPositions(int64_t longest, int64_t width, int64_t first_row_of_table = 0, DType dtype = DType::f32)
      : table(Tensor::empty({longest + first_row_of_table, width}, dtype)), first_row(first_row_of_table) {}

  Tensor operator()(const Tensor& x, const Places& places = {}) const {
    return add_positions(x, table, places, first_row);
  }

  template <class V>
  void visit(V& v) {
    v("weight", table);
  }
};

// ---- turning queries and keys ----

// Llama 3's change of frequencies for longer texts: those that turn fewer than `low` times in the original
// length are divided by `factor`, those that turn more than `high` times are kept, and between the two it is
// interpolated.
struct Llama3Scaling {
  double factor = 8;
  double low = 1;
  double high = 4;
  int64_t original_length = 8192;
};

// YaRN's change (Peng et al. 2023, §3.2): as Llama 3's, but between the two it is interpolated by the number
// of the frequency. That of a frequency that turns n times in the original length L is R ln(L / 2πn) / (2 ln
// base); it is rounded down at `high` and up at `low`.
struct YarnScaling {
  double factor = 4;
  double low = 1;
  double high = 32;
  int64_t original_length = 4096;
};

struct RotaryFrequencies {
  int64_t rotated = 0;  // R: elements of a head that turn, even
  double base = 10000;
  double factor = 1;  // all frequencies are divided by it (linear scaling)
  std::optional<Llama3Scaling> llama3 = {};
  std::optional<YarnScaling> yarn = {};
  double amplitude = 1;  // of cosines and sines
};

// Frequency i is base^(−2i/R), scaled as said. [R/2] (Su et al. 2021; angles in radians for each place)
std::vector<double> frequencies_of(const RotaryFrequencies& options);

// The base for a text of `length` tokens that is longer than the `trained` ones: base · (factor · length /
// trained − factor + 1)^(R / (R − 2)) ("dynamic" scaling; bloc97 2023).
double dynamic_rotary_base(const RotaryFrequencies& options, double factor, int64_t length, int64_t trained);

// Amplitude times cos and sin of place · frequency, both [longest, R/2], for rotary() in hodhod/ops/rotary.h.
struct RotaryTables {
  Tensor cosines, sines;

  RotaryTables() = default;
  RotaryTables(int64_t longest, const RotaryFrequencies& options, DType dtype = DType::f32);
  bool defined() const { return cosines.defined(); }
};

// ---- added to scores by distance ----

// A bias for each head and each distance (place of the key − place of the query) from `first` on, as
// attention takes it.
struct DistanceBias {
  Tensor values = {};  // [H, distances]; undefined: none
  int64_t first = 0;

  int64_t zero() const { return -first; }
};

// Distances that queries at places [first_query, last_query] need to keys at [0, keys).
struct DistanceRange {
  int64_t first, last;
  static DistanceRange of(int64_t first_query, int64_t last_query, int64_t keys) {
    return {-last_query, keys - 1 - first_query};
  }
};

// ALiBi's slope of each head (Press et al. 2022): 2^(−8h/H), h = 1 … H, if H is a power of two; otherwise
// those of the next lower power followed by every other one of the next higher.
std::vector<double> alibi_slopes(int64_t heads);

// −slope · |distance|
DistanceBias alibi(int64_t heads, DistanceRange range, DType dtype = DType::f32);

// ALiBi as Falcon computes it: a bias for each key, slope · place / √D, whatever the query. As with ALiBi,
// only differences between keys matter in the softmax; but slopes, and places times slopes, are rounded to
// bfloat16, as the models were trained. [H, longest] for heads of D channels.
Tensor alibi_of_keys(int64_t heads, int64_t longest, int64_t head_size, DType dtype = DType::f32);

// T5's buckets of distances (Raffel et al. 2020): half of them for single distances, the rest for ranges that
// grow geometrically up to `longest`, beyond which all is one. `bidirectional` spends half on keys after the
// query, which otherwise all fall into bucket 0.
struct RelativeBuckets {
  int64_t buckets = 32;
  int64_t longest = 128;
  bool bidirectional = true;

  int64_t of(int64_t distance) const;
};

// A learned bias for each bucket and head.
struct RelativePositions {
  Tensor table;  // [buckets, H]
  RelativeBuckets buckets;

  RelativePositions() = default;
  // Uninitialised.
  RelativePositions(int64_t heads, const RelativeBuckets& options, DType dtype = DType::f32)
      : table(Tensor::empty({options.buckets, heads}, dtype)), buckets(options) {}

  // Differentiable in the table.
  DistanceBias operator()(DistanceRange range) const;

  template <class V>
  void visit(V& v) {
    v("weight", table);
  }
};

}  // namespace hodhod
