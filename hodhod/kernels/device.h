// SPDX-License-Identifier: Apache-2.0
// Where the elements of a tensor lie, and whose kernels compute with them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace hodhod {

enum class Device : uint8_t {
  cpu,     // the memory of this process; the host can read it
  shapes,  // nowhere: tensors have shapes and no elements, and kernels count what they would do
};
constexpr std::array<std::string_view, 2> names_of(Device) { return {"cpu", "shapes"}; }
constexpr std::string_view name_of(Device device) { return names_of(device)[static_cast<size_t>(device)]; }

}  // namespace hodhod
