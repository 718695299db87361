// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/fill_mask.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "hodhod/base/error.h"
#include "hodhod/base/json.h"
#include "hodhod/base/threads.h"
#include "hodhod/data/corpus.h"
#include "hodhod/models/finite.h"
#include "hodhod/nn/module.h"
#include "hodhod/ops/reduce.h"
#include "hodhod/ops/shape.h"
#include "hodhod/ops/softmax.h"
#include "hodhod/tasks/saved_model.h"
#include "hodhod/tensor/tape.h"
#include "hodhod/text/languages/sentences.h"

namespace hodhod {
namespace {

constexpr uint64_t kMasks = 0x4D41534B, kFixedMasks = 0x46495845;  // streams of a seed

// A batch of masked windows, and the tokens to predict in it.
struct MaskedBatch {
  TokenBatch tokens;
  std::vector<int64_t> places, labels;

  void add(std::span<const MaskedTokens> rows, int64_t pad) {
    std::vector<std::vector<int64_t>> ids;
    for (const MaskedTokens& row : rows) ids.push_back(row.ids);
    tokens = TokenBatch::of(ids, pad);
    const int64_t time = tokens.ids.dim(1);
    for (size_t r = 0; r < rows.size(); ++r) {
      for (size_t t = 0; t < rows[r].labels.size(); ++t) {
        if (rows[r].labels[t] == kIgnoreIndex) continue;
        places.push_back(static_cast<int64_t>(r) * time + static_cast<int64_t>(t));
        labels.push_back(rows[r].labels[t]);
      }
    }
  }
};

Tensor as_tensor(const std::vector<int64_t>& values) {
  return Tensor::from(values, {static_cast<int64_t>(values.size())});
}

const MaskedLanguageHead& head_of(const Model& model) {
  const auto* head = head_as<MaskedLanguageHead>(model);
  check(head != nullptr && model.encoder() != nullptr, "{}: this model does not fill masks", model.name());
  return *head;
}

// The encoder's states [n, C] at the given places of the batch.
Tensor states_at(const Model& model, const TokenBatch& tokens, const Tensor& places, Context& context) {
  const Tensor states = model.encoder()->encode(tokens, context).states;
  return index_select(reshape(states, {-1, states.dim(2)}), 0, places);
}

// The logits [n, V] there.
Tensor logits_at(const Model& model, const TokenBatch& tokens, const Tensor& places, Context& context) {
  const MaskedLanguageHead& head = head_of(model);
  const Tensor states = states_at(model, tokens, places, context);
  return check_finite(model, head.logits(states, model.embedding_table(), context), "logits");
}

std::string replace_mask(std::string text, std::string_view mask, size_t number, std::string_view with) {
  size_t at = text.find(mask);
  for (size_t i = 0; i < number && at != std::string::npos; ++i) at = text.find(mask, at + mask.size());
  if (at != std::string::npos) text.replace(at, mask.size(), with);
  return text;
}

}  // namespace

MaskFiller MaskFiller::make(const ModelConfig& config, std::unique_ptr<text::Tokenizer> tokenizer,
                            uint64_t seed) {
  const auto own = config_for(config, HeadKind::masked_language_model, false, "fill-mask");
  own->head.labels = 0;
  return {.encoder = TextModel::make(*own, std::move(tokenizer), seed)};
}

MaskFiller MaskFiller::load(const ModelPath& path) {
  const ModelDirectory directory = ModelDirectory::open(path);
  check_has_head(directory, HeadKind::masked_language_model, "does not fill masks", "fill-mask");
  MaskFiller filler{.encoder = TextModel::load(directory)};
  limit_length(filler.encoder, length_limit(filler.encoder), text::Side::right);
  return filler;
}

MaskFiller MaskFiller::from(const std::string& path, const FineTuning& options) {
  return {.encoder = load_under_head(ModelDirectory::open(path), {.kind = HeadKind::masked_language_model},
                                     true, options)};
}

void MaskFiller::save(const std::string& directory) const {
  save_model({.model = *encoder.model, .tokenizer = *encoder.tokenizer, .origin = encoder.origin}, directory);
}

namespace {

// A mask in a batch: its text, and its position among the B·T tokens.
struct MaskPlace {
  size_t text = 0;
  int64_t place = 0;
};

std::vector<MaskPlace> mask_places(std::span<const EncodedText> texts, std::span<const int64_t> rows,
                                   int64_t time, int64_t mask) {
  std::vector<MaskPlace> places;
  for (size_t r = 0; r < rows.size(); ++r) {
    const auto text = static_cast<size_t>(rows[r]);
    const auto& ids = texts[text].ids;
    for (size_t t = 0; t < ids.size(); ++t) {
      if (ids[t] == mask) places.push_back({text, static_cast<int64_t>(r) * time + static_cast<int64_t>(t)});
    }
  }
  return places;
}

// The tokens with the highest scores, best first.
std::vector<int32_t> best_tokens(const double* scores, size_t known, int64_t top_k) {
  std::vector<int32_t> order(known);
  std::iota(order.begin(), order.end(), 0);
  const auto count = std::min(static_cast<size_t>(std::max<int64_t>(top_k, 0)), known);
  std::partial_sort(
      order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count), order.end(),
      [&](int32_t a, int32_t b) { return scores[a] != scores[b] ? scores[a] > scores[b] : a < b; });
  order.resize(count);
  return order;
}

void check_masks(const EncodedText& encoded, int64_t mask, const std::string& text,
                 std::string_view spelling) {
  if (std::find(encoded.ids.begin(), encoded.ids.end(), mask) != encoded.ids.end()) return;
  check(text.find(spelling) == std::string::npos || encoded.tokens == encoded.length(),
        "fill-mask: {} has {} tokens, of which the model takes {}, and no {} among those; shorten it",
        excerpt(text), encoded.tokens, encoded.length(), spelling);
  fail("fill-mask: {} has no {}; write {} where a word is to be found", excerpt(text), spelling, spelling);
}

}  // namespace

