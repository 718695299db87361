// SPDX-License-Identifier: Apache-2.0
#include "hodhod/io/pytorch_file.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "hodhod/base/error.h"
#include "hodhod/io/pickle.h"
#include "hodhod/io/zip_archive.h"
#include "hodhod/tensor/shape.h"

namespace hodhod {
namespace {

using Kind = Pickled::Kind;

// How a file before PyTorch 1.6 begins: a pickle of the number 0x1950a86a20f9469cfc6c.
constexpr std::string_view kOldMagic = "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.";

// How often the bytes of a file may be copied, so that a small hostile file does not take all memory.
constexpr uint64_t kMostCopies = 4;

constexpr std::array<std::pair<std::string_view, std::string_view>, 10> kStorageTypes = {
    {{"torch.DoubleStorage", "F64"},
     {"torch.FloatStorage", "F32"},
     {"torch.HalfStorage", "F16"},
     {"torch.BFloat16Storage", "BF16"},
     {"torch.LongStorage", "I64"},
     {"torch.IntStorage", "I32"},
     {"torch.ShortStorage", "I16"},
     {"torch.CharStorage", "I8"},
     {"torch.ByteStorage", "U8"},
     {"torch.BoolStorage", "BOOL"}}};

std::string_view text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// What a value is, for messages.
std::string description_of(const Pickled& value) {
  switch (value.kind) {
    case Kind::none:
      return "None";
    case Kind::boolean:
      return "a truth value";
    case Kind::integer:
    case Kind::number:
      return "a number";
    case Kind::text:
      return "a text";
    case Kind::bytes:
      return "bytes";
    case Kind::tuple:
      return "a tuple";
    case Kind::list:
      return "a list";
    case Kind::dictionary:
      return "a dictionary";
    case Kind::global:
      return "the name " + value.text.substr(0, 100);
    case Kind::call:
      return "an object of " + value.items[0]->text.substr(0, 100);
    case Kind::persistent:
      return "a storage";
  }
  return "unknown";
}

using StorageBytes = std::unordered_map<std::string, std::span<const std::byte>>;  // by key

// Elements of one type that tensors are views of.
struct TensorStorage {
  const StoredType* type;
  std::span<const std::byte> bytes;
  int64_t elements;
};

// Makes entries of what a pickle says of tensors.
class TensorViews {
 public:
  TensorViews(std::span<const std::byte> file, const std::string& path, StorageBytes storages)
      : file_(file), path_(path), storages_(std::move(storages)) {}

  PytorchTensors read(const Pickled& root) {
    for (const auto& [key, value] : named_values(root)) {
      check(key->kind == Kind::text && is_tensor_name(key->text),
            "{}: a tensor's name is empty, too long, no text, or holds control characters; the file was not "
            "written properly",
            path_);
      where_ = fmt::format("{}: tensor \"{}\"", path_, key->text);
      add(key->text, *value);
    }
    std::stable_sort(tensors_.entries.begin(), tensors_.entries.end(),
                     [](const TensorEntry& a, const TensorEntry& b) { return a.offset < b.offset; });
    return std::move(tensors_);
  }

 private:
  using Pairs = std::vector<std::pair<const Pickled*, const Pickled*>>;

  Pairs named_values(const Pickled& root) const {
    const bool ordered = root.is_call_of("collections.OrderedDict");
    check(root.kind == Kind::dictionary || ordered,
          "{}: holds {}, not a dictionary of tensors; save the model's state_dict()", path_,
          description_of(root));
    Pairs pairs;
    if (ordered && root.items.size() == 2 &&
        root.items[1]->kind == Kind::list) {  // Python 2: a list of pairs
      for (const Pickled* pair : root.items[1]->items) {
        check(pair->items.size() == 2, "{}: an ordered dictionary holds what is no pair; the file is damaged",
              path_);
        pairs.emplace_back(pair->items[0], pair->items[1]);
      }
    } else {
      check(!ordered || root.items.size() == 1,
            "{}: an ordered dictionary is made in an unknown way; the file is damaged", path_);
    }
    pairs.insert(pairs.end(), root.pairs.begin(), root.pairs.end());
    return pairs;
  }

