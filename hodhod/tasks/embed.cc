// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/embed.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "hodhod/base/error.h"
#include "hodhod/base/format.h"
#include "hodhod/base/names.h"
#include "hodhod/models/encoder_layers.h"
#include "hodhod/models/finite.h"
#include "hodhod/tensor/tape.h"
#include "hodhod/train/metrics/characters.h"
#include "hodhod/train/metrics/correlation.h"

namespace hodhod {
namespace {

// Pools the states [T, C] of one row, whose first `length` belong to the text.
std::vector<float> pooled(const float* states, int64_t length, int64_t width, Pooling pooling) {
  const auto row = [&](int64_t t) {
    return std::vector<float>(states + t * width, states + (t + 1) * width);
  };
  if (pooling == Pooling::cls) return row(0);
  if (pooling == Pooling::last) return row(length - 1);
  std::vector<double> sum(static_cast<size_t>(width), 0.0);
  for (int64_t t = 0; t < length; ++t) {
    for (int64_t c = 0; c < width; ++c) sum[static_cast<size_t>(c)] += states[t * width + c];
  }
  std::vector<float> mean;
  for (double value : sum) mean.push_back(static_cast<float>(value / static_cast<double>(length)));
  return mean;
}

double dot(const std::vector<float>& a, const std::vector<float>& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0, std::plus<>(),
                            [](float x, float y) { return static_cast<double>(x) * y; });
}

// Of a model with one vector for each word: the mean over the words of each text. A word that is not in the
// vocabulary is made of its subwords; without any it is passed over.
std::vector<TextEmbedding> means_of_words(const TextModel& embedder, std::span<const std::string> texts) {
  const Vectors& vectors = *embedder.model->vectors();
  const Tensor matrix = vectors.matrix();
  const int64_t width = matrix.dim(1);
  std::vector<TextEmbedding> embeddings;
  for (const std::string& text : texts) {
    std::vector<double> sum(static_cast<size_t>(width), 0.0);
    int64_t words = 0, found = 0;
    const auto add = [&](const float* from) {
      for (int64_t c = 0; c < width; ++c) sum[static_cast<size_t>(c)] += from[c];
      ++found;
    };
    embedder.tokenizer->for_each_piece(text, [&](std::string_view piece, bool) {
      ++words;
      const auto made = embedder.tokenizer->token_to_id(piece) ? std::nullopt : vectors.unseen(piece);
      if (made) return add(made->data());
      // The word itself, or the tokens that a tokenizer of another kind makes of it.
      for (const int32_t id : embedder.tokenizer->encode_ids(piece)) {
        if (!embedder.tokenizer->is_special(id)) add(matrix.data<float>() + id * width);
      }
    });
    TextEmbedding embedding{.tokens = words};
    for (const double value : sum)
      embedding.vector.push_back(
          static_cast<float>(value / static_cast<double>(std::max<int64_t>(found, 1))));
    embeddings.push_back(std::move(embedding));
  }
  return embeddings;
}

void normalize_one(std::vector<float>& vector) {
  const double length = std::sqrt(dot(vector, vector));
  for (float& value : vector) value = static_cast<float>(value / std::max(length, 1e-12));
}

// The states [B, T, C] that the options choose.
Tensor states_of(const Model& model, const TokenBatch& batch, const EmbedOptions& options, Context& context) {
  if (!options.layer) return model.encoder()->encode(batch, context).states.dense();
  const std::vector<Tensor> layers = states_of_layers(*model.encoder(), batch, context);
  check(!layers.empty(), "`layer` {}: {} gives the states of its last layer alone; leave it out",
        *options.layer, model.name());
  check(*options.layer < std::ssize(layers), "`layer` {}: {} has layers 0 to {}", *options.layer,
        model.name(), layers.size() - 1);
  return layers[static_cast<size_t>(*options.layer)].dense();
}

void check_no_layer(const EmbedOptions& options) {
  check(!options.layer, "`layer` {}: word vectors have no layers; leave it out", *options.layer);
}

// A text's tokens, and for each the number of the word that it is from, or −1.
struct TokensOfWords {
  std::vector<int64_t> ids;
  std::vector<int64_t> word_of;
  std::vector<std::string> words;
};

TokensOfWords tokens_of_words(const text::Tokenizer& tokenizer, const std::string& text, int64_t longest) {
  TokensOfWords found;
  std::vector<int64_t> word_at(text.size(), -1);
  for (const std::string_view word : metrics::words(text)) {
    std::fill_n(word_at.begin() + (word.data() - text.data()), word.size(), std::ssize(found.words));
    found.words.emplace_back(word);
  }
  const text::Encoding encoding = tokenizer.encode(text);
  const size_t count = std::min(encoding.size(), static_cast<size_t>(longest));
  for (size_t i = 0; i < count; ++i) {
    const auto range = encoding.bytes[i];
    const bool of_text = encoding.special_tokens_mask[i] == 0 && range.size() > 0;
    found.ids.push_back(encoding.ids[i]);
    // The last byte decides: a token may begin with the blank before its word.
    found.word_of.push_back(of_text ? word_at[range.end - 1] : -1);
  }
  return found;
}

// The mean of the states [T, C] of each word's tokens.
std::vector<WordInText> means_of_tokens(const TokensOfWords& text, const float* states, int64_t width) {
  std::vector<std::vector<double>> sums(text.words.size());
  std::vector<int64_t> counts(text.words.size());
  for (size_t t = 0; t < text.ids.size(); ++t) {
    if (text.word_of[t] < 0) continue;
    const auto word = static_cast<size_t>(text.word_of[t]);
    sums[word].resize(static_cast<size_t>(width));
    ++counts[word];
    const float* state = states + static_cast<int64_t>(t) * width;
    for (size_t c = 0; c < sums[word].size(); ++c) sums[word][c] += state[c];
  }
  std::vector<WordInText> means;
  for (size_t w = 0; w < sums.size(); ++w) {
    if (counts[w] == 0) continue;
    WordInText& one = means.emplace_back(WordInText{text.words[w], {}});
    for (const double value : sums[w])
      one.vector.push_back(static_cast<float>(value / static_cast<double>(counts[w])));
  }
  return means;
}

void normalize_all(std::vector<TextEmbedding>& embeddings) {
  for (TextEmbedding& embedding : embeddings) normalize_one(embedding.vector);
}

}  // namespace

