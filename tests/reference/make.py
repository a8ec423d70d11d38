#!/usr/bin/env python3
"""Writes golden.h, the values that hardrow's training is compared with, from reference.py. Needs numpy.

make.py           writes golden.h beside this script
make.py --check   compares the reference with PyTorch, scikit-learn and the published vectors, and golden.h with itself
"""

import pathlib
import sys

import numpy as np

import reference
from c_values import braces, number, numbers, truth

HERE = pathlib.Path(__file__).resolve().parent
DATASETS = HERE.parents[1] / "datasets"
SINGLE_INSTANCES = {"iris": (0, 41, 70, 106, 133, 149), "balance-scale": (0, 100, 312, 400, 555, 624)}
DEFAULTS = {"dataset": "iris", "standardised": True, "loss": "cross-entropy", "optimizer": "sgd", "learning_rate": 0.5,
            "momentum": 0.0, "nesterov": False, "weight_decay": 0.0, "beta": 0.9999, "prior": 1.0, "epochs": (1, 2, 50)}
CASES = [dict(DEFAULTS, **case) for case in (
    {"name": "plain"},
    {"name": "plain, three classes of unequal size", "dataset": "balance-scale"},
    {"name": "raw features", "standardised": False, "learning_rate": 0.1},
    {"name": "class-balanced, equal classes", "loss": "class-balanced", "beta": 0.99},
    {"name": "class-balanced", "loss": "class-balanced", "beta": 0.99, "dataset": "balance-scale"},
    {"name": "inverse frequency", "loss": "inverse-frequency", "dataset": "balance-scale"},
    {"name": "difficulty as weights", "loss": "difficulty", "epochs": (1, 2, 3, 100)},
    {"name": "difficulty as weights, small prior", "loss": "difficulty", "prior": 0.01, "epochs": (10, 100)},
    {"name": "difficulty as weights, rare class", "loss": "difficulty", "dataset": "balance-scale"},
    {"name": "weight decay", "weight_decay": 0.01},
    {"name": "momentum", "learning_rate": 0.1, "momentum": 0.9, "epochs": (1, 2, 10)},
    {"name": "momentum and weight decay", "learning_rate": 0.1, "momentum": 0.9, "weight_decay": 0.01,
     "epochs": (1, 2, 10)},
    {"name": "Nesterov", "learning_rate": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 0.01,
     "epochs": (1, 2, 10)},
    # Adam divides by the gradient's size: where symmetry makes a gradient 0 it blows rounding errors up. Not so here.
    {"name": "Adam", "optimizer": "adam", "learning_rate": 0.01, "dataset": "balance-scale", "standardised": False,
     "epochs": (1, 2, 10)},
    {"name": "Adam and weight decay", "optimizer": "adam", "learning_rate": 0.01, "weight_decay": 0.01,
     "dataset": "balance-scale", "standardised": False, "epochs": (1, 2, 10)},
)]
OPTIMA = [("iris", False, 0.01), ("iris", True, 0.01), ("iris", True, 0.001), ("balance-scale", True, 0.01)]

HEADER = """/* Golden values of full-batch training from zero, made by make.py: do not edit.
 *
 * A case is one step an epoch on all instances of a bundled data set of 4 features and 3 classes (sampler all, batch
 * size full, reduction batch, test fraction 0, floor 1e-12, Adam's betas 0.9 and 0.999 and epsilon 1e-8). Cases differ
 * in the settings below; their values are those after the epoch. */
#ifndef HARDROW_TESTS_REFERENCE_GOLDEN_H
#define HARDROW_TESTS_REFERENCE_GOLDEN_H

#include <stdbool.h>
#include <stddef.h>

struct golden_instance {
	size_t position;
	double p_true, du, dl, difficulty;
};

struct golden_epoch {
	size_t epoch;		      /* 0: no more */
	double loss;		      /* mean cross-entropy, not weighted */
	double accuracy;	      /* fraction; -1 where two classes tie and rounding decides */
	double effective_sample_size; /* (sum v)^2 / sum v^2, v the weights of the next epoch */
	struct golden_instance sum;   /* over all instances; no position */
	struct golden_instance single[6];
	double weight[3][4], bias[3];
};

struct golden_case {
	const char *name, *dataset;
	bool standardised; /* population standard deviation */
	const char *loss, *optimizer;
	double learning_rate, momentum;
	bool nesterov;
	double weight_decay, beta, prior;
	struct golden_epoch epochs[5];
};

/* Minimum of mean cross-entropy + weight_decay / 2 ||W||^2; the biases sum to 0. */
struct golden_optimum {
	const char *dataset;
	bool standardised;
	double weight_decay, objective, loss;
	double weight[3][4], bias[3];
};

/* clang-format off */
"""


def features(case):
    x, y, _ = reference.load(DATASETS / (case["dataset"] + ".csv"))
    return (reference.standardise(x) if case["standardised"] else x), y


def matrix(weight):
    return braces(map(numbers, weight))


def accuracy(state):
    best = np.sort(state["p"], axis=1)
    return -1.0 if (best[:, -1] - best[:, -2]).min() < 1e-9 else state["accuracy"]


def epoch_lines(case, state):
    series = [state[name] for name in ("p_true", "du", "dl", "difficulty")]
    singles = [braces([str(i), *(number(values[i]) for values in series)]) for i in SINGLE_INSTANCES[case["dataset"]]]
    return (f"\t\t{{ {state['epoch']}, {number(state['loss'])}, {number(accuracy(state))}, "
            f"{number(state['effective_sample_size'])},\n"
            f"\t\t  {braces(['0', *(number(values.sum()) for values in series)])},\n"
            f"\t\t  {braces(singles)},\n"
            f"\t\t  {matrix(state['weight'])},\n"
            f"\t\t  {numbers(state['bias'])} }},\n")


def case_lines(case):
    states = reference.train(*features(case), case, max(case["epochs"]))
    return (f'\t{{ "{case["name"]}", "{case["dataset"]}", {truth(case["standardised"])}, "{case["loss"]}", '
            f'"{case["optimizer"]}", {number(case["learning_rate"])}, {number(case["momentum"])}, '
            f'{truth(case["nesterov"])}, {number(case["weight_decay"])}, {number(case["beta"])}, '
            f'{number(case["prior"])}, {{\n'
            + "".join(epoch_lines(case, state) for state in states if state["epoch"] in case["epochs"]) + "\t} },\n")


def optimum_lines(dataset, standardised, decay):
    objective, loss, weight, bias = reference.optimum(
        *features({"dataset": dataset, "standardised": standardised}), decay)
    return (f'\t{{ "{dataset}", {truth(standardised)}, {number(decay)}, {number(objective)}, {number(loss)},\n'
            f"\t  {matrix(weight)},\n\t  {numbers(bias)} }},\n")


def golden():
    return (HEADER + "static const struct golden_case golden_cases[] = {\n" + "".join(map(case_lines, CASES)) + "};\n\n"
            + "static const struct golden_optimum golden_optima[] = {\n"
            + "".join(optimum_lines(*one) for one in OPTIMA) + "};\n/* clang-format on */\n\n#endif\n")


def main():
    if sys.argv[1:] == ["--check"]:
        import check
        sys.exit(check.run(CASES, features, golden(), (HERE / "golden.h").read_text(encoding="utf-8")))
    if sys.argv[1:]:
        sys.exit(__doc__)
    np.seterr(all="raise", under="ignore")
    (HERE / "golden.h").write_text(golden(), encoding="utf-8")


main()
