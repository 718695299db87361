// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/fill_mask.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "hodhod/base/error.h"
#include "hodhod/base/testing.h"
#include "hodhod/base/threads.h"
#include "hodhod/nn/module.h"
#include "hodhod/tasks/classify.h"
#include "hodhod/tasks/test_tasks.h"

namespace hodhod {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

// Sentences in which each word determines the next.
std::vector<std::string> rhymes(uint64_t seed, int count) {
  std::vector<std::string> lines;
  for (int i = 0; i < count; ++i) {
    Rng rng(seed, static_cast<uint64_t>(i));
    size_t word = rng.below(test_words().size());
    std::string line;
    for (uint64_t n = 0; n < 5; ++n) {
      line += (n > 0 ? " " : "") + test_words()[word];
      word = (word + 5) % test_words().size();
    }
    lines.push_back(line);
  }
  return lines;
}

MaskFiller small_filler() {
  auto tokenizer = test_tokenizer();
  const auto config = test_encoder(*tokenizer);
  return MaskFiller::make(config, std::move(tokenizer), 1);
}

struct MaskRun {
  MaskFiller filler = small_filler();
  MaskTrainee trainee{
      filler, rhymes(1, 60), rhymes(2, 10), {.length = 24, .batches = {.max_tokens = 100, .seed = 1}}};
};

TEST(Masking, AsManyAsThePaperSays) {
  const auto tokenizer = test_tokenizer();
  const Masking masking({}, *tokenizer);
  const int64_t word = tokenizer->vocab_size() - 1;
  std::vector<int64_t> ids(100000, word);
  for (size_t t = 0; t < ids.size(); t += 10) ids[t] = 3;  // [SEP]
  const MaskedTokens masked = masking(ids, Rng(7, 8));
  double chosen = 0, hidden = 0, same = 0, other = 0;
  for (size_t t = 0; t < ids.size(); ++t) {
    if (masked.labels[t] == kIgnoreIndex) {
      ASSERT_EQ(masked.ids[t], ids[t]);
      continue;
    }
    ASSERT_EQ(masked.labels[t], word);  // so no special token was chosen
    ++chosen;
    hidden += masked.ids[t] == masking.mask() ? 1 : 0;
    same += masked.ids[t] == word ? 1 : 0;
    other += masked.ids[t] != masking.mask() && masked.ids[t] != word ? 1 : 0;
    ASSERT_TRUE(masked.ids[t] == masking.mask() || masking.may_choose(masked.ids[t]));
  }
  EXPECT_NEAR(chosen / 90000, 0.15, 0.005);
  EXPECT_NEAR(hidden / chosen, 0.8, 0.01);
  EXPECT_NEAR(same / chosen, 0.1, 0.01);
  EXPECT_NEAR(other / chosen, 0.1, 0.01);
}

// The draw for a token depends on its position and the stream, not on its neighbours.
TEST(Masking, IsDrawnByPlace) {
  const auto tokenizer = test_tokenizer();
  const Masking masking({}, *tokenizer);
  const std::vector<int64_t> ids(500, 20), longer(900, 20);
  const MaskedTokens some = masking(ids, Rng(3)), more = masking(longer, Rng(3));
  EXPECT_TRUE(std::equal(some.ids.begin(), some.ids.end(), more.ids.begin()));
  EXPECT_NE(masking(ids, Rng(3).fork(1)).ids, some.ids);
}

TEST(Masking, WholeWords) {
  const auto tokenizer = test_tokenizer();
  const Masking masking({.hidden = 1, .replaced = 0, .whole_words = true}, *tokenizer);
  std::vector<int64_t> ids;
  std::vector<bool> begins;
  const auto pieces = tokenizer->encode_ids("slowlyhoopoe");  // an unseen word, so several pieces
  ASSERT_GT(pieces.size(), 1u);
  for (int i = 0; i < 5000; ++i) {
    for (size_t p = 0; p < pieces.size(); ++p) {
      ids.push_back(pieces[p]);
      begins.push_back(p == 0);
    }
  }
  const MaskedTokens masked = masking(ids, Rng(1));
  int64_t chosen = 0;
  for (size_t t = 1; t < ids.size(); ++t) {
    if (!begins[t]) {
      ASSERT_EQ(masked.ids[t] == masking.mask(), masked.ids[t - 1] == masking.mask()) << t;
    }
    chosen += masked.ids[t] == masking.mask() ? 1 : 0;
  }
  EXPECT_NEAR(static_cast<double>(chosen) / static_cast<double>(ids.size()), 0.15, 0.02);
}

TEST(FillMask, LearnsWhatIsHidden) {
  MaskFiller filler = small_filler();
  MaskTrainee trainee(
      filler, rhymes(1, 400), rhymes(2, 40),
      {.windows = MaskWindows::lines, .length = 30, .batches = {.max_tokens = 600, .seed = 1}});
  const TemporaryDirectory directory;
  TrainerOptions options = test_training(400);
  options.validate_every = 200;
  train(trainee, options, directory.path());
  const MaskFiller again = MaskFiller::load(directory.path());
  const auto lines = rhymes(3, 50);
  const WindowedText text(again.encoder, lines, MaskWindows::lines, 30);
  const MaskScores scores = score_masks(again, text, plain());
  EXPECT_GT(scores.accuracy(), 0.9);
  EXPECT_LT(scores.perplexity(), 2);
  const std::string& word = test_words()[5];
  const auto found = fill_mask(again, std::vector<std::string>{"the [MASK] " + test_words()[10]}, 3, plain());
  ASSERT_THAT(found[0].masks, SizeIs(1));
  EXPECT_THAT(found[0].masks[0], SizeIs(3));
  EXPECT_EQ(found[0].masks[0][0].token, word);
  EXPECT_EQ(found[0].masks[0][0].text, "the " + word + " " + test_words()[10]);
}

TEST(FillMask, BlankAndLongTexts) {
  const TemporaryDirectory directory;
  small_filler().save(directory.path());
  const MaskFiller filler = MaskFiller::load(directory.path());
  std::string tail;
  for (int i = 0; i < 50; ++i) tail += " the";
  const std::vector<std::string> texts = {"", "the [MASK]" + tail, " \t"};
  const auto found = fill_mask(filler, texts, 2, plain());
  EXPECT_THAT(found[0].masks, SizeIs(0));
  EXPECT_THAT(found[1].masks, SizeIs(1));
  EXPECT_EQ(found[1].tokens, 54);
  EXPECT_THAT(found[2].masks, SizeIs(0));
  EXPECT_THAT(error_of([&] { fill_mask(filler, std::vector<std::string>{tail + " [MASK]"}, 2, plain()); }),
              HasSubstr("has 53 tokens, of which the model takes 40, and no [MASK] among those"));
}

TEST(FillMask, ARunInPiecesIsTheRunInOne) {
  const auto make = [] {
    auto training = std::make_shared<MaskRun>();
    return std::shared_ptr<Trainee>(training, &training->trainee);
  };
  expect_same_in_pieces(make, 5, 12);
}

TEST(FillMask, TheSameOnAnyThreadsAndInAnyBatch) {
  const MaskFiller filler = small_filler();
  const auto lines = rhymes(4, 30);
  const WindowedText text(filler.encoder, lines, MaskWindows::packed, 16);
  const MaskScores scores = score_masks(filler, text, plain());
  EXPECT_GT(scores.masked, 10);
  const int threads = thread_count();
  for (int count : {1, 3}) {
    set_thread_count(count);
    for (int64_t tokens : {1, 40}) {
      const MaskScores again = score_masks(filler, text, plain(), {}, tokens);
      EXPECT_EQ(again.negative_log_likelihood, scores.negative_log_likelihood);
      EXPECT_EQ(again.right, scores.right);
    }
  }
  set_thread_count(threads);
}

TEST(FillMask, WindowsHoldTheText) {
  const MaskFiller filler = small_filler();
  const std::vector<std::string> lines = {"the boat sings", "", "hoopoe"};
  const auto& tokenizer = *filler.encoder.tokenizer;
  const auto together = [&](MaskWindows windows, int64_t length) {
    const WindowedText text(filler.encoder, lines, windows, length);
    std::string all;
    for (int64_t i = 0; i < text.size(); ++i) {
      const auto ids = text.window(i);
      EXPECT_EQ(static_cast<int64_t>(ids.size()), text.lengths()[static_cast<size_t>(i)]);
      EXPECT_LE(static_cast<int64_t>(ids.size()), length);
      EXPECT_EQ(ids.front(), 2);
      EXPECT_EQ(ids.back(), 3);
      all += tokenizer.decode({ids.begin(), ids.end()}, false) + "|";
    }
    return all;
  };
  EXPECT_EQ(together(MaskWindows::lines, 40), "[CLS] the boat sings [SEP]|[CLS] hoopoe [SEP]|");
  EXPECT_EQ(together(MaskWindows::packed, 40), "[CLS] the boat sings [SEP] hoopoe [SEP] [SEP]|");
  EXPECT_EQ(together(MaskWindows::packed, 5), "[CLS] the boat sings [SEP]|[CLS] [SEP] hoopoe [SEP] [SEP]|");
}

// A classifier starts from the mask filler's encoder, with a new head.
TEST(FillMask, IsPreTrainingForOtherTasks) {
  const MaskFiller filler = small_filler();
  const TemporaryDirectory directory;
  filler.save(directory.path());
  const Classifier classifier =
      Classifier::from(directory.path(), Labels({"a", "b"}), ProblemKind::single_label, {.seed = 5});
  EXPECT_THAT(
      classifier.encoder.missing,
      testing::UnorderedElementsAre("pooler.weight", "pooler.bias", "classifier.weight", "classifier.bias"));
  std::map<std::string, Tensor> before;
  for (const auto& [name, parameter] : parameters_of(*filler.encoder.model)) before[name] = parameter;
  int kept = 0;
  for (const auto& [name, parameter] : parameters_of(*classifier.encoder.model)) {
    if (!before.contains(name)) continue;
    EXPECT_EQ(parameter.values(), before[name].values()) << name;
    ++kept;
  }
  EXPECT_GT(kept, 15);
  // The head depends on the seed.
  const Classifier same =
      Classifier::from(directory.path(), Labels({"a", "b"}), ProblemKind::single_label, {.seed = 5});
  const Classifier other =
      Classifier::from(directory.path(), Labels({"a", "b"}), ProblemKind::single_label, {.seed = 6});
  const std::vector<Texts> texts = {{"the boat"}};
  EXPECT_EQ(classify(classifier, texts, plain())[0].score, classify(same, texts, plain())[0].score);
  EXPECT_NE(classify(classifier, texts, plain())[0].score, classify(other, texts, plain())[0].score);
}

TEST(FillMask, SaysWhatIsWrong) {
  const MaskFiller filler = small_filler();
  EXPECT_THAT(error_of([&] { fill_mask(filler, std::vector<std::string>{"the boat"}, 3, plain()); }),
              HasSubstr("\"the boat\" has no [MASK]"));
  const std::vector<std::string> none, some = {"boat"};
  MaskFiller other = small_filler();
  EXPECT_THAT(error_of([&] { const MaskTrainee trainee(other, none, none, {.length = 20}); }),
              HasSubstr("no tokens to learn from"));
  EXPECT_THAT(error_of([&] { const MaskTrainee trainee(other, some, none, {.length = 400}); }),
              HasSubstr("windows of 400 tokens for a model that takes 40"));
  auto tokenizer = std::make_unique<text::Tokenizer>(
      train_task_tokenizer({.vocabulary = 300}, [n = 0](std::string& line) mutable {
        line = "the boat";
        return n++ < 3;
      }).tokenizer);
  EXPECT_THAT(error_of([&] { Masking({}, *tokenizer); }), HasSubstr("no mask token"));
}

}  // namespace
}  // namespace hodhod
