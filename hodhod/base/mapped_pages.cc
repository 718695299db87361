// SPDX-License-Identifier: Apache-2.0
#include "hodhod/base/mapped_pages.h"

#include <sys/mman.h>

namespace hodhod {

void map_all_pages(std::span<const std::byte> bytes) {
#ifdef MADV_HUGEPAGE
  // What is not in memory yet comes in huge pages, where the file system can do it.
  if (!bytes.empty()) ::madvise(const_cast<std::byte*>(bytes.data()), bytes.size(), MADV_HUGEPAGE);
#endif
#ifdef MADV_POPULATE_READ  // Linux 5.14
  if (!bytes.empty()) ::madvise(const_cast<std::byte*>(bytes.data()), bytes.size(), MADV_POPULATE_READ);
#else
  if (!bytes.empty()) ::madvise(const_cast<std::byte*>(bytes.data()), bytes.size(), MADV_WILLNEED);
#endif
}

}  // namespace hodhod
