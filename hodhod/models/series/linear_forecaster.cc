// SPDX-License-Identifier: Apache-2.0
#include "hodhod/models/series/linear_forecaster.h"

#include <fmt/format.h>

#include <cmath>
#include <vector>

#include "hodhod/base/error.h"
#include "hodhod/base/format.h"
#include "hodhod/base/threads.h"
#include "hodhod/models/series/forecaster_model.h"
#include "hodhod/nn/linear.h"
#include "hodhod/ops/elementwise.h"
#include "hodhod/ops/shape.h"

namespace hodhod {
namespace {

// Sums over all windows of products of their values: gram [L, L + H] of value i of the history with value j
// of history and future, sums [L + H] of value j, count of windows.
struct WindowProducts {
  int64_t context, horizon;
  Tensor gram, sums, count;

  WindowProducts(int64_t context_rows, int64_t horizon_rows)
      : context(context_rows),
        horizon(horizon_rows),
        gram(Tensor::zeros({context_rows, context_rows + horizon_rows}, DType::f64)),
        sums(Tensor::zeros({context_rows + horizon_rows}, DType::f64)),
        count(Tensor::zeros({1}, DType::f64)) {}

  int64_t length() const { return context + horizon; }

  // Adds the windows of a column. Only products with the first value are summed; those further on follow from
  // them, since one window's value i + 1 is the next one's value i:
  //   G[i+1, j+1] = G[i, j] − s[i] s[j] + s[n+i] s[n+j]
  void add(const std::vector<double>& s) {
    const int64_t n = std::ssize(s) - length() + 1;
    const double* x = s.data();
    std::vector<double> own(static_cast<size_t>(context * length()));
    parallel_for(length(), 8, [&](int64_t begin, int64_t end) {
      for (int64_t j = begin; j < end; ++j) {
        double product = 0;
        for (int64_t t = 0; t < n; ++t) product += x[t] * x[t + j];
        own[static_cast<size_t>(j)] = product;
      }
    });
    const auto at = [&](int64_t i, int64_t j) -> double& {
      return own[static_cast<size_t>(i * length() + j)];
    };
    for (int64_t i = 1; i < context; ++i) {
      for (int64_t j = 0; j < i; ++j) at(i, j) = at(j, i);
      for (int64_t j = i; j < length(); ++j)
        at(i, j) = at(i - 1, j - 1) - x[i - 1] * x[j - 1] + x[n + i - 1] * x[n + j - 1];
    }
    double* all = gram.data<double>();
    for (size_t i = 0; i < own.size(); ++i) all[i] += own[i];
    double sum = 0;
    for (int64_t t = 0; t < n; ++t) sum += x[t];
    for (int64_t j = 0; j < length(); ++j) {
      sums.data<double>()[j] += sum;
      sum += (j + 1 < length() ? x[n + j] : 0) - x[j];
    }
    count.data<double>()[0] += static_cast<double>(n);
  }
};

// Solves A W = B for a symmetric, positive definite A [n, n] and B [n, h] by Cholesky's method; both are
// overwritten, B by W. Error when A is not positive definite.
void solve_in_place(std::vector<double>& a, std::vector<double>& b, int64_t n, int64_t h) {
  const auto at = [&](int64_t i, int64_t j) -> double& { return a[static_cast<size_t>(i * n + j)]; };
  for (int64_t j = 0; j < n; ++j) {
    double pivot = at(j, j);
    for (int64_t k = 0; k < j; ++k) pivot -= at(j, k) * at(j, k);
    check(pivot > 0,
          "linear forecaster: the windows do not determine the coefficients; give a greater `ridge`");
    at(j, j) = std::sqrt(pivot);
    parallel_for(n - j - 1, 64, [&](int64_t begin, int64_t end) {
      for (int64_t i = j + 1 + begin; i < j + 1 + end; ++i) {
        double sum = at(i, j);
        for (int64_t k = 0; k < j; ++k) sum -= at(i, k) * at(j, k);
        at(i, j) = sum / at(j, j);
      }
    });
  }
  parallel_for(h, 4, [&](int64_t begin, int64_t end) {
    const auto rows = [&](int64_t i) { return b.data() + i * h; };
    for (int64_t i = 0; i < n; ++i) {
      for (int64_t k = 0; k < i; ++k)
        for (int64_t c = begin; c < end; ++c) rows(i)[c] -= at(i, k) * rows(k)[c];
      for (int64_t c = begin; c < end; ++c) rows(i)[c] /= at(i, i);
    }
    for (int64_t i = n - 1; i >= 0; --i) {
      for (int64_t k = i + 1; k < n; ++k)
        for (int64_t c = begin; c < end; ++c) rows(i)[c] -= at(k, i) * rows(k)[c];
      for (int64_t c = begin; c < end; ++c) rows(i)[c] /= at(i, i);
    }
  });
}

// Writes W into weight [H, L] and, if there is one, bias [H].
void solve_forecaster(const WindowProducts& products, const LinearForecasterOptions& options,
                      const Linear& linear) {
  const int64_t context = products.context, horizon = products.horizon, n = context + (options.bias ? 1 : 0);
  const double *gram = products.gram.data<double>(), *sums = products.sums.data<double>();
  const double count = products.count.item();
  const int64_t last = context - 1;
  const auto g = [&](int64_t i, int64_t j) { return gram[i * products.length() + j]; };
  // The same with the last value taken off all others.
  const auto product = [&](int64_t i, int64_t j) {
    return options.subtract_last ? g(i, j) - g(i, last) - g(last, j) + g(last, last) : g(i, j);
  };
  const auto total = [&](int64_t j) { return options.subtract_last ? sums[j] - sums[last] : sums[j]; };
  std::vector<double> a(static_cast<size_t>(n * n)), b(static_cast<size_t>(n * horizon));
  for (int64_t i = 0; i < context; ++i) {
    for (int64_t j = 0; j < context; ++j) a[static_cast<size_t>(i * n + j)] = product(i, j);
    for (int64_t h = 0; h < horizon; ++h) b[static_cast<size_t>(i * horizon + h)] = product(i, context + h);
    if (options.bias)
      a[static_cast<size_t>(i * n + context)] = a[static_cast<size_t>(context * n + i)] = total(i);
  }
  if (options.bias) {
    a.back() = count;
    for (int64_t h = 0; h < horizon; ++h) b[static_cast<size_t>(context * horizon + h)] = total(context + h);
  }
  for (int64_t i = 0; i < n; ++i) a[static_cast<size_t>(i * n + i)] += options.ridge * count;
  solve_in_place(a, b, n, horizon);
  for (int64_t h = 0; h < horizon; ++h) {
    const auto w = [&](int64_t i) { return static_cast<float>(b[static_cast<size_t>(i * horizon + h)]); };
    for (int64_t i = 0; i < context; ++i) linear.weight.data<float>()[h * context + i] = w(i);
    if (options.bias) linear.bias.data<float>()[h] = w(context);
  }
}

class LinearForecaster final : public ForecasterModel<LinearForecasterOptions> {
 public:
  explicit LinearForecaster(const ForecasterConfig<LinearForecasterOptions>& config)
      : ForecasterModel(config, QuantileSource::residuals),
        linear_(config.series.context, config.series.horizon, config.body.bias) {}

