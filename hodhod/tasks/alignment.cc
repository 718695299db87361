// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/alignment.h"

#include <algorithm>

#include "hodhod/base/error.h"
#include "hodhod/tensor/tape.h"
#include "hodhod/train/metrics/characters.h"

namespace hodhod {
namespace {

// The word of each token: the last word of the text that the tokens up to it decode to. −1: the end of
// sequence, or a token before the first word.
std::vector<int64_t> words_of(const text::Tokenizer& tokenizer, const std::vector<int64_t>& tokens,
                              int64_t eos) {
  std::vector<int64_t> words;
  std::vector<int32_t> so_far;
  for (int64_t token : tokens) {
    if (token == eos) {
      words.push_back(-1);
      continue;
    }
    so_far.push_back(static_cast<int32_t>(token));
    words.push_back(std::ssize(metrics::words(tokenizer.decode(so_far))) - 1);
  }
  return words;
}

// The number of words in which tokens stand.
int64_t count_words(const std::vector<int64_t>& words) {
  return words.empty() ? 0 : *std::max_element(words.begin(), words.end()) + 1;
}

std::vector<std::string> names_of_tokens(const text::Tokenizer& tokenizer,
                                         const std::vector<int64_t>& tokens) {
  std::vector<std::string> names;
  for (int64_t token : tokens) names.emplace_back(tokenizer.id_to_token(static_cast<int32_t>(token)));
  return names;
}

}  // namespace

Tensor cross_attention(const Model& model, const std::vector<int64_t>& source,
                       const std::vector<int64_t>& inputs, std::optional<int64_t> layer) {
  const SequenceToSequence* role = model.sequence_to_sequence();
  check(role != nullptr, "alignment: this model has no cross-attention; give an encoder-decoder");
  const NoGrad off;
  Trace trace;
  Context context{.trace = &trace};
  role->logits({.source = TokenBatch::of({{source}}, 0), .target = TokenBatch::of({{inputs}}, 0)}, context);
  std::vector<const Trace::Entry*> attention;
  for (const Trace::Entry& entry : trace.entries()) {
    if (entry.name.ends_with("cross_attention.probabilities")) attention.push_back(&entry);
  }
  const int64_t layers = std::ssize(attention);
  check(layers > 0, "alignment: this model does not attend to its source");
  const int64_t wanted = layer.value_or(alignment_layer(layers));
  check(wanted >= -1 && wanted < layers,
        "alignment: layer {} of a decoder with {}; give a number from 0 to {}, or -1 for the last", wanted,
        layers, layers - 1);
  const Trace::Entry* found = attention[static_cast<size_t>(wanted == -1 ? layers - 1 : wanted)];
  const Tensor heads = found->tensor.dense();  // [1, H, T, S]
  const int64_t count = heads.dim(1), size = heads.dim(2) * heads.dim(3);
  Tensor mean = Tensor::empty({heads.dim(2), heads.dim(3)});
  for (int64_t i = 0; i < size; ++i) {
    double sum = 0;
    for (int64_t h = 0; h < count; ++h) sum += heads.data<float>()[h * size + i];
    mean.data<float>()[i] = static_cast<float>(sum / static_cast<double>(count));
  }
  return mean;
}

int64_t alignment_layer(int64_t layers) {
  constexpr int64_t kShallow = 3;
  return layers <= kShallow ? layers - 1 : layers - 2;
}

namespace {

Alignment align_whole(const Translator& translator, const std::string& text, const Translation& translation,
                      std::optional<int64_t> layer) {
  const SpecialIds& special = translator.config().special();
  const text::Tokenizer& tokenizer = *translator.tokenizer;
  const std::vector<int64_t> source = source_tokens(translator, text), &target = translation.tokens;
  Alignment result{.source_tokens = names_of_tokens(tokenizer, source),
                   .target_tokens = names_of_tokens(tokenizer, target)};
  if (target.empty()) return result;
  std::vector<int64_t> inputs = {translator.decoder_start()};
  inputs.insert(inputs.end(), target.begin(), target.end() - 1);
  result.attention = cross_attention(*translator.model, source, inputs, layer);
  std::vector<int64_t> from = words_of(tokenizer, source, special.eos);
  const std::vector<int64_t> to = words_of(tokenizer, target, special.eos);
  // Words are counted from the first one of the text itself.
  const std::vector<int32_t> ids = tokenizer.encode_ids(text);
  const int64_t prefix_words =
      translator.prefix.empty()
          ? 0
          : count_words(from) - count_words(words_of(tokenizer, {ids.begin(), ids.end()}, special.eos));
  for (int64_t& word : from) word = std::max<int64_t>(-1, word - prefix_words);
  const int64_t source_words = count_words(from), target_words = count_words(to);
  if (source_words == 0) return result;
  std::vector<double> weights(static_cast<size_t>(source_words * target_words));
  std::vector<bool> has_tokens(static_cast<size_t>(target_words));
  for (size_t t = 0; t < to.size(); ++t) {
    if (to[t] < 0) continue;
    has_tokens[static_cast<size_t>(to[t])] = true;
    for (size_t s = 0; s < from.size(); ++s) {
      if (from[s] < 0) continue;
      weights[static_cast<size_t>(to[t] * source_words + from[s])] +=
          result.attention.data<float>()[t * from.size() + s];
    }
  }
  for (int64_t j = 0; j < target_words; ++j) {
    if (!has_tokens[static_cast<size_t>(j)]) continue;
    const auto row = weights.begin() + j * source_words;
    result.words.emplace_back(std::max_element(row, row + source_words) - row, j);
  }
  std::sort(result.words.begin(), result.words.end());
  return result;
}

// Appends `part` to `whole`: its words are numbered after those of `whole`; attention between the two is 0.
void append(Alignment& whole, const Alignment& part, int64_t source_words, int64_t target_words) {
  const int64_t rows = std::ssize(whole.target_tokens), columns = std::ssize(whole.source_tokens);
  const int64_t more_rows = std::ssize(part.target_tokens), more_columns = std::ssize(part.source_tokens);
  Tensor attention = Tensor::zeros({rows + more_rows, columns + more_columns});
  const auto copy = [&](const Tensor& from, int64_t height, int64_t width, int64_t row, int64_t column) {
    for (int64_t t = 0; t < height && from.defined(); ++t) {
      std::copy_n(from.data<float>() + t * width, width,
                  attention.data<float>() + (row + t) * (columns + more_columns) + column);
    }
  };
  copy(whole.attention, rows, columns, 0, 0);
  copy(part.attention, more_rows, more_columns, rows, columns);
  whole.attention = attention;
  const auto join = [](std::vector<std::string>& all, const std::vector<std::string>& more) {
    all.insert(all.end(), more.begin(), more.end());
  };
  join(whole.source_tokens, part.source_tokens);
  join(whole.target_tokens, part.target_tokens);
  for (const auto& [source, target] : part.words) {
    whole.words.emplace_back(source_words + source, target_words + target);
  }
}

}  // namespace

Alignment align(const Translator& translator, const std::string& text, const Translation& translation,
                std::optional<int64_t> layer) {
  if (translation.parts.empty()) return align_whole(translator, text, translation, layer);
  Alignment whole;
  int64_t source_words = 0, target_words = 0;
  for (const Translation& part : translation.parts) {
    append(whole, align_whole(translator, part.source, part, layer), source_words, target_words);
    source_words += std::ssize(metrics::words(part.source));
    target_words += std::ssize(metrics::words(part.text));
  }
  return whole;
}

std::string pharaoh(const Alignment& alignment) {
  std::string line;
  for (const auto& [source, target] : alignment.words)
    line += fmt::format("{}{}-{}", line.empty() ? "" : " ", source, target);
  return line;
}

}  // namespace hodhod
