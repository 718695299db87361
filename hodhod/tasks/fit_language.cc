// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/fit_language.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "hodhod/base/file.h"
#include "hodhod/data/lines.h"
#include "hodhod/models/finite.h"
#include "hodhod/models/ngram_config.h"
#include "hodhod/models/registry.h"
#include "hodhod/train/language_fitters.h"

namespace hodhod {
namespace {

TokenStreamOptions stream_options(const TextGenerator& generator) {
  return {.lines = generator.config().reads_lines(), .symbols = symbols_of(*generator.tokenizer)};
}

}  // namespace

std::vector<std::string> symbols_of(const text::Tokenizer& tokenizer) {
  std::vector<std::string> symbols = {"<s>", "</s>", "<unk>"};
  for (const char* role : {"bos_token", "eos_token", "unk_token"}) {
    const auto id = tokenizer.role(role);
    if (!id) continue;
    std::string token(tokenizer.id_to_token(*id));
    if (std::find(symbols.begin(), symbols.end(), token) == symbols.end())
      symbols.push_back(std::move(token));
  }
  return symbols;
}

std::optional<std::string> without_symbols(const TextGenerator& generator, std::string_view text) {
  const auto* const counted = dynamic_cast<const NgramModelConfig*>(&generator.config());
  if (counted == nullptr || !counted->body.skip_symbols) return std::nullopt;
  std::string kept(text);
  for (const std::string& symbol : symbols_of(*generator.tokenizer)) {
    std::string without;
    size_t begin = 0;
    for (size_t at; (at = find_symbol(kept, symbol, begin)) != std::string::npos; begin = at + symbol.size())
      without.append(kept, begin, at - begin);
    without.append(kept, begin);
    kept = std::move(without);
  }
  return kept;
}

OpenText text_of_files(std::vector<std::string> paths) {
  return [paths = std::move(paths)] { return lines_of(paths); };
}

OpenText text_in_memory(const std::string& text) {
  return [&text] {
    return [&text, at = size_t{0}](std::string& line) mutable {
      if (at >= text.size()) return false;
      const size_t end = std::min(text.find('\n', at), text.size());
      line.assign(text, at, end - at);
      at = end + 1;
      return true;
    };
  };
}

HeldOutText hold_out_end(OpenText text, double share) {
  HeldOutText held;
  uint64_t size = 0;
  std::string line;
  for (const auto next = text(); next(line);) size += line.size() + 1;
  const uint64_t cut = size - static_cast<uint64_t>(static_cast<double>(size) * share);
  uint64_t at = 0, train_lines = 0;
  for (const auto next = text(); next(line); at += line.size() + 1) {
    if (at < cut) {
      ++train_lines;
    } else {
      held.dev.append(line).push_back('\n');
    }
  }
  held.train = [text = std::move(text), train_lines] {
    return [next = text(), left = train_lines](std::string& one) mutable {
      return left > 0 && (--left, next(one));
    };
  };
  return held;
}

bool is_fitted(const ModelConfig& config) { return config.fitted_by() == FittedBy::fitting; }

void check_log_probability(const Model& model, double value) {
  if (value < 0 && std::isinf(value) && is_fitted(model.config())) return;
  const auto as_float = static_cast<float>(value);
  check_finite(model, std::span(&as_float, 1), "log-probabilities");
}

LanguageFit::LanguageFit(TextGenerator& generator, OpenText train, const std::string& dev,
                         LanguageFitOptions options)
    : generator_(generator),
      options_(std::move(options)),
      stream_(std::move(train), *generator.tokenizer, stream_options(generator)),
      dev_(validation_part(dev, options_.validation_tokens)) {
  fitting_ = make_language_fitting(*generator.model, stream_,
                                   {.directory = options_.directory,
                                    .memory = options_.memory,
                                    .unknown = generator.tokenizer->role("unk_token").value_or(-1),
                                    .dev = [this] { return dev_tokens(); },
                                    .note = options_.note});
}

LanguageFit::~LanguageFit() = default;

TokenBlock LanguageFit::dev_tokens() const {
  const std::string text = without_symbols(generator_, dev_).value_or(dev_);
  TokenStream stream(text_in_memory(text), *generator_.tokenizer,
                     {.lines = generator_.config().reads_lines(), .block = text.size() + 1});
  TokenBlock block;
  if (!dev_.empty()) stream.next(block);
  return block;
}

FittedTask LanguageFit::task() {
  return {.fitting = *fitting_,
          .validate =
              [this] {
                if (!validates()) return Scores();
                Context context;
                return language_scores(score_text(generator_, dev_, context));
              },
          .save = [this](const std::string& directory) { save_generator(generator_, directory); },
          .clean_up = [this] { remove_tree(options_.directory); }};
}

}  // namespace hodhod
