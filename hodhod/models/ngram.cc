// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/ngram.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <numbers>
#include <utility>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/base/threads.h"
#include "hodhod/models/finite.h"
#include "hodhod/ops/reduce.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {
namespace {

constexpr size_t kScoredAtOnce = 8192;  // tokens that a thread scores

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
  auto ngrams = std::make_shared<const NgramTrie>(join_path(directory, kNgramFile));
  check(static_cast<int64_t>(ngrams->vocabulary()) == config_.vocabulary() &&
            static_cast<int64_t>(ngrams->order()) == config_.body.order &&
            ngrams->bits() == config_.body.bits,
        "{}: holds {}-grams of {} words in {} bits, and config.json says {}-grams of {} words in {} bits",
        ngrams->path(), ngrams->order(), ngrams->vocabulary(), ngrams->bits(), config_.body.order,
        config_.vocabulary(), config_.body.bits);
  ngrams_ = std::move(ngrams);
  line_start_ = {};
  const SpecialIds& special = config_.special();
  const int64_t begin = special.bos >= 0 ? special.bos : special.eos;
  if (begin >= 0) ngrams_->extend(line_start_, static_cast<uint32_t>(begin));
}

void NgramModel::save_files(const std::string& directory) const {
  const std::string path = join_path(directory, kNgramFile);
  const MappedFile file(ngrams().path());
  AtomicFileWriter writer(path);
  writer.write(file.bytes().data(), file.bytes().size());
  writer.commit();
}

const NgramTrie& NgramModel::ngrams() const {
  check(ngrams_ != nullptr, "{}: this model has not been counted yet", name());
  return *ngrams_;
}

void NgramModel::set_counts(std::vector<int64_t> counts, std::vector<std::vector<double>> discounts) {
  config_.counts = std::move(counts);
  config_.discounts = std::move(discounts);
}

// ---- one token after the other ----

bool NgramModel::is_boundary(int64_t token) const {
  return token >= 0 && (token == config_.special().bos || token == config_.special().eos);
}

NgramContext NgramModel::beginning() const { return config_.reads_lines() ? line_start_ : NgramContext(); }

void NgramModel::read(NgramContext& context, int64_t token) const {
  if (is_boundary(token)) {
    context = line_start_;
  } else {
    ngrams_->extend(context, static_cast<uint32_t>(token));
  }
}

void NgramModel::check_ids(std::span<const int64_t> ids) const {
  for (const int64_t id : ids)
    check(id >= 0 && id < vocabulary(), "{}: token {} of a vocabulary of {}", name(), id, vocabulary());
}

std::unique_ptr<LanguageModel::State> NgramModel::start(std::span<const Prompt> prompts, Context&) const {
  ngrams();
  auto state = std::make_unique<Rows>();
  for (const Prompt& prompt : prompts) {
    check_ids(prompt.target);
    NgramContext context = beginning();
    for (size_t i = 0; i + 1 < prompt.target.size(); ++i) read(context, prompt.target[i]);
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
      read(own, tokens[static_cast<size_t>(row)]);
      ngrams_->distribution(own, logits.data<float>() + row * vocabulary());
    }
  });
  return check_finite(*this, logits, "logits");
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
    ngrams();
    check_ids({ids.data<int64_t>(), static_cast<size_t>(B * T)});
    parallel_for(B, 1, [&](int64_t begin, int64_t end) {
      for (int64_t b = begin; b < end; ++b) {
        NgramContext own = beginning();
        for (int64_t t = 0; t < T; ++t) {
          read(own, ids_of_row(ids, b)[static_cast<size_t>(t)]);
          ngrams_->distribution(own, logits.data<float>() + (b * T + t) * V);
        }
      }
    });
  }
  trace(context, "logits", Component::linear, "BTV", logits);
  return logits;
}

// Scores labels[first … last). What stands order − 1 tokens before decides nothing, so that a text can be
// scored from anywhere.
void NgramModel::score_part(std::span<const int64_t> tokens, std::span<const int64_t> labels, size_t first,
                            size_t last, std::vector<TokenScore>& scores) const {
  const auto before = static_cast<size_t>(config_.body.order - 1);
  size_t t = first > before ? first - before : 0;
  NgramContext context = t == 0 ? beginning() : NgramContext(), other;
  for (; t < first; ++t) read(context, tokens[t]);
  bool has_read = false;  // the token was a label before, by which the context has grown
  for (; t < last; ++t) {
    if (!has_read) read(context, tokens[t]);
    has_read = false;
    if (labels[t] == kIgnoreIndex) continue;
    const bool goes_on = t + 1 < last && tokens[t + 1] == labels[t] && !is_boundary(labels[t]);
    if (!goes_on) other.suffixes.assign(context.suffixes.begin(), context.suffixes.end());
    const NgramScore found = ngrams_->extend(goes_on ? context : other, static_cast<uint32_t>(labels[t]));
    const bool never = config_.body.smoothing == NgramSmoothing::maximum_likelihood &&
                       found.log10_probability <= kNeverLog10;
    scores[t] = {never ? -std::numeric_limits<double>::infinity()
                       : std::numbers::ln10 * static_cast<double>(found.log10_probability),
                 found.length};
    has_read = goes_on;
  }
}

std::vector<TokenScore> NgramModel::score(std::span<const int64_t> tokens, std::span<const int64_t> labels,
                                          Context&) const {
  ngrams();
  check_ids(tokens);
  for (size_t t = 0; t < labels.size(); ++t) {
    if (labels[t] != kIgnoreIndex) check_ids(labels.subspan(t, 1));
  }
  std::vector<TokenScore> scores(labels.size());
  const auto parts = static_cast<int64_t>((tokens.size() + kScoredAtOnce - 1) / kScoredAtOnce);
  parallel_for(parts, 1, [&](int64_t begin, int64_t end) {
    for (auto part = static_cast<size_t>(begin); part < static_cast<size_t>(end); ++part) {
      score_part(tokens, labels, part * kScoredAtOnce, std::min(tokens.size(), (part + 1) * kScoredAtOnce),
                 scores);
    }
  });
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
    const auto scores = score(ids_of_row(ids, b), ids_of_row(labels, b), context);
    float* row = losses.data<float>() + b * ids.dim(1);
    for (size_t t = 0; t < scores.size(); ++t) row[t] = static_cast<float>(-scores[t].log_probability);
  }
  if (options.reduction == Reduction::none) return losses;
  const Tensor total = sum(losses);
  if (options.reduction == Reduction::sum) return total;
  const int64_t* label = labels.data<int64_t>();
  const auto predicted = labels.numel() - std::count(label, label + labels.numel(), kIgnoreIndex);
  return Tensor::scalar(total.item() / static_cast<double>(predicted));
}

}  // namespace hodhod