  void for_each_parameter(const ParameterFunction& f) override { hodhod::for_each_parameter(*this, f); }
  std::unique_ptr<ForecasterFit> fit(const Tensor& rows) override;

  Forecast forecast(const SeriesWindows& windows, Context& context) const override {
    check_history(windows.history);
    const Tensor z = scaler().standardised(windows.history);
    const int64_t rows = series().context;
    Tensor x = columns_as_rows(slice(z, 1, z.dim(1) - rows, z.dim(1)));
    const Tensor last = slice(x, 1, rows - 1, rows);
    if (options().subtract_last) x = x - last;
    Tensor y = linear_(x, context);
    if (options().subtract_last) y = y + last;
    y = rows_as_columns(y, series().column_count());
    return with_residual_quantiles(*this, scaler().restored(y));
  }

  template <class V>
  void visit(V& v) {
    visit_shared(v);
    v("linear", linear_);
  }

 private:
  class Fit;

  Linear linear_;  // L → H
};

// A unit for each column, and one that solves.
class LinearForecaster::Fit final : public ForecasterFit {
 public:
  Fit(LinearForecaster& model, const Tensor& rows)
      : model_(model), rows_(rows), products_(model.series().context, model.series().horizon) {
    check(rows.dim(0) >= products_.length(),
          "linear forecaster: {} to fit on, and a window has {} (context {} and horizon {}); give more "
          "rows",
          count_of(rows.dim(0), "row"), products_.length(), products_.context, products_.horizon);
  }
  int64_t units() const override { return rows_.dim(1) + 1; }
  void run(int64_t unit) override {
    if (unit == rows_.dim(1)) {
      solve_forecaster(products_, model_.options(), model_.linear_);
    } else {
      products_.add(select(model_.scaler().standardised(rows_), 1, unit).values());
    }
  }
  std::vector<std::pair<std::string, Tensor>> state() override {
    return {{"gram", products_.gram}, {"sums", products_.sums}, {"count", products_.count}};
  }

 private:
  LinearForecaster& model_;
  Tensor rows_;
  WindowProducts products_;
};

std::unique_ptr<ForecasterFit> LinearForecaster::fit(const Tensor& rows) {
  return std::make_unique<Fit>(*this, rows);
}

}  // namespace

std::string LinearForecasterOptions::summary() const {
  return subtract_last ? "the last value taken off" : "values as they are";
}

std::string LinearForecasterOptions::why_useless(std::string_view option, const SeriesOptions&) const {
  return option == "covariates" ? "the linear map reads no calendar" : "";
}

std::unique_ptr<Model> LinearForecasterOptions::make(
    const ForecasterConfig<LinearForecasterOptions>& config) {
  return std::make_unique<LinearForecaster>(config);
}

const ModelType& LinearForecasterOptions::type() {
  using Type = ForecasterType<LinearForecasterOptions>;
  static const Type kType("linear-forecaster", "LinearForecaster", FittedBy::fitting,
                          {{"linear-forecaster", [](SeriesOptions&, LinearForecasterOptions&) {}},
                           {"nlinear-forecaster", [](SeriesOptions&, LinearForecasterOptions& options) {
                              options.subtract_last = true;
                              options.bias = false;
                            }}});
  return kType;
}

}  // namespace hodhod
