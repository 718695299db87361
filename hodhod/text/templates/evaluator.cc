// SPDX-License-Identifier: Apache-2.0
#include "hodhod/text/templates/evaluator.h"

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <utility>

#include "hodhod/base/error.h"
#include "hodhod/text/templates/functions.h"
#include "hodhod/text/templates/operators.h"

namespace hodhod::text::templates {
namespace {

using Kind = Expression::Kind;

constexpr int kDeepestCalls = 20;

// An error that already says where.
class PlacedError : public Error {
 public:
  using Error::Error;
};

struct Scope;

// A macro, or what stands in {% call %}: that one sees the names around it, and only while it lasts.
struct Macro {
  const Statement& statement;
  Scope* scope = nullptr;
  bool over = false;
};

// Names and their values; what a scope does not have is looked for in the one around it.
struct Scope {
  Scope* outside = nullptr;
  std::vector<std::pair<std::string_view, Value>> names = {};

  const Value* find(std::string_view name) const {
    for (const Scope* scope = this; scope != nullptr; scope = scope->outside)
      for (const auto& [key, value] : scope->names)
        if (key == name) return &value;
    return nullptr;
  }
  void set(std::string_view name, Value value) {
    for (auto& [key, old] : names) {
      if (key != name) continue;
      old = std::move(value);
      return;
    }
    names.emplace_back(name, std::move(value));
  }
};

enum class Flow { on, break_loop, continue_loop };

class Evaluator {
 public:
  Evaluator(const TemplateSource& source, const Json& variables, const RenderOptions& options)
      : source_(source), options_(options) {
    for (const char* name : {"namespace", "range", "dict", "raise_exception"})
      global_.set(name, Function{name});
    if (!options.date.empty()) global_.set("strftime_now", Function{"strftime_now"});
    for (const auto& [name, value] : variables.items()) global_.set(name, Value::from_json(value));
  }

  // A namespace may hold itself.
  ~Evaluator() {
    for (const Value& space : spaces_) space.space().members.members.clear();
  }
  Evaluator(const Evaluator&) = delete;
  Evaluator& operator=(const Evaluator&) = delete;

  std::string run(const std::vector<Statement>& statements) {
    carry_out(statements, global_);
    return std::move(out_);
  }

 private:
  [[noreturn]] void complain(size_t at, const std::string& what) const {
    throw PlacedError(fmt::format("{}: {}", place_in_template(source_.text, source_.name, at), what));
  }

  // Counts work: a step, one more for each 16 bytes of a text that is copied, and one for each element.
  void count(size_t at, size_t bytes = 0, size_t elements = 0) {
    steps_ += 1 + static_cast<int64_t>(bytes / 16 + elements);
    if (steps_ > options_.steps)
      complain(at, fmt::format("the template takes more than {} steps and is stopped", options_.steps));
  }
  void write(size_t at, std::string_view text) {
    out_ += text;
    if (out_.size() > options_.length)
      complain(at, fmt::format("the template writes more than {} bytes and is stopped", options_.length));
  }

  // ---- statements ----

  Flow carry_out(const std::vector<Statement>& statements, Scope& scope) {
    for (const Statement& statement : statements) {
      const Flow flow = carry_out(statement, scope);
      if (flow != Flow::on) return flow;
    }
    return Flow::on;
  }

  Flow carry_out(const Statement& s, Scope& scope) {
    count(s.at, s.text.size());
    switch (s.kind) {
      case Statement::Kind::text:
        write(s.at, s.text);
        return Flow::on;
      case Statement::Kind::output:
        write(s.at, placed(s.at, [&] { return evaluate(s.expressions[0], scope).to_text(); }));
        return Flow::on;
      case Statement::Kind::set:
        assign(s, scope);
        return Flow::on;
      case Statement::Kind::for_loop:
        return loop(s, scope);
      case Statement::Kind::condition:
        for (size_t i = 0; i < s.expressions.size(); ++i)
          if (evaluate(s.expressions[i], scope).truth()) return carry_out(s.branches[i], scope);
        return carry_out(s.otherwise, scope);
      case Statement::Kind::macro:
        scope.set(s.text, Function{s.text, std::make_shared<const Macro>(Macro{s, &global_})});
        return Flow::on;
      case Statement::Kind::call:
        write(s.at, call_with_body(s, scope));
        return Flow::on;
      case Statement::Kind::filtered: {
        Value text = captured(s.body, scope);
        write(s.at, filter_chain(s.expressions[0], std::move(text), scope).to_text());
        return Flow::on;
      }
      case Statement::Kind::scope: {
        Scope inner{&scope};
        for (size_t i = 0; i < s.names.size(); ++i) inner.set(s.names[i], evaluate(s.expressions[i], scope));
        return carry_out(s.body, inner);
      }
      case Statement::Kind::block:
        return carry_out(s.body, scope);
      case Statement::Kind::break_loop:
        return Flow::break_loop;
      case Statement::Kind::continue_loop:
        return Flow::continue_loop;
    }
    return Flow::on;
  }

