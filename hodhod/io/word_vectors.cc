// SPDX-License-Identifier: Apache-2.0
#include "hodhod/io/word_vectors.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <map>
#include <optional>
#include <unordered_set>

#include "hodhod/base/byte_source.h"
#include "hodhod/base/error.h"
#include "hodhod/base/file.h"
#include "hodhod/base/line_reader.h"
#include "hodhod/base/names.h"
#include "hodhod/base/utf8.h"

namespace hodhod {
namespace {

static_assert(std::endian::native == std::endian::little);

constexpr size_t kHeadBytes = size_t{1} << 16;  // of a file, from which its format is told
constexpr size_t kLongestWord = size_t{1} << 12;
constexpr int64_t kGreatestWidth = 1 << 18;
constexpr size_t kShownExamples = 10;

bool is_blank(char c) { return c == ' ' || c == '\t'; }

std::vector<std::string_view> fields_of_line(std::string_view line) {
  std::vector<std::string_view> fields;
  for (size_t i = 0; i < line.size();) {
    while (i < line.size() && is_blank(line[i])) ++i;
    const size_t begin = i;
    while (i < line.size() && !is_blank(line[i])) ++i;
    if (i > begin) fields.push_back(line.substr(begin, i - begin));
  }
  return fields;
}

// The float that begins at `p`, which moves behind it. Nothing if there is none, or it is not finite.
std::optional<float> take_float(const char*& p, const char* end) {
  if (p < end && *p == '+') ++p;
  float value = 0;
  const auto [after, problem] = std::from_chars(p, end, value);
  if (problem == std::errc::result_out_of_range) {
    double wide = 0;  // too small for a float becomes 0
    if (std::from_chars(p, end, wide).ec == std::errc() && std::abs(wide) < 1)
      value = static_cast<float>(wide);
    else if (std::string_view(p, after).find("e-") == std::string_view::npos)
      return std::nullopt;
    else
      value = 0;
  } else if (problem != std::errc() || !std::isfinite(value)) {
    return std::nullopt;
  }
  p = after;
  return value;
}

bool is_number(std::string_view field) {
  const char* p = field.data();
  return take_float(p, field.data() + field.size()) && p == field.data() + field.size();
}

std::optional<int64_t> whole_number(std::string_view field) {
  int64_t value = 0;
  const auto [after, problem] = std::from_chars(field.data(), field.data() + field.size(), value);
  if (problem != std::errc() || after != field.data() + field.size() || value < 0) return std::nullopt;
  return value;
}

// ---- which format ----

struct Layout {
  WordVectorFormat format = WordVectorFormat::glove;
  std::optional<int64_t> count;  // that the first line gives
  int64_t width = 0;
};

// The numbers that most of the first lines have.
int64_t usual_width(std::string_view head) {
  std::map<int64_t, int> votes;
  for (int line = 0; line < 9 && !head.empty(); ++line) {
    const size_t end = head.find('\n');
    if (end == std::string_view::npos && line > 0) break;  // may be cut
    const auto fields = fields_of_line(head.substr(0, end));
    int64_t numbers = 0;
    while (numbers + 1 < std::ssize(fields) && is_number(fields[fields.size() - 1 - numbers])) ++numbers;
    ++votes[numbers];
    head.remove_prefix(end == std::string_view::npos ? head.size() : end + 1);
  }
  int64_t best = 0;
  for (const auto& [width, count] : votes) {
    if (best == 0 || count > votes[best]) best = width;
  }
  return best;
}

// Whether the record that `bytes` begin with is text: what follows its word are the characters of numbers, or
// its line ends in numbers.
bool is_text_record(std::string_view bytes, int64_t width) {
  const size_t blank = bytes.find(' '), end = bytes.find('\n');
  if (blank == std::string_view::npos) return true;
  const auto numbers = bytes.substr(blank + 1, std::min<size_t>(static_cast<size_t>(width) * 4, 256));
  constexpr std::string_view kOfNumbers = "0123456789+-.eEinfaNIF \t\r";
  if (numbers.substr(0, numbers.find('\n')).find_first_not_of(kOfNumbers) == std::string_view::npos)
    return true;
  const std::string_view line = bytes.substr(0, end);
  const auto fields = fields_of_line(line);
  return line.find('\0') == std::string_view::npos && std::ssize(fields) > width &&
         is_number(fields[fields.size() - static_cast<size_t>(width)]) && is_number(fields.back());
}

std::optional<Layout> layout_of(std::string_view head) {
  const size_t end = head.find('\n');
  const auto first = fields_of_line(head.substr(0, end).substr(0, 4096));
  if (first.size() == 2 && end != std::string_view::npos) {
    const auto count = whole_number(first[0]), width = whole_number(first[1]);
    if (count && width && *width > 0) {
      Layout layout{WordVectorFormat::word2vec, count, *width};
      const std::string_view rest = head.substr(end + 1);
      const std::string_view line = rest.substr(0, rest.find('\n'));
      if (!is_text_record(rest, *width))
        layout.format = WordVectorFormat::word2vec_bin;
      else if (line.ends_with(' '))
        layout.format = WordVectorFormat::fasttext_vec;
      return layout;
    }
  }
  const int64_t width = usual_width(head);
  if (width == 0) return std::nullopt;
  return Layout{WordVectorFormat::glove, std::nullopt, width};
}

std::string read_head(const std::string& path) {
  ByteSource source(path);
  std::string head(kHeadBytes, '\0');
  size_t size = 0;
  while (const size_t got = size < head.size() ? source.read(head.data() + size, head.size() - size) : 0)
    size += got;
  head.resize(size);
  head = std::string(without_byte_order_mark(head));
  std::erase(head, '\r');  // of a text; of binary vectors only the beginning is looked at
  return head;
}

// ---- records ----

// Collects records; a bad one is an Error, or counted if lenient.
class Collector {
 public:
  Collector(WordVectorFile& file, bool lenient, int64_t width)
      : file_(file), lenient_(lenient), width_(width) {}

