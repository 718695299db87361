// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/normalizers/sentencepiece_normalizer.h"

#include <algorithm>

#include "hodhod/base/utf8.h"
#include "hodhod/text/lookup/double_array.h"
#include "hodhod/text/normalizers/charsmap.h"
#include "hodhod/text/normalizers/precompiled.h"
#include "hodhod/text/unicode/metaspace.h"

namespace hodhod::text {
namespace {

std::string with_escaped_spaces(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == ' ') {
      out += kMetaspace;
    } else {
      out += c;
    }
  }
  return out;
}

class SentencePieceNormalizer final : public Normalizer {
 public:
  explicit SentencePieceNormalizer(SentencePieceNormalizerOptions options) : options_(std::move(options)) {
    std::vector<std::pair<std::string_view, int32_t>> keys;
    for (const std::string& text : options_.user_defined) keys.emplace_back(text, 0);
    user_defined_ = DoubleArray(std::move(keys));
  }

  void apply(NormalizedText& text) const override { Pass(*this, text).run(); }
  Json to_json() const override;

 private:
  // The next piece of text that is normalised as one, and what it becomes.
  struct Chunk {
    size_t size = 0;
    std::string_view becomes;
  };

  Chunk next_chunk(std::string_view text) const {
    if (!options_.user_defined.empty()) {
      size_t longest = 0;
      user_defined_.prefixes(text, [&](size_t length, int32_t) { longest = length; });
      if (longest > 0) return {longest, text.substr(0, longest)};
    }
    if (options_.charsmap) {
      if (const Charsmap::Match match = options_.charsmap->longest(text); match.length > 0) {
        return {match.length, match.replacement};
      }
    }
    const size_t size = read_character(text).size;
    return {size, text.substr(0, size)};
  }

  // A quickly found length of the beginning of `text` that stays unchanged and has no space. Looks at a
  // bounded part of the text, so that calling it after every character is not quadratic.
  size_t plain_prefix(std::string_view text) const {
    constexpr size_t kWindow = 256;
    if (!options_.user_defined.empty()) return 0;
    size_t size = std::min(text.substr(0, kWindow).find(' '), std::min(kWindow, text.size()));
    if (options_.charsmap)
      size = options_.charsmap->untouched(text.substr(0, std::min(text.size(), size + 1)));
    if (size > 0 && text[size - 1] == ' ') --size;
    // Not into the middle of a character.
    while (size > 0 && size < text.size() && is_continuation(text[size])) --size;
    return size;
  }

  class Pass {
   public:
    Pass(const SentencePieceNormalizer& normalizer, NormalizedText& text)
        : options_(normalizer.options_), normalizer_(normalizer), edit_(text) {}

    void run() {
      if (options_.remove_extra_whitespaces) drop_leading_space();
      if (edit_.rest().empty()) return edit_.finish();
      if (options_.add_dummy_prefix && !options_.treat_whitespace_as_suffix) edit_.insert(space());
      bool after_space = options_.remove_extra_whitespaces;
      while (pending_bytes_ < edit_.rest().size()) {
        const std::string_view rest = edit_.rest().substr(pending_bytes_);
        if (const size_t plain = plain_prefix(rest); plain > 0) {
          flush();
          edit_.keep(plain);
          after_space = false;
          continue;
        }
        Chunk chunk = normalizer_.next_chunk(rest);
        while (after_space && chunk.becomes.starts_with(' ')) chunk.becomes.remove_prefix(1);
        if (!chunk.becomes.empty())
          after_space = options_.remove_extra_whitespaces && chunk.becomes.ends_with(' ');
        put(chunk);
      }
      finish();
    }

   private:
    struct Pending {
      size_t size;
      std::string becomes;  // escaped
    };

    std::string_view space() const {
      return options_.escape_whitespaces ? kMetaspace : std::string_view(" ");
    }

