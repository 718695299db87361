// SPDX-License-Identifier: Apache-2.0
// Entities in tagged sentences, found and scored as conlleval does (Tjong Kim Sang, CoNLL-2000).
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hodhod::metrics {

// Tokens begin, …, end − 1.
struct Entity {
  int64_t begin = 0, end = 0;
  std::string type;
  friend bool operator==(const Entity&, const Entity&) = default;
};

// Whether a tag is O, or a prefix B, I, E, S (or L, U for E, S), alone or with -TYPE after it.
bool is_entity_tag(std::string_view tag);

// Whether these tags, each given once, mark entities: O and prefixes with types, or O and bare prefixes with
// a B among them. A few other tags are allowed: at most as many as tags with a type, and fewer than bare
// prefixes.
bool are_entity_tags(std::span<const std::string> tags);

// The entities of one sentence. Other tags count as O. A tag that is not allowed where it stands is read as
// conlleval reads it: an I after O or after another type begins an entity. So IOB1, IOB2, IOBES and BILOU are
// all understood.
std::vector<Entity> entities_of(std::span<const std::string> tags);

// The same entities in proper tags: IOB2 (each begins with B), or IOB1 (B only right after one of its type).
// Other tags stay.
std::vector<std::string> to_iob2(std::span<const std::string> tags);
std::vector<std::string> to_iob1(std::span<const std::string> tags);

struct PrecisionRecall {
  int64_t correct = 0, predicted = 0, gold = 0;
  // 0 to 1; 0 where there is nothing to divide by.
  double precision() const;
  double recall() const;
  double f1() const;
};

class EntityScorer {
 public:
  // One sentence; as many tags in `predicted` as in `gold`.
  void add(std::span<const std::string> gold, std::span<const std::string> predicted);

  const PrecisionRecall& overall() const { return overall_; }
  const std::map<std::string, PrecisionRecall>& by_type() const { return by_type_; }
  // Share of tokens whose tag is right to the letter.
  double accuracy() const;

 private:
  PrecisionRecall overall_;
  std::map<std::string, PrecisionRecall> by_type_;
  int64_t tokens_ = 0, right_tokens_ = 0;
};

}  // namespace hodhod::metrics
