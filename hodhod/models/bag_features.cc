// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/bag_features.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <unordered_set>
#include <utility>

#include "hodhod/base/error.h"
#include "hodhod/base/format.h"
#include "hodhod/io/fasttext_bin.h"
#include "hodhod/io/fasttext_hash.h"
#include "hodhod/models/feature_counter.h"

namespace hodhod {
namespace {

constexpr char kCharacters = '\t';  // before the spelling of a character n-gram; no word has it

std::string joined(WordSpan words) {
  std::string text(words[0]);
  for (const std::string_view word : words.subspan(1)) text.append(1, ' ').append(word);
  return text;
}

// "NAME:NUMBER" as a name and a number; other words count once.
std::pair<std::string_view, double> valued_word(std::string_view word) {
  const size_t colon = word.rfind(':');
  const auto value = colon == std::string_view::npos ? std::nullopt : parse_number(word.substr(colon + 1));
  return value && std::isfinite(*value) ? std::pair{word.substr(0, colon), *value} : std::pair{word, 1.0};
}

// Calls known(spelling, count) for each feature that has a row of its own if it is known, and hashed(hash,
// spell) for each in the buckets, which spell() spells. In an order of no meaning.
template <class Known, class Hashed>
class FeatureWalk {
 public:
  FeatureWalk(const BagFeatureOptions& options, const Known& known, const Hashed& hashed)
      : options_(options), known_(known), hashed_(hashed) {}

  void operator()(WordSpan words) {
    std::vector<std::string_view> all(words.begin(), words.end());
    if (options_.line_end) all.push_back(kFastTextLineEnd);
    if (options_.word_ngrams > 0) single_words(all);
    if (options_.word_ngrams > 1) word_ngrams(all);
    if (options_.max_char_ngram == 0) return;
    for (const std::string_view word : words) characters(word);
  }

 private:
  void single_words(WordSpan words) {
    for (const std::string_view& word : words) {
      if (options_.valued) {
        const auto [name, value] = valued_word(word);
        known_(name, value);
      } else if (options_.hashing != Hashing::all) {
        known_(word, 1.0);
      } else {
        for_each_hash({&word, 1});
      }
    }
  }

  // The hash of one word is taken as fastText takes the first of an n-gram's.
  void for_each_hash(WordSpan one) {
    hashed_(static_cast<uint64_t>(int64_t{static_cast<int32_t>(fasttext_hash(one[0]))}),
            [&] { return joined(one); });
  }

  void word_ngrams(WordSpan words) {
    const auto most = static_cast<size_t>(options_.word_ngrams);
    if (options_.has_buckets()) {
      std::vector<uint32_t> hashes;
      for (const std::string_view word : words) hashes.push_back(fasttext_hash(word));
      for_each_word_ngram(hashes, options_.word_ngrams, [&](size_t first, size_t count, uint64_t hash) {
        hashed_(hash, [&] { return joined(words.subspan(first, count)); });
      });
      return;
    }
    for (size_t first = 0; first < words.size(); ++first) {
      spelling_ = words[first];
      for (size_t i = first + 1; i < words.size() && i < first + most; ++i) {
        spelling_.append(1, ' ').append(words[i]);
        known_(std::string_view(spelling_), 1.0);
      }
    }
  }

  void characters(std::string_view word) {
    framed_.assign(1, '<').append(word).append(1, '>');
    const int64_t least = std::max<int64_t>(1, options_.min_char_ngram);
    for_each_subword(framed_, least, options_.max_char_ngram, [&](std::string_view ngram) {
      if (options_.has_buckets()) {
        hashed_(uint64_t{fasttext_hash(ngram)}, [&] { return kCharacters + std::string(ngram); });
      } else {
        spelling_.assign(1, kCharacters).append(ngram);
        known_(std::string_view(spelling_), 1.0);
      }
    });
  }

