// SPDX-License-Identifier: Apache-2.0
#include "hodhod/nn/attention_cache.h"

#include <algorithm>
#include <utility>

#include "hodhod/base/error.h"
#include "hodhod/kernels/attention.h"

namespace hodhod {
namespace {

using kernels::kPage;

HostArray on_host(const std::vector<int64_t>& values, const Shape& shape) {
  const Tensor tensor = Tensor::empty(shape, DType::i64, Device::cpu);
  std::copy(values.begin(), values.end(), tensor.data<int64_t>());
  return tensor;
}

int64_t pages_for(int64_t keys) { return (keys + kPage - 1) / kPage; }

}  // namespace

Tensor gathered(const Tensor& paged, const HostArray& pages, const HostArray& lengths) {
  const int64_t rows = lengths.size(), width = paged.dim(2);
  const int64_t most = rows > 0 ? *std::max_element(lengths.data(), lengths.data() + rows) : 0;
  Tensor all = paged.new_zeros({rows, most, width});
  for (int64_t b = 0; b < rows; ++b) {
    for (int64_t at = 0; at < lengths[b]; at += kPage) {
      const int64_t count = std::min(kPage, lengths[b] - at);
      const int64_t page = pages[b * pages.shape()[1] + at / kPage];
      copy(paged.with_layout({count, width}, {width, 1}, page * kPage * width),
           all.with_layout({count, width}, {width, 1}, (b * most + at) * width));
    }
  }
  return all;
}

AttentionCache::AttentionCache(int64_t layers, int64_t width, DType dtype)
    : width_(width), dtype_(dtype), layers_(static_cast<size_t>(layers)) {
  for (Layer& layer : layers_) layer.keys = layer.values = Tensor::empty({0, kPage, width}, dtype);
  describe_rows();
}

void AttentionCache::add_rows(int64_t count) {
  rows_.resize(rows_.size() + static_cast<size_t>(count));
  describe_rows();
}

void AttentionCache::select(std::span<const int64_t> rows) {
  std::vector<Row> selected;
  selected.reserve(rows.size());
  for (int64_t row : rows) {
    check(row >= 0 && row < this->rows(), "attention cache: there is no row {} among {}", row, this->rows());
    selected.push_back(rows_[static_cast<size_t>(row)]);
    for (int64_t page : selected.back().pages) ++holders_[static_cast<size_t>(page)];
  }
  for (const Row& row : rows_) {
    for (int64_t page : row.pages) release_page(page);
  }
  rows_ = std::move(selected);
  describe_rows();
}

void AttentionCache::append(AttentionCache&& other) {
  check(other.layers_.size() == layers_.size() && other.width_ == width_ && other.dtype_ == dtype_,
        "attention cache: {} layers of width {} cannot join {} of width {}", other.layers_.size(),
        other.width_, layers_.size(), width_);
  if (rows_.empty()) {
    *this = std::move(other);
    return;
  }
  reserve_pages(static_cast<int64_t>(other.holders_.size() - other.free_.size()));
  std::vector<int64_t> own(other.holders_.size(), -1);
  for (Row& row : other.rows_) {
    for (int64_t& page : row.pages) {
      int64_t& copy = own[static_cast<size_t>(page)];
      if (copy < 0) {
        copy = take_page();
        copy_page(other, page, copy);
      } else {
        ++holders_[static_cast<size_t>(copy)];
      }
      page = copy;
    }
    rows_.push_back(std::move(row));
  }
  describe_rows();
}

void AttentionCache::extend(std::span<const int64_t> counts) {
  check(static_cast<int64_t>(counts.size()) == rows(), "attention cache: {} counts for {} rows",
        counts.size(), rows());
  const auto writes_shared_page = [&](const Row& row) {
    return row.length % kPage > 0 && holders_[static_cast<size_t>(row.pages.back())] > 1;
  };
  int64_t pages = 0;
  std::vector<int64_t> sharers = holders_;  // the last of them keeps the page
  for (size_t b = 0; b < rows_.size(); ++b) {
    const Row& row = rows_[b];
    check(counts[b] >= 0, "attention cache: row {} is to grow by {} keys", b, counts[b]);
    pages += pages_for(row.length + counts[b]) - static_cast<int64_t>(row.pages.size());
    if (counts[b] > 0 && row.length % kPage > 0 && sharers[static_cast<size_t>(row.pages.back())]-- > 1)
      ++pages;
  }
  reserve_pages(pages);
  for (size_t b = 0; b < rows_.size(); ++b) {
    Row& row = rows_[b];
    if (counts[b] > 0 && writes_shared_page(row)) {
      const int64_t shared = std::exchange(row.pages.back(), take_page());
      copy_page(*this, shared, row.pages.back());
      release_page(shared);
    }
    row.start = row.length;
    row.length += counts[b];
    while (static_cast<int64_t>(row.pages.size()) < pages_for(row.length)) row.pages.push_back(take_page());
  }
  describe_rows();
}

void AttentionCache::write(int64_t layer, const Tensor& keys, const Tensor& values) {
  const Layer& to = layers_[static_cast<size_t>(layer)];
  write_rows(keys, to.keys);
  write_rows(values, to.values);
}

void AttentionCache::write_rows(const Tensor& from, const Tensor& to) const {
  check(!from.requires_grad(), "attention cache: it is for inference; use it under NoGrad");
  check(from.rank() == 3 && from.dim(0) == rows() && from.dim(2) == width_ && from.dtype() == dtype_,
        "attention cache: keys are {} {}; give {} [{}, T, {}]", name_of(from.dtype()), from.shape(),
        name_of(dtype_), rows(), width_);
  for (int64_t b = 0; b < rows(); ++b) {
    const Row& row = rows_[static_cast<size_t>(b)];
    check(row.length - row.start <= from.dim(1),
          "attention cache: row {} has room for {} keys, and {} are given", b, row.length - row.start,
          from.dim(1));
    for (int64_t at = row.start, end = 0; at < row.length; at = end) {
      end = std::min(row.length, (at / kPage + 1) * kPage);
      const int64_t place = row.pages[static_cast<size_t>(at / kPage)] * kPage + at % kPage;
      copy(from.with_layout({end - at, width_}, {from.stride(1), from.stride(2)},
                            b * from.stride(0) + (at - row.start) * from.stride(1)),
           to.with_layout({end - at, width_}, {width_, 1}, place * width_));
    }
  }
}

// ---- pages ----

int64_t AttentionCache::take_page() {
  const int64_t page = free_.back();
  free_.pop_back();
  holders_[static_cast<size_t>(page)] = 1;
  return page;
}

void AttentionCache::release_page(int64_t page) {
  if (--holders_[static_cast<size_t>(page)] == 0) free_.push_back(page);
}

// Makes sure that so many pages are free; where memory has to grow, it grows by at least half.
void AttentionCache::reserve_pages(int64_t count) {
  const auto held = static_cast<int64_t>(holders_.size());
  const int64_t lacking = count - static_cast<int64_t>(free_.size());
  if (lacking <= 0) return;
  const int64_t total = std::max(held + lacking, held * 3 / 2);
  for (Layer& layer : layers_) {
    for (Tensor* tensor : {&layer.keys, &layer.values}) {
      const Tensor larger = Tensor::empty({total, kPage, width_}, dtype_);
      copy(*tensor, larger.with_layout(tensor->shape(), larger.strides()));
      *tensor = larger;
    }
  }
  holders_.resize(static_cast<size_t>(total), 0);
  for (int64_t page = total - 1; page >= held; --page) free_.push_back(page);
}

void AttentionCache::copy_page(const AttentionCache& from, int64_t source, int64_t target) {
  const auto page = [&](const Tensor& pages, int64_t number) {
    return pages.with_layout({kPage, width_}, {width_, 1}, number * kPage * width_);
  };
  for (size_t i = 0; i < layers_.size(); ++i) {
    copy(page(from.layers_[i].keys, source), page(layers_[i].keys, target));
    copy(page(from.layers_[i].values, source), page(layers_[i].values, target));
  }
}

// Brings lengths() and pages() up to date.
void AttentionCache::describe_rows() {
  size_t most = 0;
  for (const Row& row : rows_) most = std::max(most, row.pages.size());
  std::vector<int64_t> lengths, starts, pages(rows_.size() * most, -1);
  for (size_t b = 0; b < rows_.size(); ++b) {
    lengths.push_back(rows_[b].length);
    starts.push_back(rows_[b].start);
    std::copy(rows_[b].pages.begin(), rows_[b].pages.end(), pages.begin() + static_cast<int64_t>(b * most));
  }
  lengths_ = on_host(lengths, {rows()});
  starts_ = on_host(starts, {rows()});
  pages_ = on_host(pages, {rows(), static_cast<int64_t>(most)});
}

}  // namespace hodhod
