// SPDX-License-Identifier: Apache-2.0
// What every page has around its passes: the head of the index, the plan of what was kept, the tensors.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "hodhod/base/json.h"
#include "hodhod/look/look.h"
#include "hodhod/look/recorder.h"
#include "hodhod/look/subject.h"

namespace hodhod::look {

// The fields that every index begins with.
Json index_head(const Subject& subject, const LookOptions& options, const Json& model);

// What a page holds beside the head of its index.
struct PageParts {
  std::span<const RecordedTensor> tensors = {};
  std::span<const ReducedTensor> reduced = {};
  std::string_view html = {};  // for browsers without scripts
};

// Adds plan and tensors to an index, and makes the page and the numbers of the result.
void finish_page(Json index, const LookOptions& options, const PageParts& parts, LookResult& result);

}  // namespace hodhod::look
