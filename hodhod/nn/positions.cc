// SPDX-License-Identifier: Apache-2.0
#include "hodhod/nn/positions.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numbers>

#include "hodhod/ops/attention.h"
#include "hodhod/ops/elementwise.h"
#include "hodhod/ops/embedding.h"

namespace hodhod {
namespace {

// A table of value(row, column), made on the host and moved to the default device.
template <class Value>
Tensor tabulate(const Shape& shape, DType dtype, const Value& value) {
  if (default_device() == Device::shapes) return Tensor::empty(shape, dtype);
  Tensor table = Tensor::empty(shape, dtype, Device::cpu);
  with_compute_type("positions", dtype, [&](auto zero) {
    using T = decltype(zero);
    for (int64_t row = 0; row < shape[0]; ++row) {
      for (int64_t column = 0; column < shape[1]; ++column) {
        table.data<T>()[row * shape[1] + column] = static_cast<T>(value(row, column));
      }
    }
  });
  return table.to(default_device());
}

double llama3(double frequency, const Llama3Scaling& scaling) {
  const double turns = static_cast<double>(scaling.original_length) * frequency / (2 * std::numbers::pi);
  if (turns > scaling.high) return frequency;
  if (turns < scaling.low) return frequency / scaling.factor;
  const double kept = (turns - scaling.low) / (scaling.high - scaling.low);
  return (1 - kept) * frequency / scaling.factor + kept * frequency;
}

// The share of frequency i that is divided by YaRN's factor.
double yarn_share(int64_t i, const YarnScaling& scaling, const RotaryFrequencies& options) {
  const auto rotated = static_cast<double>(options.rotated);
  const auto number_of = [&](double turns) {
    return rotated * std::log(static_cast<double>(scaling.original_length) / (turns * 2 * std::numbers::pi)) /
           (2 * std::log(options.base));
  };
  const double first = std::max(std::floor(number_of(scaling.high)), 0.0);
  const double last = std::min(std::ceil(number_of(scaling.low)), rotated - 1);
  const double width = first == last ? 0.001 : last - first;
  return std::clamp((static_cast<double>(i) - first) / width, 0.0, 1.0);
}

// Slope of a head, counted from 0.
double alibi_slope(int64_t heads, int64_t head) {
  const int64_t power = static_cast<int64_t>(std::bit_floor(static_cast<uint64_t>(heads)));
  const double exponent =
      head < power ? 8.0 * static_cast<double>(head + 1) : 4.0 * static_cast<double>(2 * (head - power) + 1);
  return std::exp2(-exponent / static_cast<double>(power));
}

}  // namespace

Tensor sinusoidal_positions(int64_t longest, int64_t width, SinusoidOrder order, DType dtype) {
  const int64_t sines = (width + 1) / 2;
  return tabulate({longest, width}, dtype, [&](int64_t place, int64_t channel) {
    const bool is_sine = order == SinusoidOrder::halves ? channel < sines : channel % 2 == 0;
    int64_t pair = channel / 2;
    if (order == SinusoidOrder::halves) pair = is_sine ? channel : channel - sines;
    const double angle = static_cast<double>(place) *
                         std::pow(10000.0, -2.0 * static_cast<double>(pair) / static_cast<double>(width));
    return is_sine ? std::sin(angle) : std::cos(angle);
  });
}

Tensor timing_signal(int64_t longest, int64_t width, int64_t first, DType dtype) {
  const int64_t half = width / 2;
  const double step = std::log(10000.0) / static_cast<double>(std::max<int64_t>(half - 1, 1));
  return tabulate({longest, width}, dtype, [&](int64_t place, int64_t channel) {
    if (channel >= 2 * half) return 0.0;
    const double angle =
        static_cast<double>(place + first) * std::exp(-step * static_cast<double>(channel % half));
    return channel < half ? std::sin(angle) : std::cos(angle);
  });
}

Tensor add_positions(const Tensor& x, const Tensor& table, const Places& places, int64_t first_row) {
  check(x.rank() == 3 && table.rank() == 2 && x.dim(2) == table.dim(1),
        "positions: x has shape {} and the table {}; give [B, T, C] and [longest, C]", x.shape(),
        table.shape());
  const int64_t batch = x.dim(0), times = x.dim(1);
  // One row of ids is enough if each row of x begins at 0.
  const bool shared = !places.ids.defined() && !places.offset.defined();
  Tensor ids = Tensor::empty(shared ? Shape{times} : Shape{batch, times}, DType::i64, Device::cpu);
  if (places.ids.defined()) {
    check(places.ids.shape() == ids.shape(), "positions: ids are {}; give [{}, {}]", places.ids.shape(),
          batch, times);
  } else if (places.offset.defined()) {
    check(places.offset.shape() == Shape{batch}, "positions: offset is {}; give [{}]", places.offset.shape(),
          batch);
  }
  const int64_t rows = table.dim(0);
  for (int64_t i = 0; i < ids.numel(); ++i) {
    int64_t place = i % std::max<int64_t>(times, 1);
    if (places.ids.defined()) {
      place = places.ids[i];
    } else if (places.offset.defined()) {
      place += places.offset[i / times];
    }
    check(place + first_row >= 0 && place + first_row < rows,
          "positions: place {} is row {} of a table of {}; shorten the text or use a longer table", place,
          place + first_row, rows);
    ids.data<int64_t>()[i] = place + first_row;
  }
  return x + embedding(ids, table);
}

std::vector<double> frequencies_of(const RotaryFrequencies& options) {
  check(options.rotated >= 0 && options.rotated % 2 == 0,
        "rotary: {} elements of a head are to turn; give an even number", options.rotated);
  std::vector<double> frequencies;
  for (int64_t i = 0; i < options.rotated / 2; ++i) {
    double frequency =
        std::pow(options.base, -2.0 * static_cast<double>(i) / static_cast<double>(options.rotated));
    frequency /= options.factor;
    if (options.llama3) frequency = llama3(frequency, *options.llama3);
    if (options.yarn) {
      const double share = yarn_share(i, *options.yarn, options);
      frequency = share * frequency / options.yarn->factor + (1 - share) * frequency;
    }
    frequencies.push_back(frequency);
  }
  return frequencies;
}

double dynamic_rotary_base(const RotaryFrequencies& options, double factor, int64_t length, int64_t trained) {
  const auto rotated = static_cast<double>(options.rotated);
  const double growth = factor * static_cast<double>(length) / static_cast<double>(trained) - factor + 1;
  return options.base * std::pow(growth, rotated / (rotated - 2));
}

RotaryTables::RotaryTables(int64_t longest, const RotaryFrequencies& options, DType dtype) {
  const std::vector<double> frequencies = frequencies_of(options);
  const auto angle = [&](int64_t place, int64_t i) {
    return static_cast<double>(place) * frequencies[static_cast<size_t>(i)];
  };
  const Shape shape{longest, options.rotated / 2};
  const double amplitude = options.amplitude;
  cosines =
      tabulate(shape, dtype, [&](int64_t place, int64_t i) { return amplitude * std::cos(angle(place, i)); });
  sines =
      tabulate(shape, dtype, [&](int64_t place, int64_t i) { return amplitude * std::sin(angle(place, i)); });
}

std::vector<double> alibi_slopes(int64_t heads) {
  check(heads > 0, "alibi: {} heads; give at least 1", heads);
  std::vector<double> slopes;
  for (int64_t h = 0; h < heads; ++h) slopes.push_back(alibi_slope(heads, h));
  return slopes;
}

DistanceBias alibi(int64_t heads, DistanceRange range, DType dtype) {
  check(heads > 0, "alibi: {} heads; give at least 1", heads);
  const Tensor values = tabulate({heads, range.last - range.first + 1}, dtype, [&](int64_t h, int64_t i) {
    return -alibi_slope(heads, h) * std::abs(static_cast<double>(range.first + i));
  });
  return {values, range.first};
}

Tensor alibi_of_keys(int64_t heads, int64_t longest, int64_t head_size, DType dtype) {
  check(heads > 0 && head_size > 0, "alibi: {} heads of {} channels; give at least 1", heads, head_size);
  const auto rounded = [](double x) { return static_cast<float>(bf16(static_cast<float>(x))); };
  const double root = std::sqrt(static_cast<double>(head_size));
  return tabulate({heads, longest}, dtype, [&](int64_t h, int64_t place) {
    const float slope = rounded(alibi_slope(heads, h)), at = rounded(static_cast<double>(place));
    return static_cast<double>(rounded(static_cast<double>(slope * at))) / root;
  });
}

int64_t RelativeBuckets::of(int64_t distance) const {
  const int64_t each = bidirectional ? buckets / 2 : buckets, single = each / 2;
  const int64_t base = bidirectional && distance > 0 ? each : 0;
  const int64_t length = bidirectional ? std::abs(distance) : std::max<int64_t>(-distance, 0);
  if (length < single) return base + length;
  // In single precision and in this order, as published models were trained.
  const float growth =
      std::log(static_cast<float>(length) / static_cast<float>(single)) /
      static_cast<float>(std::log(static_cast<double>(longest) / static_cast<double>(single)));
  const int64_t bucket = single + static_cast<int64_t>(growth * static_cast<float>(each - single));
  return base + std::min(bucket, each - 1);
}

DistanceBias RelativePositions::operator()(DistanceRange range) const {
  check(buckets.buckets >= 4 && buckets.longest > buckets.buckets / 2,
        "relative positions: {} buckets up to distance {}; give at least 4 and a greater distance",
        buckets.buckets, buckets.longest);
  Tensor rows = Tensor::empty({range.last - range.first + 1}, DType::i64, Device::cpu);
  for (int64_t i = 0; i < rows.numel(); ++i) rows.data<int64_t>()[i] = buckets.of(range.first + i);
  return {distance_bias(table, rows), range.first};
}

}  // namespace hodhod
