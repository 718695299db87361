// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/normalizers/persian.h"

#include "hodhod/base/utf8.h"
#include "hodhod/text/normalizers/replace.h"
#include "hodhod/text/normalizers/unicode_forms.h"

namespace hodhod::text {
namespace {

constexpr char32_t kArabicZero = 0x660, kPersianZero = 0x6F0;

void replace_digits(std::vector<NormalizerPtr>& parts, char32_t from, char32_t to) {
  for (char32_t digit = 0; digit < 10; ++digit) {
    parts.push_back(make_replace(to_utf8(from + digit), to_utf8(to + digit)));
  }
}

std::vector<NormalizerPtr> digit_rules(PersianDigits digits) {
  std::vector<NormalizerPtr> parts;
  if (digits == PersianDigits::persian) replace_digits(parts, kArabicZero, kPersianZero);
  if (digits == PersianDigits::arabic) replace_digits(parts, kPersianZero, kArabicZero);
  if (digits == PersianDigits::latin) {
    replace_digits(parts, kArabicZero, '0');
    replace_digits(parts, kPersianZero, '0');
  }
  return parts;
}

// The patterns mean the same to Oniguruma and to PCRE2.
std::vector<NormalizerPtr> joiner_rules() {
  std::vector<NormalizerPtr> parts;
  parts.push_back(make_replace_pattern("\u200C{2,}", "\u200C"));
  parts.push_back(make_replace_pattern("(?<![\\p{L}\\p{M}])\u200C", ""));
  parts.push_back(make_replace_pattern("\u200C(?![\\p{L}\\p{M}])", ""));
  parts.push_back(make_replace_pattern(
      "(?<=[\u0621-\u0625\u0627\u0629\u062F-\u0632\u0648\u0671\u0688\u0691\u0698])\u200C", ""));
  return parts;
}

}  // namespace

std::vector<std::pair<std::string, NormalizerPtr>> persian_rules(const PersianOptions& options) {
  std::vector<std::pair<std::string, NormalizerPtr>> rules;
  if (options.compose) rules.emplace_back("compose", make_unicode_normalizer(UnicodeForm::nfc));
  if (options.letters) {
    std::vector<NormalizerPtr> parts;
    parts.push_back(make_replace("\u064A", "\u06CC"));
    parts.push_back(make_replace("\u0649", "\u06CC"));
    parts.push_back(make_replace("\u0643", "\u06A9"));
    rules.emplace_back("letters", make_normalizer_sequence(std::move(parts)));
  }
  if (options.digits != PersianDigits::keep) {
    rules.emplace_back("digits", make_normalizer_sequence(digit_rules(options.digits)));
  }
  if (options.remove_diacritics) {
    rules.emplace_back("diacritics", make_replace_pattern("[\u064B-\u0652\u0670]", ""));
  }
  if (options.remove_tatweel) rules.emplace_back("tatweel", make_replace("\u0640", ""));
  if (options.clean_joiners) rules.emplace_back("joiners", make_normalizer_sequence(joiner_rules()));
  return rules;
}

NormalizerPtr make_persian_normalizer(const PersianOptions& options) {
  std::vector<NormalizerPtr> parts;
  for (auto& [name, rule] : persian_rules(options)) parts.push_back(std::move(rule));
  return make_normalizer_sequence(std::move(parts));
}

std::vector<RuleReport> report_persian(std::string_view text, const PersianOptions& options) {
  std::vector<RuleReport> reports;
  std::string now(text);
  for (const auto& [name, rule] : persian_rules(options)) {
    NormalizedText normalized(now);
    rule->apply(normalized);
    reports.push_back({name, list_changes(normalized)});
    if (normalized.changed()) now = std::string(normalized.view());
  }
  return reports;
}

}  // namespace hodhod::text
