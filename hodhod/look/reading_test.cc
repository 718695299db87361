// SPDX-License-Identifier: Apache-2.0
#include "hodhod/look/reading.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hodhod/tasks/test_translator.h"
#include "hodhod/text/after/template_processing.h"

namespace hodhod::look {
namespace {

// A page of a translator shows what `translate` reads: within the tokenizer's frame, such as a language, and
// behind a first token that is forced.
TEST(Reading, ATranslatorsTextsStandInTheirFrames) {
  Translator translator = test_translator(TokenizerKind::bpe);
  constexpr int32_t kLanguage = 9, kForced = 11;
  const int64_t end = translator.config().special().eos;
  const auto token = [&](int64_t id) {
    return text::SpecialToken{std::string(translator.tokenizer->id_to_token(static_cast<int32_t>(id))),
                              static_cast<int32_t>(id)};
  };
  const std::string behind = "$A " + token(end).content + " " + token(kLanguage).content;
  translator.tokenizer->set_post_processor(
      text::make_template_processing(behind, behind + " $B", {token(end), token(kLanguage)}));
  translator.decoding.forced_bos = kForced;
  std::string longer = "the cat sat";
  for (int i = 0; i < 40; ++i) longer += " on the mat";
  for (const std::string& text : {std::string("the cat sat"), longer}) {
    const std::vector<int64_t> source = source_tokens(translator, text);
    Translator copy = test_translator(TokenizerKind::bpe);
    copy.tokenizer->set_post_processor(
        text::make_template_processing(behind, behind + " $B", {token(end), token(kLanguage)}));
    Subject subject{.kind = Kind::transformer, .name = "model", .family = "marian"};
    subject.decoding = translator.decoding;
    subject.text = std::move(static_cast<TextModel&>(copy));
    const Reading reading = read_text(subject, {.texts = {text}, .target = "a dog"});
    EXPECT_EQ(reading.sequences[0].ids(), source);
    EXPECT_EQ(source.back(), kLanguage);
    EXPECT_EQ(reading.sequences[0].cut.has_value(), text == longer);
    std::vector<int64_t> target = {translator.decoder_start(), kForced};
    for (const int32_t id : translator.tokenizer->encode_ids("a dog")) target.push_back(id);
    EXPECT_EQ(reading.sequences[1].ids(), target);
  }
}

}  // namespace
}  // namespace hodhod::look
