// SPDX-License-Identifier: Apache-2.0
#include "hodhod/look/nearest.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "hodhod/base/error.h"
#include "hodhod/base/threads.h"
#include "hodhod/look/page.h"
#include "hodhod/ops/matmul.h"
#include "hodhod/ops/shape.h"
#include "hodhod/tensor/tape.h"

namespace hodhod::look {
namespace {

// Rows of the table that are compared at a time: a large table is never copied whole.
constexpr int64_t kRowsAtOnce = 4096;

// Length of each row of x [N, C], f32; 0 of those that have no direction.
std::vector<double> row_lengths(const Tensor& x) {
  const int64_t rows = x.dim(0), width = x.dim(1);
  std::vector<double> lengths(static_cast<size_t>(rows));
  parallel_for(rows, 64, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      double sum = 0;
      for (int64_t c = 0; c < width; ++c) {
        const double value = x.data<float>()[row * width + c];
        sum += value * value;
      }
      lengths[static_cast<size_t>(row)] = std::isfinite(sum) ? std::sqrt(sum) : 0;
    }
  });
  return lengths;
}

Tensor rows_in_f32(const Tensor& table, int64_t begin, int64_t end) {
  return slice(table, 0, begin, end).dense().converted(DType::f32);
}

// The best of what was added, in their order.
class Best {
 public:
  explicit Best(int64_t most) : most_(static_cast<size_t>(most)) {}

  void add(const NearToken& token) {
    if (kept_.size() == most_ && !before(token, kept_.back())) return;
    kept_.insert(std::upper_bound(kept_.begin(), kept_.end(), token, before), token);
    if (kept_.size() > most_) kept_.pop_back();
  }
  std::vector<NearToken> take() { return std::move(kept_); }

 private:
  static bool before(const NearToken& a, const NearToken& b) {
    return a.cosine != b.cosine ? a.cosine > b.cosine : a.id < b.id;
  }
  size_t most_;
  std::vector<NearToken> kept_;
};

// The table that a stack of the model reads its tokens from; undefined if it has none.
Tensor table_of(const Subject& subject, bool decoder) {
  Tensor shared, source;
  subject.text.model->for_each_parameter([&](const std::string& name, Tensor& parameter) {
    if (name == "embedding.weight") shared = parameter.detach();
    if (name == "source_embedding.weight") source = parameter.detach();
  });
  return !decoder && source.defined() ? source : shared;
}

// The first different ids of a text, in their order.
std::vector<int64_t> different_ids(const Sequence& sequence) {
  std::vector<int64_t> ids;
  std::set<int64_t> seen;
  for (const SequenceToken& token : sequence.tokens) {
    if (std::ssize(ids) == kNearestTokens) break;
    if (seen.insert(token.id).second) ids.push_back(token.id);
  }
  return ids;
}

}  // namespace

std::vector<std::vector<NearToken>> nearest_rows(const Tensor& table, std::span<const int64_t> ids,
                                                 int64_t count) {
  const NoGrad off;
  const int64_t rows = table.dim(0), width = table.dim(1);
  for (const int64_t id : ids)
    check(id >= 0 && id < rows, "nearest_rows: there is no row {}; the table has {}", id, rows);
  if (ids.empty() || count <= 0) return std::vector<std::vector<NearToken>>(ids.size());
  const auto queries = std::ssize(ids);
  const Tensor own = index_select(table, 0, Tensor::from(std::vector(ids.begin(), ids.end()), {queries}))
                         .dense()
                         .converted(DType::f32)
                         .clone();
  const std::vector<double> own_length = row_lengths(own);
  for (int64_t q = 0; q < queries; ++q) {
    const double length = own_length[static_cast<size_t>(q)];
    float* const row = own.data<float>() + q * width;
    for (int64_t c = 0; c < width; ++c) row[c] = length > 0 ? static_cast<float>(row[c] / length) : 0;
  }
  std::vector<Best> best(ids.size(), Best(count));
  for (int64_t begin = 0; begin < rows; begin += kRowsAtOnce) {
    const Tensor some = rows_in_f32(table, begin, std::min(rows, begin + kRowsAtOnce));
    const std::vector<double> length = row_lengths(some);
    const Tensor products = matmul(own, some, {.transpose_b = true});
    const int64_t columns = some.dim(0);
    parallel_for(queries, 1, [&](int64_t first, int64_t last) {
      for (int64_t q = first; q < last; ++q) {
        if (own_length[static_cast<size_t>(q)] == 0) continue;
        const float* const row = products.data<float>() + q * columns;
        for (int64_t r = 0; r < columns; ++r) {
          const double of_row = length[static_cast<size_t>(r)];
          if (of_row == 0 || begin + r == ids[static_cast<size_t>(q)]) continue;
          best[static_cast<size_t>(q)].add({begin + r, static_cast<double>(row[r]) / of_row});
        }
      }
    });
  }
  std::vector<std::vector<NearToken>> found;
  for (Best& of_token : best) found.push_back(of_token.take());
  return found;
}

Json nearest_json(const Subject& subject, const Reading& reading, std::set<int64_t>& of_encoder,
                  std::set<int64_t>& of_decoder) {
  Json stacks = Json::array();
  for (const Sequence& sequence : reading.sequences) {
    const Tensor table = table_of(subject, sequence.decoder);
    if (!table.defined()) continue;
    const std::vector<int64_t> ids = different_ids(sequence);
    const auto found = nearest_rows(table, ids, kNearest);
    std::set<int64_t>& mentioned = sequence.decoder ? of_decoder : of_encoder;
    Json tokens = Json::array();
    for (size_t i = 0; i < ids.size(); ++i) {
      Json near = Json::array();
      for (const NearToken& token : found[i]) {
        near.push_back({{"id", token.id}, {"cosine", number(static_cast<float>(token.cosine))}});
        mentioned.insert(token.id);
      }
      tokens.push_back({{"id", ids[i]}, {"near", std::move(near)}});
    }
    stacks.push_back({{"stack", sequence.decoder ? "decoder" : "encoder"},
                      {"rows", table.dim(0)},
                      {"tokens", std::move(tokens)}});
  }
  if (stacks.empty()) return nullptr;
  return stacks;
}

}  // namespace hodhod::look
