// SPDX-License-Identifier: Apache-2.0
#include "hodhod/io/pickle.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <unordered_map>

#include "hodhod/base/error.h"

namespace hodhod {
namespace {

using Kind = Pickled::Kind;

// Far above what the weights of a model need, and so little memory that a hostile file does no harm.
constexpr size_t kMostValues = 4'000'000;

}  // namespace

class PickleReader {
 public:
  PickleReader(Pickle& pickle, std::string_view bytes, std::string where, uint64_t base)
      : pickle_(pickle), bytes_(bytes), where_(std::move(where)), base_(base) {}

  void read() {
    bool ended = false;
    while (!ended) ended = step(static_cast<unsigned char>(take(1)[0]));
    pickle_.root_ = pop();
    require(stack_.empty() && marks_.empty(), "it leaves values behind");
    pickle_.size_ = at_;
  }

 private:
  // Error about the instruction that is being read.
  void require(bool condition, std::string_view message) const {
    if (!condition) fail("{}: byte {}: {}; the pickle is damaged", where_, base_ + begin_, message);
  }

  std::string_view take(uint64_t count) {
    check(count <= bytes_.size() - at_,
          "{}: byte {}: the pickle ends inside of a value; it is cut off or damaged", where_, base_ + at_);
    at_ += count;
    return bytes_.substr(at_ - count, count);
  }
  template <class T>
  T take_number() {
    T value;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }
  std::string_view take_line() {
    const size_t end = bytes_.find('\n', at_);
    require(end != std::string_view::npos, "a name has no end");
    const size_t size = end - at_;
    return take(size + 1).substr(0, size);
  }
  // A whole number of `count` bytes in two's complement.
  void push_long(uint64_t count) {
    const std::string_view bytes = take(count);
    if (count > sizeof(int64_t)) {  // none of a shape or a place; kept as what it looks like
      make(Kind::bytes).text = bytes;
      return;
    }
    int64_t value = count > 0 && static_cast<signed char>(bytes.back()) < 0 ? -1 : 0;
    std::memcpy(&value, bytes.data(), count);
    make(Kind::integer).integer = value;
  }

  Pickled& make(Kind kind) {
    check(pickle_.values_.size() < kMostValues, "{}: byte {}: the pickle has more than {} values", where_,
          base_ + begin_, kMostValues);
    Pickled& value = pickle_.values_.emplace_back();
    value.kind = kind;
    stack_.push_back(&value);
    return value;
  }
  size_t floor() const { return marks_.empty() ? 0 : marks_.back(); }
  Pickled& top() const {
    require(stack_.size() > floor(), "a value is missing");
    return *stack_.back();
  }
  Pickled* pop() {
    Pickled* value = &top();
    stack_.pop_back();
    return value;
  }
  std::vector<const Pickled*> pop_last(size_t count) {
    require(stack_.size() - floor() >= count, "a value is missing");
    const auto begin = stack_.end() - static_cast<std::ptrdiff_t>(count);
    std::vector<const Pickled*> values(begin, stack_.end());
    stack_.erase(begin, stack_.end());
    return values;
  }
  std::vector<const Pickled*> pop_to_mark() {
    require(!marks_.empty(), "a mark is missing");
    const size_t mark = marks_.back();
    std::vector<const Pickled*> values = pop_last(stack_.size() - mark);
    marks_.pop_back();
    return values;
  }

  void push_tuple(std::vector<const Pickled*> items) { make(Kind::tuple).items = std::move(items); }
  void push_global(std::string_view module, std::string_view name) {
    make(Kind::global).text = std::string(module) + "." + std::string(name);
  }
  void push_call() {
    const Pickled* arguments = pop();
    const Pickled* function = pop();
    require(arguments->kind == Kind::tuple, "arguments are not a tuple");
    require(function->kind == Kind::global, "what is called has no name");
    std::vector<const Pickled*> items = {function};
    items.insert(items.end(), arguments->items.begin(), arguments->items.end());
    make(Kind::call).items = std::move(items);
  }
  void append(const std::vector<const Pickled*>& values) {
    Pickled& list = top();
    require(list.kind == Kind::list, "values are added to what is no list");
    list.items.insert(list.items.end(), values.begin(), values.end());
  }
  void set(const std::vector<const Pickled*>& values) {
    Pickled& pairs = top();
    require(pairs.kind == Kind::dictionary || pairs.kind == Kind::call,
            "values are put under keys in what is no dictionary");
    require(values.size() % 2 == 0, "a key has no value");
    for (size_t i = 0; i < values.size(); i += 2) pairs.pairs.emplace_back(values[i], values[i + 1]);
  }
  void remember(uint64_t place) { memo_[place] = &top(); }
  void recall(uint64_t place) {
    const auto found = memo_.find(place);
    require(found != memo_.end(), "a value is taken up again that was never there");
    stack_.push_back(found->second);
  }
  void push_text(Kind kind, uint64_t size) { make(kind).text = take(size); }

