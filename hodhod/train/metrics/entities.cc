// SPDX-License-Identifier: Apache-2.0
#include "hodhod/train/metrics/entities.h"

#include <algorithm>
#include <string_view>

#include "hodhod/base/error.h"

namespace hodhod::metrics {
namespace {

struct Tag {
  char prefix = 'O';
  std::string_view type;
};

constexpr std::string_view kPrefixes = "BIESLU";

Tag parse(std::string_view tag) {
  if (tag == "O" || !is_entity_tag(tag)) return {};
  char prefix = tag[0];
  if (prefix == 'L') prefix = 'E';
  if (prefix == 'U') prefix = 'S';
  return {prefix, tag.size() < 2 ? std::string_view() : tag.substr(2)};
}

// Between two tokens inside a sentence: does an entity end after the first, and does one begin at the second?
bool ends(const Tag& before, const Tag& after) {
  if (before.prefix == 'O') return false;
  return after.prefix == 'O' || before.type != after.type || after.prefix == 'B' || after.prefix == 'S' ||
         before.prefix == 'E' || before.prefix == 'S';
}

bool begins(const Tag& before, const Tag& after) {
  return after.prefix != 'O' && (before.prefix == 'O' || ends(before, after));
}

double ratio(int64_t part, int64_t whole) {
  return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : 0;
}

}  // namespace

bool is_entity_tag(std::string_view tag) {
  if (tag == "O") return true;
  return !tag.empty() && kPrefixes.find(tag[0]) != std::string_view::npos &&
         (tag.size() == 1 || (tag.size() > 2 && tag[1] == '-'));
}

bool are_entity_tags(std::span<const std::string> tags) {
  const bool begins_bare = std::find(tags.begin(), tags.end(), "B") != tags.end();
  size_t typed = 0, bare = 0, odd = 0;
  for (const std::string& tag : tags) {
    if (tag == "O") continue;
    const bool marks = is_entity_tag(tag);
    if (marks && tag.size() > 1) {
      ++typed;
    } else if (marks && begins_bare) {
      ++bare;
    } else {
      ++odd;
    }
  }
  return (typed > 0 && odd <= typed) || (bare > 0 && odd < bare);
}

std::vector<Entity> entities_of(std::span<const std::string> tags) {
  std::vector<Entity> entities;
  Tag before;
  for (size_t i = 0; i <= tags.size(); ++i) {
    const Tag here = i < tags.size() ? parse(tags[i]) : Tag();
    if (ends(before, here)) entities.back().end = static_cast<int64_t>(i);
    if (begins(before, here)) entities.push_back({static_cast<int64_t>(i), 0, std::string(here.type)});
    before = here;
  }
  return entities;
}

namespace {

std::vector<std::string> tags_of(std::span<const std::string> tags, bool always_b) {
  std::vector<std::string> out(tags.begin(), tags.end());
  const Entity* before = nullptr;
  const std::vector<Entity> entities = entities_of(tags);
  for (const Entity& entity : entities) {
    const std::string ending = entity.type.empty() ? "" : "-" + entity.type;
    const bool touches = before != nullptr && before->end == entity.begin && before->type == entity.type;
    for (int64_t i = entity.begin; i < entity.end; ++i) {
      out[static_cast<size_t>(i)] = (i == entity.begin && (always_b || touches) ? "B" : "I") + ending;
    }
    before = &entity;
  }
  return out;
}

}  // namespace

std::vector<std::string> to_iob2(std::span<const std::string> tags) { return tags_of(tags, true); }
std::vector<std::string> to_iob1(std::span<const std::string> tags) { return tags_of(tags, false); }

double PrecisionRecall::precision() const { return ratio(correct, predicted); }
double PrecisionRecall::recall() const { return ratio(correct, gold); }
double PrecisionRecall::f1() const { return ratio(2 * correct, predicted + gold); }

void EntityScorer::add(std::span<const std::string> gold, std::span<const std::string> predicted) {
  check(gold.size() == predicted.size(), "entities: {} gold tags but {} predicted ones for a sentence",
        gold.size(), predicted.size());
  const std::vector<Entity> wanted = entities_of(gold), found = entities_of(predicted);
  for (const Entity& entity : wanted) {
    ++overall_.gold;
    ++by_type_[entity.type].gold;
  }
  for (const Entity& entity : found) {
    PrecisionRecall& of_type = by_type_[entity.type];
    ++overall_.predicted;
    ++of_type.predicted;
    if (std::find(wanted.begin(), wanted.end(), entity) != wanted.end()) {
      ++overall_.correct;
      ++of_type.correct;
    }
  }
  tokens_ += static_cast<int64_t>(gold.size());
  for (size_t i = 0; i < gold.size(); ++i) right_tokens_ += gold[i] == predicted[i] ? 1 : 0;
}

double EntityScorer::accuracy() const { return ratio(right_tokens_, tokens_); }

}  // namespace hodhod::metrics
