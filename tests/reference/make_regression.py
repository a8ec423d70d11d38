#!/usr/bin/env python3
"""Writes golden_regression.h, the values that hardrow's regression is compared with, from regression.py. Needs numpy and
SciPy.

make_regression.py           writes golden_regression.h beside this script
make_regression.py --check   compares the reference with PyTorch's gradients and scikit-learn's optimum, and the file with
                             itself
"""

import pathlib
import sys

import numpy as np

import reference
import regression
from c_values import braces, number, numbers, truth

HERE = pathlib.Path(__file__).resolve().parent
BINS, HIDDEN, EPOCHS = 20, 4, (1, 2, 3, 10)
INSTANCES = (0, 41, 123, 222, 333, 441)
GAUSSIAN, LAPLACE, TRIANGULAR = ("gaussian", 5, 2.0), ("laplace", 3, 1.5), ("triangular", 5, 2.0)
DEFAULTS = {"hidden": False, "loss": "mse", "weights": "none", "lds": False, "fds": False, "kernel": GAUSSIAN, "bins": BINS,
            "learning_rate": 0.05, "momentum": 0.9, "gamma": 1.0, "focal_beta": 0.2, "focal_form": "sigmoid",
            "huber_beta": 1.0, "noise": 1.0, "noise_rate": 0.0}
CASES = [dict(DEFAULTS, **case) for case in (
    {"name": "linear, mse"},
    {"name": "linear, l1", "loss": "l1"},
    {"name": "linear, huber", "loss": "huber", "huber_beta": 0.5},
    {"name": "linear, focal-mse", "loss": "focal-mse"},
    {"name": "linear, focal-l1 by tanh", "loss": "focal-l1", "focal_form": "tanh", "gamma": 1.5, "focal_beta": 0.7},
    {"name": "linear, balanced-mse", "loss": "balanced-mse", "noise": 0.8},
    {"name": "linear, balanced-mse with learned noise", "loss": "balanced-mse", "noise_rate": 0.05},
    {"name": "linear, inverse", "weights": "inverse"},
    {"name": "linear, square-root-inverse", "weights": "square-root-inverse"},
    {"name": "linear, lds", "weights": "inverse", "lds": True},
    {"name": "linear, lds by laplace, square roots", "weights": "square-root-inverse", "lds": True, "kernel": LAPLACE},
    {"name": "MLP, mse", "hidden": True},
    {"name": "MLP, fds", "hidden": True, "fds": True},
    {"name": "MLP, fds by a triangle", "hidden": True, "fds": True, "kernel": TRIANGULAR},
    {"name": "MLP, lds-fds", "hidden": True, "weights": "inverse", "lds": True, "fds": True},
    {"name": "MLP, lds-fds, balanced-mse", "hidden": True, "weights": "inverse", "lds": True, "fds": True,
     "loss": "balanced-mse", "noise_rate": 0.05},
)]
OPTIMA = (0.0, 0.01, 1.0)

HEADER = """/* Golden values of regression on diabetes, made by make_regression.py: do not edit.
 *
 * A case is one step an epoch on all instances, features and targets standardised, the targets in 20 bins of equal
 * width (sampler all, batch size full, reduction batch, test fraction 0, double precision). Without a hidden layer it
 * starts from zero, with one from `start`, through tanh. */
#ifndef HARDROW_TESTS_REFERENCE_GOLDEN_REGRESSION_H
#define HARDROW_TESTS_REFERENCE_GOLDEN_REGRESSION_H

#include <stdbool.h>
#include <stddef.h>

#define GOLDEN_FEATURES 10
#define GOLDEN_HIDDEN 4
#define GOLDEN_INSTANCES 6

struct golden_regression_epoch {
	size_t epoch;	 /* 0: no more */
	double mse, mae; /* of all instances */
	double prediction[GOLDEN_INSTANCES];
	double weight[GOLDEN_FEATURES], bias; /* of the last layer */
};

struct golden_regression_case {
	const char *name;
	bool has_hidden;
	const char *loss, *weights, *kernel; /* kernel of LDS or FDS */
	bool has_lds, has_fds;
	size_t kernel_size;
	double kernel_sigma, learning_rate, momentum, gamma, focal_beta;
	const char *focal_form;
	double huber_beta, noise, noise_rate;
	struct golden_regression_epoch epochs[5];
};

/* Minimum of mean squared error + weight_decay / 2 ||w||^2 in the standardised target. */
struct golden_regression_optimum {
	double weight_decay, mse; /* in the label's unit */
	double weight[GOLDEN_FEATURES];
};

/* clang-format off */
"""


