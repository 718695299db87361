// SPDX-License-Identifier: Apache-2.0
// A recurrent network unrolled over a sentence: what it takes, how its state changes, and what it expects
// next.
// شبکهٔ بازگشتی، گام‌به‌گام روی یک جمله: ورودی، حالت و حدس
// بعدی.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "hodhod/hodhod.h"
#include "hodhod/ops/shape.h"
#include "hodhod/ops/softmax.h"
#include "hodhod/tensor/tape.h"

using namespace hodhod;
const std::string kText = "examples/data/en-fa/train.fa";

std::vector<int64_t> tokens_of(const TextGenerator& model, const std::string& text) {
  const auto ids = model.tokenizer->encode_ids(text);
  return {ids.begin(), ids.end()};
}

// The traced pass over some tokens, and the probabilities of the token after each, [T, V].
std::vector<double> read(const TextGenerator& model, const std::vector<int64_t>& tokens, Trace& trace) {
  const NoGrad off;
  Context context{.trace = &trace};
  const SequenceBatch batch{.target = TokenBatch::of(std::vector<std::vector<int64_t>>{tokens}, 0)};
  return softmax(model.model->language_model()->logits(batch, context)).values();
}

std::vector<float> states_of(const Trace& trace) {
  return trace.at("decoder.layer.0.forward.states").tensor.values<float>();
}

double cosine(const float* a, const float* b, size_t count) {
  const double ab = std::inner_product(a, a + count, b, 0.0), aa = std::inner_product(a, a + count, a, 0.0),
               bb = std::inner_product(b, b + count, b, 0.0);
  return ab / std::sqrt(aa * bb);
}

// Whether steps, one after another, give the bits of the pass over all.
bool same_step_by_step(const TextGenerator& model, const std::vector<int64_t>& tokens) {
  Context context;
  const LanguageModel& role = *model.model->language_model();
  const NoGrad off;
  const Tensor whole =
      role.logits({.target = TokenBatch::of(std::vector<std::vector<int64_t>>{tokens}, 0)}, context);
  const std::vector<Prompt> prompts = {{.target = {tokens[0]}}};
  const auto state = role.start(prompts, context);
  bool same = true;
  for (int64_t t = 0; t < std::ssize(tokens); ++t) {
    const Tensor step = role.step(*state, std::vector<int64_t>{tokens[static_cast<size_t>(t)]}, context);
    same = same && step.values<float>() == select(whole, 1, t).values<float>();
  }
  return same;
}

int main() {
  const TemporaryDirectory directory;
  TaskTokenizerOptions letters{.kind = TokenizerKind::character};
  auto model =
      TextGenerator::make("gru-tiny", lines_of(kText), {.model = {"dropout=0"}, .tokenizer = letters});
  fit(model, kText, {.steps = 150, .rate = 5e-3}, directory.path());
  const std::vector<int64_t> tokens = tokens_of(model, "این کتاب را می‌خواند");
  Trace trace, other;
  const std::vector<double> next = read(model, tokens, trace);
  const std::vector<float> states = states_of(trace);
  const auto width = static_cast<size_t>(model.config().width()),
             vocabulary = static_cast<size_t>(model.config().vocabulary());
  fmt::print("input  norm of h  cosine to h before  p(next)  the likeliest next\n");
  for (size_t t = 0; t + 1 < tokens.size(); ++t) {
    const float* h = states.data() + t * width;
    const double norm = std::sqrt(std::inner_product(h, h + width, h, 0.0));
    std::vector<size_t> order(vocabulary);
    std::iota(order.begin(), order.end(), size_t{0});
    const double* p = next.data() + t * vocabulary;
    std::partial_sort(order.begin(), order.begin() + 3, order.end(),
                      [&](size_t a, size_t b) { return p[a] > p[b]; });
    const auto name = [&](size_t id) { return model.tokenizer->readable_token(static_cast<int32_t>(id)); };
    fmt::print("  {}   {:>10.3f} {:>18.3f} {:>9.3f}  {} {} {}\n", name(static_cast<size_t>(tokens[t])), norm,
               t == 0 ? 0 : cosine(h, h - width, width), p[tokens[t + 1]], name(order[0]), name(order[1]),
               name(order[2]));
  }
  std::vector<int64_t> behind = tokens_of(model, "معلم در مدرسه ");
  const size_t offset = behind.size() * width;
  behind.insert(behind.end(), tokens.begin(), tokens.end());
  read(model, behind, other);
  const std::vector<float> later = states_of(other);
  const bool remembers =
      !std::equal(states.begin(), states.end(), later.begin() + static_cast<int64_t>(offset));
  const bool same = same_step_by_step(model, tokens);
  fmt::print("step by step {} the bits of the pass at once; behind another sentence, the states are {}\n",
             same ? "gives" : "DOES NOT GIVE", remembers ? "others: it remembers" : "THE SAME");
  return same && remembers ? 0 : 1;
}
