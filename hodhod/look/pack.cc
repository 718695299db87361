// SPDX-License-Identifier: Apache-2.0
#include "hodhod/look/pack.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "hodhod/base/error.h"
#include "hodhod/base/threads.h"
#include "hodhod/tensor/dtype.h"

namespace hodhod::look {
namespace {

// A tensor's rows, and which part of each is visible.
class Rows {
 public:
  // `first` is the place of x's first row in the dimension T of the whole.
  Rows(const Tensor& x, const PackOptions& options, int64_t first = 0)
      : values_(x.dtype() == DType::i64 || x.dtype() == DType::f64 ? x.dense()
                                                                   : x.dense().converted(DType::f32)),
        whole_(x.dtype() == DType::i64 || x.dtype() == DType::i32 || x.dtype() == DType::u8),
        visible_(options.visible),
        columns_(x.rank() == 0 ? 1 : x.dim(-1)),
        times_(x.rank() < 2 ? 1 : x.dim(-2)),
        first_(first),
        rows_(columns_ == 0 ? 0 : x.numel() / columns_) {
    check(visible_.all() || x.rank() >= 2, "pack: a mask for a tensor of shape {}; give […, T, S]",
          x.shape());
  }

  int64_t all() const { return rows_; }
  int64_t columns() const { return columns_; }
  int64_t begin(int64_t row) const { return visible_.begin(first_ + row % times_, columns_); }
  int64_t size(int64_t row) const { return visible_.count(first_ + row % times_, columns_); }
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
  int64_t columns_, times_, first_, rows_;
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

}  // namespace

// The strongest of each row so far.
struct TopPacker::Kept {
  Kept(int64_t rows, int64_t columns)
      : top(std::min<int64_t>(kTop, columns)),
        places(static_cast<size_t>(rows * top)),
        values(places.size()),
        rests(static_cast<size_t>(rows)),
        bounds(rests.size()) {
    check(columns <= 65536, "pack: rows of {} are too long for the form top", columns);
  }

  // Takes a row of x as row `at`. Of equal weights the first are kept; masked cells weigh nothing.
  void take(int64_t at, const Rows& x, int64_t row) {
    std::array<std::pair<float, int64_t>, kTop> best;  // the strongest first
    int64_t found = 0;
    const int64_t begin = x.begin(row), end = begin + x.size(row);
    double rest = 0;
    for (int64_t column = begin; column < end; ++column) {
      const float value = x.value(row, column);
      if (!(value > 0)) continue;
      if (found == top && value <= best[static_cast<size_t>(top - 1)].first) {
        rest += value;
        continue;
      }
      if (found == top) rest += best[static_cast<size_t>(--found)].first;
      int64_t i = found++;
      for (; i > 0 && best[static_cast<size_t>(i - 1)].first < value; --i)
        best[static_cast<size_t>(i)] = best[static_cast<size_t>(i - 1)];
      best[static_cast<size_t>(i)] = {value, column};
    }
    const auto strongest = static_cast<std::ptrdiff_t>(found);
    for (int64_t column = 0; found < top; ++column) {
      const bool there = std::any_of(best.begin(), best.begin() + strongest,
                                     [&](const auto& one) { return one.second == column; });
      if (!there) best[static_cast<size_t>(found++)] = {0.0f, column};
    }
    double bound = 0;
    for (int64_t i = 0; i < top; ++i) {
      const auto& [value, column] = best[static_cast<size_t>(i)];
      const auto to = static_cast<size_t>(at * top + i);
      places[to] = static_cast<uint16_t>(column);
      values[to] = half_bits(value);
      bound = std::max(bound, std::fabs(static_cast<double>(value) - half_value(value)));
    }
    rests[static_cast<size_t>(at)] = half_bits(static_cast<float>(rest));
    bounds[static_cast<size_t>(at)] = std::max(bound, std::fabs(rest - half_value(static_cast<float>(rest))));
  }

  Encoded encoded(int64_t first, int64_t last) const {
    const auto part = [](const std::vector<uint16_t>& all, int64_t begin, int64_t end) {
      return std::vector<uint16_t>(all.begin() + begin, all.begin() + end);
    };
    Encoded out;
    append_planes(out.bytes, part(places, first * top, last * top));
    append_planes(out.bytes, part(values, first * top, last * top));
    append_planes(out.bytes, part(rests, first, last));
    out.bound = *std::max_element(bounds.begin() + first, bounds.begin() + last);
    return out;
  }