TextModel load_embedder(const ModelPath& path) {
  TextModel embedder = TextModel::load(path);
  check(embedder.model->encoder() != nullptr, "{}: this model gives no hidden states", path.directory);
  const int64_t most = sentence_settings_in(path.directory).max_length, takes = length_limit(embedder);
  limit_length(embedder, most > 0 ? std::min(most, takes) : takes, text::Side::right);
  return embedder;
}

std::vector<TextEmbedding> embed(const TextModel& embedder, std::span<const std::string> texts,
                                 const EmbedOptions& options, Context& context) {
  const NoGrad off;
  const Model& model = *embedder.model;
  if (model.vectors() != nullptr) {
    check(options.pooling == Pooling::mean,
          "`pooling` {}: word vectors have no order; leave it out, for the mean", name_of(options.pooling));
    check_no_layer(options);
    std::vector<TextEmbedding> embeddings = means_of_words(embedder, texts);
    if (options.normalize) normalize_all(embeddings);
    return embeddings;
  }
  const SpecialIds& special = model.config().special();
  std::vector<Texts> all;
  for (const std::string& text : texts) all.push_back({text});
  auto encoded = encode_texts(model.config(), *embedder.tokenizer, all);
  for (EncodedText& text : encoded) {
    // A translation model's encoder was trained on texts that end with this token.
    const bool closed = special.eos < 0 || (!text.ids.empty() && text.ids.back() == special.eos);
    if (model.config().reads_source() && !closed) {
      text.ids.push_back(special.eos);
      ++text.tokens;
    }
    if (!text.values.empty()) continue;  // features are not in an order that could be cut off
    text.ids.resize(std::min(text.ids.size(), static_cast<size_t>(model.config().max_length())));
    text.types.resize(text.ids.size());
  }
  std::vector<TextEmbedding> embeddings(texts.size());
  for (const auto& rows : batches_by_length(lengths_of(encoded), options.batch_tokens)) {
    const TokenBatch batch = batch_of(encoded, rows, special.filler());
    const Tensor states = states_of(model, batch, options, context);
    const int64_t time = states.dim(1), width = states.dim(2);
    for (size_t r = 0; r < rows.size(); ++r) {
      const auto i = static_cast<size_t>(rows[r]);
      const int64_t length = std::min(encoded[i].length(), time);  // a model of features has one state a text
      embeddings[i] = {pooled(states.data<float>() + static_cast<int64_t>(r) * time * width, length, width,
                              options.pooling),
                       encoded[i].tokens};
      check_finite(model, embeddings[i].vector, "hidden states");
    }
  }
  if (options.normalize) normalize_all(embeddings);
  return embeddings;
}

