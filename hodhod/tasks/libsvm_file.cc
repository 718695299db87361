// SPDX-License-Identifier: Apache-2.0
#include "hodhod/tasks/libsvm_file.h"

#include <algorithm>
#include <cstdint>
#include <iterator>

#include "hodhod/base/byte_sink.h"
#include "hodhod/base/error.h"
#include "hodhod/base/format.h"
#include "hodhod/tasks/classifier_examples.h"

namespace hodhod {
namespace {

bool are_numbers(const Labels& labels) {
  return std::all_of(labels.names().begin(), labels.names().end(),
                     [](const std::string& name) { return parse_number(name).has_value(); });
}

std::string label_text(const Classifier& classifier, const LabelledText& text, bool names) {
  if (classifier.is_regression()) {
    std::string numbers;
    for (const double number : numbers_of(classifier, text))
      numbers += fmt::format("{}{}", numbers.empty() ? "" : ",", number);
    return numbers;
  }
  const bool several = classifier.problem() == ProblemKind::multi_label;
  std::string ids;
  for (const std::string& label :
       split_labels(text.label, several ? classifier.columns.label_separator : std::string())) {
    const int64_t id = classifier.labels.get(label, text.place);
    ids += (ids.empty() ? "" : ",") + (names ? label : std::to_string(id));
  }
  return ids;
}

}  // namespace

std::vector<std::string> write_libsvm(const Classifier& classifier, std::span<const LabelledText> texts,
                                      const std::string& file) {
  check(classifier.encoder.config().reads_features(),
        "{}: this model reads tokens in their order, and has no features to write; one of --preset tfidf has",
        classifier.encoder.model->name());
  const bool names = are_numbers(classifier.labels);
  ByteSink sink(file);
  const auto encoded = encode_labelled(classifier.encoder, texts);
  std::string line;
  for (size_t i = 0; i < texts.size(); ++i) {
    line = label_text(classifier, texts[i], names);
    for (size_t f = 0; f < encoded[i].ids.size(); ++f) {
      if (encoded[i].values[f] == 0) continue;
      fmt::format_to(std::back_inserter(line), " {}:{}", encoded[i].ids[f] + 1, encoded[i].values[f]);
    }
    sink.write(line += '\n');
  }
  sink.commit();
  if (names) return {};
  std::string meaning = "the labels are written as numbers:";
  for (int64_t id = 0; id < classifier.labels.size(); ++id)
    meaning += fmt::format("{} {} is {}", id == 0 ? "" : ",", id, classifier.labels.name(id));
  return {meaning};
}

}  // namespace hodhod
