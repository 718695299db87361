// SPDX-License-Identifier: Apache-2.0
// The least amount of elementwise work that is worth giving to a thread.
#pragma once

#include <algorithm>
#include <cstdint>

namespace hodhod::kernels {

// Elements.
inline constexpr int64_t kGrain = 16384;

// Rows of `columns` elements.
inline int64_t row_grain(int64_t columns) { return 1 + (kGrain - 1) / std::max<int64_t>(columns, 1); }

}  // namespace hodhod::kernels
