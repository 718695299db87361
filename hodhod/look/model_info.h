// SPDX-License-Identifier: Apache-2.0
// What a page says of the model itself: form, sizes, where its parameters are.
#pragma once

#include "hodhod/base/json.h"
#include "hodhod/look/subject.h"

namespace hodhod::look {

// The `model` of a page's index.
Json model_info(const Subject& subject);

}  // namespace hodhod::look