  void add(const std::string& name, const Pickled& value) {
    const Pickled* tensor = &value;
    for (const char* parameter :
         {"torch._utils._rebuild_parameter", "torch._utils._rebuild_parameter_with_state"}) {
      if (tensor->is_call_of(parameter) && tensor->items.size() > 1) tensor = tensor->items[1];
    }
    check(tensor->is_call_of("torch._utils._rebuild_tensor_v2") ||
              tensor->is_call_of("torch._utils._rebuild_tensor"),
          "{}: is {}, not a tensor; save the model's state_dict() alone", where_, description_of(*tensor));
    check(tensor->items.size() >= 5,
          "{}: its storage, place, shape or strides are missing; the file is damaged", where_);
    check(tensor->items.size() <= 7 ||
              (tensor->items[7]->kind == Kind::dictionary && tensor->items[7]->pairs.empty()),
          "{}: is stored negated or conjugated; save it as it is (resolve_neg, resolve_conj)", where_);
    const TensorStorage storage = storage_of(*tensor->items[1]);
    const int64_t begin = whole_number(*tensor->items[2], "place");
    TensorEntry entry;
    entry.name = name;
    entry.dtype = storage.type->name;
    entry.shape = whole_numbers(*tensor->items[3], "shape");
    const std::vector<int64_t> strides = whole_numbers(*tensor->items[4], "strides");
    check(entry.shape.size() <= Shape::kMaxRank && entry.shape.size() == strides.size(),
          "{}: has {} dimensions and {} strides; at most {} are supported", where_, entry.shape.size(),
          strides.size(), Shape::kMaxRank);
    place(entry, storage, begin, strides);
    tensors_.entries.push_back(std::move(entry));
  }

  int64_t whole_number(const Pickled& value, const char* what) const {
    check(value.kind == Kind::integer && value.integer >= 0,
          "{}: its {} is not a whole number of 0 or more; the file is damaged", where_, what);
    return value.integer;
  }
  std::vector<int64_t> whole_numbers(const Pickled& value, const char* what) const {
    const Pickled* numbers = &value;
    if (numbers->is_call_of("torch.Size") && numbers->items.size() == 2) numbers = numbers->items[1];
    check(numbers->kind == Kind::tuple, "{}: its {} is {}, not a tuple; the file is damaged", where_, what,
          description_of(*numbers));
    std::vector<int64_t> found;
    for (const Pickled* one : numbers->items) found.push_back(whole_number(*one, what));
    return found;
  }

  // The name of a storage: ("storage", type, key, place, elements[, view]), where a view is (key, first
  // element, elements).
  TensorStorage storage_of(const Pickled& value) const {
    const Pickled* id = value.kind == Kind::persistent ? value.items[0] : &value;
    check(value.kind == Kind::persistent && id->kind == Kind::tuple && id->items.size() >= 5 &&
              id->items[0]->is_text("storage") && id->items[2]->kind == Kind::text,
          "{}: its storage is {}; the file is damaged", where_, description_of(value));
    const Pickled& type = *id->items[1];
    const auto known = std::find_if(kStorageTypes.begin(), kStorageTypes.end(),
                                    [&](const auto& one) { return type.is_global(one.first); });
    check(known != kStorageTypes.end(), "{}: its storage is of the unknown type {}", where_,
          type.text.substr(0, 100));
    const std::string& key = id->items[2]->text;
    const auto found = storages_.find(key);
    check(found != storages_.end(), "{}: its storage {} is missing; the file is damaged", where_,
          key.substr(0, 100));
    TensorStorage storage{.type = stored_type(known->second), .bytes = found->second, .elements = 0};
    storage.elements = static_cast<int64_t>(storage.bytes.size() / storage.type->size);
    const int64_t elements = whole_number(*id->items[4], "storage's size");
    check(elements <= storage.elements,
          "{}: its storage {} should have {} elements, but the file has {}; it is cut off or damaged", where_,
          key.substr(0, 100), elements, storage.elements);
    if (id->items.size() > 5 && id->items[5]->kind == Kind::tuple) {
      check(id->items[5]->items.size() == 3, "{}: the view of its storage is damaged", where_);
      const int64_t first = whole_number(*id->items[5]->items[1], "view's place"),
                    count = whole_number(*id->items[5]->items[2], "view's size");
      check(first <= storage.elements && count <= storage.elements - first,
            "{}: the view of its storage ends behind it; the file is damaged", where_);
      storage.bytes = storage.bytes.subspan(static_cast<size_t>(first) * storage.type->size);
      storage.elements = count;
    } else {
      storage.elements = elements;
    }
    return storage;
  }