def data():
    x, target = regression.load(HERE.parents[1] / "datasets" / "diabetes.csv")
    return reference.standardise(x), target


def start(case, features):
    """Zero, or of an MLP round numbers without any symmetry."""
    if not case["hidden"]:
        return {"W2": np.zeros(features), "b2": np.zeros(())}
    j, i = np.meshgrid(np.arange(features), np.arange(HIDDEN))
    return {"W1": np.round(0.4 * np.sin(1.0 + 3 * i + 7 * j), 3), "b1": np.round(0.1 * np.cos(np.arange(HIDDEN)), 3),
            "W2": np.round(0.5 * np.sin(2.0 + 5 * np.arange(HIDDEN)), 3), "b2": np.array(0.05)}


def text(value):
    return f'"{value}"'


def case_lines(case, x, target):
    head = [text(case["name"]), truth(case["hidden"]), text(case["loss"]), text(case["weights"]), text(case["kernel"][0]),
            truth(case["lds"]), truth(case["fds"]), str(case["kernel"][1]), number(case["kernel"][2]),
            *(number(case[name]) for name in ("learning_rate", "momentum", "gamma", "focal_beta")),
            text(case["focal_form"]), *(number(case[name]) for name in ("huber_beta", "noise", "noise_rate"))]
    lines = f"\t{{ {', '.join(head)}, {{\n"
    for state in regression.train(x, target, case, start(case, x.shape[1]), max(EPOCHS)):
        residual = state["prediction"] - target
        if state["epoch"] in EPOCHS:
            lines += (f"\t\t{{ {state['epoch']}, {number((residual**2).mean())}, {number(np.abs(residual).mean())},\n"
                      f"\t\t  {numbers(state['prediction'][i] for i in INSTANCES)},\n"
                      f"\t\t  {numbers(state['weight'])}, {number(state['bias'])} }},\n")
    return lines + "\t} },\n"


def optimum(x, target, decay):
    t = (target - target.mean()) / target.std()
    n = len(t)
    weight = np.linalg.solve(x.T @ x / n + decay / 2 * np.eye(x.shape[1]), x.T @ t / n)
    return weight, target.var() * ((x @ weight - t)**2).mean()


def golden():
    x, target = data()
    first = start({"hidden": True}, x.shape[1])
    rows = ",\n\t".join(map(numbers, first["W1"]))
    out = HEADER + f"static const size_t golden_regression_instances[GOLDEN_INSTANCES] = {braces(map(str, INSTANCES))};\n\n"
    out += f"static const double golden_start_weight[GOLDEN_HIDDEN][GOLDEN_FEATURES] = {{\n\t{rows}\n}};\n"
    out += f"static const double golden_start_bias[GOLDEN_HIDDEN] = {numbers(first['b1'])};\n"
    out += f"static const double golden_start_last_weight[GOLDEN_HIDDEN] = {numbers(first['W2'])};\n"
    out += f"static const double golden_start_last_bias = {number(first['b2'])};\n\n"
    out += "static const struct golden_regression_case golden_regression_cases[] = {\n"
    out += "".join(case_lines(case, x, target) for case in CASES) + "};\n\n"
    out += "static const struct golden_regression_optimum golden_regression_optima[] = {\n"
    for decay in OPTIMA:
        weight, mse = optimum(x, target, decay)
        out += f"\t{{ {number(decay)}, {number(mse)}, {numbers(weight)} }},\n"
    return out + "};\n/* clang-format on */\n\n#endif\n"


