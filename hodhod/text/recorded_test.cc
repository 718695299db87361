// SPDX-License-Identifier: Apache-2.0
// Against what the reference implementations gave.
#include <gtest/gtest.h>

#include <sstream>

#include "hodhod/base/error.h"
#include "hodhod/text/testing/test_data.h"
#include "hodhod/text/testing/unknown_tokens.h"
#include "hodhod/text/tokenizer.h"

namespace hodhod::text {
namespace {

using Ids = std::vector<int32_t>;

void expect_recorded(const Tokenizer& tokenizer, const std::string& path) {
  int lines = 0;
  for (const std::string& line : slurp_lines(path)) {
    const Json json = parse_json(line, path);
    const auto text = json["text"].get<std::string>();
    const auto ids = json["ids"].get<Ids>();
    EXPECT_EQ(tokenizer.encode_ids(text), ids) << text;
    EXPECT_EQ(tokenizer.encode(text, {.add_special_tokens = false}).ids, ids) << text;
    expect_unknown_as_by_offsets(tokenizer, text);
    ++lines;
  }
  EXPECT_GE(lines, 42);
}

TEST(Recorded, Gpt2) {
  const std::string directory = data_path("tokenizers/gpt2");
  SKIP_WITHOUT(directory + "/encoder.json");
  const Tokenizer tokenizer = Tokenizer::load(directory);
  expect_recorded(tokenizer, directory + "/expected.jsonl");
  expect_recorded(Tokenizer::from_json(tokenizer.to_json(), "again"), directory + "/expected.jsonl");
}

TEST(Recorded, Gpt2CasesOfGguf) {
  const std::string cases = data_path("tokenizers/gguf/ggml-vocab-gpt-2.gguf");
  SKIP_WITHOUT(cases + ".inp");
  const Tokenizer tokenizer = Tokenizer::load(data_path("tokenizers/gpt2"));
  const std::string input = slurp(cases + ".inp");
  const std::string separator = "\n__ggml_vocab_test__\n";
  const auto outputs = slurp_lines(cases + ".out");
  size_t at = 0, i = 0;
  for (; i < outputs.size(); ++i) {
    const size_t end = std::min(input.find(separator, at), input.size());
    const std::string text = input.substr(at, end - at);
    std::istringstream stream(outputs[i]);
    Ids ids;
    for (int32_t id; stream >> id;) ids.push_back(id);
    EXPECT_EQ(tokenizer.encode_ids(text), ids) << "case " << i << ": " << text;
    EXPECT_EQ(tokenizer.decode(ids), text);
    at = end + separator.size();
  }
  EXPECT_GE(i, 40u);
}

TEST(Recorded, Bert) {
  const std::string directory = data_path("tokenizers/bert-base-uncased");
  SKIP_WITHOUT(directory + "/vocab.txt");
  const Tokenizer tokenizer = Tokenizer::load(directory);
  expect_recorded(tokenizer, directory + "/expected.jsonl");
  expect_recorded(Tokenizer::from_json(tokenizer.to_json(), "again"), directory + "/expected.jsonl");
}

TEST(Recorded, SubwordNmt) {
  const std::string directory = data_path("tokenizers/subword-nmt/");
  SKIP_WITHOUT(directory + "bpe.ref");
  const Tokenizer tokenizer = Tokenizer::load(directory + "bpe.ref");
  const auto texts = slurp_lines(directory + "corpus.en");
  const auto expected = slurp_lines(directory + "corpus.bpe.ref.en");
  ASSERT_EQ(texts.size(), expected.size());
  for (size_t i = 0; i < texts.size(); ++i) {
    const Encoding encoding = tokenizer.encode(texts[i]);
    std::string line;
    for (size_t t = 0; t < encoding.size(); ++t) {
      line += texts[i].substr(encoding.bytes[t].begin, encoding.bytes[t].size());
      if (t + 1 < encoding.size()) line += encoding.words[t] == encoding.words[t + 1] ? "@@ " : " ";
    }
    ASSERT_EQ(line, expected[i]) << "line " << i;
  }
}

TEST(Recorded, HuggingFaceFile) {
  const std::string path = data_path("tokenizers/hf-bpe-json/tokenizer.json");
  SKIP_WITHOUT(path);
  const Tokenizer tokenizer = Tokenizer::load(path);
  EXPECT_EQ(tokenizer.vocab_size(), 8000);
  EXPECT_EQ(tokenizer.token_to_id("<eos>"), 3);
  EXPECT_TRUE(tokenizer.is_special(3));
  // Its vocabulary lacks some bytes, which vanish as they do in the reference.
  for (const std::string text : {"Once upon a time, there was a little girl.", "a\n\n b  c "}) {
    EXPECT_EQ(tokenizer.decode(tokenizer.encode_ids(text)), " " + text);
  }
  const Tokenizer again = Tokenizer::from_json(tokenizer.to_json(), "again");
  EXPECT_EQ(again.encode_ids("a <bos>text of Ⅷ words"), tokenizer.encode_ids("a <bos>text of Ⅷ words"));
  EXPECT_EQ(again.to_json(), tokenizer.to_json());
}

}  // namespace
}  // namespace hodhod::text
