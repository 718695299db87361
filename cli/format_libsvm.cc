// SPDX-License-Identifier: Apache-2.0
// Texts as the features that a classifier reads of them, in libsvm's files.
#include "cli/formats.h"
#include "cli/models.h"
#include "cli/output.h"
#include "hodhod/tasks/libsvm_file.h"

namespace hodhod::cli {

Format libsvm_format();

Format libsvm_format() {
  return {.name = "libsvm",
          .model = "texts as features",
          .write_texts = [](const std::string& directory, const std::vector<std::string>& data,
                            const LabelledColumns& columns, const std::string& file) {
            Classifier classifier = warned(Classifier::load(directory));
            classifier.columns = classifier.with_columns_of_training(columns);
            tell(write_libsvm(classifier, told(read_labelled(data, classifier.columns)).examples, file));
          }};
}

}  // namespace hodhod::cli
