// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/formats/m2m100.h"

#include <fmt/format.h>

#include <array>
#include <span>
#include <string_view>
#include <utility>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/text/formats/fairseq.h"
#include "hodhod/text/formats/numbered_pieces.h"
#include "hodhod/text/formats/tokenizer_class.h"
#include "hodhod/text/formats/vocabularies.h"

namespace hodhod::text {
namespace {

// In the order of their numbers.
constexpr std::array<std::string_view, 100> kHundred = {
    "af", "am", "ar", "ast", "az", "ba",  "be", "bg", "bn", "br", "bs", "ca", "ceb", "cs", "cy", "da", "de",
    "el", "en", "es", "et",  "fa", "ff",  "fi", "fr", "fy", "ga", "gd", "gl", "gu",  "ha", "he", "hi", "hr",
    "ht", "hu", "hy", "id",  "ig", "ilo", "is", "it", "ja", "jv", "ka", "kk", "km",  "kn", "ko", "lb", "lg",
    "ln", "lo", "lt", "lv",  "mg", "mk",  "ml", "mn", "mr", "ms", "my", "ne", "nl",  "no", "ns", "oc", "or",
    "pa", "pl", "ps", "pt",  "ro", "ru",  "sd", "si", "sk", "sl", "so", "sq", "sr",  "ss", "su", "sv", "sw",
    "ta", "th", "tl", "tn",  "tr", "uk",  "ur", "uz", "vi", "wo", "xh", "yi", "yo",  "zh", "zu"};
constexpr std::array<std::string_view, 8> kNews = {"en", "ha", "is", "ja",
                                                   "cs", "ru", "zh", "de"};  // WMT 2021

constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kRoles = {
    {{"bos_token", "<s>"}, {"pad_token", "<pad>"}, {"eos_token", "</s>"}}};

std::span<const std::string_view> languages_of(const TokenizerConfig& config) {
  const std::string codes = config.text("language_codes", "m2m100");
  if (codes == "wmt21") return kNews;
  check(codes == "m2m100", "{}: language_codes: \"{}\" is unknown; there are m2m100 and wmt21", config.path(),
        codes.substr(0, 40));
  return kHundred;
}

}  // namespace

TokenizerParts m2m100_parts(const std::string& directory, const TokenizerConfig& config) {
  const std::string path = join_path(directory, "vocab.json"),
                    model = join_path(directory, "sentencepiece.bpe.model");
  check(file_exists(path), "{}: there is no vocab.json beside sentencepiece.bpe.model", directory);
  const NumberedTokens vocabulary = read_vocab_json(path);
  std::string bytes = read_file(model);
  TokenizerParts parts = numbered_parts(bytes, model, vocabulary, path, config);
  for (AddedToken& token : parts.added_tokens) token.special = token.in_text = true;  // the unknown one
  for (const auto& [role, usual] : kRoles) {
    const std::string token = config.role(role, usual);
    if (const auto id = id_in(parts, token))
      parts.added_tokens.push_back({.content = token, .id = *id, .normalized = false, .special = true});
  }
  int32_t next = parts.model->vocab_size();
  for (const std::string_view language : languages_of(config)) {
    parts.added_tokens.push_back(
        {.content = fmt::format("__{}__", language), .id = next++, .normalized = false, .special = true});
  }
  put_source_language(parts, config);
  parts.files = {{"vocab.json", read_file(path)}, {"sentencepiece.bpe.model", std::move(bytes)}};
  return parts;
}

}  // namespace hodhod::text
