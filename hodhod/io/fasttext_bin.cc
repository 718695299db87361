// SPDX-License-Identifier: Apache-2.0
#include "hodhod/io/fasttext_bin.h"

#include <bit>
#include <cstring>
#include <limits>
#include <type_traits>
#include <unordered_set>

#include "hodhod/base/error.h"
#include "hodhod/base/file.h"

namespace hodhod {
namespace {

static_assert(std::endian::native == std::endian::little, "the files are little-endian");

constexpr int32_t kFastTextMagic = 793712314;
constexpr int32_t kFastTextVersion = 12;
constexpr size_t kLongestEntry = size_t{1} << 20;  // bytes of a word: far above any that a reader makes

// Takes values off the front of a file.
class BinaryReader {
 public:
  BinaryReader(std::string_view bytes, const std::string& path) : bytes_(bytes), path_(path) {}

  template <class T>
  T take(const char* what) {
    T value;
    std::memcpy(&value, take_bytes(sizeof value, what).data(), sizeof value);
    return value;
  }
  std::string_view take_bytes(size_t count, const char* what) {
    check(count <= bytes_.size() - at_, "{}: byte {}: the file ends inside of {}; it is cut off or damaged",
          path_, at_, what);
    at_ += count;
    return bytes_.substr(at_ - count, count);
  }
  // A text that a NUL ends.
  std::string_view take_text(const char* what) {
    const size_t end = bytes_.substr(at_, kLongestEntry).find('\0');
    check(end != std::string_view::npos, "{}: byte {}: {} has no end; the file is damaged", path_, at_, what);
    return take_bytes(end + 1, what).substr(0, end);
  }
  size_t at() const { return at_; }
  size_t left() const { return bytes_.size() - at_; }
  const std::string& path() const { return path_; }

  // Error about what was read last, `size` bytes of it.
  template <class... Args>
  void require(bool condition, size_t size, fmt::format_string<Args...> message, Args&&... args) const {
    if (condition) return;
    fail("{}: byte {}: {}; the file is damaged", path_, at_ - size,
         fmt::vformat(message, fmt::make_format_args(args...)));
  }

