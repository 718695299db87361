// SPDX-License-Identifier: Apache-2.0
#include "hodhod/nn/word_characters.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "hodhod/base/threads.h"
#include "hodhod/nn/initialisers.h"
#include "hodhod/nn/module.h"
#include "hodhod/nn/test_context.h"
#include "hodhod/tensor/gradcheck.h"

namespace hodhod {
namespace {

WordCharacters small_characters(Cell cell, DType dtype = DType::f32) {
  WordCharacters characters(cell, 9, 5, 7, dtype);
  init_normal(characters.embedding.weight, 0, 1, Rng(2));
  characters.rnn.initialise(Rng(3));
  return characters;
}

// Three words of 4, 1 and 3 letters, padded to 6.
const std::vector<std::vector<int64_t>> kSpelled = {{1, 4, 2, 8}, {5}, {0, 3, 3}};
Tensor padded_letters(int64_t width, int64_t padding) {
  Tensor ids = Tensor::full({3, width}, static_cast<double>(padding), DType::i64);
  for (size_t w = 0; w < 3; ++w)
    std::copy(kSpelled[w].begin(), kSpelled[w].end(), ids.data<int64_t>() + static_cast<int64_t>(w) * width);
  return ids;
}
const HostArray kSpelledLengths(Tensor::from<int64_t>({4, 1, 3}, {3}));

// A word's vector by a layer of one direction that reads it as it is written, and one that reads it turned
// round.
std::vector<double> by_two_readers(const WordCharacters& characters, std::vector<int64_t> word) {
  std::vector<double> vector;
  for (size_t direction = 0; direction < 2; ++direction) {
    RecurrentOptions options = characters.rnn.options;
    options.bidirectional = false;
    Recurrent reader(options);
    reader.directions = {characters.rnn.directions[direction]};
    const Tensor ids = Tensor::from(word, {1, std::ssize(word)});
    const std::vector<double> last = reader(characters.embedding(ids, {}), plain()).last.output.values();
    vector.insert(vector.end(), last.begin(), last.end());
    std::reverse(word.begin(), word.end());
  }
  return vector;
}

TEST(WordCharacters, AreTheLastStatesOfBothDirections) {
  for (const Cell cell : {Cell::tanh, Cell::lstm, Cell::gru}) {
    const WordCharacters characters = small_characters(cell);
    const std::vector<double> found = characters(padded_letters(6, 0), kSpelledLengths, plain()).values();
    for (size_t w = 0; w < 3; ++w) {
      const std::vector<double> expected = by_two_readers(characters, kSpelled[w]);
      ASSERT_EQ(expected.size(), 14U);
      for (size_t c = 0; c < 14; ++c) EXPECT_NEAR(found[w * 14 + c], expected[c], 1e-6) << "word " << w;
    }
  }
}

TEST(WordCharacters, NeitherPaddingNorNeighboursNorThreadsChangeABit) {
  const int before = thread_count();
  const WordCharacters characters = small_characters(Cell::lstm);
  const std::vector<float> all = characters(padded_letters(4, 0), kSpelledLengths, plain()).values<float>();
  for (const int threads : {1, 3}) {
    set_thread_count(threads);
    EXPECT_EQ(characters(padded_letters(9, 7), kSpelledLengths, plain()).values<float>(), all);
    for (size_t w = 0; w < 3; ++w) {
      const Tensor alone = Tensor::from(kSpelled[w], {1, std::ssize(kSpelled[w])});
      const auto from = all.begin() + static_cast<int64_t>(w) * 14;
      EXPECT_EQ(characters(alone, {}, plain()).values<float>(), std::vector<float>(from, from + 14));
    }
  }
  set_thread_count(before);
}

TEST(WordCharacters, GradientIsTheDerivative) {
  WordCharacters characters = small_characters(Cell::lstm, DType::f64);
  std::vector<Tensor> inputs;
  for (const auto& [name, parameter] : parameters_of(characters)) inputs.push_back(parameter);
  const GradcheckResult result = gradcheck(
      [&](std::span<const Tensor> in) {
        WordCharacters copy = characters;
        size_t next = 0;
        for_each_parameter(copy, [&](const std::string&, Tensor& parameter) { parameter = in[next++]; });
        return copy(padded_letters(6, 0), kSpelledLengths, plain());
      },
      inputs);
  EXPECT_TRUE(result) << result.message;
}

}  // namespace
}  // namespace hodhod
