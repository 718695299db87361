// SPDX-License-Identifier: Apache-2.0
// Normalising Persian text, by rules that Hugging Face's tokenizers can run too: each is a Replace.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hodhod/text/normalizers/normalizer.h"
#include "hodhod/text/normalizers/text_changes.h"

namespace hodhod::text {

enum class PersianDigits { keep, persian, arabic, latin };

// Every rule has a switch.
struct PersianOptions {
  bool compose = true;  // NFC first, so that a letter and its hamza or madda are one character
  bool letters = true;  // ي and ى become ی, ك becomes ک
  // kPersian: ٠…٩ become ۰…۹ (0…9 stay); kArabic: ۰…۹ become ٠…٩; kLatin: both become 0…9.
  PersianDigits digits = PersianDigits::persian;
  bool remove_diacritics = false;  // fathatan … sukun, superscript alef
  bool remove_tatweel = true;
  // A zero-width non-joiner (U+200C) stays where it separates two letters that would join
  // (می‌خواهم). It is removed where it has no effect: doubled, at the edge of a word, beside
  // something other than a letter, or after a letter that never joins the next.
  bool clean_joiners = true;
};

// The rules that are on, by name, in order of application.
std::vector<std::pair<std::string, NormalizerPtr>> persian_rules(const PersianOptions& options = {});

// All of them as one Sequence.
NormalizerPtr make_persian_normalizer(const PersianOptions& options = {});

// What each rule changes in a text; places refer to the text before that rule.
struct RuleReport {
  std::string rule;
  std::vector<TextChange> changes;
};
std::vector<RuleReport> report_persian(std::string_view text, const PersianOptions& options = {});

}  // namespace hodhod::text
