// SPDX-License-Identifier: Apache-2.0
#include "hodhod/io/tensor_entry.h"

#include <algorithm>

namespace hodhod {

const StoredType* stored_type(std::string_view name) {
  const auto found = std::find_if(kStoredTypes.begin(), kStoredTypes.end(),
                                  [&](const StoredType& type) { return type.name == name; });
  return found == kStoredTypes.end() ? nullptr : &*found;
}

bool is_tensor_name(std::string_view name) {
  return !name.empty() && name.size() <= 4096 &&
         std::none_of(name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

}  // namespace hodhod
