// SPDX-License-Identifier: Apache-2.0
// A tensor as a file describes it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/tensor/dtype.h"

namespace hodhod {

struct TensorEntry {
  std::string name;
  std::string dtype;  // as safetensors names it: "F32", "BOOL", …
  std::vector<int64_t> shape;
  std::span<const std::byte> bytes;  // little-endian, row-major; valid while the file is open
  uint64_t offset = 0;               // of the bytes in the file
  size_t file = 0;                   // which of several
};

// A type of element that files have.
struct StoredType {
  std::string_view name;
  uint64_t size;               // of an element, in bytes
  std::optional<DType> dtype;  // none: described but not loaded
};

inline constexpr std::array<StoredType, 15> kStoredTypes = {{{"F64", 8, DType::f64},
                                                             {"F32", 4, DType::f32},
                                                             {"F16", 2, DType::f16},
                                                             {"BF16", 2, DType::bf16},
                                                             {"I64", 8, DType::i64},
                                                             {"I32", 4, DType::i32},
                                                             {"U8", 1, DType::u8},
                                                             {"BOOL", 1, DType::u8},
                                                             {"I16", 2, {}},
                                                             {"I8", 1, {}},
                                                             {"U16", 2, {}},
                                                             {"U32", 4, {}},
                                                             {"U64", 8, {}},
                                                             {"F8_E4M3", 1, {}},
                                                             {"F8_E5M2", 1, {}}}};

// Null for a name that is unknown.
const StoredType* stored_type(std::string_view name);

// Whether a tensor may have this name: not empty, of at most 4,096 bytes, without control characters.
bool is_tensor_name(std::string_view name);

}  // namespace hodhod
