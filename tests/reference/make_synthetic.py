#!/usr/bin/env python3
"""Writes synthetic.h, what the samplers of synthetic rows go by and what a step on mixed rows comes to, in numpy, written from
the papers: make_synthetic.py

make_synthetic.py --check compares the definitions with the figures of imbalanced-learn's documentation; needs scikit-learn.
"""

import pathlib
import sys

import numpy as np

import reference
from c_values import braces, numbers

HERE = pathlib.Path(__file__).resolve().parent
DATASETS = HERE.parents[1] / "datasets"
NEIGHBOURS = 5

HEADER = """/* Neighbours, expected draws and training on mixed rows, made by make_synthetic.py: do not edit. */
#ifndef HARDROW_TESTS_REFERENCE_SYNTHETIC_H
#define HARDROW_TESTS_REFERENCE_SYNTHETIC_H

#include <stddef.h>
#include <stdint.h>

/* An instance of a class smaller than the largest, in the whole data set as it is. */
struct synthetic_instance {
	uint32_t position, near[5]; /* of its class, the nearest first; of equally near ones the first */
	uint32_t strangers_10, strangers_5;
	double borderline, adasyn; /* expected draws */
};

/* Full batches from zero on standardised rows, learning rate 0.5: row i of epoch t is x_i + s (x_j - x_i), its loss
 * (1 - u) L(y_i) + u L(y_j), j = (37 i + 11 t) mod n, s = ((13 i + 5 t) mod 29) / 29, u by remix with kappa 3 and
 * tau 0.5. `loss` is the mean over plain rows. */
struct synthetic_epoch {
	size_t epoch;
	double loss, weight[3][4], bias[3];
};

/* clang-format off */
"""


def ordered_by_distance(x, i, among):
    """`among` without i, the nearest first, of equally near ones the first."""
    among = among[among != i]
    squares = np.zeros(len(among))
    for j in range(x.shape[1]):  # in this order, so that what is equal is equal
        squares += (x[among, j] - x[i, j]) ** 2
    return among[np.argsort(squares, kind="stable")]


def strangers(x, y, i, count):
    near = ordered_by_distance(x, i, np.arange(len(y)))[:count]
    return int((y[near] != y[i]).sum())


def borderline_draws(x, y, c, total, m=2 * NEIGHBOURS):
    """Han et al. 2005: DANGER is m/2 <= m' < m; each is drawn alike."""
    members = np.flatnonzero(y == c)
    others = np.array([strangers(x, y, i, m) for i in members])
    danger = (others >= m / 2) & (others < m)
    return 1 + (total * danger / danger.sum() if danger.any() else 0 * danger)


def adasyn_draws(x, y, c, total, k=NEIGHBOURS):
    """He et al. 2008, eqs. 2 to 5: G r_i / sum of r."""
    ratio = np.array([strangers(x, y, i, k) / k for i in np.flatnonzero(y == c)])
    return 1 + (total * ratio / ratio.sum() if ratio.any() else 0 * ratio)


def instance_lines(name):
    x, y, _ = reference.load(DATASETS / (name + ".csv"))
    sizes = np.bincount(y)
    lines = {}
    for c in np.flatnonzero(sizes < sizes.max()):
        members = np.flatnonzero(y == c)
        missing = sizes.max() - sizes[c]
        draws = zip(members, borderline_draws(x, y, c, missing), adasyn_draws(x, y, c, missing))
        for i, borderline, adasyn in draws:
            near = ordered_by_distance(x, i, members)[:NEIGHBOURS]
            lines[i] = (f"\t{{ {i}, {braces(map(str, near))}, {strangers(x, y, i, 10)}, {strangers(x, y, i, 5)}, "
                        f"{float(borderline)!r}, {float(adasyn)!r} }},\n")
    return (f"static const struct synthetic_instance synthetic_{name.replace('-', '_')}[] = {{\n"
            + "".join(lines[i] for i in sorted(lines)) + "};\n\n")