 private:
  std::string_view bytes_;
  const std::string& path_;
  size_t at_ = 0;
};

template <class E>
E take_enum(BinaryReader& reader, const char* what, int32_t last) {
  const auto number = reader.take<int32_t>(what);
  reader.require(number >= 1 && number <= last, sizeof number, "{} is {}, and goes from 1 to {}", what,
                 number, last);
  return static_cast<E>(number);
}

int32_t take_size(BinaryReader& reader, const char* what, int32_t least) {
  const auto number = reader.take<int32_t>(what);
  reader.require(number >= least, sizeof number, "{} is {}, and has to be {} or more", what, number, least);
  return number;
}

FastTextOptions take_options(BinaryReader& reader, int32_t version) {
  FastTextOptions options;
  options.width = take_size(reader, "the width of a vector", 1);
  options.window = take_size(reader, "the window", 0);
  options.epochs = take_size(reader, "the number of epochs", 0);
  options.min_count = take_size(reader, "the minimum count", 0);
  options.negatives = take_size(reader, "the number of negatives", 0);
  options.word_ngrams = take_size(reader, "the length of word n-grams", 0);
  options.loss = take_enum<FastTextLoss>(reader, "the loss", 4);
  options.kind = take_enum<FastTextKind>(reader, "the kind of model", 3);
  options.buckets = take_size(reader, "the number of buckets", 0);
  options.min_n = take_size(reader, "the shortest character n-gram", 0);
  options.max_n = take_size(reader, "the longest character n-gram", 0);
  options.rate_every = take_size(reader, "the interval of the rate", 0);
  options.sampling = reader.take<double>("the sampling threshold");
  // Classifiers of version 11 did not use character n-grams, whatever they say.
  if (version == 11 && options.kind == FastTextKind::supervised) options.max_n = 0;
  return options;
}

void take_dictionary(BinaryReader& reader, FastTextModel& model) {
  const int32_t size = take_size(reader, "the number of entries", 0);
  const int32_t words = take_size(reader, "the number of words", 0);
  const int32_t labels = take_size(reader, "the number of labels", 0);
  reader.require(int64_t{words} + labels == size, 3 * sizeof size,
                 "{} words and {} labels make no {} entries", words, labels, size);
  model.tokens = reader.take<int64_t>("the number of tokens");
  const auto pruned = reader.take<int64_t>("the number of pruned buckets");
  check(pruned < 0,
        "{}: its dictionary is pruned, as that of quantised models; give the .bin file it was made of",
        reader.path());
  std::unordered_set<std::string_view> known;
  for (int32_t i = 0; i < size; ++i) {
    const std::string_view text = reader.take_text("an entry of the dictionary");
    const size_t begin = reader.at() - text.size() - 1;
    FastTextEntry entry{std::string(text), reader.take<int64_t>("a count")};
    const auto type = reader.take<int8_t>("the kind of an entry");
    const size_t read = reader.at() - begin;
    reader.require(!text.empty(), read, "an entry of the dictionary is empty");
    reader.require(known.insert(text).second, read, "\"{}\" is in the dictionary twice", text);
    reader.require(type == (i < words ? 0 : 1), read, "\"{}\" is a {} among the {}", text,
                   type == 0 ? "word" : "label", i < words ? "words" : "labels");
    (i < words ? model.words : model.labels).push_back(std::move(entry));
  }
}

Tensor take_matrix(BinaryReader& reader, const char* what, int64_t rows, int64_t columns) {
  const auto quantised = reader.take<uint8_t>(what);
  check(quantised == 0, "{}: byte {}: {} is quantised, which is not read; give the .bin file it was made of",
        reader.path(), reader.at() - 1, what);
  const auto m = reader.take<int64_t>(what), n = reader.take<int64_t>(what);
  reader.require(m == rows && n == columns, 2 * sizeof m, "{} is {} × {}, and has to be {} × {}", what, m, n,
                 rows, columns);
  // Both factors are below 2^32, and their product is compared before anything is allocated.
  const auto elements = static_cast<uint64_t>(rows) * static_cast<uint64_t>(columns);
  check(elements <= reader.left() / sizeof(float),
        "{}: byte {}: the file ends inside of {}; it is cut off or damaged", reader.path(), reader.at(),
        what);
  const std::string_view bytes = reader.take_bytes(elements * sizeof(float), what);
  Tensor matrix = Tensor::empty({rows, columns});
  if (!bytes.empty()) std::memcpy(matrix.raw(), bytes.data(), bytes.size());
  return matrix;
}

int64_t output_rows(const FastTextModel& model) {
  return std::ssize(model.options.kind == FastTextKind::supervised ? model.labels : model.words);
}

// ---- writing ----

template <class T>
void append(std::string& bytes, T value) {
  static_assert(std::is_arithmetic_v<T>);
  bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

std::string options_bytes(const FastTextOptions& options) {
  std::string bytes;
  append(bytes, kFastTextMagic);
  append(bytes, kFastTextVersion);
  for (const int32_t value :
       {options.width, options.window, options.epochs, options.min_count, options.negatives,
        options.word_ngrams, static_cast<int32_t>(options.loss), static_cast<int32_t>(options.kind),
        options.buckets, options.min_n, options.max_n, options.rate_every}) {
    append(bytes, value);
  }
  append(bytes, options.sampling);
  return bytes;
}

std::string dictionary_bytes(const FastTextModel& model, const std::string& path) {
  const size_t size = model.words.size() + model.labels.size();
  check(size <= static_cast<size_t>(std::numeric_limits<int32_t>::max()),
        "{}: {} words and labels; a .bin file holds at most 2147483647", path, size);
  std::string bytes;
  for (const size_t count : {size, model.words.size(), model.labels.size()})
    append(bytes, static_cast<int32_t>(count));
  append(bytes, model.tokens);
  append(bytes, int64_t{-1});  // nothing is pruned
  for (const auto* entries : {&model.words, &model.labels}) {
    for (const FastTextEntry& entry : *entries) {
      check(!entry.text.empty() &&
                entry.text.find_first_of(std::string_view(" \t\v\f\r\n\0", 7)) == std::string::npos,
            "{}: \"{}\" cannot be a word of fastText's, which have no blanks in them; leave it out", path,
            entry.text);
      bytes.append(entry.text).push_back('\0');
      append(bytes, entry.count);
      append(bytes, static_cast<int8_t>(entries == &model.words ? 0 : 1));
    }
  }
  return bytes;
}

void write_matrix(AtomicFileWriter& file, const Tensor& matrix) {
  std::string head;
  append(head, uint8_t{0});  // not quantised
  append(head, matrix.dim(0));
  append(head, matrix.dim(1));
  file.write(head.data(), head.size());
  const Tensor dense = matrix.dense();
  file.write(dense.raw(), static_cast<size_t>(dense.bytes()));
}

void check_matrix(const std::string& path, const char* what, const Tensor& matrix, const Shape& shape) {
  check(matrix.defined() && matrix.shape() == shape && matrix.dtype() == DType::f32,
        "{}: {} has to be f32 {}", path, what, shape);
}

}  // namespace

bool is_fasttext_bin(const std::string& path) {
  if (!file_exists(path) || is_directory(path)) return false;
  const MappedFile file(path);
  int32_t magic = 0;
  if (file.bytes().size() < sizeof magic) return false;
  std::memcpy(&magic, file.bytes().data(), sizeof magic);
  return magic == kFastTextMagic;
}

FastTextModel fasttext_from_bytes(std::string_view bytes, const std::string& path) {
  BinaryReader reader(bytes, path);
  check(reader.take<int32_t>("its first number") == kFastTextMagic,
        "{}: this is no .bin file of fastText's; a text file of vectors is named .vec", path);
  const auto version = reader.take<int32_t>("the version");
  check(version == kFastTextVersion || version == 11,
        "{}: version {} of fastText's files is not known; 11 and 12 are", path, version);
  FastTextModel model;
  model.options = take_options(reader, version);
  take_dictionary(reader, model);
  const int64_t columns = model.options.width;
  model.input =
      take_matrix(reader, "the input matrix", std::ssize(model.words) + model.options.buckets, columns);
  model.output = take_matrix(reader, "the output matrix", output_rows(model), columns);
  check(reader.left() == 0, "{}: byte {}: {} bytes follow the model; the file is damaged", path, reader.at(),
        reader.left());
  return model;
}

FastTextModel read_fasttext_bin(const std::string& path) {
  const MappedFile file(path);
  return fasttext_from_bytes({reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()}, path);
}

void write_fasttext_bin(const std::string& path, const FastTextModel& model) {
  const FastTextOptions& options = model.options;
  check_matrix(path, "the input matrix", model.input,
               {std::ssize(model.words) + options.buckets, options.width});
  check_matrix(path, "the output matrix", model.output, {output_rows(model), options.width});
  const std::string head = options_bytes(options) + dictionary_bytes(model, path);
  AtomicFileWriter file(path);
  file.write(head.data(), head.size());
  write_matrix(file, model.input);
  write_matrix(file, model.output);
  file.commit();
}

}  // namespace hodhod
