// SPDX-License-Identifier: Apache-2.0
// Reads tagged sentences, and splits running text into words.
#include <algorithm>
#include <map>
#include <set>

#include "hodhod/base/error.h"
#include "hodhod/base/format.h"
#include "hodhod/data/held_out.h"
#include "hodhod/data/tagged_reader.h"
#include "hodhod/models/letters.h"
#include "hodhod/tasks/encoded_words.h"
#include "hodhod/tasks/tag.h"
#include "hodhod/train/metrics/characters.h"

namespace hodhod {
namespace {

// Notes on tags that mark no entity, if the others do.
std::vector<std::string> notes_of_odd_tags(std::span<const TaggedWords> sentences) {
  struct Odd {
    int64_t count = 0;
    std::string place;
  };
  std::map<std::string, Odd> odd;
  std::set<std::string> tags;
  for (const TaggedWords& sentence : sentences) {
    for (size_t i = 0; i < sentence.tags.size(); ++i) {
      const std::string& tag = sentence.tags[i];
      tags.insert(tag);
      if (metrics::is_entity_tag(tag)) continue;
      Odd& found = odd[tag];
      if (found.count++ == 0) found.place = sentence.place[i];
    }
  }
  std::vector<std::string> notes;
  if (!metrics::are_entity_tags(std::vector(tags.begin(), tags.end()))) return notes;
  for (const auto& [tag, found] : odd) {
    notes.push_back(
        fmt::format("{}: the tag {} marks no entity (expected O, B-TYPE, I-TYPE or the like); it counts as "
                    "outside of entities, "
                    "{} in all",
                    found.place, excerpt(tag), found.count));
  }
  return notes;
}

TaggedSentences read(const std::vector<std::string>& files, const CorpusOptions& options,
                     TaggedColumns what) {
  TaggedReader reader(files, options, what);
  TaggedSentences result;
  while (auto sentence = reader.next()) {
    TaggedWords& words = result.sentences.emplace_back();
    for (size_t i = 0; i < sentence->lines.size(); ++i) words.place.push_back(sentence->place(i));
    words.words = std::move(sentence->columns[0]);
    if (what == TaggedColumns::words) continue;
    check(sentence->columns.size() == 2, "`columns`: {}; give two, of the words and of their tags",
          count_of(std::ssize(sentence->columns), "column"));
    words.tags = std::move(sentence->columns[1]);
  }
  check(!result.sentences.empty(), "{}: there is no sentence in it; expected a word and its tag a line",
        files[0]);
  result.bad = reader.bad_lines();
  result.notes = reader.notes();
  for (std::string& note : notes_of_odd_tags(result.sentences)) result.notes.push_back(std::move(note));
  return result;
}

bool stands_alone(std::string_view character) {
  return metrics::kind_of(character) == metrics::Kind::punctuation;
}

}  // namespace

TaggedSentences read_tagged(const std::vector<std::string>& files, const CorpusOptions& options) {
  return read(files, options, TaggedColumns::words_and_tags);
}

TaggedSentences read_words(const std::vector<std::string>& files, CorpusOptions options) {
  options.columns.resize(std::min<size_t>(options.columns.size(), 1));
  return read(files, options, TaggedColumns::words);
}

Labels tag_labels(std::span<const TaggedWords> train, std::span<const TaggedWords> dev) {
  std::vector<std::string> tags;
  for (const auto sentences : {train, dev}) {
    for (const TaggedWords& sentence : sentences) {
      tags.insert(tags.end(), sentence.tags.begin(), sentence.tags.end());
    }
  }
  const Labels labels = Labels::of(std::move(tags));
  if (!metrics::are_entity_tags(labels.names())) return labels;
  tags.clear();
  for (const auto sentences : {train, dev}) {
    for (const TaggedWords& sentence : sentences) {
      for (std::string& tag : metrics::to_iob2(sentence.tags)) tags.push_back(std::move(tag));
    }
  }
  return Labels::of(std::move(tags));
}

void learn_letters(ModelConfig& config, std::span<const TaggedWords> sentences) {
  if (config.alphabet() == nullptr) return;
  const LetterForm form;
  std::vector<std::string> formed;
  config.set_alphabet(letters_of([&, next = size_t{0}](std::vector<std::string_view>& words) mutable {
    if (next == sentences.size()) return false;
    formed.clear();
    for (const std::string& word : sentences[next].words) formed.push_back(form(word));
    words.assign(formed.begin(), formed.end());
    ++next;
    return true;
  }));
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

std::vector<bool> held_out_sentences(std::span<const TaggedWords> sentences, double share) {
  std::vector<std::vector<std::string>> tags;
  for (const TaggedWords& sentence : sentences) tags.push_back(sentence.tags);
  return held_out(tags, share);
}

}  // namespace hodhod
