// SPDX-License-Identifier: Apache-2.0
// Python's pickles, read as what they describe: nothing is imported or called. A call of a function is kept
// as its name and its arguments, and whoever reads the pickle decides what it means.
//
// The format: the module pickletools of Python's library, protocols 0 to 5, without those of text.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hodhod {

struct Pickled {
  enum class Kind {
    none,
    boolean,
    integer,
    number,
    text,
    bytes,
    tuple,
    list,
    dictionary,
    global,
    call,
    persistent
  };

  Kind kind = Kind::none;
  int64_t integer = 0;  // boolean: 0 or 1
  double number = 0;
  std::string text;  // text, bytes; global: "module.name"
  // tuple, list; call: the function, then its arguments; persistent: the one value that names what is
  // elsewhere
  std::vector<const Pickled*> items;
  std::vector<std::pair<const Pickled*, const Pickled*>>
      pairs;  // dictionary, and call of a kind of dictionary

  bool is_text(std::string_view wanted) const { return kind == Kind::text && text == wanted; }
  bool is_global(std::string_view wanted) const { return kind == Kind::global && text == wanted; }
  bool is_call_of(std::string_view function) const {
    return kind == Kind::call && items[0]->is_global(function);
  }
};

// The values of a pickle; they refer to each other, and a hostile pickle's may do so in circles.
class Pickle {
 public:
  // Reads the pickle at the front of `bytes`. Error, naming `where` and the byte, counted from `base`, when
  // it is damaged, or has an instruction of another use than of values.
  Pickle(std::string_view bytes, std::string where, uint64_t base = 0);
  Pickle(const Pickle&) = delete;
  Pickle& operator=(const Pickle&) = delete;

  const Pickled& root() const { return *root_; }
  size_t size() const { return size_; }  // in bytes
  const std::deque<Pickled>& values() const { return values_; }

 private:
  friend class PickleReader;
  std::deque<Pickled> values_;
  const Pickled* root_ = nullptr;
  size_t size_ = 0;
};

}  // namespace hodhod
