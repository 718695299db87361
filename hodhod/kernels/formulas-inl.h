// SPDX-License-Identifier: Apache-2.0
// The elementwise formulas, each with its derivative. No include guard: included once for every type that
// reads like a float, with HODHOD_FORMULA_SPACE naming the namespace that has the type's operations
// (formulas.h lists them for double) and HODHOD_FORMULA the specifier of a function.
//
// A formula of one argument has value(x) and derivative(s), where s is x or value(x) as kSaved says. One of
// two has value(a, b), derivative_left(a, b) and derivative_right(a, b). NaN passes through all of them.

namespace hodhod::kernels::HODHOD_FORMULA_SPACE {

struct Identity {
  static constexpr Saved kSaved = Saved::output;
  template <class F>
  static HODHOD_FORMULA F value(F x) {
    return x;
  }
  template <class F>
  static HODHOD_FORMULA F derivative(F) {
    return F(1.0);
  }
};

struct Relu {
  static constexpr Saved kSaved = Saved::output;
  template <class F>
  static HODHOD_FORMULA F value(F x) {
    return select(x <= F(0.0), F(0.0), x);
  }
  template <class F>
  static HODHOD_FORMULA F derivative(F y) {
    return select(y <= F(0.0), F(0.0), F(1.0));
  }
};

// 1 / (1 + e^-x)
struct Sigmoid {
  static constexpr Saved kSaved = Saved::output;
  template <class F>
  static HODHOD_FORMULA F value(F x) {
    return F(1.0) / (F(1.0) + exp(-x));
  }
  template <class F>
  static HODHOD_FORMULA F derivative(F y) {
    return y * (F(1.0) - y);
  }
};

struct Tanh {
  static constexpr Saved kSaved = Saved::output;
  template <class F>
  static HODHOD_FORMULA F value(F x) {
    return tanh(x);
  }
  template <class F>
  static HODHOD_FORMULA F derivative(F y) {
    return F(1.0) - y * y;
  }
};

// x Φ(x), with Φ the distribution function of the standard normal (Hendrycks and Gimpel 2016)
struct Gelu {
  static constexpr Saved kSaved = Saved::input;
  template <class F>
  static HODHOD_FORMULA F value(F x) {
    return x * normal_cdf(x);
  }
  template <class F>
  static HODHOD_FORMULA F derivative(F x) {
    return normal_cdf(x) + x * normal_density(x);
  }
};

// ½ x (1 + tanh(√(2/π) (x + 0.044715 x³))); ½ (1 + tanh z) is the logistic function of 2z, which loses no
// digits
struct GeluTanh {
  static constexpr Saved kSaved = Saved::input;
  template <class F>
  static HODHOD_FORMULA F value(F x) {
    return x * Sigmoid::value(twice_argument(x));
  }
  template <class F>
  static HODHOD_FORMULA F derivative(F x) {
    const F s = Sigmoid::value(twice_argument(x));
    const F slope = F(1.5957691216057308) + F(0.21406448881780074) * (x * x);
    return s + x * slope * (s * (F(1.0) - s));
  }

