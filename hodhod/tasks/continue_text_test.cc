// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/continue_text.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "hodhod/base/testing.h"
#include "hodhod/base/utf8.h"
#include "hodhod/decode/generator.h"
#include "hodhod/tasks/distinct.h"
#include "hodhod/tasks/stop_strings.h"
#include "hodhod/tasks/test_generator.h"

namespace hodhod {
namespace {

// No end token, so that texts are long; and sampling, because an untrained model tends to repeat itself.
DecodeOptions endless(int64_t tokens) { return {.max_new_tokens = tokens, .do_sample = true, .eos = {-1}}; }

std::vector<int64_t> tokens_after(const TextGenerator& writer, const std::vector<int64_t>& ids,
                                  int64_t count) {
  const std::vector<Prompt> prompts{{{}, ids}};
  return generate(*writer.model->language_model(), prompts, endless(count), plain())[0][0].tokens;
}

std::vector<int64_t> encoded(const TextGenerator& writer, const std::string& text) {
  const auto ids = writer.tokenizer->encode_ids(text);
  return {ids.begin(), ids.end()};
}

TEST(ContinueText, APromptBeginsAsThePostProcessorSays) {
  TextGenerator writer = test_generator(TokenizerKind::bpe);
  const std::vector<int64_t> bare = encoded(writer, "the cat");
  std::vector<int64_t> framed = bare;
  framed.insert(framed.begin(), kEnd);
  const auto continued = [&] { return continue_text(writer, {"the cat"}, endless(9), plain())[0][0].tokens; };
  EXPECT_EQ(continued(), tokens_after(writer, bare, 9));
  EXPECT_NE(tokens_after(writer, framed, 9), tokens_after(writer, bare, 9));
  frame_texts(writer, false);
  EXPECT_EQ(continued(), tokens_after(writer, framed, 9));
  EXPECT_EQ(continue_text(writer, {"the cat"}, endless(1), plain())[0][0].prompt_tokens,
            static_cast<int64_t>(framed.size()));
  // Closing tokens do not appear in the middle of a text.
  frame_texts(writer, true);
  EXPECT_EQ(continued(), tokens_after(writer, framed, 9));
}

TEST(ContinueText, WithoutAPromptItBeginsWithTheStartToken) {
  TextGenerator writer = test_generator(TokenizerKind::character);
  const auto begun = [&](const DecodeOptions& options) {
    return continue_text(writer, {""}, options, plain())[0][0].tokens;
  };
  DecodeOptions options = endless(6);
  options.eos = {50256, kEnd};  // only one is in the vocabulary
  EXPECT_EQ(begun(options), tokens_after(writer, {kEnd}, 6));
  options.bos = 50256;
  EXPECT_EQ(begun(options), tokens_after(writer, {kEnd}, 6));
  options.bos = 7;
  EXPECT_EQ(begun(options), tokens_after(writer, {7}, 6));
  expect_error([&] { begun(endless(6)); }, "give a prompt");
  frame_texts(writer, false);
  EXPECT_EQ(begun(endless(6)), tokens_after(writer, {kEnd}, 6));
}

TEST(ContinueText, DoesNotDependOnTheOtherPrompts) {
  const TextGenerator writer = test_generator(TokenizerKind::bpe);
  const std::vector<std::string> prompts{"the cat", "", "a dog ran", "یاد", "x"};
  for (DecodeOptions options : {endless(40), DecodeOptions{.max_new_tokens = 8, .num_beams = 3}}) {
    for (const bool sampled : {false, true}) {
      if (sampled && options.num_beams > 1) continue;
      options.do_sample = sampled;
      options.bos = 5;
      const auto together = continue_text(writer, prompts, options, plain(), 10);
      for (size_t i = 0; i < prompts.size(); ++i) {
        const auto alone = continue_text(writer, {prompts[i]}, options, plain(), 10 + i);
        EXPECT_EQ(alone[0][0].text, together[i][0].text);
        EXPECT_EQ(alone[0][0].tokens, together[i][0].tokens);
      }
    }
  }
}

TEST(ContinueText, WhatIsHeardIsWhatIsGiven) {
  for (const auto kind : {TokenizerKind::bpe, TokenizerKind::character, TokenizerKind::unigram}) {
    const TextGenerator writer = test_generator(kind);
    DecodeOptions options = endless(60);
    options.temperature = 3;
    for (const std::vector<std::string>& stops : {std::vector<std::string>{}, {"e", "zz"}, {"cat", "ا"}}) {
      options.stop_strings = stops;
      std::string heard;
      const auto found = continue_text(writer, {"the cat", "a dog"}, options, plain(), 0,
                                       [&](std::string_view text) { heard += text; });
      EXPECT_EQ(heard, found[0][0].text);
      for (const std::string& stop : stops) EXPECT_EQ(heard.find(stop), std::string::npos);
    }
  }
}

// Wherever a stop string occurs in a text, the text ends before it and no more tokens are drawn.
TEST(ContinueText, EndsBeforeStopStrings) {
  const TextGenerator writer = test_generator(TokenizerKind::bpe);
  DecodeOptions options = endless(50);
  const auto whole = continue_text(writer, {"the"}, options, plain())[0][0];
  ASSERT_GT(whole.text.size(), 20u);
  for (size_t begin = 0; begin + 6 < whole.text.size(); ++begin) {
    const std::string stop = whole.text.substr(begin, 6);
    if (!is_utf8(stop)) continue;
    options.stop_strings = {stop, "never to be seen"};
    const auto stopped = continue_text(writer, {"the"}, options, plain())[0][0];
    EXPECT_EQ(stopped.text, whole.text.substr(0, whole.text.find(stop)));
    EXPECT_LE(stopped.tokens.size(), whole.tokens.size());
    EXPECT_TRUE(std::equal(stopped.tokens.begin(), stopped.tokens.end(), whole.tokens.begin()));
    EXPECT_EQ(writer.tokenizer->decode({stopped.tokens.begin(), stopped.tokens.end() - 1}).find(stop),
              std::string::npos);
  }
  DecodeOptions beams = endless(20);
  beams.do_sample = false;
  beams.num_beams = beams.num_return_sequences = 4;
  beams.stop_strings = {"a", "t", "ا"};
  const auto found = continue_text(writer, {"the"}, beams, plain());
  for (const Continuation& one : found[0]) EXPECT_EQ(one.text.find_first_of("at"), std::string::npos);
}

TEST(ContinueText, OnlyATokenThatIsUsedMustBeKnown) {
  TextGenerator writer = test_generator(TokenizerKind::character);
  writer.model->set_name("my-poet");
  Json json = parse_json(writer.tokenizer->to_json(), "tokenizer");
  json["added_tokens"].push_back(Json{{"id", writer.tokenizer->vocab_size()},
                                      {"content", "<more>"},
                                      {"single_word", false},
                                      {"lstrip", false},
                                      {"rstrip", false},
                                      {"normalized", false},
                                      {"special", true}});
  writer.tokenizer = std::make_unique<text::Tokenizer>(text::Tokenizer::from_json(format_json(json), "test"));
  EXPECT_EQ(continue_text(writer, {"the"}, endless(5), plain())[0][0].tokens.size(), 5u);
  expect_error([&] { continue_text(writer, {"the <more>"}, endless(5), plain()); },
               "the tokenizer knows tokens that the model does not");
  expect_error([&] { score_text(writer, "the <more> cat", plain()); }, "my-poet: token");
}

TEST(StopStrings, WhatMayBegin) {
  const TextGenerator writer = test_generator(TokenizerKind::character);
  const StopStrings stops({"END", "\n\n", "aab"}, *writer.tokenizer);
  EXPECT_EQ(stops.find("the END"), 4u);
  EXPECT_EQ(stops.find("\n\nEND"), 0u);
  EXPECT_EQ(stops.find("EN D"), std::string::npos);
  EXPECT_EQ(stops.begun("the EN"), 2u);
  EXPECT_EQ(stops.begun("the E\n"), 1u);
  EXPECT_EQ(stops.begun("aaa"), 2u);
  EXPECT_EQ(stops.begun("aaab"), 0u);
  EXPECT_EQ(stops.cut("one\ntwo\n\nthree"), "one\ntwo");
}

TEST(Distinct, TheFirstOfTheSameTextStays) {
  std::vector<Continuation> results{{"a", 3}, {"b", 2}, {"a", 1}, {"c", 0}, {"b", -1}};
  keep_distinct(results);
  ASSERT_EQ(results.size(), 3u);
  EXPECT_EQ(results[0].score, 3);
  EXPECT_EQ(results[1].text, "b");
  EXPECT_EQ(results[2].text, "c");
}

}  // namespace
}  // namespace hodhod