  std::string call_with_body(const Statement& s, Scope& scope) {
    const auto caller = std::make_shared<Macro>(Macro{s, &scope});
    caller_ = Function{"caller", caller};
    std::string text = evaluate(s.called[0], scope).to_text();
    caller->over = true;
    return text;
  }

  // What a body writes.
  std::string captured(const std::vector<Statement>& body, Scope& scope) {
    std::string before = std::exchange(out_, {});
    Scope inner{&scope};
    carry_out(body, inner);
    return std::exchange(out_, std::move(before));
  }

  void assign(const Statement& s, Scope& scope) {
    Value value = s.expressions.empty() ? Value(captured(s.body, scope)) : evaluate(s.expressions[0], scope);
    if (s.member.empty()) return bind(s, s.names, std::move(value), scope);
    const Value* space = scope.find(s.names[0]);
    if (space == nullptr || !space->is_namespace())
      complain(s.at, fmt::format("{0} is not a namespace; make it one with {{% set {0} = namespace() %}}",
                                 s.names[0]));
    space->space().members.set(s.member, std::move(value));
  }

  void bind(const Statement& s, const std::vector<std::string>& names, Value value, Scope& scope) {
    if (names.size() == 1) return scope.set(names[0], std::move(value));
    const std::vector<Value> parts = placed(s.at, [&] { return elements_of(value); });
    if (parts.size() != names.size())
      complain(s.at, fmt::format("{} names and {} values", names.size(), parts.size()));
    for (size_t i = 0; i < names.size(); ++i) scope.set(names[i], parts[i]);
  }

  Flow loop(const Statement& s, Scope& scope) {
    const Value through = evaluate(s.expressions[0], scope);
    std::vector<Value> elements = placed(s.at, [&] { return elements_of(through); });
    count(s.at, 0, elements.size());
    if (s.expressions.size() > 1) {
      std::vector<Value> chosen;
      for (Value& element : elements) {
        Scope inner{&scope};
        bind(s, s.names, element, inner);
        if (evaluate(s.expressions[1], inner).truth()) chosen.push_back(std::move(element));
      }
      elements = std::move(chosen);
    }
    if (elements.empty()) return carry_out(s.otherwise, scope);
    for (size_t i = 0; i < elements.size(); ++i) {
      count(s.at);
      Scope inner{&scope};
      bind(s, s.names, elements[i], inner);
      inner.set("loop", loop_at(elements, i));
      if (carry_out(s.body, inner) == Flow::break_loop) break;
    }
    return Flow::on;
  }

  static Value loop_at(const std::vector<Value>& elements, size_t i) {
    const auto n = static_cast<int64_t>(elements.size()), at = static_cast<int64_t>(i);
    Namespace loop;
    auto& members = loop.members.members;
    members = {{"index", at + 1}, {"index0", at},     {"revindex", n - at}, {"revindex0", n - at - 1},
               {"length", n},     {"first", at == 0}, {"last", at == n - 1}};
    members.emplace_back("previtem", i > 0 ? elements[i - 1] : Value(Undefined{"loop.previtem"}));
    members.emplace_back("nextitem",
                         i + 1 < elements.size() ? elements[i + 1] : Value(Undefined{"loop.nextitem"}));
    return loop;
  }

  // ---- expressions ----

  // Runs fn; an error of it gets the place in front.
  template <class Fn>
  auto placed(size_t at, Fn fn) -> decltype(fn()) {
    try {
      return fn();
    } catch (const PlacedError&) {
      throw;
    } catch (const Error& error) {
      complain(at, error.what());
    }
  }

  Value evaluate(const Expression& e, Scope& scope) {
    Value out = placed(e.at, [&] { return value_of(e, scope); });
    count(e.at, out.is_string() ? out.string().size() : 0, out.is_list() ? out.list().elements.size() : 0);
    return out;
  }

