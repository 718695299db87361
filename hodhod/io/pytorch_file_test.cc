// SPDX-License-Identifier: Apache-2.0
// The bytes are laid out by hand, after pickletools and the description of zip archives; tests/cli/pytorch.sh
// reads files that PyTorch itself writes.
#include "hodhod/io/pytorch_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "hodhod/base/error.h"
#include "hodhod/base/test_directories.h"
#include "hodhod/base/testing.h"
#include "hodhod/io/pickle.h"
#include "hodhod/io/tensor_file.h"

namespace hodhod {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

template <class T>
std::string raw(T value) {
  std::string bytes(sizeof value, '\0');
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}

std::string floats(const std::vector<float>& values) {
  std::string bytes;
  for (const float value : values) bytes += raw(value);
  return bytes;
}

// Pieces of pickles.
std::string text(const std::string& value) { return "X" + raw(static_cast<uint32_t>(value.size())) + value; }
std::string number(int32_t value) { return "J" + raw(value); }
std::string global(const std::string& module, const std::string& name) {
  return "c" + module + "\n" + name + "\n";
}
std::string tuple(const std::vector<int32_t>& values) {
  std::string bytes = "(";
  for (const int32_t value : values) bytes += number(value);
  return bytes + "t";
}
std::string ordered() { return global("collections", "OrderedDict") + ")R"; }
std::string storage(const std::string& type, const std::string& key, int32_t elements,
                    const std::string& view = "") {
  return "(" + text("storage") + global("torch", type) + text(key) + text("cpu") + number(elements) + view +
         "tQ";
}
std::string tensor(const std::string& of, int32_t place, const std::vector<int32_t>& shape,
                   const std::vector<int32_t>& strides) {
  return global("torch._utils", "_rebuild_tensor_v2") + "(" + of + number(place) + tuple(shape) +
         tuple(strides) + "\x89" + ordered() + "tR";
}
std::string dictionary(const std::vector<std::pair<std::string, std::string>>& values) {
  std::string bytes = "\x80\x02" + ordered() + "q" + std::string(1, '\0') + "(";
  for (const auto& [name, value] : values) bytes += text(name) + value;
  return bytes + "u}" + text("_metadata") + ordered() + "sb.";
}

struct Member {
  std::string name, bytes;
  uint16_t method = 0;
};

// A zip archive; `wide` writes sizes and places as 64-bit numbers in extra fields, and the table's, too.
std::string archive(const std::vector<Member>& members, bool wide = false) {
  std::string bytes, table;
  for (const Member& member : members) {
    const auto size = static_cast<uint32_t>(member.bytes.size());
    const auto place = static_cast<uint32_t>(bytes.size());
    const auto name_size = static_cast<uint16_t>(member.name.size());
    const std::string padding((64 - (bytes.size() + 30 + name_size) % 64) % 64, 'Z');
    const std::string common = raw(uint16_t{0}) + raw(member.method) + raw(uint32_t{0}) + raw(uint32_t{0});
    bytes += raw(uint32_t{0x04034b50}) + raw(uint16_t{0}) + common + raw(size) + raw(size) + raw(name_size) +
             raw(static_cast<uint16_t>(padding.size())) + member.name + padding + member.bytes;
    const std::string extra = wide ? raw(uint16_t{1}) + raw(uint16_t{24}) + raw(uint64_t{size}) +
                                         raw(uint64_t{size}) + raw(uint64_t{place})
                                   : "";
    const uint32_t elsewhere = 0xffffffff;
    table += raw(uint32_t{0x02014b50}) + raw(uint32_t{0}) + common + raw(wide ? elsewhere : size) +
             raw(wide ? elsewhere : size) + raw(name_size) + raw(static_cast<uint16_t>(extra.size())) +
             raw(uint16_t{0}) + raw(uint16_t{0}) + raw(uint16_t{0}) + raw(uint32_t{0}) +
             raw(wide ? elsewhere : place) + member.name + extra;
  }
  const auto at = static_cast<uint64_t>(bytes.size());
  const auto count = static_cast<uint64_t>(members.size()), size = static_cast<uint64_t>(table.size());
  bytes += table;
  if (wide) {
    const auto end = static_cast<uint64_t>(bytes.size());
    bytes += raw(uint32_t{0x06064b50}) + raw(uint64_t{44}) + raw(uint32_t{0}) + raw(uint64_t{0}) +
             raw(count) + raw(count) + raw(size) + raw(at) + raw(uint32_t{0x07064b50}) + raw(uint32_t{0}) +
             raw(end) + raw(uint32_t{1});
  }
  return bytes + raw(uint32_t{0x06054b50}) + raw(uint32_t{0}) + raw(static_cast<uint16_t>(count)) +
         raw(static_cast<uint16_t>(wide ? 0xffff : count)) + raw(static_cast<uint32_t>(size)) +
         raw(wide ? 0xffffffff : static_cast<uint32_t>(at)) + raw(uint16_t{0});
}

std::string saved(const std::string& pickle, const std::string& data) {
  return archive(
      {{"m/data.pkl", pickle}, {"m/byteorder", "little"}, {"m/data/0", data}, {"m/version", "3\n"}});
}

// The layout before PyTorch 1.6.
const std::string kOldStart =
    std::string("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.", 15) + "\x80\x02M\xe9\x03.";
std::string old_machine(bool little) {
  return "\x80\x02}" + text("little_endian") + (little ? "\x88" : "\x89") + "s.";
}
std::string saved_old(const std::string& pickle, const std::string& data, uint64_t elements) {
  return kOldStart + old_machine(true) + pickle + "\x80\x02]" + text("7") + "a." + raw(elements) + data;
}

class PytorchFileTest : public testing::Test {
 protected:
  std::string put(const std::string& bytes) { return directory_.put("pytorch_model.bin", bytes); }
  std::string error(const std::string& bytes) {
    return error_of([&] { TensorFile file(put(bytes)); });
  }
  // Of one tensor over six floats.
  std::string tensor_error(const std::string& value) {
    return error(saved(dictionary({{"w", value}}), floats({0, 1, 2, 3, 4, 5})));
  }
  TemporaryDirectory directory_;
};

TEST_F(PytorchFileTest, ReadsTensorsOfOneStorage) {
  const std::string all = storage("FloatStorage", "0", 6);
  const std::string pickle = dictionary({{"whole", tensor(all, 0, {2, 3}, {3, 1})},
                                         {"tied", tensor(all, 0, {2, 3}, {3, 1})},
                                         {"turned", tensor(all, 0, {3, 2}, {1, 3})},
                                         {"part", tensor(all, 4, {2}, {1})},
                                         {"every other", tensor(all, 1, {2, 1}, {2, 7})},
                                         {"one", tensor(all, 5, {}, {})},
                                         {"none", tensor(all, 0, {0, 3}, {3, 1})}});
  for (const bool wide : {false, true}) {
    put(archive({{"m/data.pkl", pickle}, {"m/data/0", floats({0, 1, 2, 3, 4, 5})}}, wide));
    const TensorFile file(directory_.path());
    ASSERT_EQ(file.entries().size(), 7U);
    EXPECT_EQ(file.entries()[0].dtype, "F32");
    EXPECT_EQ(file.load("whole").shape(), (Shape{2, 3}));
    EXPECT_THAT(file.load("whole").values(), ElementsAre(0, 1, 2, 3, 4, 5));
    EXPECT_THAT(file.load("tied").values(), ElementsAre(0, 1, 2, 3, 4, 5));
    EXPECT_THAT(file.load("turned").values(), ElementsAre(0, 3, 1, 4, 2, 5));
    EXPECT_THAT(file.load("part").values(), ElementsAre(4, 5));
    EXPECT_THAT(file.load("every other").values(), ElementsAre(1, 3));
    EXPECT_EQ(file.load("one").item(), 5);
    EXPECT_EQ(file.load("none").shape(), (Shape{0, 3}));
    EXPECT_EQ(file.load("whole").raw(), file.load("tied").raw()) << "the memory is that of the file";
  }
}

TEST_F(PytorchFileTest, ReadsTheOlderLayout) {
  const std::string view = "(" + text("8") + number(1) + number(2) + "t";
  const std::string pickle = dictionary(
      {{"w", tensor(storage("FloatStorage", "7", 4, "N"), 2, {2}, {1})},
       {"v", tensor(storage("FloatStorage", "7", 4, view), 1, {1}, {1})},
       {"p", global("torch._utils", "_rebuild_parameter") + "(" +
                 tensor(storage("FloatStorage", "7", 4, "N"), 0, {2}, {1}) + "\x88" + ordered() + "tR"}});
  const std::string data = floats({5, 6, 7, 8});
  put(saved_old(pickle, data, 4));
  const TensorFile file(directory_.path());
  EXPECT_THAT(file.load("w").values(), ElementsAre(7, 8));
  EXPECT_THAT(file.load("v").values(), ElementsAre(7));
  EXPECT_THAT(file.load("p").values(), ElementsAre(5, 6));
  EXPECT_THAT(error(saved_old(pickle, data, 5)), HasSubstr("a storage of 5 elements ends behind the file"));
  EXPECT_THAT(error(saved_old(pickle, data + "x", 4)), HasSubstr("1 bytes at the end belong to no tensor"));
  EXPECT_THAT(error(kOldStart + old_machine(false)), HasSubstr("the other byte order"));
  const std::string whole = saved_old(pickle, data, 4);
  for (size_t size = kOldStart.size(); size < whole.size(); ++size)
    EXPECT_THAT(error(whole.substr(0, size)), HasSubstr("pytorch_model.bin")) << size;
}

TEST_F(PytorchFileTest, TypesOfElements) {
  const std::vector<std::tuple<const char*, const char*, uint64_t>> types = {
      {"DoubleStorage", "F64", 8}, {"HalfStorage", "F16", 2}, {"BFloat16Storage", "BF16", 2},
      {"LongStorage", "I64", 8},   {"IntStorage", "I32", 4},  {"ShortStorage", "I16", 2},
      {"CharStorage", "I8", 1},    {"ByteStorage", "U8", 1},  {"BoolStorage", "BOOL", 1}};
  for (const auto& [type, name, size] : types) {
    put(saved(dictionary({{"w", tensor(storage(type, "0", 2), 1, {1}, {1})}}), std::string(2 * size, '\1')));
    const TensorFile file(directory_.path());
    EXPECT_EQ(file.entries()[0].dtype, name);
    EXPECT_EQ(file.entries()[0].bytes.size(), size);
  }
  EXPECT_THAT(tensor_error(tensor(storage("QInt8Storage", "0", 6), 0, {2}, {1})),
              HasSubstr("tensor \"w\": its storage is of the unknown type torch.QInt8Storage"));
}

TEST_F(PytorchFileTest, ShardsAndPreference) {
  const std::string pickle = dictionary({{"w", tensor(storage("FloatStorage", "0", 1), 0, {1}, {1})}});
  directory_.put("pytorch_model-00001-of-00001.bin", saved(pickle, floats({3})));
  directory_.put("pytorch_model.bin.index.json",
                 R"({"weight_map": {"w": "pytorch_model-00001-of-00001.bin"}})");
  EXPECT_THAT(TensorFile(directory_.path()).load("w").values(), ElementsAre(3));
  write_safetensors(directory_ / "model.safetensors", {{"w", Tensor::full({1}, 4)}});
  EXPECT_THAT(TensorFile(directory_.path()).load("w").values(), ElementsAre(4));
  EXPECT_TRUE(is_weight_file("pytorch_model-00001-of-00001.bin"));
  EXPECT_TRUE(is_weight_file("model.safetensors"));
  EXPECT_FALSE(is_weight_file("training_args.bin"));
}

TEST_F(PytorchFileTest, NothingButTensorsIsRead) {
  const std::string call = "cposix\nsystem\n(" + text("true") + "tR";
  EXPECT_THAT(tensor_error(call), HasSubstr("tensor \"w\": is an object of posix.system, not a tensor"));
  EXPECT_THAT(tensor_error(number(3)), HasSubstr("tensor \"w\": is a number, not a tensor"));
  EXPECT_THAT(error(saved("\x80\x02" + call + ".", "")), HasSubstr("holds an object of posix.system"));
  EXPECT_THAT(error(saved("\x80\x02]q\x01h\x01"
                          "a.",
                          "")),
              HasSubstr("holds a list"));  // of itself
  EXPECT_THAT(error(archive({{"m/word.xml", "x"}})), HasSubstr("without data.pkl"));
  EXPECT_THAT(error(archive({{"m/data.pkl", ".", 8}})), HasSubstr("compressed"));
  EXPECT_THAT(error(archive({{"m/data.pkl", "N."}, {"m/byteorder", "big"}})),
              HasSubstr("the other byte order"));
}

TEST_F(PytorchFileTest, RefusesDamagedTensorsByName) {
  const std::string six = storage("FloatStorage", "0", 6);
  const auto expect = [&](const std::string& value, const std::string& message) {
    EXPECT_THAT(tensor_error(value), AllOf(HasSubstr("tensor \"w\""), HasSubstr(message)));
  };
  expect(tensor(six, 0, {7}, {1}), "its last element is number 6, but its storage has 6");
  expect(tensor(six, 3, {2, 2}, {2, 1}), "its last element is number 6");
  expect(tensor(six, -1, {2}, {1}), "its place is not a whole number of 0 or more");
  expect(tensor(six, 0, {-2}, {1}), "its shape is not a whole number");
  expect(tensor(six, 0, {2}, {-1}), "its strides is not a whole number");
  expect(tensor(six, 0, {2, 2}, {1}), "2 dimensions and 1 strides");
  expect(tensor(six, 0, std::vector<int32_t>(40, 1), std::vector<int32_t>(40, 1)), "40 dimensions");
  expect(tensor(six, 0, {2000000000, 2000000000, 2000000000}, {0, 0, 0}), "the shape's size overflows");
  EXPECT_EQ(tensor_error(tensor(six, 9, {0, 2000000000, 2000000000, 2000000000}, {7, 7, 2000000000, 1})),
            "no error");
  expect(tensor(six, 0, {1000}, {0}), "1000 elements are made of 6");
  expect(tensor(storage("FloatStorage", "0", 7), 0, {1}, {1}), "should have 7 elements, but the file has 6");
  expect(tensor(storage("FloatStorage", "1", 6), 0, {1}, {1}), "its storage 1 is missing");
  expect(tensor(text("storage"), 0, {1}, {1}), "its storage is a text");
  expect(tensor("KxQ", 0, {1}, {1}), "its storage is a storage");
  expect(global("torch._utils", "_rebuild_tensor_v2") + "(" + six + "tR", "are missing");
  expect(global("torch._utils", "_rebuild_tensor_v2") + "(" + six + number(0) + tuple({1}) + tuple({1}) +
             "\x89" + ordered() + "}" + text("neg") + "\x88stR",
         "is stored negated");
  EXPECT_THAT(error(saved(dictionary({{"", tensor(six, 0, {1}, {1})}}), "")),
              HasSubstr("a tensor's name is empty"));
}

TEST_F(PytorchFileTest, ManyCopiesOfTheSameElementsAreRefused) {
  constexpr int32_t kSide = 100;
  std::vector<std::pair<std::string, std::string>> values;
  for (int i = 0; i < 8; ++i) {
    values.emplace_back("w" + std::to_string(i),
                        tensor(storage("FloatStorage", "0", kSide * kSide), 0, {kSide, kSide}, {1, kSide}));
  }
  const std::string data(4 * kSide * kSide, '\0');
  EXPECT_THAT(error(saved(dictionary(values), data)), HasSubstr("too many share their elements"));
  values.resize(2);
  EXPECT_EQ(error(saved(dictionary(values), data)), "no error");
}

// Every beginning of a file, and every file with one byte changed, is read or refused with its name.
TEST_F(PytorchFileTest, DamagedBytes) {
  const std::string whole = saved(
      dictionary({{"w", tensor(storage("FloatStorage", "0", 4), 0, {2, 2}, {1, 2})}}), floats({0, 1, 2, 3}));
  for (size_t size = 4; size < whole.size(); ++size)
    EXPECT_THAT(error(whole.substr(0, size)), HasSubstr("pytorch_model.bin")) << size;
  for (size_t i = 4; i < whole.size(); ++i) {
    for (const int flip : {1, 0x80, 0xff}) {
      std::string changed = whole;
      changed[i] = static_cast<char>(changed[i] ^ flip);
      put(changed);
      try {
        for (const TensorFile file(directory_.path()); const TensorEntry& entry : file.entries())
          file.load(entry);
      } catch (const Error& problem) {
        EXPECT_THAT(problem.what(), HasSubstr("pytorch_model.bin")) << i;
      }
    }
  }
}

TEST(Pickle, ValuesOfEveryKind) {
  const std::string bytes =
      "\x80\x04\x95" + std::string(8, '\0') + "(N\x88\x89J\xfe\xff\xff\xffK\x05M\x01\x02" +
      "\x8a\x02\xff\xfe\x8a" + std::string(1, '\0') + "G\x3f\xf8" + std::string(6, '\0') +
      "\x8c\x02hiC\x01z\x8c\x01m\x8c\x01n\x93\x94(K\x01l}K\x01K\x02sh" + std::string(1, '\0') +
      "K\x07\x85Q(K\x01K\x02"
      "dt.";
  const Pickle pickle(bytes, "p");
  const auto& items = pickle.root().items;
  using Kind = Pickled::Kind;
  ASSERT_EQ(items.size(), 17U);
  EXPECT_EQ(pickle.size(), bytes.size());
  EXPECT_EQ(items[0]->kind, Kind::none);
  EXPECT_EQ(items[1]->integer, 1);
  EXPECT_EQ(items[2]->integer, 0);
  EXPECT_EQ(items[3]->integer, -2);
  EXPECT_EQ(items[4]->integer, 5);
  EXPECT_EQ(items[5]->integer, 513);
  EXPECT_EQ(items[6]->integer, -257);
  EXPECT_EQ(items[7]->integer, 0);
  EXPECT_EQ(items[8]->number, 1.5);
  EXPECT_TRUE(items[9]->is_text("hi"));
  EXPECT_EQ(items[10]->kind, Kind::bytes);
  EXPECT_TRUE(items[11]->is_global("m.n"));
  EXPECT_EQ(items[12]->items[0]->integer, 1);
  EXPECT_EQ(items[13]->pairs[0].second->integer, 2);
  EXPECT_EQ(items[14], items[11]) << "taken up again";
  EXPECT_EQ(items[15]->kind, Kind::persistent);
  EXPECT_EQ(items[16]->pairs[0].first->integer, 1);
}

TEST(Pickle, DamageIsToldWithItsByte) {
  const auto error = [](const std::string& bytes) {
    return error_of([&] { Pickle pickle(bytes, "p", 100); });
  };
  EXPECT_THAT(error(""), HasSubstr("p: byte 100: the pickle ends inside of a value"));
  EXPECT_THAT(error("N"), HasSubstr("byte 101: the pickle ends"));
  EXPECT_THAT(error("NN."), HasSubstr("byte 102: it leaves values behind"));
  EXPECT_THAT(error("."), HasSubstr("a value is missing"));
  EXPECT_THAT(error("(0."), HasSubstr("byte 101: a value is missing"));
  EXPECT_THAT(error("Nt."), HasSubstr("a mark is missing"));
  EXPECT_THAT(error("NNs."), HasSubstr("a value is missing"));
  EXPECT_THAT(error("NNNs."), HasSubstr("in what is no dictionary"));
  EXPECT_THAT(error("}(Nu."), HasSubstr("a key has no value"));
  EXPECT_THAT(error("NNa."), HasSubstr("to what is no list"));
  EXPECT_THAT(error("N)R."), HasSubstr("what is called has no name"));
  EXPECT_THAT(error("cm\nn\nNR."), HasSubstr("arguments are not a tuple"));
  EXPECT_THAT(error("cm."), HasSubstr("a name has no end"));
  EXPECT_THAT(error("h\x05."), HasSubstr("never there"));
  EXPECT_THAT(error("\x80\x09N."), HasSubstr("the protocol is above 5"));
  EXPECT_THAT(error("I1\n."), HasSubstr("byte 100: the instruction 0x49 is not one of those"));
  EXPECT_THAT(error("X" + raw(0xffffffffU) + "a."), HasSubstr("the pickle ends inside"));
}

}  // namespace
}  // namespace hodhod