std::vector<FilledText> fill_mask(const MaskFiller& filler, std::span<const std::string> texts, int64_t top_k,
                                  Context& context, int64_t batch_tokens) {
  const NoGrad off;
  const Model& model = *filler.encoder.model;
  const text::Tokenizer& tokenizer = *filler.encoder.tokenizer;
  const int64_t mask = Masking({}, tokenizer).mask();
  const std::string_view spelling = tokenizer.id_to_token(static_cast<int32_t>(mask));
  std::vector<size_t> asked;
  std::vector<Texts> all;
  for (size_t i = 0; i < texts.size(); ++i) {
    if (text::is_blank_text(texts[i])) continue;
    asked.push_back(i);
    all.push_back({texts[i]});
  }
  const auto encoded = encode_texts(tokenizer, all);
  std::vector<FilledText> results(texts.size());
  for (size_t i = 0; i < asked.size(); ++i) {
    check_masks(encoded[i], mask, texts[asked[i]], spelling);
    results[asked[i]].tokens = encoded[i].tokens;
  }
  for (const auto& rows : batches_by_length(lengths_of(encoded), batch_tokens)) {
    const TokenBatch batch = batch_of(encoded, rows, model.config().special().filler());
    const auto masks = mask_places(encoded, rows, batch.ids.dim(1), mask);
    std::vector<int64_t> places;
    for (const MaskPlace& one : masks) places.push_back(one.place);
    const Tensor scores = log_softmax(logits_at(model, batch, as_tensor(places), context));
    const std::vector<double> values = scores.values();
    const int64_t vocabulary = scores.dim(1);
    const auto known = static_cast<size_t>(std::min<int64_t>(vocabulary, tokenizer.vocab_size()));
    for (size_t p = 0; p < masks.size(); ++p) {
      const double* row = values.data() + static_cast<int64_t>(p) * vocabulary;
      const size_t text = asked[masks[p].text];
      auto& filled = results[text].masks;
      auto& fillings = filled.emplace_back();
      for (const int32_t token : best_tokens(row, known, top_k)) {
        const std::string word = tokenizer.decode({token}, false);
        fillings.push_back({tokenizer.readable_token(token), std::exp(row[token]),
                            replace_mask(texts[text], spelling, filled.size() - 1, word)});
      }
    }
  }
  return results;
}

WindowedText::WindowedText(const TextModel& encoder, std::span<const std::string> lines, MaskWindows windows,
                           int64_t length)
    : frame_(frame_of(*encoder.tokenizer)) {
  check(length > frame_.size() && length <= encoder.config().max_length(),
        "windows of {} tokens for a model that takes {}, of which {} are special; change length", length,
        encoder.config().max_length(), frame_.size());
  std::vector<std::vector<int32_t>> encoded(lines.size());
  parallel_for(static_cast<int64_t>(lines.size()), 8, [&](int64_t begin, int64_t end) {
    for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
      encoded[i] = encoder.tokenizer->encode_ids(lines[i]);
    }
  });
  const int64_t room = length - frame_.size();
  const auto cut = [&](int64_t begin, int64_t end) {
    for (; begin < end; begin += room) windows_.push_back({begin, std::min(room, end - begin)});
  };
  for (const auto& ids : encoded) {
    if (ids.empty()) continue;
    const auto begin = static_cast<int64_t>(tokens_.size());
    tokens_.insert(tokens_.end(), ids.begin(), ids.end());
    if (windows == MaskWindows::lines) {
      cut(begin, static_cast<int64_t>(tokens_.size()));
    } else {
      for (int64_t id : frame_.after) tokens_.push_back(static_cast<int32_t>(id));
    }
  }
  if (windows == MaskWindows::packed) cut(0, static_cast<int64_t>(tokens_.size()));
}

std::vector<int64_t> WindowedText::lengths() const {
  std::vector<int64_t> lengths;
  for (const Window& window : windows_) lengths.push_back(window.length + frame_.size());
  return lengths;
}

std::vector<int64_t> WindowedText::window(int64_t i) const {
  const Window& window = windows_[static_cast<size_t>(i)];
  std::vector<int64_t> ids = frame_.before;
  const auto begin = tokens_.begin() + window.begin;
  ids.insert(ids.end(), begin, begin + window.length);
  ids.insert(ids.end(), frame_.after.begin(), frame_.after.end());
  return ids;
}

