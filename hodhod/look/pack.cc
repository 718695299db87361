// SPDX-License-Identifier: Apache-2.0
#include "hodhod/look/pack.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "hodhod/base/error.h"
#include "hodhod/base/threads.h"
#include "hodhod/tensor/dtype.h"

namespace hodhod::look {
namespace {

// A tensor's rows, and which part of each is visible.
class Rows {
 public:
  Rows(const Tensor& x, const PackOptions& options)
      : values_(x.dtype() == DType::i64 || x.dtype() == DType::f64 ? x.dense()
                                                                   : x.dense().converted(DType::f32)),
        whole_(x.dtype() == DType::i64 || x.dtype() == DType::i32 || x.dtype() == DType::u8),
        visible_(options.visible),
        columns_(x.rank() == 0 ? 1 : x.dim(-1)),
        times_(x.rank() < 2 ? 1 : x.dim(-2)),
        rows_(columns_ == 0 ? 0 : x.numel() / columns_) {
    check(visible_.all() || x.rank() >= 2, "pack: a mask for a tensor of shape {}; give […, T, S]",
          x.shape());
  }

  int64_t all() const { return rows_; }
  int64_t columns() const { return columns_; }
  int64_t begin(int64_t row) const { return visible_.begin(row % times_, columns_); }
  int64_t size(int64_t row) const { return visible_.count(row % times_, columns_); }
  bool whole() const { return whole_; }
  // Element `column` of a row, as the type that the forms begin from.
  float value(int64_t row, int64_t column) const {
    const int64_t i = row * columns_ + column;
    if (values_.dtype() == DType::i64) return static_cast<float>(values_.data<int64_t>()[i]);
    if (values_.dtype() == DType::f64) return static_cast<float>(values_.data<double>()[i]);
    return values_.data<float>()[i];
  }
  int64_t integer(int64_t row, int64_t column) const {
    const int64_t i = row * columns_ + column;
    return values_.dtype() == DType::i64 ? values_.data<int64_t>()[i] : std::llround(value(row, column));
  }
  // Calls visit(value) for the visible values of a row.
  template <class Visit>
  void for_each(int64_t row, Visit&& visit) const {
    const int64_t from = begin(row), to = from + size(row);
    for (int64_t column = from; column < to; ++column) visit(value(row, column));
  }

 private:
  Tensor values_;
  bool whole_;
  Visible visible_;
  int64_t columns_, times_, rows_;
};

// The elements' first bytes, then their second ones …
template <class Unsigned>
void append_planes(std::string& out, const std::vector<Unsigned>& elements) {
  out += in_byte_planes({reinterpret_cast<const char*>(elements.data()), elements.size() * sizeof(Unsigned)},
                        sizeof(Unsigned));
}

uint16_t half_bits(float value) { return std::bit_cast<uint16_t>(f16(value)); }
float half_value(float value) { return static_cast<float>(f16(value)); }

// The bytes of some rows, and their largest error.
struct Encoded {
  std::string bytes;
  double bound = 0;