  // Follows one instruction. True: it was the last.
  bool step(unsigned char instruction) {
    begin_ = at_ - 1;
    switch (instruction) {
      case 0x80:  // PROTO
        require(take_number<uint8_t>() <= 5, "the protocol is above 5");
        break;
      case 0x95:  // FRAME
        take(8);
        break;
      case '.':
        return true;
      case '(':
        marks_.push_back(stack_.size());
        break;
      case '0':
        pop();
        break;
      case 'N':
        make(Kind::none);
        break;
      case 0x88:
        make(Kind::boolean).integer = 1;
        break;
      case 0x89:
        make(Kind::boolean);
        break;
      case 'J':
        make(Kind::integer).integer = take_number<int32_t>();
        break;
      case 'K':
        make(Kind::integer).integer = take_number<uint8_t>();
        break;
      case 'M':
        make(Kind::integer).integer = take_number<uint16_t>();
        break;
      case 0x8a:
        push_long(take_number<uint8_t>());
        break;
      case 0x8b:
        push_long(take_number<uint32_t>());
        break;
      case 'G':
        make(Kind::number).number = std::bit_cast<double>(__builtin_bswap64(take_number<uint64_t>()));
        break;
      case 'X':
        push_text(Kind::text, take_number<uint32_t>());
        break;
      case 0x8c:
        push_text(Kind::text, take_number<uint8_t>());
        break;
      case 0x8d:
        push_text(Kind::text, take_number<uint64_t>());
        break;
      case 'T':  // this and the next: texts of Python 2
        push_text(Kind::text, take_number<uint32_t>());
        break;
      case 'U':
        push_text(Kind::text, take_number<uint8_t>());
        break;
      case 'B':
        push_text(Kind::bytes, take_number<uint32_t>());
        break;
      case 'C':
        push_text(Kind::bytes, take_number<uint8_t>());
        break;
      case 0x8e:
        push_text(Kind::bytes, take_number<uint64_t>());
        break;
      case ')':
        push_tuple({});
        break;
      case 0x85:
        push_tuple(pop_last(1));
        break;
      case 0x86:
        push_tuple(pop_last(2));
        break;
      case 0x87:
        push_tuple(pop_last(3));
        break;
      case 't':
        push_tuple(pop_to_mark());
        break;
      case ']':
        make(Kind::list);
        break;
      case 'l': {
        std::vector<const Pickled*> items = pop_to_mark();
        make(Kind::list).items = std::move(items);
        break;
      }
      case 'a':
        append(pop_last(1));
        break;
      case 'e':
        append(pop_to_mark());
        break;
      case '}':
        make(Kind::dictionary);
        break;
      case 'd': {
        const std::vector<const Pickled*> values = pop_to_mark();
        make(Kind::dictionary);
        set(values);
        break;
      }
      case 's':
        set(pop_last(2));
        break;
      case 'u':
        set(pop_to_mark());
        break;
      case 'c': {
        const std::string_view module = take_line();
        push_global(module, take_line());
        break;
      }
      case 0x93: {  // STACK_GLOBAL
        const Pickled* name = pop();
        const Pickled* module = pop();
        require(name->kind == Kind::text && module->kind == Kind::text, "a name is not a text");
        push_global(module->text, name->text);
        break;
      }
      case 'R':
      case 0x81:
        push_call();
        break;
      case 'b':  // attributes: of a dictionary of weights, its format
        pop();
        top();
        break;
      case 'Q': {
        const Pickled* id = pop();
        make(Kind::persistent).items = {id};
        break;
      }
      case 'q':
        remember(take_number<uint8_t>());
        break;
      case 'r':
        remember(take_number<uint32_t>());
        break;
      case 0x94:
        remember(memo_.size());
        break;
      case 'h':
        recall(take_number<uint8_t>());
        break;
      case 'j':
        recall(take_number<uint32_t>());
        break;
      default:
        fail("{}: byte {}: the instruction 0x{:02x} is not one of those that weights are written with",
             where_, base_ + begin_, static_cast<unsigned>(instruction));
    }
    return false;
  }

  Pickle& pickle_;
  std::string_view bytes_;
  std::string where_;
  uint64_t base_;
  size_t at_ = 0, begin_ = 0;
  std::vector<Pickled*> stack_;
  std::vector<size_t> marks_;
  std::unordered_map<uint64_t, Pickled*> memo_;
};

Pickle::Pickle(std::string_view bytes, std::string where, uint64_t base) {
  PickleReader(*this, bytes, std::move(where), base).read();
}

}  // namespace hodhod
