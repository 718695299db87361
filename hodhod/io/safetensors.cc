// SPDX-License-Identifier: Apache-2.0
#include "hodhod/io/safetensors.h"

#include <algorithm>
#include <cstring>
#include <set>

#include "hodhod/base/error.h"
#include "hodhod/base/json.h"

namespace hodhod {
namespace {

constexpr uint64_t kMaxHeader = 100'000'000;  // the format's own limit

std::string_view stored_name(DType dtype) {
  for (const StoredType& type : kStoredTypes) {
    if (type.dtype == dtype) return type.name;
  }
  fail("safetensors: no stored type for {}", name_of(dtype));
}

// One entry of the header, with its shape and bounds checked. `data` is what follows the header, `base` where
// it begins.
TensorEntry read_entry(const std::string& name, const Json& value, std::span<const std::byte> data,
                       uint64_t base, const std::string& path) {
  const std::string where = fmt::format("{}: tensor \"{}\"", path, name);
  check(
      is_tensor_name(name),
      "{}: a tensor's name is empty, too long or holds control characters; the file was not written properly",
      path);
  TensorEntry entry;
  entry.name = name;
  entry.dtype = json_get<std::string>(value, "dtype", where);
  const StoredType* type = stored_type(entry.dtype);
  entry.shape = json_get<std::vector<int64_t>>(value, "shape", where);
  check(entry.shape.size() <= Shape::kMaxRank, "{}: has {} dimensions; at most {} are supported", where,
        entry.shape.size(), Shape::kMaxRank);
  // The size of an unknown type is unknown too.
  int64_t bytes = type == nullptr ? 0 : static_cast<int64_t>(type->size);
  for (const int64_t extent : entry.shape) {
    check(extent >= 0, "{}: the shape has a negative extent {}", where, extent);
    check(!__builtin_mul_overflow(bytes, extent, &bytes), "{}: the shape's size overflows", where);
  }
  const Json* offsets = json_find(value, "data_offsets");
  check(offsets != nullptr && offsets->is_array() && offsets->size() == 2,
        "{}: \"data_offsets\" must be a list of two whole numbers", where);
  const auto begin = json_as<uint64_t>((*offsets)[0], where + ": data_offsets");
  const auto end = json_as<uint64_t>((*offsets)[1], where + ": data_offsets");
  check(begin <= end, "{}: data_offsets run backwards, from {} to {}", where, begin, end);
  check(end <= data.size(), "{}: ends at byte {} of the data, but the file has only {} (byte {} of the file)",
        where, end, data.size(), base + data.size());
  check(type == nullptr || end - begin == static_cast<uint64_t>(bytes),
        "{}: byte {}: {} bytes are stored, but its shape and type {} need {}", where, base + begin,
        end - begin, entry.dtype, bytes);
  entry.bytes = data.subspan(begin, end - begin);
  entry.offset = base + begin;
  return entry;
}

// The entries must tile the data: a byte in two tensors, or in none, means a damaged or hostile file.
void check_tiling(const std::vector<TensorEntry>& entries, uint64_t base, uint64_t size,
                  const std::string& path) {
  uint64_t at = base;
  for (const TensorEntry& entry : entries) {
    check(entry.offset >= at,
          "{}: tensor \"{}\": byte {}: overlaps the tensor before it, which ends at byte {}", path,
          entry.name, entry.offset, at);
    check(entry.offset == at, "{}: tensor \"{}\": byte {}: {} bytes before it belong to no tensor", path,
          entry.name, entry.offset, entry.offset - at);
    at += entry.bytes.size();
  }
  check(at == size, "{}: byte {}: {} bytes at the end belong to no tensor", path, at, size - at);
}

}  // namespace

SafetensorsContents read_safetensors(const MappedFile& file) {
  const std::string& path = file.path();
  const auto bytes = file.bytes();
  const std::string_view all(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  check(!all.starts_with("version https://git-lfs."),
        "{}: is a pointer of Git LFS in place of the weights; fetch them with `git lfs pull`", path);
  check(bytes.size() >= 8,
        "{}: byte {}: the file ends before the header's length; it is damaged or not a safetensors file",
        path, bytes.size());
  uint64_t length = 0;
  std::memcpy(&length, bytes.data(), 8);
  check(length <= kMaxHeader,
        "{}: byte 0: a header of {} bytes is more than the {} allowed; this is not a safetensors file", path,
        length, kMaxHeader);
  check(length <= bytes.size() - 8,
        "{}: byte 0: the header should have {} bytes, but the file ends at byte {}", path, length,
        bytes.size());
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()) + 8, length);
  check(text.starts_with('{'),
        "{}: byte 8: the header does not begin with an object; this is not a safetensors file", path);
  const Json json = parse_json(text, path + ": header");
  check(json.is_object(), "{}: byte 8: the header is not an object", path);