 private:
  template <class F>
  static HODHOD_FORMULA F twice_argument(F x) {
    return x * (F(1.5957691216057308) + F(0.071354829605933580) * (x * x));
  }
};

// x · sigmoid(1.702 x)
struct QuickGelu {
  static constexpr Saved kSaved = Saved::input;
  template <class F>
  static HODHOD_FORMULA F value(F x) {
    return x * Sigmoid::value(F(1.702) * x);
  }
  template <class F>
  static HODHOD_FORMULA F derivative(F x) {
    const F s = Sigmoid::value(F(1.702) * x);
    return s + F(1.702) * x * (s * (F(1.0) - s));
  }
};

// x · sigmoid(x)
struct Silu {
  static constexpr Saved kSaved = Saved::input;
  template <class F>
  static HODHOD_FORMULA F value(F x) {
    return x * Sigmoid::value(x);
  }
  template <class F>
  static HODHOD_FORMULA F derivative(F x) {
    const F s = Sigmoid::value(x);
    return s + x * (s * (F(1.0) - s));
  }
};

struct Exp {
  static constexpr Saved kSaved = Saved::output;
  template <class F>
  static HODHOD_FORMULA F value(F x) {
    return exp(x);
  }
  template <class F>
  static HODHOD_FORMULA F derivative(F y) {
    return y;
  }
};

struct Log {
  static constexpr Saved kSaved = Saved::input;
  template <class F>
  static HODHOD_FORMULA F value(F x) {
    return log(x);
  }
  template <class F>
  static HODHOD_FORMULA F derivative(F x) {
    return F(1.0) / x;
  }
};

struct Sqrt {
  static constexpr Saved kSaved = Saved::output;
  template <class F>
  static HODHOD_FORMULA F value(F x) {
    return sqrt(x);
  }
  template <class F>
  static HODHOD_FORMULA F derivative(F y) {
    return F(0.5) / y;
  }
};

struct Square {
  static constexpr Saved kSaved = Saved::input;
  template <class F>
  static HODHOD_FORMULA F value(F x) {
    return x * x;
  }
  template <class F>
  static HODHOD_FORMULA F derivative(F x) {
    return x + x;
  }
};

// The derivative at 0 is 0.
struct Abs {
  static constexpr Saved kSaved = Saved::input;
  template <class F>
  static HODHOD_FORMULA F value(F x) {
    return abs(x);
  }
  template <class F>
  static HODHOD_FORMULA F derivative(F x) {
    return select(x < F(0.0), F(-1.0), select(x > F(0.0), F(1.0), x));
  }
};

struct Neg {
  static constexpr Saved kSaved = Saved::output;
  template <class F>
  static HODHOD_FORMULA F value(F x) {
    return -x;
  }
  template <class F>
  static HODHOD_FORMULA F derivative(F) {
    return F(-1.0);
  }
};

struct Add {
  template <class F>
  static HODHOD_FORMULA F value(F a, F b) {
    return a + b;
  }
  template <class F>
  static HODHOD_FORMULA F derivative_left(F, F) {
    return F(1.0);
  }
  template <class F>
  static HODHOD_FORMULA F derivative_right(F, F) {
    return F(1.0);
  }
};

struct Sub {
  template <class F>
  static HODHOD_FORMULA F value(F a, F b) {
    return a - b;
  }
  template <class F>
  static HODHOD_FORMULA F derivative_left(F, F) {
    return F(1.0);
  }
  template <class F>
  static HODHOD_FORMULA F derivative_right(F, F) {
    return F(-1.0);
  }
};

struct Mul {
  template <class F>
  static HODHOD_FORMULA F value(F a, F b) {
    return a * b;
  }
  template <class F>
  static HODHOD_FORMULA F derivative_left(F, F b) {
    return b;
  }
  template <class F>
  static HODHOD_FORMULA F derivative_right(F a, F) {
    return a;
  }
};

struct Div {
  template <class F>
  static HODHOD_FORMULA F value(F a, F b) {
    return a / b;
  }
  template <class F>
  static HODHOD_FORMULA F derivative_left(F, F b) {
    return F(1.0) / b;
  }
  template <class F>
  static HODHOD_FORMULA F derivative_right(F a, F b) {
    return -(a / b) / b;
  }
};

// NaN if either argument is; at a tie the gradient goes half to each.
struct Max {
  template <class F>
  static HODHOD_FORMULA F value(F a, F b) {
    return select(a == a, select(a >= b, a, b), a);
  }
  template <class F>
  static HODHOD_FORMULA F derivative_left(F a, F b) {
    return select(a == b, F(0.5), select(a > b, F(1.0), F(0.0)));
  }
  template <class F>
  static HODHOD_FORMULA F derivative_right(F a, F b) {
    return select(a == b, F(0.5), select(a < b, F(1.0), F(0.0)));
  }
};

#define HODHOD_CASE(Formula, name, text) \
  case HODHOD_CASE_ENUM::name:           \
    return body(Formula{});

// Calls body with an object of the formula's type.
template <class Body>
HODHOD_FORMULA auto with_formula(Activation activation, const Body& body) {
#define HODHOD_CASE_ENUM Activation
  switch (activation) { HODHOD_ACTIVATIONS(HODHOD_CASE) }
#undef HODHOD_CASE_ENUM
  return body(Identity{});
}

template <class Body>
HODHOD_FORMULA auto with_formula(Unary function, const Body& body) {
#define HODHOD_CASE_ENUM Unary
  switch (function) { HODHOD_ACTIVATIONS(HODHOD_CASE) HODHOD_FUNCTIONS(HODHOD_CASE) }
#undef HODHOD_CASE_ENUM
  return body(Identity{});
}

template <class Body>
HODHOD_FORMULA auto with_formula(Binary function, const Body& body) {
#define HODHOD_CASE_ENUM Binary
  switch (function) { HODHOD_BINARIES(HODHOD_CASE) }
#undef HODHOD_CASE_ENUM
  return body(Add{});
}

#undef HODHOD_CASE

}  // namespace hodhod::kernels::HODHOD_FORMULA_SPACE