def check_gradients():
    """The losses' derivatives against PyTorch's, its own functions where it has them."""
    import torch
    rng = np.random.default_rng(5)
    z, t = rng.normal(size=50), rng.normal(size=50)
    worst = 0
    for case in CASES:
        given = torch.tensor(z, requires_grad=True)
        noise = torch.tensor(case["noise"], dtype=torch.float64, requires_grad=True)
        goal = torch.tensor(t)
        size = (given - goal).abs()
        if case["loss"] == "balanced-mse":
            logits = -(given[:, None] - goal[None, :])**2 / (2 * noise**2)
            value = torch.nn.functional.cross_entropy(logits, torch.arange(50)) * (2 * noise**2).detach()
        elif case["loss"].startswith("focal"):
            focus = (2 * torch.sigmoid(case["focal_beta"] * size) - 1 if case["focal_form"] == "sigmoid"
                     else torch.tanh(case["focal_beta"] * size))
            value = (size**(2 if case["loss"] == "focal-mse" else 1) * focus**case["gamma"]).mean()
        else:
            function = {"mse": torch.nn.functional.mse_loss, "l1": torch.nn.functional.l1_loss}.get(case["loss"])
            value = (function(given, goal) if function
                     else torch.nn.functional.smooth_l1_loss(given, goal, beta=case["huber_beta"]))
        value.backward()
        own, by_output, by_noise = regression.losses(case, z, t)
        worst = max(worst, abs(own.mean() - value.item()), np.abs(by_output / 50 - given.grad.numpy()).max())
        if noise.grad is not None:
            worst = max(worst, abs(by_noise.mean() - noise.grad.item()))
    return worst


def check_training():
    """Whole trainings against PyTorch's, gradients through the network by autograd, steps by its SGD."""
    import torch
    x, target = data()
    worst = 0
    for case in CASES:
        if case["loss"] not in ("mse", "balanced-mse"):
            continue
        first = start(case, x.shape[1])
        parameters = {name: torch.tensor(value, requires_grad=True) for name, value in first.items()}
        noise = torch.tensor(case["noise"], dtype=torch.float64, requires_grad=True)
        optimizer = torch.optim.SGD([{"params": list(parameters.values()), "lr": case["learning_rate"],
                                      "momentum": case["momentum"]}, {"params": [noise], "lr": case["noise_rate"]}], lr=1)
        goal = torch.tensor((target - target.mean()) / target.std())
        bins = regression.bin_of(target, BINS)
        counts = np.bincount(bins, minlength=BINS)
        weight = torch.tensor(regression.bin_weights(case["weights"], case["kernel"] if case["lds"] else None, counts)[bins])
        smoothing = regression.FeatureSmoothing(case["kernel"], 0.9, BINS, HIDDEN) if case["fds"] else None
        inputs = torch.tensor(x)

        def features():
            return torch.tanh(inputs @ parameters["W1"].T + parameters["b1"]) if case["hidden"] else inputs

        for state in regression.train(x, target, case, first, max(EPOCHS)):
            read = features()
            if smoothing:
                read = read * torch.tensor(smoothing.scale[bins]) + torch.tensor(smoothing.shift[bins])
            z = read @ parameters["W2"] + parameters["b2"]
            if case["loss"] == "balanced-mse":
                logits = -(z[:, None] - goal[None, :])**2 / (2 * noise**2)
                each = torch.nn.functional.cross_entropy(logits, torch.arange(len(goal)), reduction="none")
                each = each * (2 * noise**2).detach()
            else:
                each = (z - goal)**2
            optimizer.zero_grad()
            (each * weight).mean().backward()
            optimizer.step()
            with torch.no_grad():
                if smoothing:
                    smoothing.update(features().numpy(), bins)
                z = features() @ parameters["W2"] + parameters["b2"]
            prediction = target.mean() + target.std() * z.numpy()
            worst = max(worst, np.abs(prediction - state["prediction"]).max())
    return worst


def check_optima():
    from sklearn.linear_model import LinearRegression, Ridge
    x, target = data()
    t = (target - target.mean()) / target.std()
    worst = np.abs(LinearRegression().fit(x, t).coef_ - optimum(x, target, 0)[0]).max()
    for decay in OPTIMA[1:]:
        worst = max(worst, np.abs(Ridge(alpha=decay / 2 * len(t)).fit(x, t).coef_ - optimum(x, target, decay)[0]).max())
    return worst


def main():
    file = HERE / "golden_regression.h"
    if sys.argv[1:] == ["--check"]:
        checks = {"gradients and PyTorch": check_gradients(), "trainings and PyTorch": check_training(),
                  "optima and scikit-learn": check_optima()}
        for name, worst in checks.items():
            print(f"{name}: at most {worst:.2g} apart")
        same = golden() == file.read_text(encoding="utf-8")
        print("golden_regression.h is", "as made" if same else "NOT as made")
        sys.exit(0 if same and max(checks.values()) <= 1e-10 else 1)
    if sys.argv[1:]:
        sys.exit(__doc__)
    file.write_text(golden(), encoding="utf-8")


main()