  const BagFeatureOptions& options_;
  const Known& known_;
  const Hashed& hashed_;
  std::string spelling_, framed_;
};

// How a feature is shown: character n-grams in brackets.
std::string shown(std::string spelling) {
  if (spelling.empty() || spelling[0] != kCharacters) return spelling;
  spelling[0] = '[';
  return spelling + "]";
}

void append_escaped(std::string& out, std::string_view spelling) {
  for (const char c : spelling) {
    switch (c) {
      case '\t':
        out += "\\t";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\\':
        out += "\\\\";
        break;
      default:
        out += c;
    }
  }
}

std::string unescaped(std::string_view text, const std::string& place) {
  std::string spelling;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      spelling += text[i];
      continue;
    }
    const char next = i + 1 < text.size() ? text[++i] : '\0';
    check(next == 't' || next == 'n' || next == 'r' || next == '\\',
          "{}: a backslash stands before t, n, r or another backslash", place);
    spelling += next == 't' ? '\t' : next == 'n' ? '\n' : next == 'r' ? '\r' : '\\';
  }
  return spelling;
}

int64_t take_count(std::string_view& line, const std::string& place) {
  int64_t count = -1;
  const auto [end, problem] = std::from_chars(line.data(), line.data() + line.size(), count);
  check(problem == std::errc() && end != line.data() + line.size() && *end == '\t' && count >= 0,
        "{}: expected a count and a tab", place);
  line.remove_prefix(static_cast<size_t>(end - line.data()) + 1);
  return count;
}

}  // namespace

void BagFeatureOptions::validate() const {
  check(word_ngrams > 0 || max_char_ngram > 0,
        "bag: word_ngrams and max_char_ngram are both 0; there would be no feature");
  check(max_char_ngram == 0 || min_char_ngram <= max_char_ngram,
        "bag: min_char_ngram {} is above max_char_ngram {}", min_char_ngram, max_char_ngram);
  check(has_buckets() || buckets == 0,
        "bag: hashing none with {} buckets; leave them out, or give `model` hashing", buckets);
  const bool counted = weighting == Weighting::tf_idf || weighting == Weighting::log_ratio;
  check(!counted || !has_buckets(),
        "bag: weighting {} counts the texts with each feature, and hashed features are not counted; set "
        "hashing "
        "to none",
        names_of(weighting)[static_cast<size_t>(weighting)]);
  check(!valued || (word_ngrams == 1 && max_char_ngram == 0 && !has_buckets()),
        "bag: valued is for single words; set word_ngrams to 1, max_char_ngram to 0 and hashing to none");
  check(!valued || !sublinear,
        "bag: sublinear takes the logarithm of counts, which valued words need not have");
  check(!sublinear || weighting == Weighting::tf_idf, "bag: sublinear is for the weighting tf-idf");
}

// Finds rows.
class BagFeatures::Rows {
 public:
  Rows(const BagFeatureOptions& options, const std::vector<KnownFeature>& known, const std::string& place)
      : options_(options), count_(std::ssize(known)), table_(known.size()) {
    for (size_t row = 0; row < known.size(); ++row) {
      const auto at = table_.insert(known[row].spelling, static_cast<uint32_t>(row));
      check(at == row, "{}: feature {} is the same as feature {}", place, row + 1, at + 1);
    }
  }

  // Calls visit(row, count, spell) for each occurrence of a feature that has a row.
  template <class Visit>
  void for_each(WordSpan words, const Visit& visit) const {
    const auto known = [&](std::string_view spelling, double count) {
      const uint32_t row = table_.find(spelling);
      if (row != SpellingTable::kAbsent) visit(int64_t{row}, count, [&] { return std::string(spelling); });
    };
    const auto hashed = [&](uint64_t hash, const auto& spell) {
      visit(count_ + static_cast<int64_t>(hash % static_cast<uint64_t>(options_.buckets)), 1.0, spell);
    };
    FeatureWalk(options_, known, hashed)(words);
  }

 private:
  BagFeatureOptions options_;
  int64_t count_;
  SpellingTable table_;
};

BagFeatures::BagFeatures(const BagFeatureOptions& options, std::vector<KnownFeature> known, int64_t texts,
                         const std::string& place)
    : options_(options), known_(std::move(known)), texts_(texts) {
  options.validate();
  check(!options.has_buckets() || options.buckets > 0, "{}: hashed features need buckets, and there are {}",
        place, options.buckets);
  rows_ = std::make_unique<const Rows>(options_, known_, place);
  if (options.weighting != Weighting::tf_idf) return;
  for (const KnownFeature& feature : known_) {
    const double ratio = (1.0 + static_cast<double>(texts)) / (1.0 + static_cast<double>(feature.texts));
    idf_.push_back(static_cast<float>(std::log(ratio) + 1));
  }
}