def remix_share(n_i, n_j, share, kappa=3, tau=.5):
    """Chou et al. 2020, eq. 5, in whose words lambda is the share of i: that of j in the label."""
    lam = 1 - share
    if n_i / n_j >= kappa and lam < tau:
        return 1 - 0
    if n_i / n_j <= 1 / kappa and 1 - lam < tau:
        return 1 - 1
    return 1 - lam


def remix_lines():
    cases = [(n_i, n_j, share) for n_i, n_j in ((30, 10), (29, 10), (10, 30), (10, 29), (5, 5), (100, 1), (1, 100))
             for share in (.1, .4, .5, .625, .9)]
    return ("/* Sizes of the classes of i and j, the share of j in the row and in the label. */\n"
            "static const double synthetic_remix[][4] = {\n"
            + "".join(f"\t{numbers([*case, remix_share(*case)])},\n" for case in cases) + "};\n\n")


def mixed_epochs(name, by_class, by_weights):
    x, y, _ = reference.load(DATASETS / (name + ".csv"))
    x = reference.standardise(x)
    n, k = len(y), y.max() + 1
    sizes = np.bincount(y)
    of_class = reference.class_weights(by_class, sizes, 0)
    weight, bias = np.zeros((k, x.shape[1])), np.zeros(k)
    i = np.arange(n)
    for epoch in range(1, 6):
        j = (37 * i + 11 * epoch) % n
        share = ((13 * i + 5 * epoch) % 29) / 29
        label = np.array([remix_share(sizes[y[a]], sizes[y[b]], s) for a, b, s in zip(i, j, share)])
        rows = x + share[:, None] * (x[j] - x)
        p = np.exp(reference.log_softmax(rows @ weight.T + bias))
        own, other = (1 - label) * of_class[y], label * of_class[y[j]]
        divisor = (own + other).sum() if by_weights else n
        delta = (own[:, None] * (p - np.eye(k)[y]) + other[:, None] * (p - np.eye(k)[y[j]])) / divisor
        weight, bias = weight - .5 * delta.T @ rows, bias - .5 * delta.sum(axis=0)
        yield epoch, -reference.log_softmax(x @ weight.T + bias)[i, y].mean(), weight, bias


def mixed_lines(name, by_class, by_weights=False):
    lines = "".join(f"\t{{ {epoch}, {float(loss)!r}, {braces(map(numbers, weight))}, {numbers(bias)} }},\n"
                    for epoch, loss, weight, bias in mixed_epochs(name, by_class, by_weights))
    called = by_class.replace("-", "_") + ("_by_weights" if by_weights else "")
    return f"static const struct synthetic_epoch synthetic_{called}[] = {{\n{lines}}};\n\n"


def check():
    """The example of imbalanced-learn's ADASYN and SMOTE: 1:900, 0:100 becomes 0:904, 1:900 (SMOTE: 900, 900)."""
    from sklearn.datasets import make_classification
    x, y = make_classification(n_classes=2, class_sep=2, weights=[.1, .9], n_informative=3, n_redundant=1, flip_y=0,
                               n_features=20, n_clusters_per_class=1, n_samples=1000, random_state=10)
    draws = np.rint(adasyn_draws(x, y, 0, 800) - 1)
    print("ADASYN:", 100 + int(draws.sum()), "of 904")
    borderline = borderline_draws(x, y, 0, 800)
    print("BorderlineSMOTE:", round(borderline.sum()), "of 900")
    return 0 if draws.sum() == 804 and round(borderline.sum()) == 900 else 1


def main():
    if sys.argv[1:] == ["--check"]:
        sys.exit(check())
    text = (HEADER + instance_lines("glass") + instance_lines("balance-scale") + remix_lines()
            + mixed_lines("balance-scale", "plain") + mixed_lines("balance-scale", "inverse-frequency")
            + mixed_lines("balance-scale", "inverse-frequency", True)
            + "/* clang-format on */\n\n#endif\n")
    (HERE / "synthetic.h").write_text(text, encoding="utf-8")


main()
