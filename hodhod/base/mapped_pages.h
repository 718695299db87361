// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

namespace hodhod {

// Maps all pages of a mapped file now, rather than each when it is touched: for a file of which most is read.
// `bytes` is a whole MappedFile::bytes(). Systems that cannot do it go on page by page.
void map_all_pages(std::span<const std::byte> bytes);

}  // namespace hodhod
