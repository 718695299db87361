// SPDX-License-Identifier: Apache-2.0
#include "hodhod/train/gibbs.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "hodhod/base/error.h"
#include "hodhod/base/rng.h"
#include "hodhod/base/threads.h"

namespace hodhod {
namespace {

constexpr int64_t kGrid = 8;
constexpr int64_t kSampleEvery = 10;
// Sweeps at the beginning that go through the words one after another.
constexpr int64_t kInOrder = 10;

// Puts items of these sizes into kGrid parts of about the same size: the largest first, each into the part
// that is the smallest so far.
std::vector<int64_t> parts_of(const std::vector<int64_t>& sizes) {
  std::vector<size_t> order(sizes.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return sizes[a] > sizes[b]; });
  std::array<int64_t, kGrid> filled{};
  std::vector<int64_t> parts(sizes.size());
  for (const size_t item : order) {
    const auto part = std::min_element(filled.begin(), filled.end()) - filled.begin();
    parts[item] = part;
    filled[static_cast<size_t>(part)] += sizes[item];
  }
  return parts;
}

}  // namespace

Gibbs::Gibbs(const TextWords& texts, const GibbsOptions& options) : texts_(texts), options_(options) {
  check(!texts.words.empty(), "topics: no text has a word of the vocabulary");
  check(options.topics >= 1 && options.alpha > 0 && options.eta > 0 && options.sweeps >= 1,
        "topics: {} topics, alpha {}, eta {} and {} sweeps; all must be above 0", options.topics,
        options.alpha, options.eta, options.sweeps);
  for (int64_t d = 0; d < texts.texts(); ++d)
    text_of_.insert(
        text_of_.end(),
        static_cast<size_t>(texts.begin[static_cast<size_t>(d) + 1] - texts.begin[static_cast<size_t>(d)]),
        d);
  lay_grid();
  topics_.resize(texts.words.size());
  Rng rng = Rng(options.seed).fork(0);
  for (int32_t& topic : topics_) topic = static_cast<int32_t>(rng.below(static_cast<uint64_t>(topics())));
  sums_.resize(static_cast<size_t>(texts.vocabulary * topics()));
  count();
}

void Gibbs::lay_grid() {
  std::vector<int64_t> text_sizes(static_cast<size_t>(texts_.texts())),
      word_sizes(static_cast<size_t>(texts_.vocabulary));
  for (size_t i = 0; i < texts_.words.size(); ++i) {
    ++text_sizes[static_cast<size_t>(text_of_[i])];
    ++word_sizes[static_cast<size_t>(texts_.words[i])];
  }
  const std::vector<int64_t> rows = parts_of(text_sizes), columns = parts_of(word_sizes);
  grid_.resize(kGrid * kGrid);
  all_.places.resize(texts_.words.size());
  std::iota(all_.places.begin(), all_.places.end(), int64_t{0});
  for (size_t i = 0; i < texts_.words.size(); ++i) {
    const int64_t row = rows[static_cast<size_t>(text_of_[i])],
                  column = columns[static_cast<size_t>(texts_.words[i])];
    grid_[static_cast<size_t>(row * kGrid + column)].places.push_back(static_cast<int64_t>(i));
  }
}

void Gibbs::count() {
  text_topic_.assign(static_cast<size_t>(texts_.texts() * topics()), 0);
  word_topic_.assign(static_cast<size_t>(texts_.vocabulary * topics()), 0);
  of_topic_.assign(static_cast<size_t>(topics()), 0);
  for (size_t i = 0; i < topics_.size(); ++i) {
    ++text_topic_[static_cast<size_t>(text_of_[i] * topics() + topics_[i])];
    ++word_topic_[static_cast<size_t>(texts_.words[i] * topics() + topics_[i])];
    ++of_topic_[static_cast<size_t>(topics_[i])];
  }
}

void Gibbs::sweep_block(const Block& block, uint64_t stream, std::vector<int64_t>& of_topic) {
  Rng rng = Rng(options_.seed).fork(static_cast<uint64_t>(done_) + 1).fork(stream);
  const double vocabulary_eta = static_cast<double>(texts_.vocabulary) * options_.eta;
  const auto count = static_cast<size_t>(topics());
  std::vector<double> sums(count);
  for (const int64_t place : block.places) {
    const auto i = static_cast<size_t>(place);
    int32_t* of_text = text_topic_.data() + text_of_[i] * topics();
    int32_t* of_word = word_topic_.data() + texts_.words[i] * topics();
    const auto old = static_cast<size_t>(topics_[i]);
    --of_text[old], --of_word[old], --of_topic[old];
    double total = 0;
    for (size_t k = 0; k < count; ++k) {
      total += (of_text[k] + options_.alpha) * (of_word[k] + options_.eta) /
               (static_cast<double>(of_topic[k]) + vocabulary_eta);
      sums[k] = total;
    }
    const double drawn = rng.uniform_double() * total;
    size_t topic = 0;
    while (topic + 1 < count && sums[topic] <= drawn) ++topic;
    topics_[i] = static_cast<int32_t>(topic);
    ++of_text[topic], ++of_word[topic], ++of_topic[topic];
  }
}

