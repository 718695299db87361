// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/ngram.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/base/mapped_pages.h"
#include "hodhod/base/threads.h"
#include "hodhod/models/finite.h"
#include "hodhod/ops/reduce.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {
namespace {

std::span<const int64_t> ids_of_row(const Tensor& ids, int64_t row) {
  return {ids.data<int64_t>() + row * ids.dim(1), static_cast<size_t>(ids.dim(1))};
}

}  // namespace

struct NgramModel::Rows final : LanguageModel::State {
  std::vector<NgramContext> rows;

  void select(std::span<const int64_t> chosen) override {
    std::vector<NgramContext> next;
    next.reserve(chosen.size());
    for (const int64_t row : chosen) next.push_back(rows[static_cast<size_t>(row)]);
    rows = std::move(next);
  }
  void append(State&& other) override {
    auto& more = static_cast<Rows&>(other).rows;
    rows.insert(rows.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  }
};

// ---- files ----

void NgramModel::load_files(const std::string& directory) {
  auto ngrams = std::make_unique<const NgramTrie>(join_path(directory, kNgramFile));
  check(static_cast<int64_t>(ngrams->vocabulary()) == config_.vocabulary() &&
            static_cast<int64_t>(ngrams->order()) == config_.body.order &&
            ngrams->bits() == config_.body.bits,
        "{}: holds {}-grams of {} words in {} bits, and config.json says {}-grams of {} words in {} bits",
        ngrams->path(), ngrams->order(), ngrams->vocabulary(), ngrams->bits(), config_.body.order,
        config_.vocabulary(), config_.body.bits);
  reader_.emplace(*ngrams, config_.body);
  distribution_ = std::make_unique<const NgramDistribution>(*ngrams);
  ngrams_ = std::move(ngrams);
}

void NgramModel::save_files(const std::string& directory) const {
  const std::string path = join_path(directory, kNgramFile);
  const MappedFile file(ngrams().path());
  // A copy from pages that are still to come would be made in small pieces, and lie in small pages itself.
  map_all_pages(file.bytes());
  AtomicFileWriter writer(path);
  writer.write(file.bytes().data(), file.bytes().size());
  writer.commit();
}

const NgramReader& NgramModel::reader() const {
  check(reader_.has_value(), "{}: this model has not been counted yet", name());
  return *reader_;
}

const NgramTrie& NgramModel::ngrams() const { return reader().ngrams(); }

void NgramModel::set_counts(std::vector<int64_t> counts, std::vector<std::vector<double>> discounts) {
  config_.counts = std::move(counts);
  config_.discounts = std::move(discounts);
}

// ---- one token after the other ----

void NgramModel::check_ids(std::span<const int64_t> ids) const {
  for (const int64_t id : ids)
    check(id >= 0 && id < vocabulary(), "{}: token {} of a vocabulary of {}", name(), id, vocabulary());
}

std::unique_ptr<LanguageModel::State> NgramModel::start(std::span<const Prompt> prompts, Context&) const {
  const NgramReader& counted = reader();
  auto state = std::make_unique<Rows>();
  for (const Prompt& prompt : prompts) {
    check_ids(prompt.target);
    NgramContext context = counted.beginning();
    for (size_t i = 0; i + 1 < prompt.target.size(); ++i) counted.read(context, prompt.target[i]);
    state->rows.push_back(std::move(context));
  }
  return state;
}

Tensor NgramModel::step(State& state, std::span<const int64_t> tokens, Context&) const {
  auto& rows = static_cast<Rows&>(state).rows;
  check(rows.size() == tokens.size(), "{}: {} tokens for {} rows", name(), tokens.size(), rows.size());
  check_ids(tokens);
  Tensor logits = Tensor::empty({std::ssize(rows), vocabulary()});
  parallel_for(std::ssize(rows), 1, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      NgramContext& own = rows[static_cast<size_t>(row)];
      reader().read(own, tokens[static_cast<size_t>(row)]);
      float* own_logits = logits.data<float>() + row * vocabulary();
      if (!distribution_->write(own, own_logits))
        check_finite(*this, {own_logits, static_cast<size_t>(vocabulary())}, "logits");
    }
  });
  return logits;
}

int64_t NgramModel::state_bytes(int64_t rows, int64_t length) const {
  return rows * std::min(length, config_.body.order - 1) * static_cast<int64_t>(sizeof(NgramContext::Suffix));
}

// ---- whole sequences ----

Tensor NgramModel::logits(const SequenceBatch& batch, Context& context) const {
  const Tensor& ids = batch.target.ids;
  const int64_t B = ids.dim(0), T = ids.dim(1), V = vocabulary();
  Tensor logits = Tensor::empty({B, T, V}, DType::f32, ids.device());
  if (ids.device() != Device::shapes) {
    check_ids({ids.data<int64_t>(), static_cast<size_t>(B * T)});
    parallel_for(B, 1, [&](int64_t begin, int64_t end) {
      for (int64_t b = begin; b < end; ++b) {
        NgramContext own = reader().beginning();
        for (int64_t t = 0; t < T; ++t) {
          reader().read(own, ids_of_row(ids, b)[static_cast<size_t>(t)]);
          static_cast<void>(distribution_->write(own, logits.data<float>() + (b * T + t) * V));
        }
      }
    });
  }
  trace(context, "logits", Component::linear, "BTV", logits);
  return logits;
}

void NgramModel::score(std::span<const int64_t> tokens, std::span<const int64_t> labels,
                       const std::function<void(size_t, const TokenScore&)>& put) const {
  check_ids(tokens);
  for (const int64_t& label : labels) {
    if (label != kIgnoreIndex && (label < 0 || label >= vocabulary())) check_ids({&label, 1});
  }
  ngrams().expect_lookups(labels.size());
  score_text_of_ngrams(reader(), tokens, labels, put);
}

std::vector<TokenScore> NgramModel::score(std::span<const int64_t> tokens, std::span<const int64_t> labels,
                                          Context&) const {
  std::vector<TokenScore> scores(labels.size());
  score(tokens, labels, [&](size_t t, const TokenScore& found) { scores[t] = found; });
  return scores;
}

Tensor NgramModel::loss(const SequenceBatch& batch, const Tensor& labels, const CrossEntropyOptions& options,
                        Context& context) const {
  const Tensor& ids = batch.target.ids;
  const bool plain = options.label_smoothing == 0 && !options.weight.defined() &&
                     options.ignore_index == kIgnoreIndex && ids.device() != Device::shapes;
  if (!plain) return LanguageModel::loss(batch, labels, options, context);
  Tensor losses = Tensor::zeros(labels.shape());
  for (int64_t b = 0; b < ids.dim(0); ++b) {
    float* row = losses.data<float>() + b * ids.dim(1);
    score(ids_of_row(ids, b), ids_of_row(labels, b),
          [&](size_t t, const TokenScore& found) { row[t] = static_cast<float>(-found.log_probability); });
  }
  if (options.reduction == Reduction::none) return losses;
  const Tensor total = sum(losses);
  if (options.reduction == Reduction::sum) return total;
  const int64_t* label = labels.data<int64_t>();
  const auto predicted = labels.numel() - std::count(label, label + labels.numel(), kIgnoreIndex);
  return Tensor::scalar(total.item() / static_cast<double>(predicted));
}

}  // namespace hodhod
