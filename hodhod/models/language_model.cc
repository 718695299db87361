// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/language_model.h"

namespace hodhod {

Tensor LanguageModel::loss(const SequenceBatch& batch, const Tensor& labels,
                           const CrossEntropyOptions& options, Context& context) const {
  return cross_entropy(logits(batch, context), labels, options);
}

}  // namespace hodhod