void Gibbs::sweep_grid() {
  for (int64_t diagonal = 0; diagonal < kGrid; ++diagonal) {
    std::vector<std::vector<int64_t>> seen(kGrid, of_topic_);
    parallel_for(kGrid, 1, [&](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; ++row) {
        const int64_t column = (row + diagonal) % kGrid;
        sweep_block(grid_[static_cast<size_t>(row * kGrid + column)],
                    static_cast<uint64_t>(diagonal * kGrid + row), seen[static_cast<size_t>(row)]);
      }
    });
    const std::vector<int64_t> before = of_topic_;
    for (const std::vector<int64_t>& own : seen) {
      for (size_t k = 0; k < before.size(); ++k) of_topic_[k] += own[k] - before[k];
    }
  }
}

void Gibbs::advance() {
  if (done_ < kInOrder) {
    sweep_block(all_, 0, of_topic_);
  } else {
    sweep_grid();
  }
  ++done_;
  if (2 * done_ <= options_.sweeps || done_ % kSampleEvery != 0) return;
  for (size_t i = 0; i < sums_.size(); ++i) sums_[i] += word_topic_[i];
  ++samples_;
}

double Gibbs::perplexity() const {
  const auto count = static_cast<size_t>(topics());
  const double vocabulary_eta = static_cast<double>(texts_.vocabulary) * options_.eta;
  std::vector<double> of_text(static_cast<size_t>(texts_.texts()));
  parallel_for(texts_.texts(), 16, [&](int64_t begin, int64_t end) {
    for (auto d = static_cast<size_t>(begin); d < static_cast<size_t>(end); ++d) {
      const int64_t first = texts_.begin[d], last = texts_.begin[d + 1];
      const double total = static_cast<double>(last - first) + options_.alpha * static_cast<double>(topics());
      for (int64_t i = first; i < last; ++i) {
        const int32_t* of_word = word_topic_.data() + texts_.words[static_cast<size_t>(i)] * topics();
        double p = 0;
        for (size_t k = 0; k < count; ++k)
          p += (text_topic_[d * count + k] + options_.alpha) / total * (of_word[k] + options_.eta) /
               (static_cast<double>(of_topic_[k]) + vocabulary_eta);
        of_text[d] += std::log(p);
      }
    }
  });
  const double sum = std::accumulate(of_text.begin(), of_text.end(), 0.0);
  return std::exp(-sum / static_cast<double>(texts_.words.size()));
}

std::vector<std::pair<std::string, double>> Gibbs::measures() const {
  if (done_ % kSampleEvery != 0) return {};
  return {{"perplexity", perplexity()}};
}

void Gibbs::store(FittingState& state) const {
  state.values["sweeps"] = done_;
  state.values["samples"] = samples_;
  state.tensors = {{"topics", Tensor::from(topics_, {std::ssize(topics_)})},
                   {"sums", Tensor::from(sums_, {std::ssize(sums_)})}};
}

void Gibbs::restore(const FittingState& state) {
  done_ = json_get<int64_t>(state.values, "sweeps", "checkpoint");
  samples_ = json_get<int64_t>(state.values, "samples", "checkpoint");
  for (const auto& [name, tensor] : state.tensors) {
    if (name == "topics") topics_ = tensor.values<int32_t>();
    if (name == "sums") sums_ = tensor.values<double>();
  }
  const auto outside = [&](int32_t topic) { return topic < 0 || topic >= topics(); };
  check(topics_.size() == texts_.words.size() && std::ssize(sums_) == texts_.vocabulary * topics() &&
            std::none_of(topics_.begin(), topics_.end(), outside),
        "topics: the checkpoint is of other texts or another number of topics; train in another directory");
  count();
}

Tensor Gibbs::topic_word() const {
  const int64_t vocabulary = texts_.vocabulary;
  const Tensor counts = Tensor::empty({topics(), vocabulary}, DType::f64);
  for (int64_t w = 0; w < vocabulary; ++w) {
    for (int64_t k = 0; k < topics(); ++k) {
      const auto at = static_cast<size_t>(w * topics() + k);
      counts.data<double>()[k * vocabulary + w] =
          samples_ > 0 ? sums_[at] / static_cast<double>(samples_) : static_cast<double>(word_topic_[at]);
    }
  }
  return counts;
}

}  // namespace hodhod
