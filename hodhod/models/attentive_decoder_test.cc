// SPDX-License-Identifier: Apache-2.0
// The decoder against its formulas in double precision.
#include "hodhod/models/attentive_decoder.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "hodhod/base/rng.h"
#include "hodhod/nn/initialisers.h"
#include "hodhod/nn/module.h"
#include "hodhod/nn/test_context.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {
namespace {

using Numbers = std::vector<double>;

constexpr int64_t kTwinWidth = 6, kTwinSource = 5, kTwinTarget = 4;

// W x + b, with W [out, in] row-major.
Numbers affine(const Numbers& w, const Numbers& x, const Numbers& b = {}) {
  Numbers y(w.size() / x.size());
  for (size_t o = 0; o < y.size(); ++o) {
    y[o] = b.empty() ? 0 : b[o];
    for (size_t i = 0; i < x.size(); ++i) y[o] += w[o * x.size() + i] * x[i];
  }
  return y;
}

Numbers tanh_of(Numbers x) {
  for (double& value : x) value = std::tanh(value);
  return x;
}

Numbers sum_of(Numbers a, const Numbers& b) {
  for (size_t i = 0; i < a.size(); ++i) a[i] += b[i];
  return a;
}

Numbers side_by_side(const std::vector<Numbers>& parts) {
  Numbers all;
  for (const Numbers& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

double inner(const Numbers& a, const Numbers& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

// One row of the decoder with a layer of Elman's cells, as the header writes it.
struct Twin {
  std::map<std::string, Numbers> w;
  AttentiveDecoderOptions options;
  std::vector<Numbers> source;
  Numbers state, fed = Numbers(kTwinWidth);

  Numbers context(const Numbers& q) const {
    Numbers scores;
    for (const Numbers& h : source) {
      const bool additive = *options.score == AttentionScore::additive;
      const Numbers key = *options.score == AttentionScore::dot ? h : affine(w.at("attention.key.weight"), h);
      scores.push_back(additive ? inner(w.at("attention.energy.weight"),
                                        tanh_of(sum_of(affine(w.at("attention.query.weight"), q), key)))
                                : inner(q, key));
    }
    double total = 0;
    for (double& score : scores) total += score = std::exp(score);
    Numbers read(kTwinWidth);
    for (size_t j = 0; j < source.size(); ++j) {
      for (size_t c = 0; c < read.size(); ++c) read[c] += scores[j] / total * source[j][c];
    }
    return read;
  }

  Numbers step(const Numbers& y) {
    const bool before = options.score && options.place == ContextPlace::before;
    std::vector<Numbers> inputs = {y};
    Numbers c;
    if (before) inputs.push_back(c = context(state));
    if (options.input_feeding) inputs.push_back(fed);
    state = tanh_of(sum_of(affine(w.at("rnn.weight_ih_l0"), side_by_side(inputs), w.at("rnn.bias_ih_l0")),
                           affine(w.at("rnn.weight_hh_l0"), state, w.at("rnn.bias_hh_l0"))));
    if (!options.score) return state;
    if (!before) c = context(state);
    fed = tanh_of(affine(w.at("combine.weight"),
                         before ? side_by_side({c, state, y}) : side_by_side({c, state}),
                         w.at("combine.bias")));
    return fed;
  }
};

Numbers random_numbers(uint64_t seed, int64_t count) {
  Rng rng(seed, 5);
  Numbers values;
  for (int64_t i = 0; i < count; ++i) values.push_back(static_cast<float>(rng.normal()));
  return values;
}

void expect_as_twin(const AttentiveDecoderOptions& options) {
  const NoGrad off;
  AttentiveDecoder decoder(options);
  Twin twin{.w = {}, .options = options, .source = {}, .state = {}};
  for_each_parameter(decoder, [&](const std::string& name, Tensor& parameter) {
    init_normal(parameter, 0, 0.5, stream_of(Rng(11), name));
    twin.w[name] = parameter.values();
  });
  const Numbers states = random_numbers(1, kTwinSource * kTwinWidth), last = random_numbers(2, kTwinWidth),
                inputs = random_numbers(3, kTwinTarget * kTwinWidth);
  for (int64_t j = 0; j < kTwinSource; ++j)
    twin.source.emplace_back(states.begin() + j * kTwinWidth, states.begin() + (j + 1) * kTwinWidth);
  twin.state =
      options.bridge ? tanh_of(affine(twin.w.at("bridge.weight"), last, twin.w.at("bridge.bias"))) : last;
  const auto tensor = [](const Numbers& values, const Shape& shape) {
    return Tensor::from(values, shape).converted(DType::f32);
  };
  AttentiveDecoder::State state = decoder.begin(
      {.states = tensor(states, {1, kTwinSource, kTwinWidth}), .lengths = {}},
      {.output = tensor(last, options.bridge ? Shape{2, 1, kTwinWidth / 2} : Shape{1, 1, kTwinWidth}),
       .cell = {}});
  const Numbers output =
      decoder(tensor(inputs, {1, kTwinTarget, kTwinWidth}), {}, state, plain()).hidden.values();
  for (int64_t t = 0; t < kTwinTarget; ++t) {
    const Numbers expected =
        twin.step({inputs.begin() + t * kTwinWidth, inputs.begin() + (t + 1) * kTwinWidth});
    for (int64_t c = 0; c < kTwinWidth; ++c) {
      EXPECT_NEAR(output[static_cast<size_t>(t * kTwinWidth + c)], expected[static_cast<size_t>(c)], 2e-6)
          << "step " << t << ", channel " << c;
    }
  }
}

TEST(AttentiveDecoder, AgreesWithItsFormulas) {
  AttentiveDecoderOptions options{
      .layers = {.cell = Cell::tanh, .input = kTwinWidth, .hidden = kTwinWidth, .layers = 1}};
  {
    SCOPED_TRACE("one vector");
    expect_as_twin(options);
    options.bridge = false;
    expect_as_twin(options);
    options.bridge = true;
  }
  for (const auto score : {AttentionScore::additive, AttentionScore::dot, AttentionScore::general}) {
    for (const auto place : {ContextPlace::after, ContextPlace::before}) {
      for (const bool feeding : {false, true}) {
        SCOPED_TRACE(std::to_string(static_cast<int>(score)) +
                     std::string(names_of(place)[place == ContextPlace::before]) + (feeding ? " fed" : ""));
        options.score = score;
        options.place = place;
        options.input_feeding = feeding;
        expect_as_twin(options);
      }
    }
  }
}

}  // namespace
}  // namespace hodhod
