// SPDX-License-Identifier: Apache-2.0
// A text in the pipeline, which knows where each of its bytes came from in the original.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hodhod::text {

// Bytes [begin, end).
struct Range {
  uint32_t begin = 0;
  uint32_t end = 0;
  uint32_t size() const { return end - begin; }
  bool operator==(const Range&) const = default;
};

// Starts as a view of the original and stays one, with no allocation, until an Editor changes a byte. From
// then on it holds its own text and, with `track`, the original range of every byte. The original must
// outlive it. Error for texts of 4 GiB or more.
class NormalizedText {
 public:
  // `base` is the offset of `original` in the text that the caller encodes; it is added to every original
  // range.
  explicit NormalizedText(std::string_view original, bool track = true, size_t base = 0);
  NormalizedText() = default;

  std::string_view view() const { return changed_ ? std::string_view(text_) : original_; }
  std::string_view original() const { return original_; }
  bool changed() const { return changed_; }
  bool tracks() const { return track_; }
  size_t base() const { return base_; }
  // True when this section is where the caller's text begins.
  bool at_start() const { return base_ == 0; }

  // The original range that bytes [begin, end) of view() came from: from the first one's begin to the last
  // one's end. An empty range maps to an empty one, and inserted bytes come from an empty range.
  Range original_range(size_t begin, size_t end) const;

  class Editor;

 private:
  std::string_view original_;
  std::string text_;  // in use once changed_
  std::vector<Range>
      origins_;  // for each byte of text_, relative to original_; in use once changed_ and track_
  size_t base_ = 0;
  bool track_ = true;
  bool changed_ = false;
};

// One pass over the text from left to right: every byte is kept, replaced or dropped, and bytes may be
// inserted.
//
//   NormalizedText::Editor edit(text);
//   while (...) edit.keep(n) / edit.replace(n, with) / edit.drop(n) / edit.insert(what);
//   edit.finish();
//
// Until something changes, keep() only counts. view() must not be read through `text` between the first
// change and finish(); read it before (source()).
class NormalizedText::Editor {
 public:
  explicit Editor(NormalizedText& text) : target_(text), source_(text.view()) {}

  std::string_view source() const { return source_; }
  std::string_view rest() const { return source_.substr(read_); }
  size_t read() const { return read_; }                              // bytes of the source consumed so far
  size_t written() const { return changed_ ? out_.size() : read_; }  // bytes of the result so far

  // Keeps the next n bytes.
  void keep(size_t n) {
    if (changed_) copy(n);
    read_ += n;
  }
  // The next n bytes become `with`; each of its bytes comes from the whole of those n.
  void replace(size_t n, std::string_view with);
  void drop(size_t n) { replace(n, {}); }
  // Inserts bytes here; their origin is the empty range where the next byte of the source begins.
  void insert(std::string_view what);
  // Keeps the rest and stores the new text.
  void finish();

 private:
  void begin_change();
  void copy(size_t n);
  Range source_range(size_t begin, size_t end) const;

  NormalizedText& target_;
  std::string_view source_;
  std::string out_;
  std::vector<Range> origins_;
  size_t read_ = 0;
  bool changed_ = false;
};

}  // namespace hodhod::text