std::vector<std::vector<WordInText>> embed_words(const TextModel& embedder,
                                                 std::span<const std::string> texts,
                                                 const EmbedOptions& options, Context& context) {
  const NoGrad off;
  const Model& model = *embedder.model;
  check(!model.config().reads_features(), "embed: {} reads a text without order, and has no vectors of words",
        model.name());
  std::vector<TokensOfWords> all;
  std::vector<int64_t> lengths;
  for (const std::string& text : texts) {
    all.push_back(tokens_of_words(*embedder.tokenizer, text, model.config().max_length()));
    if (all.back().ids.empty()) {  // a text without tokens
      all.back().ids.push_back(model.config().special().filler());
      all.back().word_of.push_back(-1);
    }
    lengths.push_back(std::ssize(all.back().ids));
  }
  std::vector<std::vector<WordInText>> found(texts.size());
  if (model.vectors() != nullptr) {
    check_no_layer(options);
    for (size_t i = 0; i < texts.size(); ++i) {
      const std::vector<TextEmbedding> vectors = means_of_words(embedder, all[i].words);
      for (size_t w = 0; w < vectors.size(); ++w) found[i].push_back({all[i].words[w], vectors[w].vector});
    }
  } else {
    for (const auto& rows : batches_by_length(lengths, options.batch_tokens)) {
      std::vector<std::vector<int64_t>> ids;
      for (const int64_t row : rows) ids.push_back(all[static_cast<size_t>(row)].ids);
      const TokenBatch batch = TokenBatch::of(ids, model.config().special().filler());
      const Tensor states = states_of(model, batch, options, context);
      const int64_t time = states.dim(1), width = states.dim(2);
      for (size_t r = 0; r < rows.size(); ++r) {
        const auto i = static_cast<size_t>(rows[r]);
        found[i] =
            means_of_tokens(all[i], states.data<float>() + static_cast<int64_t>(r) * time * width, width);
        for (const WordInText& word : found[i]) check_finite(model, word.vector, "hidden states");
      }
    }
  }
  if (options.normalize) {
    for (auto& words : found) {
      for (WordInText& word : words) normalize_one(word.vector);
    }
  }
  return found;
}

SimilarityScores score_similarity(const TextModel& embedder, std::span<const LabelledText> pairs,
                                  const EmbedOptions& options, Context& context) {
  std::vector<std::string> texts;
  std::vector<double> labels, cosines;
  for (const LabelledText& pair : pairs) {
    check(pair.texts.size() == 2, "{}: expected a pair of texts; name their columns with `text`", pair.place);
    const auto label = parse_number(pair.label);
    check(label.has_value(), "{}: {} is no number that says how alike the texts are", pair.place,
          excerpt(pair.label));
    labels.push_back(*label);
    texts.insert(texts.end(), pair.texts.begin(), pair.texts.end());
  }
  check(pairs.size() >= 2 && std::count(labels.begin(), labels.end(), labels[0]) < std::ssize(labels),
        "similarity: a correlation needs two pairs at least whose numbers differ; found {} with the same "
        "number",
        pairs.size());
  const auto embeddings = embed(embedder, texts, options, context);
  for (size_t i = 0; i + 1 < embeddings.size(); i += 2) {
    const auto& a = embeddings[i].vector;
    const auto& b = embeddings[i + 1].vector;
    cosines.push_back(dot(a, b) / std::max(1e-12, std::sqrt(dot(a, a) * dot(b, b))));
  }
  return {static_cast<int64_t>(pairs.size()), metrics::pearson(cosines, labels),
          metrics::spearman(cosines, labels)};
}

}  // namespace hodhod