  int64_t top;
  std::vector<uint16_t> places, values, rests;
  std::vector<double> bounds;
};

namespace {

Encoded encode(const Rows& x, Form form, int64_t first, int64_t last) {
  switch (form) {
    case Form::f32:
      return encode_f32(x, first, last);
    case Form::f16:
      return encode_f16(x, first, last);
    case Form::i8:
      return encode_i8(x, first, last);
    case Form::sqrt8:
      return encode_sqrt8(x, first, last);
    case Form::i32:
      return encode_i32(x, first, last);
    case Form::top:
    case Form::none:
      break;
  }
  return {};
}

// Raw bytes of a row.
int64_t row_bytes(const Rows& x, Form form, int64_t row) {
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
    case Form::none:
      break;
  }
  return 0;
}

// The rows of each block, by the raw bytes of a row.
template <class RowBytes>
std::vector<PackedBlock> cut_into_blocks(int64_t rows, RowBytes&& bytes_of) {
  std::vector<PackedBlock> blocks;
  int64_t filled = 0;
  for (int64_t row = 0; row < rows; ++row) {
    const int64_t bytes = bytes_of(row);
    if (blocks.empty() || filled + bytes > kBlockBytes) {
      blocks.push_back({.first = row});
      filled = 0;
    }
    filled += bytes;
    ++blocks.back().count;
  }
  return blocks;
}

// Fills blocks in parallel; encode(first, last) gives those rows.
template <class Encode>
void fill_blocks(PackedTensor& packed, Encode&& encode) {
  std::vector<double> bounds(packed.blocks.size());
  parallel_for(std::ssize(packed.blocks), 1, [&](int64_t begin, int64_t end) {
    for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
      PackedBlock& part = packed.blocks[i];
      const Encoded encoded = encode(part.first, part.first + part.count);
      bounds[i] = encoded.bound;
      part.block = page_block(encoded.bytes);
    }
  });
  for (const double bound : bounds) packed.bound = std::max(packed.bound, bound);
}

struct Range {
  double low = std::numeric_limits<double>::infinity(), high = -low;
  int64_t not_finite = 0;

  void take(const Rows& x, int64_t row) {
    x.for_each(row, [&](float value) {
      if (!std::isfinite(value)) {
        ++not_finite;
        return;
      }
      low = std::min(low, static_cast<double>(value));
      high = std::max(high, static_cast<double>(value));
    });
  }
  void add(const Range& other) {
    low = std::min(low, other.low);
    high = std::max(high, other.high);
    not_finite += other.not_finite;
  }
  void put(PackedTensor& packed) const {
    packed.not_finite = not_finite;
    if (low > high) return;
    packed.low = low;
    packed.high = high;
  }
};

}  // namespace

int64_t PackedTensor::bytes() const {
  int64_t sum = 0;
  for (const PackedBlock& block : blocks) sum += std::ssize(block.block.text);
  return sum;
}

PackedTensor pack(const Tensor& x, Form form, const PackOptions& options) {
  if (form == Form::top) {
    const int64_t columns = x.rank() == 0 ? 1 : x.dim(-1), times = x.rank() < 2 ? 1 : x.dim(-2);
    const int64_t rows = columns == 0 ? 0 : x.numel() / columns;
    TopPacker packer({times == 0 ? 0 : rows / times, times, columns}, options);
    packer.add(x, 0);
    return packer.packed();
  }
  const Rows rows(x, options);
  PackedTensor packed{.form = form, .rows = rows.all()};
  if (form == Form::none) return packed;
  Range range;
  for (int64_t row = 0; row < rows.all(); ++row) range.take(rows, row);
  range.put(packed);
  packed.blocks = cut_into_blocks(rows.all(), [&](int64_t row) { return row_bytes(rows, form, row); });
  fill_blocks(packed, [&](int64_t first, int64_t last) { return encode(rows, form, first, last); });
  return packed;
}

TopPacker::TopPacker(const Shape& shape, const PackOptions& options)
    : shape_(shape), options_(options), kept_(std::make_unique<Kept>(shape[0] * shape[1], shape[2])) {}
TopPacker::~TopPacker() = default;

void TopPacker::add(const Tensor& part, int64_t first) {
  const Rows rows(part, options_, first);
  const int64_t times = part.rank() < 2 ? 1 : part.dim(-2);
  check(rows.columns() == shape_[2] && first + times <= shape_[1] && rows.all() == shape_[0] * times,
        "pack: a part of shape {} from query {} on does not fit {}", part.shape(), first, shape_);
  // A range for each of so many parts of the rows, so that the order of threads does not matter.
  std::vector<Range> ranges(static_cast<size_t>(rows.all()));
  parallel_for(rows.all(), 16, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      ranges[static_cast<size_t>(row)].take(rows, row);
      kept_->take(row / times * shape_[1] + first + row % times, rows, row);
    }
  });
  Range all{.low = low_, .high = high_, .not_finite = not_finite_};
  for (const Range& range : ranges) all.add(range);
  low_ = all.low;
  high_ = all.high;
  not_finite_ = all.not_finite;
}

bool TopPacker::fits() const { return not_finite_ == 0 && (low_ > high_ || (low_ >= 0 && high_ <= 1)); }

PackedTensor TopPacker::packed(int64_t heads) const {
  PackedTensor packed{
      .form = Form::top, .rows = (heads < 0 ? shape_[0] : heads) * shape_[1], .top = kept_->top};
  Range{.low = low_, .high = high_, .not_finite = not_finite_}.put(packed);
  packed.blocks = cut_into_blocks(packed.rows, [&](int64_t) { return 4 * packed.top + 2; });
  fill_blocks(packed, [&](int64_t first, int64_t last) { return kept_->encoded(first, last); });
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
