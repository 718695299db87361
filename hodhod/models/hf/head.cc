// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/hf/head.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "hodhod/base/error.h"
#include "hodhod/base/names.h"

namespace hodhod::hf {
namespace {

// In the order of ProblemKind.
constexpr std::array<std::string_view, 3> kProblems = {"single_label_classification",
                                                       "multi_label_classification", "regression"};

// The number of names in id2label, whose ids must count from 0; 0 if there is no such setting.
int64_t count_names(ConfigReader& reader) {
  const Json* names = reader.find("id2label");
  if (names == nullptr) return 0;
  const std::string place = reader.place("id2label");
  check(names->is_object(), "{}: expected an object from numbers to names", place);
  std::set<std::string> keys;
  for (const auto& [key, value] : names->items()) keys.insert(key);
  for (size_t i = 0; i < keys.size(); ++i) {
    check(keys.contains(std::to_string(i)),
          "{}: {} names, and none of number {}; number them from 0 without gaps", place, keys.size(), i);
  }
  return static_cast<int64_t>(keys.size());
}

// Whether label2id agrees with id2label.
bool names_agree(ConfigReader& reader) {
  const Json *names = reader.find("id2label"), *ids = reader.find("label2id");
  if (names == nullptr || ids == nullptr) return true;
  if (!ids->is_object() || ids->size() != names->size()) return false;
  return std::all_of(names->items().begin(), names->items().end(), [&](const auto& member) {
    const auto& [number, name] = member;
    const Json* id = name.is_string() ? ids->find(name.text()) : nullptr;
    return id != nullptr && format_json(*id, -1) == number;
  });
}

void read_labels(ConfigReader& reader, HeadOptions& head) {
  const int64_t names = count_names(reader);
  if (!names_agree(reader)) reader.warn("label2id", "is not the inverse of id2label, and is not used");
  head.labels = names > 0 ? names : 2;
  reader.read(std::array{KeyRule{"num_labels", "labels"}}, fields_of(head));
  check(names == 0 || names == head.labels, "{}: {} labels, and id2label has {}; make them agree",
        reader.place("num_labels"), head.labels, names);
  check(head.labels > 0, "{}: a classifier needs labels", reader.place("num_labels"));
}

void read_problem(ConfigReader& reader, HeadOptions& head) {
  const bool one = head.labels == 1;
  const auto name =
      reader.get_or<std::string>("problem_type", std::string(one ? "regression" : kProblems[0]));
  const auto found = std::find(kProblems.begin(), kProblems.end(), name);
  check(found != kProblems.end(), "{}: {} is not known; {} are", reader.place("problem_type"), shown(name),
        fmt::join(kProblems, ", "));
  if (head.kind != HeadKind::classifier) return;
  head.problem = static_cast<ProblemKind>(found - kProblems.begin());
  check(!one || head.problem != ProblemKind::single_label,
        "{}: {} with one label leaves nothing to choose from", reader.place("problem_type"), name);
}

}  // namespace

const HeadRule& head_rule(ConfigReader& reader, std::span<const HeadRule> rules) {
  const auto names = reader.get_or<std::vector<std::string>>("architectures", {});
  if (names.empty()) return rules[0];
  std::string known;
  for (const HeadRule& rule : rules) {
    if (rule.architecture == names[0]) return rule;
    known += (known.empty() ? "" : ", ") + std::string(rule.architecture);
  }
  fail("{}: {} is a kind of model that is not known here; {} are", reader.place("architectures"),
       shown(names[0]), known);
}

void read_head(ConfigReader& reader, std::span<const HeadRule> rules, HeadOptions& head) {
  head.kind = head_rule(reader, rules).head;
  head.labels = 0;
  // Every model may have these settings; they only matter for a head with labels.
  for (const char* key : {"id2label", "label2id", "num_labels", "problem_type"}) reader.find(key);
  if (!head.has_labels()) return;
  read_labels(reader, head);
  read_problem(reader, head);
  if (head.kind == HeadKind::tagger) head.crf = reader.get_or<bool>("crf", false);
}

void write_head(std::span<const HeadRule> rules, const HeadOptions& head, Json& out) {
  const auto rule = std::find_if(rules.begin(), rules.end(),
                                 [&](const HeadRule& candidate) { return candidate.head == head.kind; });
  check(rule != rules.end(), "no architecture has the head {}", name_of(head.kind));
  out["architectures"] = Json::array({std::string(rule->architecture)});
  if (!head.has_labels()) return;
  for (int64_t i = 0; i < head.labels; ++i) {
    const std::string name = "LABEL_" + std::to_string(i);
    out["id2label"][std::to_string(i)] = name;
    out["label2id"][name] = i;
  }
  if (head.kind == HeadKind::tagger && head.crf) out["crf"] = true;
  if (head.kind == HeadKind::classifier)
    out["problem_type"] = std::string(kProblems[static_cast<size_t>(head.problem)]);
}

}  // namespace hodhod::hf