  // Where the numbers of the next record go.
  float* room() {
    values_.resize(static_cast<size_t>((std::ssize(file_.words) + 1) * width_));
    return values_.data() + std::ssize(file_.words) * width_;
  }
  // Keeps the record in room().
  void keep(std::string_view word, const std::string& place) {
    if (word.empty()) return bad("{}: a record without a word", place);
    if (word.find('\0') != std::string_view::npos) return bad("{}: the word holds a NUL byte", place);
    if (!is_utf8(word)) return bad("{}: the word {} is not UTF-8", place, show_ill_formed(word));
    if (!seen_.emplace(word).second) return bad("{}: the word {} comes twice", place, word);
    file_.words.emplace_back(word);
  }
  template <class... Args>
  void bad(fmt::format_string<Args...> message, Args&&... args) {
    std::string text = fmt::vformat(message, fmt::make_format_args(args...));
    check(lenient_, "{}; mend the file, or leave such records out with `lenient`", text);
    ++file_.bad;
    if (file_.bad_examples.size() < kShownExamples) file_.bad_examples.push_back(std::move(text));
  }
  void finish(const std::string& path, const Layout& layout) {
    const int64_t found = std::ssize(file_.words) + file_.bad;
    check(!file_.words.empty(), "{}: there is no word vector in it", path);
    if (layout.count && *layout.count != found) {
      check(lenient_,
            "{}: the first line says {} words, and the file has {}; if that is right, read it with `lenient`",
            path, *layout.count, found);
      if (file_.bad_examples.size() < kShownExamples) {
        file_.bad_examples.push_back(
            fmt::format("{}: the first line says {} words, and the file has {}", path, *layout.count, found));
      }
    }
    values_.resize(static_cast<size_t>(std::ssize(file_.words) * width_));
    file_.width = width_;
    file_.vectors = std::move(values_);
  }