  Value value_of(const Expression& e, Scope& scope) {
    const auto part = [&](size_t i) { return evaluate(e.parts[i], scope); };
    switch (e.kind) {
      case Kind::literal:
        return e.value;
      case Kind::name: {
        const Value* found = scope.find(e.name);
        return found ? *found : Value(Undefined{e.name});
      }
      case Kind::list:
      case Kind::tuple:
        return list_of(e, scope);
      case Kind::spread:
        return part(0);
      case Kind::dict: {
        Dict dict;
        for (size_t i = 0; i < e.parts.size(); i += 2) dict.set(part(i), part(i + 1));
        return dict;
      }
      case Kind::attribute: {
        const Value object = defined(part(0), e.name);
        return has_method(object, e.name) ? Value(Function{e.name}) : attribute_of(object, e.name);
      }
      case Kind::item: {
        const Value key = part(1), object = defined(part(0), key.to_text());
        Value found = item_of(object, key);
        const bool method = found.is_undefined() && key.is_string() && has_method(object, key.string());
        return method ? Value(Function{key.string()}) : found;
      }
      case Kind::slice:
        return slice_of(defined(part(0), "a slice"), part(1), part(2), part(3));
      case Kind::call:
        return call(e, scope);
      case Kind::filter:
        return filter(e, part(0), scope);
      case Kind::test:
        return apply_test(e.name, part(0), arguments(e, scope));
      case Kind::logical_not:
        return !part(0).truth();
      case Kind::logical_and: {
        Value left = part(0);
        return left.truth() ? part(1) : left;
      }
      case Kind::logical_or: {
        Value left = part(0);
        return left.truth() ? left : part(1);
      }
      case Kind::choice:
        if (part(1).truth()) return part(0);
        return e.parts.size() > 2 ? part(2) : Value(Undefined{"the other case of an if"});
      case Kind::comparison:
        return comparison(e, scope);
      case Kind::negation:
        return negative(part(0));
      case Kind::plus:
        return arithmetic("+", int64_t{0}, part(0));
      case Kind::arithmetic:
        return arithmetic(e.name, part(0), part(1));
    }
    return {};
  }

  Value list_of(const Expression& e, Scope& scope) {
    List list{.elements = {}, .tuple = e.kind == Kind::tuple};
    for (const Expression& element : e.parts) list.elements.push_back(evaluate(element, scope));
    return list;
  }

  // The value, unless it is undefined: then an error, since `what` of it is asked for.
  static Value defined(Value value, std::string_view what) {
    check(!value.is_undefined(), "\"{}\" is undefined, so it has no \"{}\"",
          value.is_undefined() ? value.undefined().name : "", what);
    return value;
  }

  bool comparison(const Expression& e, Scope& scope) {
    Value left = evaluate(e.parts[0], scope);
    for (size_t i = 0; i < e.names.size(); ++i) {
      Value right = evaluate(e.parts[i + 1], scope);
      if (!compare(e.names[i], left, right)) return false;
      left = std::move(right);
    }
    return true;
  }

  Arguments arguments(const Expression& e, Scope& scope) {
    Arguments out;
    for (size_t i = 1; i < e.parts.size(); ++i) {
      Value value = evaluate(e.parts[i], scope);
      if (e.parts[i].kind != Kind::spread) {
        out.values.push_back(std::move(value));
        continue;
      }
      for (Value& element : elements_of(value)) out.values.push_back(std::move(element));
    }
    for (const auto& [name, expression] : e.keywords) {
      const Value value = evaluate(expression, scope);
      if (name != "**") {
        out.keywords.emplace_back(name, value);
        continue;
      }
      check(value.is_dict(), "**: a value of kind {}; give a dict", value.kind());
      for (const auto& [key, member] : value.dict().members) out.keywords.emplace_back(key.to_text(), member);
    }
    return out;
  }

  Value filter(const Expression& e, const Value& value, Scope& scope) {
    return placed(e.at, [&] { return apply_filter(e.name, value, arguments(e, scope)); });
  }
  // Of {% filter a|b %}: the text through a, then through b.
  Value filter_chain(const Expression& e, Value text, Scope& scope) {
    if (e.kind != Kind::filter) return text;
    return filter(e, filter_chain(e.parts[0], std::move(text), scope), scope);
  }

  Value call(const Expression& e, Scope& scope) {
    const Expression& callee = e.parts[0];
    if (callee.kind == Kind::attribute) {
      const Value object = defined(evaluate(callee.parts[0], scope), callee.name);
      if (object.is_namespace() && callee.name == "cycle") return cycle(object, arguments(e, scope));
      if (has_method(object, callee.name)) return call_method(object, callee.name, arguments(e, scope));
      const Value member = attribute_of(object, callee.name);
      if (!member.is_function()) return call_method(object, callee.name, arguments(e, scope));
      return call(member.function(), e, scope);
    }
    const Value function = evaluate(callee, scope);
    check(!function.is_undefined(), "there is no function \"{}\"{}", callee.name,
          callee.name == "strftime_now" ? ", since templates get no clock; give the date to write" : "");
    check(function.is_function(), "a value of kind {} cannot be called", function.kind());
    return call(function.function(), e, scope);
  }

