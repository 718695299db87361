// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/generate.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "hodhod/base/error.h"
#include "hodhod/base/json.h"
#include "hodhod/data/token_cache.h"
#include "hodhod/decode/generation_config.h"
#include "hodhod/decode/generator.h"
#include "hodhod/models/directory.h"
#include "hodhod/models/transformer_lm.h"
#include "hodhod/nn/module.h"
#include "hodhod/ops/linear_cross_entropy.h"
#include "hodhod/tensor/tape.h"

namespace hodhod {
namespace {

// Tokens that a validation takes at least, and how many times those of the whole run at most.
constexpr int64_t kLeastValidation = 4096, kValidationToTraining = 8;

// Input and label ids of windows of one length: label t is the token after input t.
std::pair<Tensor, Tensor> window_batch(const std::vector<int64_t>& tokens,
                                       const std::vector<Window>& windows) {
  const auto rows = static_cast<int64_t>(windows.size());
  int64_t longest = 0;
  for (const Window& window : windows) longest = std::max(longest, window.length);
  const Tensor input = Tensor::zeros({rows, longest}, DType::i64);
  const Tensor labels = Tensor::full({rows, longest}, kIgnoreIndex, DType::i64);
  for (int64_t r = 0; r < rows; ++r) {
    const Window& window = windows[static_cast<size_t>(r)];
    const int64_t* from = tokens.data() + window.begin;
    std::copy(from, from + window.length, input.data<int64_t>() + r * longest);
    std::copy(from + 1, from + 1 + window.length, labels.data<int64_t>() + r * longest);
  }
  return {input, labels};
}

std::vector<int64_t> ids_of(const text::Tokenizer& tokenizer, std::string_view text) {
  const auto ids = tokenizer.encode_ids(text);
  return {ids.begin(), ids.end()};
}

// The beginning of the validation text that is scored.
std::string_view validation_part(std::string_view text, const LanguageTraining& options) {
  int64_t most = options.validation_tokens;
  if (options.planned_tokens > 0)
    most = std::min(most, std::max(kLeastValidation, options.planned_tokens * kValidationToTraining));
  // Pieces are seldom shorter than a byte, so this many bytes are enough.
  return text.substr(0, static_cast<size_t>(most * 8));
}

// The part of a text that ends with a whole character: the rest may still grow.
std::string_view whole_characters(std::string_view text) {
  constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
  while (text.ends_with(kReplacement)) text.remove_suffix(kReplacement.size());
  return text;
}

}  // namespace

Writer Writer::load(const std::string& directory) {
  Writer writer;
  writer.model = load_transformer(directory).model;
  check(writer.model->config().shape == TransformerShape::decoder,
        "{}: this model does not write text: it is an {}; give one trained with `hodhod train generate`",
        directory, names_of(TransformerShape{})[static_cast<size_t>(writer.model->config().shape)]);
  writer.tokenizer = std::make_unique<text::Tokenizer>(text::Tokenizer::load(directory));
  check(writer.tokenizer->vocab_size() <= writer.model->config().vocabulary,
        "{}: the tokenizer has {} tokens and the model {}; they do not belong together", directory,
        writer.tokenizer->vocab_size(), writer.model->config().vocabulary);
  return writer;
}

std::vector<std::vector<std::string>> generate_text(const Writer& writer,
                                                    const std::vector<std::string>& prompts,
                                                    DecodeOptions options,
                                                    const std::function<void(std::string_view)>& on_text) {
  const TransformerConfig& config = writer.model->config();
  if (options.eos.empty() && config.eos >= 0) options.eos = {config.eos};
  options.slide_window = options.num_beams == 1;
  std::vector<Prompt> rows;
  std::vector<std::vector<int32_t>> starts;
  for (const std::string& prompt : prompts) {
    auto ids = ids_of(*writer.tokenizer, prompt);
    if (ids.empty()) ids.push_back(config.bos >= 0 ? config.bos : std::max<int64_t>(config.eos, 0));
    starts.emplace_back(ids.begin(), ids.end());
    rows.push_back({{}, std::move(ids)});
  }
  // A piece's text depends on what stands before it: decode the whole, and cut the prompt's part off.
  const auto text_after = [&](size_t row, const std::vector<int32_t>& ids) {
    std::vector<int32_t> all = starts[row];
    all.insert(all.end(), ids.begin(), ids.end());
    const std::string before = writer.tokenizer->decode(starts[row]);
    std::string whole = writer.tokenizer->decode(all);
    return whole.starts_with(before) ? whole.substr(before.size()) : whole;
  };
  std::vector<int32_t> growing;
  size_t shown = 0;
  TokenCallback on_token;
  if (on_text) {
    on_token = [&](int64_t row, int64_t token) {
      if (row != 0 || options.ends(token)) return true;
      growing.push_back(static_cast<int32_t>(token));
      const std::string text = text_after(0, growing);
      const std::string_view whole = whole_characters(text);
      if (whole.size() > shown) {
        on_text(whole.substr(shown));
        shown = whole.size();
      }
      return true;
    };
  }
  const TransformerLM lm(*writer.model);
  const auto found = generate(lm, rows, options, on_token);
  std::vector<std::vector<std::string>> texts(prompts.size());
  for (size_t i = 0; i < found.size(); ++i) {
    for (const Hypothesis& hypothesis : found[i]) {
      std::vector<int32_t> ids;
      for (int64_t token : hypothesis.tokens) {
        if (!options.ends(token)) ids.push_back(static_cast<int32_t>(token));
      }
      texts[i].push_back(text_after(i, ids));
    }
  }
  return texts;
}

metrics::LanguageScore score_text(const Writer& writer, std::string_view text, int64_t batch) {
  NoGrad off;
  const auto tokens = ids_of(*writer.tokenizer, text);
  metrics::LanguageScore score;
  score.bytes = static_cast<int64_t>(text.size());
  score.characters = static_cast<int64_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
  if (tokens.size() < 2) return score;
  WindowSampler sampler(static_cast<int64_t>(tokens.size()),
                        {.length = writer.model->config().max_length, .batch = batch, .random = false});
  for (auto windows = sampler.next(); !windows.empty(); windows = sampler.next()) {
    const auto [input, labels] = window_batch(tokens, windows);
    Context context;
    const Tensor hidden = writer.model->decode({.ids = input}, nullptr, context);
    const Tensor losses =
        linear_cross_entropy(hidden, writer.model->output_weight(), writer.model->output_bias(), labels,
                             {.reduction = Reduction::kNone});
    for (double loss : losses.values()) score.negative_log_likelihood += loss;
    for (const Window& window : windows) score.tokens += window.length;
  }
  return score;
}

LanguageTrainee::LanguageTrainee(Writer& writer, std::string_view train, std::string_view dev,
                                 const LanguageTraining& options, uint64_t seed)
    : writer_(writer), options_(options), dev_(validation_part(dev, options)) {
  validates_ = ids_of(*writer.tokenizer, dev_).size() >= 2;
  TokenKey key(*writer.tokenizer);
  key.add(train);
  train_ = std::move(cached_tokens(options.token_cache, key.value(), [&] {
                       return TokenSequences{ids_of(*writer.tokenizer, train)};
                     }).at(0));
  set_requires_grad(*writer_.model);
  check(options.length >= 1 && options.length <= writer.model->config().max_length,
        "training: windows of {} tokens for a model that takes {}; lower length", options.length,
        writer.model->config().max_length);
  check(static_cast<int64_t>(train_.size()) > options.length,
        "training: the text has {} tokens, and a window takes {}; give more text or lower length",
        train_.size(), options.length);
  sampler_ = std::make_unique<WindowSampler>(
      static_cast<int64_t>(train_.size()),
      WindowOptions{
          .length = options.length, .batch = options.batch, .random = options.random_windows, .seed = seed});
}

NamedParameters LanguageTrainee::parameters() { return parameters_of(*writer_.model); }

void LanguageTrainee::next_batch() {
  auto windows = sampler_->next();
  if (windows.empty()) {
    sampler_->seek(0);
    windows = sampler_->next();
  }
  std::tie(input_, labels_) = window_batch(train_, windows);
}

LossSum LanguageTrainee::loss(Context& context) {
  const Transformer& model = *writer_.model;
  const Tensor hidden = model.decode({.ids = input_}, nullptr, context);
  return {linear_cross_entropy(hidden, model.output_weight(), model.output_bias(), labels_,
                               {.reduction = Reduction::kSum}),
          static_cast<double>(labels_.numel())};
}

Scores LanguageTrainee::validate() {
  if (!validates_) return {};
  const auto score = score_text(writer_, dev_, std::max<int64_t>(1, options_.batch));
  return {.values = {{"loss", score.loss()},
                     {"perplexity", score.perplexity()},
                     {"bits_per_character", score.bits_per_character()}},
          .items = static_cast<double>(score.tokens)};
}

void LanguageTrainee::save(const std::string& directory) {
  save_transformer(*writer_.model, directory, Json::object());
  write_generation_config(directory, {.do_sample = true, .temperature = 0.8}, writer_.model->config());
  writer_.tokenizer->save(directory);
}

}  // namespace hodhod
