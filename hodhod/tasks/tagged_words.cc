// SPDX-License-Identifier: Apache-2.0
// Sentences with tags: reading them, and cutting running text into words.
#include "hodhod/base/error.h"
#include "hodhod/data/tagged_reader.h"
#include "hodhod/tasks/tag.h"
#include "hodhod/train/metrics/characters.h"

namespace hodhod {
namespace {

TaggedSentences read(const std::vector<std::string>& files, const CorpusOptions& options, bool with_tags) {
  TaggedReader reader(files, options);
  TaggedSentences result;
  while (auto sentence = reader.next()) {
    TaggedWords& words = result.sentences.emplace_back();
    words.words = std::move(sentence->columns[0]);
    if (with_tags) {
      check(sentence->columns.size() == 2, "--columns: {} columns; give two, of the words and of their tags",
            sentence->columns.size());
      words.tags = std::move(sentence->columns[1]);
    }
    const CorpusFormat format =
        options.format == CorpusFormat::kAuto ? format_of(sentence->file) : options.format;
    const int64_t lines = format == CorpusFormat::kJsonl ? 0 : 1;
    for (size_t i = 0; i < words.words.size(); ++i) {
      words.place.push_back(
          fmt::format("{}:{}", sentence->file, sentence->line + lines * static_cast<int64_t>(i)));
    }
  }
  check(!result.sentences.empty(), "{}: there is no sentence in it; expected a word and its tag a line",
        files[0]);
  result.bad = reader.bad_lines();
  return result;
}

bool stands_alone(std::string_view character) {
  return metrics::kind_of(character) == metrics::Kind::kPunctuation;
}

}  // namespace

TaggedSentences read_tagged(const std::vector<std::string>& files, const CorpusOptions& options) {
  return read(files, options, true);
}

TaggedSentences read_words(const std::vector<std::string>& files, CorpusOptions options) {
  if (options.columns.empty()) options.columns = {"1"};
  options.columns.resize(1);
  return read(files, options, false);
}

Words words_between_blanks(std::string_view text) {
  Words words;
  for (std::string_view word : metrics::words(text)) words.emplace_back(word);
  return words;
}

Words split_words(std::string_view text) {
  Words words;
  for (std::string_view word : metrics::words(text)) {
    const auto characters = metrics::characters(word);
    size_t begin = 0, end = characters.size();
    while (begin < end && stands_alone(characters[begin])) words.emplace_back(characters[begin++]);
    while (end > begin && stands_alone(characters[end - 1])) --end;
    if (begin < end) {
      const char* first = characters[begin].data();
      const char* last = characters[end - 1].data() + characters[end - 1].size();
      words.emplace_back(first, last);
    }
    for (; end < characters.size(); ++end) words.emplace_back(characters[std::max(begin, end)]);
  }
  return words;
}

}  // namespace hodhod
