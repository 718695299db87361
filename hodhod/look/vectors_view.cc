// SPDX-License-Identifier: Apache-2.0
#include "hodhod/look/vectors_view.h"

#include <algorithm>
#include <optional>
#include <unordered_set>
#include <utility>

#include "hodhod/look/page.h"
#include "hodhod/look/principal.h"
#include "hodhod/tasks/word_lookup.h"

namespace hodhod::look {
namespace {

using Row = std::vector<float>;

// Words for the map: what was asked for, its neighbours, then common words.
class WordMap {
 public:
  explicit WordMap(const WordLookup& lookup) : lookup_(lookup) {}

  void add_asked(const std::string& word, const Row& vector) { add(word, to_length_one(vector), true); }
  void add(int64_t number) {
    const auto vector = lookup_.space().vector(number);
    add(lookup_.words()[static_cast<size_t>(number)], {vector.begin(), vector.end()}, false);
  }
  size_t size() const { return words_.size(); }

  Json json(std::array<double, 2>& explained) const {
    const PrincipalPlane plane = principal_plane(rows_, lookup_.space().width());
    explained = plane.explained;
    Json list = Json::array();
    for (size_t i = 0; i < words_.size(); ++i) {
      list.push_back({{"word", words_[i]},
                      {"x", number(plane.points[i][0])},
                      {"y", number(plane.points[i][1])},
                      {"asked", static_cast<bool>(asked_[i])}});
    }
    return list;
  }

 private:
  void add(const std::string& word, const Row& vector, bool asked) {
    if (!known_.insert(word).second) return;
    words_.push_back(word);
    asked_.push_back(asked);
    rows_.insert(rows_.end(), vector.begin(), vector.end());
  }

  const WordLookup& lookup_;
  std::vector<std::string> words_;
  std::vector<bool> asked_;
  Row rows_;
  std::unordered_set<std::string> known_;
};

}  // namespace

VectorsView vectors_view(Subject& subject, const std::vector<std::string>& words) {
  const WordLookup lookup(std::move(subject.text));
  WordMap map(lookup);
  Json asked = Json::array(), neighbours = Json::array();
  std::vector<Row> known;
  std::vector<int64_t> near;
  for (const std::string& word : words) {
    const std::optional<Row> vector = lookup.vector(word);
    asked.push_back({{"word", word}, {"known", vector.has_value()}});
    if (!vector) continue;
    known.push_back(*vector);
    map.add_asked(word, *vector);
    const auto own = lookup.find(word);
    const std::vector<int64_t> without = own ? std::vector<int64_t>{*own} : std::vector<int64_t>{};
    Json list = Json::array();
    for (const NearWord& one :
         lookup.space().nearest(to_length_one(*vector), kNeighbours, without, lookup.space().size())) {
      list.push_back(
          {{"word", lookup.words()[static_cast<size_t>(one.word)]}, {"cosine", number(one.cosine)}});
      near.push_back(one.word);
    }
    neighbours.push_back(std::move(list));
  }
  for (const int64_t word : near) map.add(word);
  for (int64_t word = 0; word < lookup.space().size(); ++word) {
    if (static_cast<int64_t>(map.size()) >= kWordsOfMap) break;
    map.add(word);
  }
  std::array<double, 2> explained = {};
  Json points = map.json(explained);
  VectorsView view{.json = {{"words", std::move(asked)},
                            {"neighbours", std::move(neighbours)},
                            {"map", std::move(points)},
                            {"explained", Json::array({number(explained[0]), number(explained[1])})}},
                   .vectors = {}};
  if (known.empty()) return view;
  const auto width = std::ssize(known[0]);
  view.vectors = Tensor::empty({std::ssize(known), width});
  for (size_t i = 0; i < known.size(); ++i)
    std::copy(known[i].begin(), known[i].end(), view.vectors.data<float>() + static_cast<int64_t>(i) * width);
  return view;
}

}  // namespace hodhod::look