void WindowedText::limit(int64_t tokens) {
  size_t keep = 0;
  for (; keep < windows_.size() && tokens > 0; ++keep) tokens -= windows_[keep].length;
  windows_.resize(keep);
}

void WindowedText::leave_out_empty(const Masking& masking) {
  std::erase_if(windows_, [&](const Window& window) {
    const auto begin = tokens_.begin() + window.begin;
    return std::none_of(begin, begin + window.length, [&](int32_t id) { return masking.may_choose(id); });
  });
}

MaskScores score_masks(const MaskFiller& filler, const WindowedText& text, Context& context,
                       const MaskingOptions& options, int64_t batch_tokens) {
  const NoGrad off;
  const Model& model = *filler.encoder.model;
  const Masking masking(options, *filler.encoder.tokenizer);
  const Rng fixed = Rng(0).fork(kFixedMasks);
  // Sums are kept by window, so that the total does not depend on the batches.
  std::vector<std::pair<double, int64_t>> of_window(static_cast<size_t>(text.size()));
  MaskScores scores;
  for (const auto& rows : batches_by_length(text.lengths(), batch_tokens)) {
    std::vector<MaskedTokens> masked;
    for (int64_t row : rows) {
      masked.push_back(masking(text.window(row), fixed.fork(static_cast<uint64_t>(row))));
    }
    MaskedBatch batch;
    batch.add(masked, model.config().special().filler());
    if (batch.places.empty()) continue;
    const Tensor logits = log_softmax(logits_at(model, batch.tokens, as_tensor(batch.places), context));
    const auto guesses = argmax(logits).values<int64_t>();
    for (size_t p = 0; p < guesses.size(); ++p) {
      const int64_t row = batch.places[p] / batch.tokens.ids.dim(1);
      auto& [loss, right] = of_window[static_cast<size_t>(rows[static_cast<size_t>(row)])];
      loss -= logits.data<float>()[static_cast<int64_t>(p) * logits.dim(1) + batch.labels[p]];
      right += guesses[p] == batch.labels[p] ? 1 : 0;
    }
    scores.masked += static_cast<int64_t>(guesses.size());
  }
  for (const auto& [loss, right] : of_window) {
    scores.negative_log_likelihood += loss;
    scores.right += right;
  }
  return scores;
}

MaskTrainee::MaskTrainee(MaskFiller& filler, std::span<const std::string> train,
                         std::span<const std::string> dev, const MaskTraining& options)
    : filler_(filler),
      options_(options),
      masking_(options.masking, *filler.encoder.tokenizer),
      train_(filler.encoder, train, options.windows, options.length),
      dev_(filler.encoder, dev, options.windows, options.length) {
  set_requires_grad(*filler_.encoder.model);
  dev_.limit(options.validation_tokens);
  train_.leave_out_empty(masking_);
  check(train_.size() > 0, "training: the text has no tokens to learn from");
  sampler_ = std::make_unique<BatchSampler>(train_.lengths(), options.batches);
}

NamedParameters MaskTrainee::parameters() { return parameters_of(*filler_.encoder.model); }

void MaskTrainee::next_batch() {
  const BatchPosition at = sampler_->position();
  const Rng epoch = Rng(options_.batches.seed).fork(kMasks).fork(static_cast<uint64_t>(at.epoch));
  std::vector<MaskedTokens> rows;
  for (int64_t row : sampler_->next()) {
    rows.push_back(masking_(train_.window(row), epoch.fork(static_cast<uint64_t>(row))));
  }
  MaskedBatch batch;
  batch.add(rows, filler_.encoder.model->config().special().filler());
  if (batch.places.empty()) {
    // A small batch may draw no mask. Then its first ordinary token is hidden.
    auto& ids = rows[0].ids;
    const auto first =
        std::find_if(ids.begin(), ids.end(), [&](int64_t id) { return masking_.may_choose(id); });
    rows[0].labels[static_cast<size_t>(first - ids.begin())] = *first;
    *first = masking_.mask();
    batch.add(rows, filler_.encoder.model->config().special().filler());
  }
  batch_ = batch.tokens;
  places_ = as_tensor(batch.places);
  labels_ = as_tensor(batch.labels);
}

LossSum MaskTrainee::loss(Context& context) {
  const Model& model = *filler_.encoder.model;
  const Tensor states = states_at(model, batch_, places_, context);
  return {
      head_of(model).loss(states, model.embedding_table(), labels_, {.reduction = Reduction::sum}, context),
      static_cast<double>(labels_.numel())};
}

Scores MaskTrainee::validate() {
  if (dev_.size() == 0) return {};
  Context context;
  const MaskScores scores = score_masks(filler_, dev_, context, options_.masking);
  if (scores.masked == 0) return {};
  return {.values = {
              {"loss", scores.loss()}, {"perplexity", scores.perplexity()}, {"accuracy", scores.accuracy()}}};
}

}  // namespace hodhod