  SafetensorsContents contents;
  contents.entries.reserve(json.size());
  for (const auto& [name, value] : json.items()) {
    if (name == "__metadata__") {
      check(value.is_object(), "{}: __metadata__ is not an object", path);
      for (const auto& [key, word] : value.items()) {
        contents.metadata[key] = json_as<std::string>(word, path + ": __metadata__: " + key);
      }
    } else {
      contents.entries.push_back(read_entry(name, value, bytes.subspan(8 + length), 8 + length, path));
    }
  }
  // Empty tensors first where several begin at one byte.
  std::stable_sort(contents.entries.begin(), contents.entries.end(),
                   [](const TensorEntry& a, const TensorEntry& b) {
                     return std::pair(a.offset, a.bytes.size()) < std::pair(b.offset, b.bytes.size());
                   });
  check_tiling(contents.entries, 8 + length, bytes.size(), path);
  return contents;
}

void serialize_safetensors(const NamedTensors& tensors, const Metadata& metadata,
                           const std::function<void(const void*, size_t)>& sink) {
  std::vector<const std::pair<std::string, Tensor>*> order;
  for (const auto& named : tensors) {
    check(named.second.defined(), "safetensors: tensor \"{}\" is undefined and cannot be written",
          named.first);
    check(is_tensor_name(named.first) && named.first != "__metadata__",
          "safetensors: \"{}\" cannot be a tensor's name", named.first);
    order.push_back(&named);
  }
  std::sort(order.begin(), order.end(), [](const auto* a, const auto* b) {
    return std::pair(-size_of(a->second.dtype()), std::string_view(a->first)) <
           std::pair(-size_of(b->second.dtype()), std::string_view(b->first));
  });

  Json header = Json::object();
  auto& members = header.items();
  if (!metadata.empty()) members.emplace_back("__metadata__", metadata);
  std::set<std::string_view> names;
  int64_t offset = 0;
  for (const auto* named : order) {
    check(names.insert(named->first).second, "safetensors: two tensors are named \"{}\"", named->first);
    const Tensor& tensor = named->second;
    members.emplace_back(named->first,
                         Json{{"dtype", stored_name(tensor.dtype())},
                              {"shape", std::vector<int64_t>(tensor.shape().begin(), tensor.shape().end())},
                              {"data_offsets", {offset, offset + tensor.bytes()}}});
    offset += tensor.bytes();
  }
  std::string text = format_json(header, -1);
  text.append((64 - (8 + text.size()) % 64) % 64, ' ');
  check(text.size() <= kMaxHeader, "safetensors: {} tensors need a header of {} bytes, more than {}",
        order.size(), text.size(), kMaxHeader);
  const uint64_t length = text.size();
  sink(&length, 8);
  sink(text.data(), text.size());
  for (const auto* named : order) {
    const Tensor dense = named->second.dense();
    if (dense.bytes() > 0) sink(dense.raw(), static_cast<size_t>(dense.bytes()));
  }
}

void write_safetensors(const std::string& path, const NamedTensors& tensors, const Metadata& metadata,
                       const FileSystem& system) {
  AtomicFileWriter writer(path, system);
  serialize_safetensors(tensors, metadata,
                        [&](const void* bytes, size_t count) { writer.write(bytes, count); });
  writer.commit();
}

}  // namespace hodhod