    // A prefix of plain characters must not hold ▁ itself: at the end of the text it is stripped like a
    // space.
    size_t plain_prefix(std::string_view rest) const {
      size_t plain = normalizer_.plain_prefix(rest);
      if (options_.remove_extra_whitespaces && options_.escape_whitespaces) {
        const size_t literal = rest.substr(0, plain).find(kMetaspace);
        if (literal != std::string_view::npos) plain = literal;
      }
      return plain;
    }

    void drop_leading_space() {
      while (!edit_.rest().empty()) {
        const Chunk chunk = normalizer_.next_chunk(edit_.rest());
        if (chunk.becomes != " ") return;
        edit_.drop(chunk.size);
      }
    }

    // Text that ends in a space waits until something follows it, since spaces at the end are removed.
    void put(const Chunk& chunk) {
      const bool has_space = options_.escape_whitespaces && chunk.becomes.find(' ') != std::string_view::npos;
      const std::string_view plain = chunk.becomes;
      if (plain.empty() && pending_.empty()) return edit_.drop(chunk.size);
      if (plain.empty()) {
        pending_.back().size += chunk.size;
        pending_bytes_ += chunk.size;
        return;
      }
      if (options_.remove_extra_whitespaces && (plain.ends_with(' ') || plain.ends_with(space()))) {
        pending_.push_back({chunk.size, has_space ? with_escaped_spaces(plain) : std::string(plain)});
        pending_bytes_ += chunk.size;
        return;
      }
      flush();
      if (!has_space) return edit_.replace(chunk.size, plain);
      edit_.replace(chunk.size, plain == " " ? space() : with_escaped_spaces(plain));
    }

    void flush() {
      for (const Pending& pending : pending_) edit_.replace(pending.size, pending.becomes);
      pending_.clear();
      pending_bytes_ = 0;
    }

    void finish() {
      for (size_t i = pending_.size(); i-- > 0;) {
        std::string& last = pending_[i].becomes;
        while (last.ends_with(space())) last.erase(last.size() - space().size());
        if (!last.empty()) break;
      }
      flush();
      if (options_.add_dummy_prefix && options_.treat_whitespace_as_suffix) edit_.insert(space());
      edit_.finish();
    }

    const SentencePieceNormalizerOptions& options_;
    const SentencePieceNormalizer& normalizer_;
    NormalizedText::Editor edit_;
    std::vector<Pending> pending_;
    size_t pending_bytes_ = 0;
  };

  SentencePieceNormalizerOptions options_;
  DoubleArray user_defined_;
};

Json SentencePieceNormalizer::to_json() const {
  Json parts = Json::array();
  if (options_.charsmap && !options_.charsmap->empty()) {
    parts.push_back(make_precompiled(options_.charsmap->blob())->to_json());
  }
  if (options_.remove_extra_whitespaces) {
    parts.push_back({{"type", "Strip"}, {"strip_left", true}, {"strip_right", true}});
    parts.push_back({{"type", "Replace"}, {"pattern", {{"Regex", " {2,}"}}}, {"content", " "}});
  }
  const std::string space(options_.escape_whitespaces ? kMetaspace : " ");
  if (options_.escape_whitespaces) {
    parts.push_back({{"type", "Replace"}, {"pattern", {{"String", " "}}}, {"content", space}});
  }
  if (options_.add_dummy_prefix) {
    // Hugging Face has no normaliser that appends.
    if (options_.treat_whitespace_as_suffix) {
      parts.push_back(
          {{"type", "Replace"}, {"pattern", {{"Regex", "(?<=[\\s\\S])\\z"}}}, {"content", space}});
    } else {
      parts.push_back({{"type", "Prepend"}, {"prepend", space}});
    }
  }
  return {{"type", "Sequence"}, {"normalizers", parts}};
}

}  // namespace

NormalizerPtr make_sentencepiece_normalizer(SentencePieceNormalizerOptions options) {
  return std::make_unique<SentencePieceNormalizer>(std::move(options));
}

}  // namespace hodhod::text
