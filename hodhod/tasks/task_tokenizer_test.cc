// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/task_tokenizer.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace hodhod {
namespace {

// Lines, letters of scripts never seen, signs: a language model reads and writes them all.
TEST(TaskTokenizer, NoTextIsLost) {
  const std::vector<std::string> lines = {"the cat sat on the mat", "می‌خواهم یاد بگیرم",
                                          "a dog ran"};
  for (TokenizerKind kind : {TokenizerKind::bpe, TokenizerKind::unigram}) {
    size_t line = 0;
    const text::Tokenizer tokenizer =
        train_task_tokenizer({.kind = kind, .vocabulary = 320}, [&](std::string& next) {
          if (line == 60) return false;
          next = lines[line++ % lines.size()];
          return true;
        });
    for (const std::string text : {"a cat\nthe dog\n\nsat", "می‌خواهم\nیاد", "Ωδή ☃ 7\t%"}) {
      EXPECT_EQ(tokenizer.decode(tokenizer.encode_ids(text)), text);
    }
  }
}

}  // namespace
}  // namespace hodhod
