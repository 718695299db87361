// SPDX-License-Identifier: Apache-2.0
// Trajectories of the optimiser updates against torch.optim, on two small problems whose gradients are
// computed here.
#include <cmath>
#include <map>

#include "hodhod/base/error.h"
#include "hodhod/kernels/kernels.h"
#include "tests/golden/golden.h"

namespace hodhod::golden {
namespace {

using Vector = std::vector<float>;
using Parameters = std::map<std::string, Vector>;

Vector floats(const Recording& recording, const std::string& name) {
  return recording.tensor(name).values<float>();
}

// 0.5 xᵀ A x − bᵀ x
struct Quadratic {
  Vector a, b;
  explicit Quadratic(const Recording& r) : a(floats(r, "in.quadratic.A")), b(floats(r, "in.quadratic.b")) {}
  static Parameters start(const Recording& r) { return {{"x", floats(r, "in.quadratic.x")}}; }
  double operator()(const Parameters& p, Parameters& gradient) const {
    const Vector& x = p.at("x");
    const size_t n = x.size();
    Vector& dx = gradient["x"] = Vector(n);
    double loss = 0;
    for (size_t i = 0; i < n; ++i) {
      double ax = 0;
      for (size_t j = 0; j < n; ++j) ax += double{a[i * n + j]} * x[j];
      loss += 0.5 * x[i] * ax - double{b[i]} * x[i];
      double both = 0;
      for (size_t j = 0; j < n; ++j) both += 0.5 * (double{a[i * n + j]} + a[j * n + i]) * x[j];
      dx[i] = static_cast<float>(both - b[i]);
    }
    return loss;
  }
};

// Mean cross entropy of X Wᵀ + c against y
struct Classifier {
  Vector x;
  std::vector<int64_t> y;
  explicit Classifier(const Recording& r)
      : x(floats(r, "in.xent.X")), y(r.tensor("in.xent.y").values<int64_t>()) {}
  static Parameters start(const Recording& r) {
    return {{"W", floats(r, "in.xent.W")}, {"c", floats(r, "in.xent.c")}};
  }
  double operator()(const Parameters& p, Parameters& gradient) const {
    const Vector &w = p.at("W"), &c = p.at("c");
    const size_t rows = y.size(), classes = c.size(), width = x.size() / rows;
    std::vector<double> dw(w.size()), dc(classes), logits(classes);
    double loss = 0;
    for (size_t i = 0; i < rows; ++i) {
      double sum = 0;
      for (size_t k = 0; k < classes; ++k) {
        logits[k] = c[k];
        for (size_t j = 0; j < width; ++j) logits[k] += double{x[i * width + j]} * w[k * width + j];
        sum += std::exp(logits[k]);
      }
      loss += (std::log(sum) - logits[static_cast<size_t>(y[i])]) / static_cast<double>(rows);
      for (size_t k = 0; k < classes; ++k) {
        const double hot = static_cast<int64_t>(k) == y[i] ? 1 : 0;
        const double d = (std::exp(logits[k]) / sum - hot) / static_cast<double>(rows);
        dc[k] += d;
        for (size_t j = 0; j < width; ++j) dw[k * width + j] += d * x[i * width + j];
      }
    }
    gradient["W"] = Vector(dw.begin(), dw.end());
    gradient["c"] = Vector(dc.begin(), dc.end());
    return loss;
  }
};

struct State {
  Vector first, second, third;
  explicit State(size_t count = 0) : first(count), second(count), third(count) {}
};

// One update of one parameter as PyTorch's class with these arguments makes it.
void update(const std::string& cls, const Json& args, double rate, double scale, int64_t step, Vector& value,
            const Vector& gradient, State& state) {
  const kernels::Kernels<float>& table = kernels::cpu_kernels<float>();
  const int64_t count = static_cast<int64_t>(value.size());
  const double momentum = args.value("momentum", 0.0),
               decay = args.value("weight_decay", cls == "AdamW" ? 0.01 : 0.0);
  if (cls == "SGD") {
    table.sgd({.value = value.data(),
               .gradient = gradient.data(),
               .velocity = momentum > 0 ? state.first.data() : nullptr,
               .count = count,
               .rate = rate,
               .scale = scale,
               .momentum = momentum,
               .dampening = args.value("dampening", 0.0),
               .weight_decay = decay,
               .nesterov = args.value("nesterov", false),
               .first_step = step == 1});
  } else if (cls == "Adam" || cls == "AdamW") {
    const std::vector<double> betas = args.value("betas", std::vector<double>{0.9, 0.999});
    table.adam({.value = value.data(),
                .gradient = gradient.data(),
                .mean = state.first.data(),
                .square = state.second.data(),
                .largest_square = args.value("amsgrad", false) ? state.third.data() : nullptr,
                .count = count,
                .step = step,
                .rate = rate,
                .scale = scale,
                .beta1 = betas[0],
                .beta2 = betas[1],
                .epsilon = args.value("eps", 1e-8),
                .weight_decay = decay,
                .decoupled = cls == "AdamW"});
  } else if (cls == "Adagrad") {
    const double decayed = rate / (1 + static_cast<double>(step - 1) * args.value("lr_decay", 0.0));
    if (step == 1) state.first.assign(value.size(), args.value("initial_accumulator_value", 0.0f));
    table.adagrad({.value = value.data(),
                   .gradient = gradient.data(),
                   .square_sum = state.first.data(),
                   .count = count,
                   .rate = decayed,
                   .scale = scale,
                   .epsilon = args.value("eps", 1e-10),
                   .weight_decay = decay});
  } else if (cls == "RMSprop") {
    table.rmsprop({.value = value.data(),
                   .gradient = gradient.data(),
                   .square = state.first.data(),
                   .mean = args.value("centered", false) ? state.second.data() : nullptr,
                   .velocity = momentum > 0 ? state.third.data() : nullptr,
                   .count = count,
                   .rate = rate,
                   .scale = scale,
                   .alpha = args.value("alpha", 0.99),
                   .epsilon = args.value("eps", 1e-8),
                   .momentum = momentum,
                   .weight_decay = decay});
  } else {
    fail("optimiser {} is unknown", cls);
  }
}

// The factor of torch.nn.utils.clip_grad_norm_.
double clip_scale(const Parameters& gradients, double most) {
  double sum = 0;
  for (const auto& [name, g] : gradients) {
    sum += kernels::cpu_kernels<float>().sum_squares({g.data(), static_cast<int64_t>(g.size())});
  }
  return std::min(1.0, most / (std::sqrt(sum) + 1e-6));
}

template <class Problem>
void follow(const Recording& recording, const Json& optimizer, const std::string& problem_name) {
  const std::string prefix = optimizer["name"].get<std::string>() + "." + problem_name + ".";
  SCOPED_TRACE(prefix);
  const Problem problem(recording);
  const Json& args = optimizer["args"];
  const auto steps = recording.about()["steps"].get<int64_t>();
  Parameters parameters = Problem::start(recording), gradients;
  std::map<std::string, State> states;
  for (const auto& [name, value] : parameters) states[name] = State(value.size());
  std::vector<float> losses;
  for (int64_t step = 1; step <= steps; ++step) {
    losses.push_back(static_cast<float>(problem(parameters, gradients)));
    double rate = args["lr"].get<double>();
    if (optimizer.contains("noam")) {
      const double s = static_cast<double>(step), warmup = optimizer["noam"]["warmup"].get<double>();
      rate *= std::pow(optimizer["noam"]["d_model"].get<double>(), -0.5) *
              std::min(std::pow(s, -0.5), s * std::pow(warmup, -1.5));
    }
    const double scale = optimizer.contains("clip_grad_norm")
                             ? clip_scale(gradients, optimizer["clip_grad_norm"].get<double>())
                             : 1;
    for (auto& [name, value] : parameters) {
      update(optimizer["cls"].get<std::string>(), args, rate, scale, step, value, gradients[name],
             states[name]);
      const std::string recorded = prefix + "step" + std::to_string(step) + "." + name;
      if (!recording.contains(recorded)) continue;
      recording.expect_close(recorded, Tensor::from(value, recording.tensor(recorded).shape()));
    }
  }
  losses.push_back(static_cast<float>(problem(parameters, gradients)));
  recording.expect_close(prefix + "loss", Tensor::from(losses, {steps + 1}));
}

TEST(GoldenOptim, Trajectories) {
  for_each_recording("torch_optim", [](const Recording& recording) {
    for (const Json& optimizer : recording.about()["optimizers"]) {
      follow<Quadratic>(recording, optimizer, "quadratic");
      follow<Classifier>(recording, optimizer, "xent");
    }
  });
}

}  // namespace
}  // namespace hodhod::golden
