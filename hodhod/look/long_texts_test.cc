// SPDX-License-Identifier: Apache-2.0
// Pages of texts that are too long for whole matrices of attention: the strongest keys of each query.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>

#include "hodhod/base/threads.h"
#include "hodhod/look/look.h"
#include "hodhod/look/test_subjects.h"
#include "hodhod/look/test_unpack.h"
#include "hodhod/models/transformer_model.h"

namespace hodhod::look {
namespace {

constexpr int64_t kLongText = 1100, kHeadsOfLayer = 4, kDeep = 3;

Subject decoder() {
  TransformerConfig body = transformer_preset("llama-tiny");
  body.vocabulary = 61;
  body.width = 16;
  body.heads = kHeadsOfLayer;
  body.kv_heads = 2;
  body.feed_forward = 24;
  body.decoder_layers = kDeep;
  body.max_length = 1200;
  return subject_of(TransformerModelConfig(body, {.kind = HeadKind::language_model}), Kind::transformer, 4);
}

LookOptions options_of(int64_t size_limit = 5 << 20) {
  LookOptions options{.size_limit = size_limit, .gradients = GradientChoice::off, .cuts = Cutting::off};
  for (int64_t i = 0; i < kLongText; ++i) options.ids.push_back((i * i + i / 7) % 61);
  return options;
}

std::string weights_of(int64_t layer) {
  return fmt::format("decoder.layer.{}.self_attention.probabilities", layer);
}

std::map<std::string, const Json*> tensors_of(const ReadPage& page) {
  std::map<std::string, const Json*> all;
  for (const Json& tensor : page.index.at("tensors")) all[tensor.at("name").text()] = &tensor;
  return all;
}

TEST(LongTexts, EveryHeadHasTheStrongestKeysOfEachQuery) {
  Subject subject = decoder();
  LookOptions options = options_of();
  options.tensors = true;
  const LookResult found = look(subject, options);
  const ReadPage page = read_page(found.page);
  const auto kept = tensors_of(page);
  const std::map<std::string, Tensor> exact(found.tensors.begin(), found.tensors.end());
  for (int64_t layer = 0; layer < kDeep; ++layer) {
    const Json& tensor = *kept.at(weights_of(layer));
    EXPECT_EQ(tensor.at("form").text(), "top");
    EXPECT_FALSE(tensor.contains("heads"));
    const std::vector<float> values = tensor_values(page, tensor),
                             truth = exact.at(weights_of(layer)).values<float>();
    for (int64_t row = 0; row < kHeadsOfLayer * kLongText; row += 97) {
      const auto begin = truth.begin() + row * kLongText;
      std::vector<float> sorted(begin, begin + kLongText);
      std::nth_element(sorted.begin(), sorted.begin() + kTop - 1, sorted.end(), std::greater<>());
      const float least = sorted[kTop - 1];
      for (int64_t s = 0; s < kLongText; ++s) {
        const float p = begin[s], shown = values[static_cast<size_t>(row * kLongText + s)];
        if (p > least) {
          ASSERT_NEAR(shown, p, p / 1024) << row << " " << s;
        } else if (p < least) {
          ASSERT_EQ(shown, 0) << row << " " << s;
        }
      }
    }
  }
}

// Weights that are taken in parts are those of whole matrices, whatever the threads.
TEST(LongTexts, TheSamePageFromPartsAndForAnyThreads) {
  const int before = thread_count();
  std::vector<std::string> pages;
  for (const int threads : {1, 2, 4}) {
    set_thread_count(threads);
    Subject subject = decoder();
    LookOptions options = options_of();
    options.tensors = threads == 4;  // for which all matrices are whole
    pages.push_back(look(subject, options).page);
  }
  set_thread_count(before);
  for (const std::string& page : pages) EXPECT_TRUE(page == pages[0]);
}

// Where there is no room for all, the first layers and heads are kept, and the plan names what brings the
// rest.
TEST(LongTexts, APageThatIsTooSmallSaysWhatBringsTheOtherHeads) {
  Subject subject = decoder();
  const ReadPage whole = read_page(look(subject, options_of()).page);
  int64_t layer_bytes = 0;
  for (const Json& block : tensors_of(whole).at(weights_of(0))->at("blocks"))
    layer_bytes += std::ssize(whole.blocks.at(static_cast<size_t>(block.at("id").get<int64_t>())));
  // Room for the strongest keys of more than one layer, and less than two.
  int64_t limit = 3 << 19;
  ReadPage page;
  std::map<std::string, const Json*> kept;
  for (; limit < 4 << 20; limit += layer_bytes / 4) {
    page = read_page(look(subject, options_of(limit)).page);
    kept = tensors_of(page);
    if (kept.contains(weights_of(1)) && kept.at(weights_of(1))->contains("heads")) break;
  }
  ASSERT_TRUE(kept.contains(weights_of(1)));
  const Json& some = *kept.at(weights_of(1));
  const auto heads = some.at("shape").at(size_t{0}).get<int64_t>();
  EXPECT_GT(heads, 0);
  EXPECT_LT(heads, kHeadsOfLayer);
  EXPECT_EQ(some.at("heads").at("all").get<int64_t>(), kHeadsOfLayer);
  EXPECT_FALSE(kept.contains(weights_of(2)));
  std::map<std::string, std::string> flags;
  for (const Json& one : page.index.at("plan").at("reduced"))
    flags[one.at("name").text()] = one.at("flag").text();
  EXPECT_EQ(flags.at(weights_of(1)), heads == kHeadsOfLayer - 1
                                         ? fmt::format("--layers 1 --heads {}", heads)
                                         : fmt::format("--layers 1 --heads {}-{}", heads, kHeadsOfLayer - 1));
  EXPECT_EQ(flags.at(weights_of(2)), "--layers 2");
  // What the flags say is true.
  LookOptions others = options_of(limit);
  others.layers = {1};
  others.heads = {heads, kHeadsOfLayer - 1};
  const ReadPage rest = read_page(look(subject, others).page);
  EXPECT_EQ(tensors_of(rest).at(weights_of(1))->at("heads").at("first").get<int64_t>(), heads);
  EXPECT_EQ(tensors_of(rest).at(weights_of(1))->at("shape").at(size_t{0}).get<int64_t>(),
            kHeadsOfLayer - heads);
  LookOptions last = options_of(limit);
  last.layers = {2};
  const ReadPage third = read_page(look(subject, last).page);
  EXPECT_EQ(tensors_of(third).at(weights_of(2))->at("form").text(), "top");
  EXPECT_FALSE(tensors_of(third).at(weights_of(2))->contains("heads"));
}

}  // namespace
}  // namespace hodhod::look
