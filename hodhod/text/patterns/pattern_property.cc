// SPDX-License-Identifier: Apache-2.0
#define PCRE2_CODE_UNIT_WIDTH 8
#include "hodhod/text/patterns/pattern_property.h"

#include <fmt/format.h>
#include <pcre2.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace hodhod::text {
namespace {

using NamedClass = std::pair<std::string_view, std::string_view>;

// PCRE2's own \s includes U+180E, and its \w excludes marks.
constexpr std::string_view kSpaceClass =
    R"(\x{9}-\x{D}\x{20}\x{85}\x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000})";
constexpr std::string_view kWordClass =
    R"(\p{L}\p{M}\p{Nd}\p{Nl}\p{Pc}\x{24B6}-\x{24E9}\x{1F130}-\x{1F149}\x{1F150}-\x{1F169}\x{1F170}-\x{1F189})";

constexpr NamedClass kPosixClasses[] = {
    {"alnum", R"(\p{Alphabetic}\p{Nd})"},
    {"alpha", R"(\p{Alphabetic})"},
    {"ascii", R"(\x{0}-\x{7F})"},
    {"blank", R"(\x{9}\p{Zs})"},
    {"cntrl", R"(\p{Cc})"},
    {"digit", R"(\p{Nd})"},
    {"graph", R"(\p{L}\p{M}\p{N}\p{P}\p{S}\p{Cf}\p{Co})"},
    {"lower", R"(\p{Lowercase})"},
    {"print", R"(\p{L}\p{M}\p{N}\p{P}\p{S}\p{Cf}\p{Co}\p{Zs})"},
    {"punct", R"(\p{P}\p{S})"},
    {"space", kSpaceClass},
    {"upper", R"(\p{Uppercase})"},
    {"word", kWordClass},
    {"xdigit", "0-9A-Fa-f"},
};

// Names that PCRE2 does not know, or knows as something else.
constexpr NamedClass kProperties[] = {
    {"any", R"(\p{Any})"},
    {"assigned", R"(\P{Cn})"},
    {"posixpunct", R"(\p{P}\p{S})"},
    {"punct", R"(\p{P})"},
    {"other", R"(\p{C})"},
    {"control", R"(\p{Cc})"},
    {"format", R"(\p{Cf})"},
    {"unassigned", R"(\p{Cn})"},
    {"privateuse", R"(\p{Co})"},
    {"surrogate", R"(\p{Cs})"},
    {"letter", R"(\p{L})"},
    {"casedletter", R"(\p{L&})"},
    {"lc", R"(\p{L&})"},
    {"lowercaseletter", R"(\p{Ll})"},
    {"modifierletter", R"(\p{Lm})"},
    {"otherletter", R"(\p{Lo})"},
    {"titlecaseletter", R"(\p{Lt})"},
    {"uppercaseletter", R"(\p{Lu})"},
    {"mark", R"(\p{M})"},
    {"combiningmark", R"(\p{M})"},
    {"spacingmark", R"(\p{Mc})"},
    {"enclosingmark", R"(\p{Me})"},
    {"nonspacingmark", R"(\p{Mn})"},
    {"number", R"(\p{N})"},
    {"decimalnumber", R"(\p{Nd})"},
    {"letternumber", R"(\p{Nl})"},
    {"othernumber", R"(\p{No})"},
    {"punctuation", R"(\p{P})"},
    {"connectorpunctuation", R"(\p{Pc})"},
    {"dashpunctuation", R"(\p{Pd})"},
    {"closepunctuation", R"(\p{Pe})"},
    {"finalpunctuation", R"(\p{Pf})"},
    {"initialpunctuation", R"(\p{Pi})"},
    {"otherpunctuation", R"(\p{Po})"},
    {"openpunctuation", R"(\p{Ps})"},
    {"symbol", R"(\p{S})"},
    {"currencysymbol", R"(\p{Sc})"},
    {"modifiersymbol", R"(\p{Sk})"},
    {"mathsymbol", R"(\p{Sm})"},
    {"othersymbol", R"(\p{So})"},
    {"separator", R"(\p{Z})"},
    {"lineseparator", R"(\p{Zl})"},
    {"paragraphseparator", R"(\p{Zp})"},
    {"spaceseparator", R"(\p{Zs})"},
};

constexpr std::string_view kCategories[] = {"c",  "cc", "cf", "cn", "co", "cs", "l",  "ll", "lm", "lo",
                                            "lt", "lu", "m",  "mc", "me", "mn", "n",  "nd", "nl", "no",
                                            "p",  "pc", "pd", "pe", "pf", "pi", "po", "ps", "s",  "sc",
                                            "sk", "sm", "so", "z",  "zl", "zp", "zs"};

template <size_t N>
std::optional<std::string_view> find_class(const NamedClass (&list)[N], std::string_view name) {
  const auto same = [&](const NamedClass& entry) { return entry.first == name; };
  const auto found = std::find_if(std::begin(list), std::end(list), same);
  return found == std::end(list) ? std::nullopt : std::optional(found->second);
}

bool pcre2_knows(const std::string& pattern) {
  int error = 0;
  PCRE2_SIZE offset = 0;
  pcre2_code* code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(), PCRE2_UTF,
                                   &error, &offset, nullptr);
  pcre2_code_free(code);
  return code != nullptr;
}

// Letters and digits alone, in lower case; nothing when there is anything else but blanks, - and _.
std::optional<std::string> plain_name(std::string_view name) {
  std::string plain;
  for (const char c : name) {
    if (c == ' ' || c == '-' || c == '_') continue;
    const bool upper = c >= 'A' && c <= 'Z';
    if (!upper && !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9')) return std::nullopt;
    plain += static_cast<char>(upper ? c - 'A' + 'a' : c);
  }
  return plain;
}

}  // namespace

std::string_view class_of_escape(char letter) {
  switch (letter) {
    case 'w':
      return kWordClass;
    case 's':
      return kSpaceClass;
    case 'h':
      return "0-9A-Fa-f";
    default:
      return R"(\p{Nd})";
  }
}

std::string word_outside_class() { return std::string(kWordClass) + R"(\x{B2}\x{B3}\x{B9}\x{BC}-\x{BE})"; }

std::optional<std::string_view> posix_class(std::string_view name) { return find_class(kPosixClasses, name); }

std::optional<std::string> property_class(std::string_view name) {
  const std::optional<std::string> plain = plain_name(name);
  if (!plain || plain->empty()) return std::nullopt;
  if (const auto known = find_class(kProperties, *plain)) return std::string(*known);
  if (const auto known = find_class(kPosixClasses, *plain)) return std::string(*known);
  if (std::find(std::begin(kCategories), std::end(kCategories), *plain) != std::end(kCategories)) {
    std::string category = *plain;
    category[0] = static_cast<char>(category[0] - 'a' + 'A');
    return fmt::format("\\p{{{}}}", category);
  }
  // PCRE2's \p{Arabic} means script extensions, \p{sc:Arabic} the script.
  if (std::string script = fmt::format("\\p{{sc:{}}}", *plain); pcre2_knows(script)) return script;
  // PCRE2's own sets, and bidirectional classes, are not binary properties.
  const bool own = plain->starts_with("bidi") || plain->starts_with('x');
  if (own && *plain != "bidicontrol" && *plain != "xids" && *plain != "xidc" && *plain != "xidstart" &&
      *plain != "xidcontinue") {
    return std::nullopt;
  }
  if (std::string property = fmt::format("\\p{{{}}}", *plain); pcre2_knows(property)) return property;
  return std::nullopt;
}

}  // namespace hodhod::text