 private:
  WordVectorFile& file_;
  bool lenient_;
  int64_t width_;
  std::vector<float> values_;
  std::unordered_set<std::string> seen_;
};

// Why a line has not the right numbers.
std::string describe_line(std::string_view line, int64_t width) {
  const auto fields = fields_of_line(line);
  for (int64_t i = 1; i < std::ssize(fields); ++i) {
    const bool in_numbers = i >= std::ssize(fields) - width;
    if (in_numbers && !is_number(fields[static_cast<size_t>(i)])) {
      return fmt::format("{} is not a finite number",
                         show_ill_formed(fields[static_cast<size_t>(i)].substr(0, 40)));
    }
  }
  return fmt::format("expected a word and {} numbers, found {} fields", width, fields.size());
}

// Reads "word v v … v" into `values`; returns the word, or nothing if the line is none.
std::optional<std::string_view> parse_line(std::string_view line, int64_t width, float* values) {
  size_t begin = 0;
  while (begin < line.size() && is_blank(line[begin])) ++begin;
  const char* end = line.data() + line.size();
  // Numbers from `from` on: exactly `width` of them.
  const auto numbers = [&](const char* from) {
    int64_t found = 0;
    for (const char* p = from;;) {
      while (p < end && is_blank(*p)) ++p;
      if (p == end) return found == width;
      if (found == width) return false;
      const auto value = take_float(p, end);
      if (!value || (p < end && !is_blank(*p))) return false;
      values[found++] = *value;
    }
  };
  size_t blank = begin;
  while (blank < line.size() && !is_blank(line[blank])) ++blank;
  if (numbers(line.data() + blank)) return line.substr(begin, blank - begin);
  // A word with blanks: its numbers are the last fields. Where all fields but the first are numbers, there
  // are too many of them.
  const auto fields = fields_of_line(line);
  if (std::ssize(fields) <= width + 1) return std::nullopt;
  const size_t first = fields.size() - static_cast<size_t>(width);
  if (std::all_of(fields.begin() + 1, fields.begin() + static_cast<ptrdiff_t>(first), is_number))
    return std::nullopt;
  if (!numbers(fields[first].data())) return std::nullopt;
  const std::string_view last = fields[first - 1];
  return std::string_view(fields[0].data(),
                          static_cast<size_t>(last.data() + last.size() - fields[0].data()));
}

void read_text(const std::string& path, const Layout& layout, Collector& collector) {
  LineReader lines(path);
  if (layout.count) lines.next();
  while (const auto line = lines.next()) {
    if (line->find_first_not_of(" \t") == std::string_view::npos) continue;
    const auto word = parse_line(*line, layout.width, collector.room());
    if (word) {
      collector.keep(*word, lines.place());
    } else {
      collector.bad("{}: {}", lines.place(), describe_line(*line, layout.width));
    }
  }
}

// ---- binary ----

// Bytes of a file one after the other.
class Bytes {
 public:
  explicit Bytes(const std::string& path) : source_(path), buffer_(size_t{1} << 18) {}

  std::optional<char> next() {
    if (begin_ == end_) {
      begin_ = 0;
      end_ = source_.read(buffer_.data(), buffer_.size());
      if (end_ == 0) return std::nullopt;
    }
    ++position_;
    return buffer_[begin_++];
  }
  // Whether there were so many.
  bool take(char* out, size_t count) {
    while (count > 0) {
      if (begin_ == end_) {
        const auto one = next();
        if (!one) return false;
        *out++ = *one;
        --count;
      }
      const size_t part = std::min(count, end_ - begin_);
      std::memcpy(out, buffer_.data() + begin_, part);
      out += part;
      begin_ += part;
      position_ += part;
      count -= part;
    }
    return true;
  }
  uint64_t position() const { return position_; }

