// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/encoded_texts.h"

#include <algorithm>
#include <numeric>

#include "hodhod/base/error.h"
#include "hodhod/base/format.h"
#include "hodhod/base/threads.h"
#include "hodhod/text/language_tokens.h"

namespace hodhod {
namespace {

EncodedText encode(const text::Tokenizer& tokenizer, const Texts& texts) {
  check(texts.size() == 1 || texts.size() == 2, "an example of {} texts; give one or two", texts.size());
  const text::Encoding encoding =
      texts.size() == 2 ? tokenizer.encode_pair(texts[0], texts[1]) : tokenizer.encode(texts[0]);
  EncodedText encoded{.ids = {encoding.ids.begin(), encoding.ids.end()},
                      .types = {encoding.type_ids.begin(), encoding.type_ids.end()}};
  encoded.tokens = encoded.length();
  if (!encoding.overflow.empty()) {
    const auto& special = encoding.special_tokens_mask;
    encoded.tokens = std::count(special.begin(), special.end(), uint8_t{1});
    for (const std::string& text : texts) encoded.tokens += std::ssize(tokenizer.encode_ids(text));
  }
  if (encoded.ids.empty()) {
    // A model needs at least one token.
    const auto end = tokenizer.role("eos_token"), unknown = tokenizer.role("unk_token");
    encoded.ids = {end.value_or(unknown.value_or(0))};
    encoded.types = {0};
  }
  return encoded;
}

EncodedText encode_features(const TextFeatures& features, const WordList& list) {
  FeatureList found = features.read(list.words());
  EncodedText encoded{
      .ids = std::move(found.ids), .types = {}, .tokens = list.whole(), .values = std::move(found.values)};
  if (encoded.ids.empty()) {
    // A batch has at least one place.
    encoded.ids = {0};
    encoded.values = {0};
  }
  encoded.types.resize(encoded.ids.size());
  return encoded;
}

template <class Encode>
std::vector<EncodedText> encode_all(std::span<const Texts> texts, const Encode& encode_one) {
  std::vector<EncodedText> encoded(texts.size());
  parallel_for(static_cast<int64_t>(texts.size()), 8, [&](int64_t begin, int64_t end) {
    for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i) {
      encoded[i] = encode_one(texts[i]);
    }
  });
  return encoded;
}

}  // namespace

void LongTexts::add(int64_t tokens) {
  ++texts_;
  count_ += tokens > limit_ ? 1 : 0;
  longest_ = std::max(longest_, tokens);
}

std::vector<std::string> LongTexts::notes(std::string_view fate) const {
  if (count_ == 0) return {};
  return {fmt::format("{} of {} {} longer than the {} that the model takes (the longest has {}): {}", count_,
                      count_of(texts_, "text"), count_ == 1 ? "is" : "are", count_of(limit_, "token"),
                      longest_, fate)};
}

Frame frame_of(const text::Tokenizer& tokenizer) {
  const text::Frame frame = tokenizer.frame();
  return {{frame.before.begin(), frame.before.end()}, {frame.after.begin(), frame.after.end()}};
}

Frame source_frame(const text::Tokenizer& tokenizer, int64_t end) {
  Frame frame = frame_of(tokenizer);
  const text::PostProcessorPtr& post_processor = tokenizer.parts().post_processor;
  const bool bare = post_processor && post_processor->leaves_bare();
  const bool ends = std::find(frame.after.begin(), frame.after.end(), end) != frame.after.end();
  if (end >= 0 && !bare && !ends) frame.after.push_back(end);
  return frame;
}

Frame target_frame(const text::Tokenizer& tokenizer, int64_t end, int64_t decoder_start, int64_t forced_bos) {
  Frame frame;
  if (forced_bos >= 0) {
    frame.before = {forced_bos};
  } else if (!text::is_language_token(tokenizer, decoder_start)) {
    frame = source_frame(tokenizer, end);
  }
  if (end >= 0 && std::find(frame.after.begin(), frame.after.end(), end) == frame.after.end())
    frame.after.push_back(end);
  return frame;
}

