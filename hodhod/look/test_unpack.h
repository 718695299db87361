// SPDX-License-Identifier: Apache-2.0
// Reads packed blocks back, for tests: what the page does in the browser, written once more.
#pragma once

#include <zlib.h>

#include <bit>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "hodhod/base/json.h"
#include "hodhod/base/names.h"
#include "hodhod/look/pack.h"
#include "hodhod/tensor/dtype.h"

namespace hodhod::look {

inline std::string bytes_of_base64(std::string_view text) {
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (size_t i = 0; i + 3 < text.size(); i += 4) {
    uint32_t group = 0, size = 3;
    for (size_t j = 0; j < 4; ++j) {
      const size_t value = kLetters.find(text[i + j]);
      if (value == std::string_view::npos) --size;
      group = group << 6 | (value == std::string_view::npos ? 0 : static_cast<uint32_t>(value));
    }
    for (uint32_t j = 0; j < size; ++j) out.push_back(static_cast<char>(group >> (16 - 8 * j) & 0xff));
  }
  return out;
}

inline std::string raw_bytes(const PageBlock& block) {
  std::string bytes = bytes_of_base64(block.text);
  if (!block.deflate) return bytes;
  std::string out(block.raw, '\0');
  uLongf size = out.size();
  if (uncompress(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(bytes.data()),
                 bytes.size()) != Z_OK ||
      size != out.size())
    throw std::runtime_error("a damaged block");
  return out;
}

// Element i of `count` in planes that begin at `at`.
template <class Unsigned>
Unsigned from_planes(const std::string& bytes, size_t at, size_t count, size_t i) {
  Unsigned value = 0;
  for (size_t byte = 0; byte < sizeof(Unsigned); ++byte)
    value = static_cast<Unsigned>(
        value | static_cast<Unsigned>(static_cast<unsigned char>(bytes.at(at + byte * count + i)))
                    << (8 * byte));
  return value;
}

inline float float_of_half(uint16_t bits) { return static_cast<float>(std::bit_cast<f16>(bits)); }

// All values, zeros where nothing is stored. `shape` is that of the tensor.
inline std::vector<float> unpacked(const PackedTensor& packed, const Shape& shape,
                                   const Visible& visible = {}) {
  const int64_t columns = shape.rank() == 0 ? 1 : shape[-1], times = shape.rank() < 2 ? 1 : shape[-2];
  std::vector<float> values(static_cast<size_t>(shape.numel()));
  for (const PackedBlock& block : packed.blocks) {
    const std::string bytes = raw_bytes(block.block);
    size_t cells = 0;
    for (int64_t row = block.first; row < block.first + block.count; ++row)
      cells += static_cast<size_t>(visible.count(row % times, columns));
    const auto rows = static_cast<size_t>(block.count);
    size_t at = 0;
    for (size_t r = 0; r < rows; ++r) {
      const int64_t row = block.first + static_cast<int64_t>(r);
      float* const to = values.data() + row * columns;
      if (packed.form == Form::top) {
        const auto top = static_cast<size_t>(packed.top), all = rows * top;
        for (size_t i = r * top; i < (r + 1) * top; ++i)
          to[from_planes<uint16_t>(bytes, 0, all, i)] =
              float_of_half(from_planes<uint16_t>(bytes, 2 * all, all, i));
        continue;
      }
      for (int64_t s = visible.begin(row % times, columns); s < visible.end(row % times, columns);
           ++s, ++at) {
        if (packed.form == Form::f32)
          to[s] = std::bit_cast<float>(from_planes<uint32_t>(bytes, 0, cells, at));
        if (packed.form == Form::i32)
          to[s] = static_cast<float>(static_cast<int32_t>(from_planes<uint32_t>(bytes, 0, cells, at)));
        if (packed.form == Form::f16) to[s] = float_of_half(from_planes<uint16_t>(bytes, 0, cells, at));
        if (packed.form == Form::i8)
          to[s] = std::bit_cast<float>(from_planes<uint32_t>(bytes, 0, rows, r)) *
                  static_cast<float>(static_cast<int8_t>(bytes.at(4 * rows + at)));
        if (packed.form == Form::sqrt8) {
          const float root = static_cast<float>(static_cast<unsigned char>(bytes.at(at))) / 255;
          to[s] = root * root;
        }
      }
    }
  }
  return values;
}

// A page read back.
struct ReadPage {
  Json index;
  std::vector<std::string> blocks;  // base64
};

inline std::string script_of(const std::string& page, const std::string& id) {
  const std::string mark = " id=\"" + id + "\">";
  const size_t at = page.find(mark);
  if (at == std::string::npos) return {};
  const size_t begin = at + mark.size();
  return page.substr(begin, page.find("</script>", begin) - begin);
}

inline ReadPage read_page(const std::string& page) {
  ReadPage read{.index = parse_json(script_of(page, "look-index"), "page"), .blocks = {}};
  for (size_t i = 0;; ++i) {
    std::string block = script_of(page, "b" + std::to_string(i));
    if (block.empty()) return read;
    read.blocks.push_back(std::move(block));
  }
}

// The values of a tensor of the index.
inline std::vector<float> tensor_values(const ReadPage& page, const Json& tensor) {
  PackedTensor packed;
  const std::string form = tensor.at("form").text();
  for (const Form one : {Form::top, Form::sqrt8, Form::i8, Form::f16, Form::f32, Form::i32}) {
    if (name_of(one) == form) packed.form = one;
  }
  packed.top = tensor.value<int64_t>("top", 0);
  for (const Json& block : tensor.at("blocks")) {
    packed.blocks.push_back(
        {.block = {.text = page.blocks.at(static_cast<size_t>(block.at("id").get<int64_t>())),
                   .raw = static_cast<uint64_t>(block.at("raw").get<int64_t>()),
                   .deflate = block.at("deflate").get<bool>()},
         .first = block.at("first").get<int64_t>(),
         .count = block.at("count").get<int64_t>()});
  }
  Visible visible;
  if (const Json* mask = tensor.find("mask")) {
    visible.left = mask->value<int64_t>("left", -1);
    visible.right = mask->value<int64_t>("right", -1);
  }
  return unpacked(packed, Shape(tensor.at("shape").get<std::vector<int64_t>>()), visible);
}

}  // namespace hodhod::look
