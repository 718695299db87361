// SPDX-License-Identifier: Apache-2.0
// The keys and values of sequences under way, for all attention layers of a stack: the memory of decoding.
//
// Rows are sequences. Their keys stand in pages of kernels::kPage keys (Kwon et al. 2023, "Efficient memory
// management for large language model serving with PagedAttention"). So rows come, go, and change places
// without any key being copied; the pages of a row that leaves are used again. Rows that continue the same
// sequence, as beams do, share its pages. One that writes into a page that others hold gets a copy of it.
//
// A forward pass over new tokens calls extend() once, then write() for each layer before attention reads it:
//
//     cache.extend(counts);
//     cache.write(layer, keys, values);
//     attention(queries, cache.keys(layer), cache.values(layer),
//               {.offset = cache.starts(), .key_end = cache.lengths(), .pages = cache.pages()});
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "hodhod/tensor/host_array.h"
#include "hodhod/tensor/tensor.h"

namespace hodhod {

class AttentionCache {
 public:
  // Without rows. `width` is kv_heads · D.
  AttentionCache(int64_t layers, int64_t width, DType dtype = DType::f32);

  int64_t rows() const { return static_cast<int64_t>(rows_.size()); }
  // Keys of each row, and how many of them there were before the last extend(). [B]
  const HostArray& lengths() const { return lengths_; }
  const HostArray& starts() const { return starts_; }
  // The pages of each row, in order, −1 past the last. [B, P]
  const HostArray& pages() const { return pages_; }
  // [pages, kPage, width]
  const Tensor& keys(int64_t layer) const { return layers_[static_cast<size_t>(layer)].keys; }
  const Tensor& values(int64_t layer) const { return layers_[static_cast<size_t>(layer)].values; }

  // Adds rows without keys behind those there are.
  void add_rows(int64_t count);
  // Row i becomes what row rows[i] was. Rows may repeat, and may be left out.
  void select(std::span<const int64_t> rows);
  // The rows of another cache, of the same layers, join behind those there are.
  void append(AttentionCache&& other);

  // Makes room for counts[b] further keys of row b.
  void extend(std::span<const int64_t> counts);
  // The keys and values [B, T, width] of the last extend(), whose first counts[b] of row b are kept.
  void write(int64_t layer, const Tensor& keys, const Tensor& values);

 private:
  struct Row {
    std::vector<int64_t> pages;
    int64_t length = 0;
    int64_t start = 0;  // its length before the last extend()
  };
  struct Layer {
    Tensor keys, values;
  };

  int64_t take_page();
  void release_page(int64_t page);
  void reserve_pages(int64_t count);
  void copy_page(const AttentionCache& from, int64_t source, int64_t target);
  void write_rows(const Tensor& from, const Tensor& to) const;
  void describe_rows();

  int64_t width_;
  DType dtype_;
  std::vector<Layer> layers_;
  std::vector<Row> rows_;
  std::vector<int64_t> holders_;  // of each page: rows that it belongs to
  std::vector<int64_t> free_;     // pages without holders
  HostArray lengths_, starts_, pages_;
};

// What stands in pages as rows [B, S, width], with zeros past the end of a row: for looking inside.
Tensor gathered(const Tensor& paged, const HostArray& pages, const HostArray& lengths);

}  // namespace hodhod
