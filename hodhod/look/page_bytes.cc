// SPDX-License-Identifier: Apache-2.0
#include "hodhod/look/page_bytes.h"

#include <algorithm>
#include <set>

#include "hodhod/look/answers.h"
#include "hodhod/look/nearest.h"
#include "hodhod/look/page.h"

namespace hodhod::look {
namespace {

// A name of the vocabulary with its id, mostly a few letters.
constexpr int64_t kName = 24;

}  // namespace

int64_t bytes_of_index(const Subject& subject, const Json& model, int64_t tensors) {
  constexpr int64_t kFrame = 4000, kReduced = 220, kGroup = 130, kGroupsOfLayer = 8;
  const Json* const layers = model.at("options").find("layers");
  const int64_t deep = layers == nullptr ? 1 : layers->get<int64_t>();
  const int64_t groups = kGroup * kGroupsOfLayer * (deep + 1) * (subject.config().reads_source() ? 2 : 1);
  return static_cast<int64_t>(bytes_of_bare_page()) + kFrame + std::ssize(format_json(model, -1)) + groups +
         kReduced * tensors;
}

int64_t bytes_of_pass(const Subject& subject, const Reading& reading, Cutting cutting) {
  // Of a neighbour, an answer's place with its 20 candidates, one of the lens with five, and a cut.
  constexpr int64_t kNeighbour = 42, kPrediction = 20 * (52 + kName) + 200, kLens = 5 * (50 + kName),
                    kCut = 125;
  // Of a row of labels, and each of them.
  constexpr int64_t kLabels = 80, kLabel = 60;
  int64_t bytes = 0;
  for (const Sequence& sequence : reading.sequences) {
    bytes += std::ssize(format_json(to_json(sequence), -1)) + std::ssize(sequence.text);
    std::set<int64_t> ids;
    for (const SequenceToken& token : sequence.tokens) ids.insert(token.id);
    const auto different = std::ssize(ids);
    bytes += kName * different;
    if (is_network(subject.kind))
      bytes += std::min(different, kNearestTokens) * (kNearest * (kNeighbour + kName) + 40);
  }
  const auto places = std::ssize(reading.places);
  if (answers_tokens(subject.config())) {
    bytes += kPrediction * std::min(places, kMostPlaces);
    bytes += kLens * std::min(places, kMostLensPlaces) * levels_of_lens(subject.config());
  } else {
    const bool tags = subject.config().head.kind == HeadKind::tagger;
    bytes += (tags ? places : 1) * (kLabels + kLabel * subject.config().head.labels);
  }
  return bytes + kCut * most_cuts(subject, reading, cutting);
}

}  // namespace hodhod::look