  void err(double exact, double kept) {
    if (std::isfinite(exact)) bound = std::max(bound, std::fabs(exact - kept));
  }
};

Encoded encode_f32(const Rows& x, int64_t first, int64_t last) {
  std::vector<uint32_t> bits;
  for (int64_t row = first; row < last; ++row)
    x.for_each(row, [&](float value) { bits.push_back(std::bit_cast<uint32_t>(value)); });
  Encoded out;
  append_planes(out.bytes, bits);
  return out;
}

Encoded encode_i32(const Rows& x, int64_t first, int64_t last) {
  std::vector<uint32_t> bits;
  for (int64_t row = first; row < last; ++row) {
    for (int64_t column = x.begin(row); column < x.begin(row) + x.size(row); ++column)
      bits.push_back(static_cast<uint32_t>(static_cast<int32_t>(x.integer(row, column))));
  }
  Encoded out;
  append_planes(out.bytes, bits);
  return out;
}

Encoded encode_f16(const Rows& x, int64_t first, int64_t last) {
  std::vector<uint16_t> bits;
  Encoded out;
  for (int64_t row = first; row < last; ++row) {
    x.for_each(row, [&](float value) {
      bits.push_back(half_bits(value));
      out.err(value, half_value(value));
    });
  }
  append_planes(out.bytes, bits);
  return out;
}

Encoded encode_i8(const Rows& x, int64_t first, int64_t last) {
  std::vector<uint32_t> scales;
  std::string values;
  Encoded out;
  for (int64_t row = first; row < last; ++row) {
    float most = 0;
    x.for_each(row, [&](float value) { most = std::max(most, std::fabs(value)); });
    const float scale = most / 127;
    scales.push_back(std::bit_cast<uint32_t>(scale));
    x.for_each(row, [&](float value) {
      const double step = scale > 0 ? std::nearbyint(static_cast<double>(value) / scale) : 0;
      const auto kept = static_cast<int8_t>(std::clamp(step, -127.0, 127.0));
      values.push_back(static_cast<char>(kept));
      out.err(value, static_cast<double>(scale) * kept);
    });
  }
  append_planes(out.bytes, scales);
  out.bytes += values;
  return out;
}

Encoded encode_sqrt8(const Rows& x, int64_t first, int64_t last) {
  Encoded out;
  for (int64_t row = first; row < last; ++row) {
    x.for_each(row, [&](float value) {
      const auto kept = static_cast<uint8_t>(std::lround(255 * std::sqrt(static_cast<double>(value))));
      out.bytes.push_back(static_cast<char>(kept));
      out.err(value, kept / 255.0 * (kept / 255.0));
    });
  }
  return out;
}

Encoded encode_top(const Rows& x, int64_t first, int64_t last, int64_t top) {
  std::vector<uint16_t> places, values, rests;
  std::vector<int64_t> order(static_cast<size_t>(x.columns()));
  Encoded out;
  for (int64_t row = first; row < last; ++row) {
    const int64_t begin = x.begin(row), end = begin + x.size(row);
    const auto weight = [&](int64_t column) {
      return column >= begin && column < end ? x.value(row, column) : 0.0f;
    };
    std::iota(order.begin(), order.end(), int64_t{0});
    std::partial_sort(order.begin(), order.begin() + top, order.end(), [&](int64_t a, int64_t b) {
      return weight(a) != weight(b) ? weight(a) > weight(b) : a < b;
    });
    double rest = 0;
    for (size_t i = 0; i < order.size(); ++i) {
      const float value = weight(order[i]);
      if (static_cast<int64_t>(i) >= top) {
        rest += value;
        continue;
      }
      places.push_back(static_cast<uint16_t>(order[i]));
      values.push_back(half_bits(value));
      out.err(value, half_value(value));
    }
    rests.push_back(half_bits(static_cast<float>(rest)));
    out.err(rest, half_value(static_cast<float>(rest)));
  }
  append_planes(out.bytes, places);
  append_planes(out.bytes, values);
  append_planes(out.bytes, rests);
  return out;
}

Encoded encode(const Rows& x, Form form, int64_t first, int64_t last, int64_t top) {
  switch (form) {
    case Form::f32:
      return encode_f32(x, first, last);
    case Form::f16:
      return encode_f16(x, first, last);
    case Form::i8:
      return encode_i8(x, first, last);
    case Form::sqrt8:
      return encode_sqrt8(x, first, last);
    case Form::top:
      return encode_top(x, first, last, top);
    case Form::i32:
      return encode_i32(x, first, last);
    case Form::none:
      break;
  }
  return {};
}

// Raw bytes of a row.
int64_t row_bytes(const Rows& x, Form form, int64_t row, int64_t top) {
  const int64_t size = x.size(row);
  switch (form) {
    case Form::f32:
    case Form::i32:
      return 4 * size;
    case Form::f16:
      return 2 * size;
    case Form::i8:
      return size + 4;
    case Form::sqrt8:
      return size;
    case Form::top:
      return 4 * top + 2;
    case Form::none:
      break;
  }
  return 0;
}

// The rows of each block.
std::vector<PackedBlock> cut_into_blocks(const Rows& x, Form form, int64_t top) {
  std::vector<PackedBlock> blocks;
  int64_t filled = 0;
  for (int64_t row = 0; row < x.all(); ++row) {
    const int64_t bytes = row_bytes(x, form, row, top);
    if (blocks.empty() || filled + bytes > kBlockBytes) {
      blocks.push_back({.first = row});
      filled = 0;
    }
    filled += bytes;
    ++blocks.back().count;
  }
  return blocks;
}

void measure(const Rows& x, PackedTensor& packed) {
  double low = std::numeric_limits<double>::infinity(), high = -low;
  for (int64_t row = 0; row < x.all(); ++row) {
    x.for_each(row, [&](float value) {
      if (!std::isfinite(value)) {
        ++packed.not_finite;
        return;
      }
      low = std::min(low, static_cast<double>(value));
      high = std::max(high, static_cast<double>(value));
    });
  }
  if (low > high) return;
  packed.low = low;
  packed.high = high;
}

}  // namespace

int64_t PackedTensor::bytes() const {
  int64_t sum = 0;
  for (const PackedBlock& block : blocks) sum += std::ssize(block.block.text);
  return sum;
}

PackedTensor pack(const Tensor& x, Form form, const PackOptions& options) {
  const Rows rows(x, options);
  PackedTensor packed{.form = form, .rows = rows.all()};
  if (form == Form::none) return packed;
  if (form == Form::top) packed.top = std::min<int64_t>(kTop, rows.columns());
  check(form != Form::top || rows.columns() <= 65536, "pack: rows of {} are too long for the form top",
        rows.columns());
  measure(rows, packed);
  packed.blocks = cut_into_blocks(rows, form, packed.top);
  std::vector<double> bounds(packed.blocks.size());
  parallel_for(std::ssize(packed.blocks), 1, [&](int64_t begin, int64_t end) {
    for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
      PackedBlock& part = packed.blocks[i];
      const Encoded encoded = encode(rows, form, part.first, part.first + part.count, packed.top);
      bounds[i] = encoded.bound;
      part.block = page_block(encoded.bytes);
    }
  });
  for (const double bound : bounds) packed.bound = std::max(packed.bound, bound);
  return packed;
}

bool fits(const Tensor& x, Form form, const PackOptions& options) {
  const Rows rows(x, options);
  bool all = true;
  for (int64_t row = 0; row < rows.all() && all; ++row) {
    rows.for_each(row, [&](float value) {
      if (form == Form::f16) all &= !(std::fabs(value) >= 65520 && std::isfinite(value));
      if (form == Form::i8) all &= std::isfinite(value);
      if (form == Form::sqrt8 || form == Form::top) all &= value >= 0 && value <= 1;
    });
    if (form != Form::i32) continue;
    for (int64_t column = 0; column < rows.columns() && rows.whole(); ++column) {
      const int64_t number = rows.integer(row, column);
      all &= number >= std::numeric_limits<int32_t>::min() && number <= std::numeric_limits<int32_t>::max();
    }
  }
  return all && (form != Form::i32 || rows.whole());
}

}  // namespace hodhod::look