  // Gives the entry its bytes: those of the file or, if they do not lie there in a row, a copy.
  void place(TensorEntry& entry, const TensorStorage& storage, int64_t begin,
             const std::vector<int64_t>& strides) {
    int64_t count = 1, last = begin;
    for (size_t axis = 0; axis < strides.size(); ++axis) {
      int64_t reach = 0;
      check(!__builtin_mul_overflow(count, entry.shape[axis], &count), "{}: the shape's size overflows",
            where_);
      check(
          entry.shape[axis] == 0 || (!__builtin_mul_overflow(entry.shape[axis] - 1, strides[axis], &reach) &&
                                     !__builtin_add_overflow(last, reach, &last)),
          "{}: the strides overflow", where_);
    }
    if (count == 0) last = begin = 0;
    check(count == 0 || last < storage.elements,
          "{}: its last element is number {}, but its storage has {}; the file is damaged", where_, last,
          storage.elements);
    check(count <= storage.elements,
          "{}: {} elements are made of {}; tensors that repeat their elements are not read", where_, count,
          storage.elements);
    const size_t size = storage.type->size;
    const std::span<const std::byte> from = storage.bytes.subspan(static_cast<size_t>(begin) * size);
    entry.offset = static_cast<uint64_t>(from.data() - file_.data());
    if (count == 0 || in_a_row(entry.shape, strides)) {
      entry.bytes = from.first(static_cast<size_t>(count) * size);
      return;
    }
    copied_ += static_cast<uint64_t>(count) * size;
    check(copied_ / kMostCopies <= file_.size(),
          "{}: the tensors up to this one need {} bytes, and the file has {}; too many share their elements",
          where_, copied_, file_.size());
    auto copy = std::make_shared<std::vector<std::byte>>(static_cast<size_t>(count) * size);
    std::vector<int64_t> index(strides.size());
    int64_t at = 0;
    for (int64_t i = 0; i < count; ++i) {
      std::memcpy(copy->data() + static_cast<size_t>(i) * size, from.data() + static_cast<size_t>(at) * size,
                  size);
      for (size_t axis = strides.size(); axis-- > 0;) {
        at += strides[axis];
        if (++index[axis] < entry.shape[axis]) break;
        at -= strides[axis] * entry.shape[axis];
        index[axis] = 0;
      }
    }
    entry.bytes = *copy;
    tensors_.copies.push_back(std::move(copy));
  }

  static bool in_a_row(const std::vector<int64_t>& shape, const std::vector<int64_t>& strides) {
    int64_t expected = 1;
    for (size_t axis = shape.size(); axis-- > 0;) {
      if (shape[axis] != 1 && strides[axis] != expected) return false;
      expected *= shape[axis];
    }
    return true;
  }