  static Value cycle(const Value& loop, const Arguments& given) {
    check(!given.values.empty(), "cycle: give values");
    const Value* index = loop.space().members.find(std::string_view("index0"));
    check(index != nullptr, "cycle: this is not a loop");
    return given.values[static_cast<size_t>(index->integer()) % given.values.size()];
  }

  Value call(const Function& function, const Expression& e, Scope& scope) {
    // Inside the macro that {% call %} names, and only there, caller() is the body.
    const Value caller = std::exchange(caller_, {});
    const Arguments given = arguments(e, scope);
    if (function.state) return call_macro(*static_cast<const Macro*>(function.state.get()), given, caller);
    if (function.name == "raise_exception") {
      given.check("raise_exception", 1);
      fail("the template refuses this conversation: {}",
           given.values.empty() ? "" : given.values[0].to_text());
    }
    if (function.name == "range") return range(given);
    if (function.name == "strftime_now") {
      given.check("strftime_now", 1);
      return formatted_date(options_.date, given.values.empty() ? "" : given.values[0].to_text());
    }
    return collected(function.name, given);
  }

  // namespace(…) and dict(…): the members of a dict, then the arguments with names.
  Value collected(std::string_view function, const Arguments& given) {
    check(given.values.size() <= 1 && (given.values.empty() || given.values[0].is_dict()),
          "{}: give arguments with names, or one dict", function);
    Dict dict = given.values.empty() ? Dict() : given.values[0].dict();
    for (const auto& [name, value] : given.keywords) dict.set(name, value);
    if (function != "namespace") return dict;
    return spaces_.emplace_back(Namespace{std::move(dict)});
  }

  Value call_macro(const Macro& called, const Arguments& given, const Value& caller) {
    const Statement& macro = called.statement;
    check(!called.over, "caller: the {{% call %}} that it belongs to is over");
    check(given.values.size() <= macro.names.size(), "{}: {} arguments; it takes {} at most", macro.text,
          given.values.size(), macro.names.size());
    if (++depth_ > kDeepestCalls)
      complain(macro.at, fmt::format("calls of macros nest deeper than {} levels", kDeepestCalls));
    Scope inner{called.scope};
    const size_t without = macro.names.size() - macro.expressions.size();
    for (size_t i = 0; i < macro.names.size(); ++i) {
      const std::string& name = macro.names[i];
      if (const Value* value = given.find(i, name)) {
        inner.set(name, *value);
      } else {
        inner.set(name,
                  i < without ? Value(Undefined{name}) : evaluate(macro.expressions[i - without], inner));
      }
    }
    for (const auto& [name, value] : given.keywords)
      check(std::find(macro.names.begin(), macro.names.end(), name) != macro.names.end(),
            "{}: there is no parameter \"{}\"", macro.text, name);
    if (caller.is_function()) inner.set("caller", caller);
    std::string before = std::exchange(out_, {});
    carry_out(macro.body, inner);
    --depth_;
    return std::exchange(out_, std::move(before));
  }

  static Value range(const Arguments& given) {
    given.check("range", 3);
    for (const Value& bound : given.values)
      check(bound.is_integer(), "range: a bound is of kind {}; give whole numbers", bound.kind());
    check(!given.values.empty(), "range: give an end");
    const bool one = given.values.size() == 1;
    const int64_t first = one ? 0 : given.values[0].integer(), last = given.values[one ? 0 : 1].integer(),
                  step = given.values.size() > 2 ? given.values[2].integer() : 1;
    check(step != 0, "range: the step is 0");
    List out;
    for (int64_t i = first; step > 0 ? i < last : i > last;) {
      out.elements.emplace_back(i);
      check(out.elements.size() <= kLongestList, "range: more than {} numbers", kLongestList);
      if (__builtin_add_overflow(i, step, &i)) break;
    }
    return out;
  }

  const TemplateSource& source_;
  const RenderOptions& options_;
  Scope global_;
  std::string out_;
  std::vector<Value> spaces_;  // all that namespace() has made
  Value caller_;               // what {% call %} gives to the macro that is called next
  int64_t steps_ = 0;
  int depth_ = 0;
};

}  // namespace

std::string evaluate(const std::vector<Statement>& statements, const TemplateSource& source,
                     const Json& variables, const RenderOptions& options) {
  return Evaluator(source, variables, options).run(statements);
}

}  // namespace hodhod::text::templates