BagFeatures::BagFeatures(BagFeatures&&) noexcept = default;
BagFeatures::~BagFeatures() = default;

BagFeatures BagFeatures::learned(const BagFeatureOptions& options, const WordSource& texts) {
  options.validate();
  FeatureCounter counter;
  const auto known = [&](std::string_view spelling, double) { counter.add(spelling); };
  BagFeatureOptions chosen = options;
  const bool chooses = options.has_buckets() && options.buckets == 0;
  std::unordered_set<uint64_t> different;  // hashes, as long as they are few enough to matter
  const auto hashed = [&](uint64_t hash, const auto&) {
    if (chooses && std::ssize(different) < kMostBuckets) different.insert(hash);
  };
  FeatureWalk walk(options, known, hashed);
  for (std::vector<std::string_view> words; texts(words); counter.next_text()) walk(words);
  std::vector<KnownFeature> features;
  for (const FeatureCounter::Count& count : counter.commonest(options.min_count, options.max_features)) {
    features.push_back({std::string(count.spelling), count.count, count.texts});
  }
  if (chooses) chosen.buckets = std::max<int64_t>(1, std::ssize(different));
  return BagFeatures(chosen, std::move(features), counter.texts());
}

int64_t BagFeatures::rows() const { return std::ssize(known_) + options_.buckets; }

FeatureList BagFeatures::read(WordSpan words) const {
  std::vector<std::pair<int64_t, double>> found;
  rows_->for_each(words, [&](int64_t row, double count, const auto&) { found.emplace_back(row, count); });
  std::sort(found.begin(), found.end());
  FeatureList list;
  double squares = 0, sum = 0;
  for (size_t i = 0, next = 0; i < found.size(); i = next) {
    const int64_t row = found[i].first;
    double value = 0;
    while (next < found.size() && found[next].first == row) value += found[next++].second;
    switch (options_.weighting) {
      case Weighting::count:
        break;
      case Weighting::tf_idf:
        if (options_.sublinear) value = 1 + std::log(value);
        value *= double{idf_[static_cast<size_t>(row)]};
        break;
      default:
        value = 1;
    }
    squares += value * value;
    sum += value;
    list.ids.push_back(row);
    list.values.push_back(static_cast<float>(value));
  }
  const double divisor = squares == 0                     ? 1
                         : options_.norm == BagNorm::unit ? std::sqrt(squares)
                         : options_.norm == BagNorm::mean ? sum
                                                          : 1;
  for (float& value : list.values) value = static_cast<float>(double{value} / divisor);
  return list;
}

std::vector<std::string> BagFeatures::spellings(WordSpan words) const {
  std::vector<std::pair<int64_t, std::string>> found;
  rows_->for_each(words,
                  [&](int64_t row, double, const auto& spell) { found.emplace_back(row, shown(spell())); });
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  std::vector<std::string> spelled;
  for (size_t i = 0; i < found.size(); ++i) {
    if (i > 0 && found[i].first == found[i - 1].first) {
      spelled.back() += " | " + found[i].second;  // they share a bucket
    } else {
      spelled.push_back(found[i].second);
    }
  }
  return spelled;
}

std::string features_to_text(const std::vector<KnownFeature>& features) {
  std::string text;
  for (const KnownFeature& feature : features) {
    text += fmt::format("{}\t{}\t", feature.count, feature.texts);
    append_escaped(text, feature.spelling);
    text += '\n';
  }
  return text;
}

std::vector<KnownFeature> features_from_text(std::string_view text, const std::string& path) {
  std::vector<KnownFeature> features;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    const std::string place = fmt::format("{}:{}", path, features.size() + 1);
    KnownFeature feature;
    feature.count = take_count(line, place);
    feature.texts = take_count(line, place);
    feature.spelling = unescaped(line, place);
    features.push_back(std::move(feature));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return features;
}

}  // namespace hodhod