  std::span<const std::byte> file_;
  const std::string& path_;
  StorageBytes storages_;
  std::string where_;
  PytorchTensors tensors_;
  uint64_t copied_ = 0;  // bytes
};

PytorchTensors read_archive(std::span<const std::byte> file, const std::string& path) {
  const std::vector<ZipMember> members = zip_members(file, path);
  constexpr std::string_view kPickle = "/data.pkl";
  const auto pickled = std::find_if(members.begin(), members.end(), [&](const ZipMember& member) {
    return std::string_view(member.name).ends_with(kPickle);
  });
  check(pickled != members.end(), "{}: is a zip archive without data.pkl, so PyTorch did not write it", path);
  const std::string folder = pickled->name.substr(0, pickled->name.size() - kPickle.size() + 1);
  StorageBytes storages;
  for (const ZipMember& member : members) {
    if (member.name.starts_with(folder + "data/"))
      storages.emplace(member.name.substr(folder.size() + 5), member.bytes);
    check(member.name != folder + "byteorder" || text_of(member.bytes) == "little",
          "{}: was written on a machine of the other byte order; save it again on a little-endian one", path);
  }
  const auto base = static_cast<uint64_t>(pickled->bytes.data() - file.data());
  const Pickle pickle(text_of(pickled->bytes), path, base);
  return TensorViews(file, path, std::move(storages)).read(pickle.root());
}

const Pickled* value_under(const Pickled& dictionary, std::string_view key) {
  for (const auto& [name, value] : dictionary.pairs) {
    if (name->is_text(key)) return value;
  }
  return nullptr;
}

// The size of an element of each storage that a pickle names, by key.
std::unordered_map<std::string, uint64_t> element_sizes(const Pickle& pickle) {
  std::unordered_map<std::string, uint64_t> sizes;
  for (const Pickled& value : pickle.values()) {
    if (value.kind != Kind::persistent || value.items[0]->items.size() < 3) continue;
    const std::vector<const Pickled*>& id = value.items[0]->items;
    for (const auto& [name, type] : kStorageTypes) {
      if (id[1]->is_global(name)) sizes[id[2]->text] = stored_type(type)->size;
    }
  }
  return sizes;
}

// Pickles of a magic number, the layout's version, the machine, the tensors and the keys of their storages;
// then for each key the number of its elements, in eight bytes, and the elements.
PytorchTensors read_row_of_pickles(std::span<const std::byte> file, const std::string& path) {
  const std::string_view all = text_of(file);
  size_t at = kOldMagic.size();
  const auto next = [&]() {
    check(at < all.size(), "{}: byte {}: the file ends before its tensors; it is cut off", path, at);
    auto pickle = std::make_unique<Pickle>(all.substr(at), path, at);
    at += pickle->size();
    return pickle;
  };
  const auto version = next();
  check(version->root().kind == Kind::integer && version->root().integer == 1001,
        "{}: is of an unknown version of PyTorch's old layout", path);
  const auto about = next();
  const Pickled* little = value_under(about->root(), "little_endian");
  check(little != nullptr && little->kind == Kind::boolean && little->integer == 1,
        "{}: was written on a machine of the other byte order; save it again on a little-endian one", path);
  const auto tensors = next(), keys = next();
  const std::unordered_map<std::string, uint64_t> sizes = element_sizes(*tensors);
  StorageBytes storages;
  for (const Pickled* key : keys->root().items) {
    const auto size = sizes.find(key->text);
    check(size != sizes.end(), "{}: a storage belongs to no tensor; the file is damaged", path);
    check(all.size() - at >= 8, "{}: byte {}: the file ends before a storage; it is cut off", path, at);
    uint64_t elements = 0;
    std::memcpy(&elements, all.data() + at, sizeof elements);
    at += sizeof elements;
    check(elements <= (all.size() - at) / size->second,
          "{}: byte {}: a storage of {} elements ends behind the file; it is cut off or damaged", path, at,
          elements);
    storages.emplace(key->text, file.subspan(at, elements * size->second));
    at += elements * size->second;
  }
  check(at == all.size(), "{}: byte {}: {} bytes at the end belong to no tensor", path, at, all.size() - at);
  return TensorViews(file, path, std::move(storages)).read(tensors->root());
}

}  // namespace

bool is_pytorch_file(std::span<const std::byte> bytes) {
  return is_zip_archive(bytes) || text_of(bytes).starts_with(kOldMagic);
}

PytorchTensors read_pytorch_file(std::span<const std::byte> bytes, const std::string& path) {
  return is_zip_archive(bytes) ? read_archive(bytes, path) : read_row_of_pickles(bytes, path);
}

}  // namespace hodhod