 private:
  ByteSource source_;
  std::vector<char> buffer_;
  size_t begin_ = 0, end_ = 0;
  uint64_t position_ = 0;
};

void read_binary(const std::string& path, const Layout& layout, Collector& collector) {
  Bytes bytes(path);
  for (auto c = bytes.next(); c && *c != '\n';) c = bytes.next();
  std::string word;
  for (int64_t record = 1; record <= *layout.count; ++record) {
    const std::string place = fmt::format("{}: record {}, byte {}", path, record, bytes.position());
    word.clear();
    auto c = bytes.next();
    while (c == '\n' && word.empty()) c = bytes.next();  // the line end of the record before
    if (!c) return;
    for (; c && *c != ' '; c = bytes.next()) {
      check(word.size() < kLongestWord, "{}: a word of more than {} bytes; this is no file of word vectors",
            place, kLongestWord);
      word.push_back(*c);
    }
    float* values = collector.room();
    check(bytes.take(reinterpret_cast<char*>(values), static_cast<size_t>(layout.width) * sizeof(float)),
          "{}: the file ends inside of this record; it is cut off", place);
    if (std::all_of(values, values + layout.width, [](float value) { return std::isfinite(value); })) {
      collector.keep(word, place);
    } else {
      collector.bad("{}: the vector of {} has a number that is not finite", place, show_ill_formed(word));
    }
  }
  auto c = bytes.next();
  while (c == '\n' || c == '\r') c = bytes.next();
  if (c)
    collector.bad("{}: more bytes follow the {} records, at byte {}", path, *layout.count,
                  bytes.position() - 1);
}

// ---- writing ----

void check_word(WordVectorFormat format, const std::string& word, const std::string& path) {
  const bool binary = format == WordVectorFormat::word2vec_bin;
  const std::string_view forbidden = binary ? std::string_view(" \n\0", 3) : std::string_view("\n\r\0", 3);
  check(!word.empty() && word.find_first_of(forbidden) == std::string::npos && !is_blank(word.front()) &&
            !is_blank(word.back()),
        "{}: the word '{}' cannot be written as {}, where {} ends a word; leave it out, or choose another "
        "format",
        path, show_ill_formed(word), name_of(format), binary ? "a blank" : "a line end");
}

}  // namespace

WordVectorFile read_word_vectors(const std::string& path, bool lenient) {
  const auto layout = layout_of(read_head(path));
  check(layout.has_value(),
        "{}: this is no file of word vectors; lines of a word and its numbers were expected, as in the "
        "formats {}",
        path, fmt::join(names_of(WordVectorFormat{}), ", "));
  check(layout->width <= kGreatestWidth, "{}: vectors of {} numbers; at most {} are read", path,
        layout->width, kGreatestWidth);
  WordVectorFile file;
  file.format = layout->format;
  Collector collector(file, lenient, layout->width);
  if (layout->format == WordVectorFormat::word2vec_bin) {
    read_binary(path, *layout, collector);
  } else {
    read_text(path, *layout, collector);
  }
  collector.finish(path, *layout);
  return file;
}

std::optional<WordVectorFormat> word_vector_format_of(const std::string& path) {
  try {
    if (const auto layout = layout_of(read_head(path))) return layout->format;
  } catch (const Error&) {
    // It cannot be read.
  }
  return std::nullopt;
}

void write_word_vectors(const std::string& path, WordVectorFormat format,
                        const std::vector<std::string>& words, std::span<const float> vectors) {
  check(!words.empty() && vectors.size() % words.size() == 0, "{}: {} words and {} numbers", path,
        words.size(), vectors.size());
  const auto width = static_cast<int64_t>(vectors.size() / words.size());
  const float* values = vectors.data();
  AtomicFileWriter writer(path);
  std::string out;
  const auto flush = [&](size_t least) {
    if (out.size() < least) return;
    writer.write(out.data(), out.size());
    out.clear();
  };
  if (format != WordVectorFormat::glove) out = fmt::format("{} {}\n", words.size(), width);
  for (const std::string& word : words) {
    check_word(format, word, path);
    out += word;
    if (format == WordVectorFormat::word2vec_bin) {
      out += ' ';
      out.append(reinterpret_cast<const char*>(values), static_cast<size_t>(width) * sizeof(float));
    } else {
      for (int64_t i = 0; i < width; ++i) fmt::format_to(std::back_inserter(out), " {}", values[i]);
      if (format == WordVectorFormat::fasttext_vec) out += ' ';
    }
    out += '\n';
    values += width;
    flush(size_t{1} << 20);
  }
  flush(1);
  writer.commit();
}

}  // namespace hodhod
