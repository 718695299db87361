// SPDX-License-Identifier: Apache-2.0
#include "hodhod/data/header.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

namespace hodhod {
namespace {

constexpr size_t kLongestName = 40;

constexpr auto kTextNames = std::to_array<std::string_view>(
    {"text",     "sentence", "review", "comment",  "content", "tweet",       "message", "utterance",
     "document", "question", "query",  "headline", "sms",     "description", "phrase",  "excerpt",
     "passage",  "body",     "title",  "abstract", "article", "متن",         "جمله",    "نظر"});
constexpr auto kLabelNames = std::to_array<std::string_view>(
    {"label", "labels", "class", "category", "target", "sentiment", "emotion", "rating", "score", "stars",
     "intent", "topic", "polarity", "gold", "similarity", "برچسب", "دسته"});
constexpr auto kWordNames =
    std::to_array<std::string_view>({"word", "words", "token", "tokens", "form", "کلمه"});
constexpr auto kTagNames = std::to_array<std::string_view>(
    {"tag", "tags", "pos", "upos", "xpos", "ner", "label", "labels", "chunk", "برچسب"});
constexpr auto kOtherNames =
    std::to_array<std::string_view>({"id", "idx", "index", "guid", "split", "date", "sentence1", "sentence2",
                                     "text1", "text2", "premise", "hypothesis", "question1", "question2"});

std::span<const std::string_view> names_for(ColumnUse use) {
  switch (use) {
    case ColumnUse::text:
      return kTextNames;
    case ColumnUse::label:
      return kLabelNames;
  }
  return {};
}

std::string in_lower_case(std::string_view name) {
  std::string lower(name);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return lower;
}

// "clean_text" and "Clean Text" have the parts "clean" and "text", and are one themselves. "clean text" has
// no parts: it may be a text.
std::vector<std::string> parts_of(std::string_view name) {
  const std::string whole = in_lower_case(name);
  const bool is_title = !name.empty() && name[0] >= 'A' && name[0] <= 'Z';
  std::vector<std::string> parts = {whole, ""};
  for (const char c : whole) {
    if (c == '_' || c == '-' || c == '.' || (c == ' ' && is_title)) {
      parts.emplace_back();
    } else {
      parts.back().push_back(c);
    }
  }
  return parts;
}

bool is_among(std::span<const std::string_view> names, const std::string& name) {
  const auto parts = parts_of(name);
  return std::any_of(parts.begin(), parts.end(), [&](const std::string& part) {
    return std::find(names.begin(), names.end(), part) != names.end();
  });
}

bool is_usual(const std::string& name) {
  return is_among(kTextNames, name) || is_among(kLabelNames, name) || is_among(kOtherNames, name);
}

bool may_be_name(std::string_view field) {
  if (field.empty() || field.size() > kLongestName) return false;
  const auto first = static_cast<unsigned char>(field[0]);
  const bool begins =
      first >= 0x80 || first == '_' || (first >= 'A' && first <= 'Z') || (first >= 'a' && first <= 'z');
  return begins && std::count(field.begin(), field.end(), ' ') <= 1;
}

}  // namespace

bool reads_like_names(std::span<const std::string> fields) {
  const bool has_index = fields.size() > 1 && fields[0].empty();
  const auto names = fields.subspan(has_index ? 1 : 0);
  const std::set<std::string> different(names.begin(), names.end());
  const auto usual = static_cast<size_t>(std::count_if(names.begin(), names.end(), is_usual));
  return different.size() == names.size() && std::all_of(names.begin(), names.end(), may_be_name) &&
         usual >= std::min<size_t>(2, names.size()) && usual > 0;
}

bool read_like_tagged_names(std::span<const std::string> fields) {
  return fields.size() >= 2 && std::all_of(fields.begin(), fields.end(), may_be_name) &&
         is_among(kWordNames, fields.front()) && is_among(kTagNames, fields.back());
}

std::optional<size_t> usual_column(std::span<const std::string> names, ColumnUse use) {
  const auto wanted = names_for(use);
  const auto is = [&](const std::string& name) {
    return std::find(wanted.begin(), wanted.end(), in_lower_case(name)) != wanted.end();
  };
  auto found = std::find_if(names.begin(), names.end(), is);
  if (found == names.end()) {
    found = std::find_if(names.begin(), names.end(),
                         [&](const std::string& name) { return is_among(wanted, name); });
  }
  if (found == names.end()) return std::nullopt;
  return static_cast<size_t>(found - names.begin());
}

std::optional<std::pair<size_t, size_t>> usual_pair(std::span<const std::string> names) {
  constexpr auto kPairs =
      std::to_array<std::pair<std::string_view, std::string_view>>({{"premise", "hypothesis"},
                                                                    {"sentence1", "sentence2"},
                                                                    {"text1", "text2"},
                                                                    {"question1", "question2"}});
  const auto index = [&](std::string_view wanted) {
    return static_cast<size_t>(
        std::find_if(names.begin(), names.end(),
                     [&](const std::string& name) { return in_lower_case(name) == wanted; }) -
        names.begin());
  };
  std::optional<std::pair<size_t, size_t>> found;
  for (const auto& [first, second] : kPairs) {
    const std::pair<size_t, size_t> at = {index(first), index(second)};
    if (at.first == names.size() || at.second == names.size()) continue;
    if (found) return std::nullopt;
    found = at;
  }
  return found;
}

}  // namespace hodhod