std::vector<int64_t> SideEncoder::operator()(std::string_view text, int64_t longest) const {
  std::vector<int32_t> ids = tokenizer_.encode_ids(prefix_ + std::string(text));
  const int64_t room = std::max<int64_t>(0, longest - frame_.size());
  if (std::ssize(ids) > room) ids.resize(static_cast<size_t>(room));
  std::vector<int64_t> tokens = frame_.before;
  tokens.insert(tokens.end(), ids.begin(), ids.end());
  tokens.insert(tokens.end(), frame_.after.begin(), frame_.after.end());
  return tokens;
}

std::vector<EncodedText> encode_texts(const text::Tokenizer& tokenizer, std::span<const Texts> texts) {
  return encode_all(texts, [&](const Texts& one) { return encode(tokenizer, one); });
}

std::vector<EncodedText> encode_texts(const ModelConfig& config, const text::Tokenizer& tokenizer,
                                      std::span<const Texts> texts, std::span<const WordList> words) {
  const TextFeatures* features = config.features();
  if (features == nullptr) return encode_texts(tokenizer, texts);
  const auto& truncation = tokenizer.parts().truncation;
  const int64_t limit = truncation ? truncation->max_length : INT64_MAX;
  return encode_all(texts, [&](const Texts& one) {
    check(one.size() == 1, "a pair of texts, and this model reads single texts; name one column with `text`");
    const auto i = static_cast<size_t>(&one - texts.data());
    const bool known = i < words.size() && words[i].size() <= limit;
    return encode_features(*features, known ? words[i] : WordList(tokenizer, one[0]));
  });
}

std::vector<int64_t> lengths_of(std::span<const EncodedText> texts) {
  std::vector<int64_t> lengths;
  for (const EncodedText& text : texts) lengths.push_back(text.length());
  return lengths;
}

TokenBatch batch_of(std::span<const EncodedText> texts, std::span<const int64_t> rows, int64_t pad) {
  const auto text = [&](int64_t b) -> const EncodedText& {
    return texts[static_cast<size_t>(rows[static_cast<size_t>(b)])];
  };
  const auto count = std::ssize(rows);
  int64_t longest = 0;
  for (int64_t b = 0; b < count; ++b) longest = std::max(longest, text(b).length());
  TokenBatch batch{.ids = Tensor::full({count, longest}, static_cast<double>(pad), DType::i64),
                   .lengths = Tensor::empty({count}, DType::i64)};
  const bool features = count > 0 && !text(0).values.empty();
  if (features) {
    batch.weights = Tensor::zeros({count, longest});
  } else {
    batch.token_types = Tensor::zeros({count, longest}, DType::i64);
  }
  for (int64_t b = 0; b < count; ++b) {
    const EncodedText& one = text(b);
    batch.lengths.data<int64_t>()[b] = one.length();
    std::copy(one.ids.begin(), one.ids.end(), batch.ids.data<int64_t>() + b * longest);
    if (features) {
      std::copy(one.values.begin(), one.values.end(), batch.weights.data<float>() + b * longest);
    } else {
      std::copy(one.types.begin(), one.types.end(), batch.token_types.data<int64_t>() + b * longest);
    }
  }
  return batch;
}

TokenBatch batch_of(std::span<const EncodedText> texts, int64_t pad) {
  std::vector<int64_t> all(texts.size());
  std::iota(all.begin(), all.end(), int64_t{0});
  return batch_of(texts, all, pad);
}

std::vector<std::vector<int64_t>> batches_by_length(const std::vector<int64_t>& lengths, int64_t max_tokens) {
  std::vector<int64_t> order(lengths.size());
  std::iota(order.begin(), order.end(), int64_t{0});
  const auto length = [&](int64_t i) { return lengths[static_cast<size_t>(i)]; };
  std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) { return length(a) < length(b); });
  std::vector<std::vector<int64_t>> batches;
  for (int64_t example : order) {
    // Lengths ascend, so the new example is the longest in the batch.
    const bool fits = !batches.empty() && (static_cast<int64_t>(batches.back().size()) + 1) *
                                                  std::max<int64_t>(1, length(example)) <=
                                              max_tokens;
    if (!fits) batches.emplace_back();
    batches.back().push_back(example);
  }
  return batches;
}

}  // namespace hodhod
